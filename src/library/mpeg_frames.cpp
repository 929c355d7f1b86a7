// SPDX-License-Identifier: Apache-2.0
#include "library/mpeg_frames.hpp"

#include "library/bytes.hpp"

#include <cstring>

namespace longwave::library {

namespace {

int byte(std::string_view b, std::size_t i) {
  return static_cast<unsigned char>(b[i]);
}

std::optional<MpegFrame> parse_adts(std::string_view b) {
  static constexpr int rates[] = {96000, 88200, 64000, 48000, 44100, 32000, 24000,
                                  22050, 16000, 12000, 11025, 8000,  7350};
  if (b.size() < 7) return std::nullopt;
  const int rate = byte(b, 2) >> 2 & 15;
  const auto length = static_cast<std::size_t>((byte(b, 3) & 3) << 11 | byte(b, 4) << 3 | byte(b, 5) >> 5);
  if (rate > 12 || length < 8) return std::nullopt;
  const int channels = (byte(b, 2) & 1) << 2 | byte(b, 3) >> 6;
  return MpegFrame{0, length, rates[rate], channels ? channels : 2, 1024 * ((byte(b, 6) & 3) + 1), true};
}

}  // namespace

std::optional<MpegFrame> parse_mpeg_frame(std::string_view b) {
  static constexpr int bitrates[5][15] = {
      {0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448},  // version 1, layer I
      {0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384},     // version 1, layer II
      {0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320},      // version 1, layer III
      {0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256},     // version 2, layer I
      {0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160},          // version 2, layers II and III
  };
  static constexpr int rates[] = {44100, 48000, 32000};
  if (b.size() < 4 || byte(b, 0) != 0xff || (byte(b, 1) & 0xe0) != 0xe0) return std::nullopt;
  const int version = byte(b, 1) >> 3 & 3;  // 0: 2.5, 2: 2, 3: 1
  const int layer = 4 - (byte(b, 1) >> 1 & 3);
  if (layer == 4) return (byte(b, 1) & 0xf6) == 0xf0 ? parse_adts(b) : std::nullopt;
  const int bitrate = byte(b, 2) >> 4;
  const int rate = byte(b, 2) >> 2 & 3;
  if (version == 1 || bitrate == 0 || bitrate == 15 || rate == 3) return std::nullopt;
  const int row = version == 3 ? layer - 1 : layer == 1 ? 3 : 4;
  const int kbps = bitrates[row][bitrate];
  const int hz = rates[rate] >> (version == 3 ? 0 : version == 2 ? 1 : 2);
  const int padding = byte(b, 2) >> 1 & 1;
  const int samples = layer == 1 ? 384 : layer == 2 || version == 3 ? 1152 : 576;
  const int length =
      layer == 1 ? (12000 * kbps / hz + padding) * 4 : samples / 8 * 1000 * kbps / hz + padding;
  return MpegFrame{0, static_cast<std::size_t>(length), hz, byte(b, 3) >> 6 == 3 ? 1 : 2, samples, false};
}

namespace {

constexpr int layer_one_samples = 384;
constexpr int followers_at_once = 1;  // sound that begins where it should
constexpr int followers_in_the_middle =
    3;  // behind other bytes, where a program looks like two frames by chance

/// True if enough frames like the one at `offset` follow it, or (`whole`) if they go on to the end.
bool followed(std::string_view bytes, std::size_t offset, const MpegFrame& first, bool whole) {
  // The jump table of a program is a row of layer I headers, as far apart as such frames would be.
  if (offset != 0 && first.samples == layer_one_samples) return false;
  const int needed = offset == 0 ? followers_at_once : followers_in_the_middle;
  std::size_t at = offset + first.length;
  for (int found = 0; found < needed; ++found) {
    // A tag may follow the last frame of a very short file.
    if (whole && (at == bytes.size() || (at < bytes.size() && bytes.substr(at, 3) == "TAG"))) return true;
    const auto next = at < bytes.size() ? parse_mpeg_frame(bytes.substr(at)) : std::nullopt;
    if (!next || next->sample_rate != first.sample_rate || next->adts != first.adts ||
        next->samples != first.samples) {
      return false;
    }
    at += next->length;
  }
  return true;
}

}  // namespace

std::optional<MpegFrame> find_mpeg_frame(std::string_view bytes, bool whole) {
  std::size_t offset = 0;
  while (offset + 4 <= bytes.size()) {
    const void* sync = std::memchr(bytes.data() + offset, 0xff, bytes.size() - offset - 3);
    if (!sync) break;
    offset = static_cast<std::size_t>(static_cast<const char*>(sync) - bytes.data());
    if (auto frame = parse_mpeg_frame(bytes.substr(offset));
        frame && followed(bytes, offset, *frame, whole)) {
      frame->offset = offset;
      return frame;
    }
    ++offset;
  }
  return std::nullopt;
}

namespace {

/// The number of frames that the first one states (Xing, Info, VBRI); 0 if it holds sound.
std::int64_t stated_frames(std::string_view head, const MpegFrame& first) {
  const bool version1 = (byte(head, 1) >> 3 & 3) == 3;
  const std::size_t side = first.channels == 1 ? (version1 ? 17 : 9) : (version1 ? 32 : 17);
  const auto xing = head.substr(std::min(head.size(), 4 + side), 12);
  if ((xing.starts_with("Xing") || xing.starts_with("Info")) && xing.size() == 12 &&
      (be32(xing.substr(4)) & 1)) {
    return be32(xing.substr(8));
  }
  const auto vbri = head.substr(std::min<std::size_t>(head.size(), 36), 18);
  return vbri.starts_with("VBRI") && vbri.size() == 18 ? be32(vbri.substr(14)) : 0;
}

}  // namespace

std::int64_t mpeg_duration_ms(std::string_view head, std::int64_t bytes) {
  std::size_t at = 0;
  std::int64_t samples = 0;
  int rate = 0;
  while (at < head.size()) {
    const auto frame = parse_mpeg_frame(head.substr(at));
    if (!frame) break;
    if (at == 0) {
      if (const auto frames = frame->adts ? 0 : stated_frames(head, *frame)) {
        return frames * frame->samples * 1000 / frame->sample_rate;
      }
    }
    at += frame->length;
    samples += frame->samples;
    rate = frame->sample_rate;
  }
  if (at == 0 || rate == 0) return 0;
  return static_cast<std::int64_t>(static_cast<double>(samples) * 1000 / rate * static_cast<double>(bytes) /
                                   static_cast<double>(at));
}

}  // namespace longwave::library
