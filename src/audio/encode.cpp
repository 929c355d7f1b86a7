// SPDX-License-Identifier: Apache-2.0
#include "audio/encode.hpp"

#include "audio/dynamics.hpp"
#include "audio/encode_into.hpp"
#include "audio/frame_codec.hpp"
#include "audio/item_source.hpp"
#include "audio/sha256.hpp"

#include <dlfcn.h>

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <vector>

extern "C" {
#include <libavcodec/avcodec.h>
}

namespace longwave::audio {

namespace {

/// FFmpeg doesn't tell the version of the encoder behind it, but the encoder's library does, which is in the
/// process because libavcodec needs it. One that is built into libavcodec has libavcodec's version.
std::string own_version(const char* function) {
  const auto tell = reinterpret_cast<const char* (*)()>(dlsym(RTLD_DEFAULT, function));
  return tell ? tell() : "inside";
}

}  // namespace

std::string encoder_identity(Format format) {
  const bool mp3 = is_mp3(format);
  return fmt::format("{}/{}/lavc{}/{}/{}/delay{}/limiter{}/headroom{}", info(format).name,
                     own_version(mp3 ? "get_lame_version" : "opus_get_version_string"), avcodec_version(),
                     !mp3                        ? "vbr,loss9"
                     : format == Format::mp3_128 ? "reservoir0,scale0.95"
                                                 : "reservoir0",
                     info(format).bitrate, info(format).encoder_delay, limiter_version, coding_headroom_db);
}

std::string rendition_key(const TrackSound& sound, Format format) {
  const auto& a = sound.analysis;
  if (a.partial || a.payload_hash.empty()) return {};
  return Sha256::hex_of(fmt::format("{}|{}|{}+{}|{:.2f} {:.2f} {}", a.payload_hash, encoder_identity(format),
                                    a.begin.count(), a.played().count(), sound.gain.db, sound.gain.ceiling_db,
                                    sound.gain.limiter));
}

Encoding encode_transient(TrackSound sound, Format format, std::int64_t from) {
  const auto samples = format_samples(format, sound.analysis.played());
  auto rendition = std::make_shared<MemoryRendition>(format, std::max<std::int64_t>(from, 0), samples);
  return {rendition, [guard = Abandoned{rendition}, sound = std::move(sound)](std::stop_token stop) {
            encode_into(*guard.rendition, sound, std::move(stop));
          }};
}

namespace {

Result<std::int64_t> encode_all(MemoryRendition& rendition, const TrackSound& sound,
                                const std::stop_token& stop) {
  const auto& f = info(rendition.format());
  const auto frame_pairs = static_cast<std::int64_t>(f.frame_samples);
  const auto first = rendition.first_frame();
  const auto priming = std::min<std::int64_t>(first, f.priming_frames);
  auto source = ItemSource::open(sound, rendition.format(), (first - priming) * frame_pairs, stop);
  if (!source) return source.error();
  auto encoder = FrameEncoder::open(rendition.format());
  if (!encoder) return encoder.error();

  std::int64_t to_drop = priming;
  bool fits = true;
  const auto sink = [&](std::string_view bytes) {
    if (to_drop > 0)
      --to_drop;
    else
      fits = rendition.append_frame(bytes) && fits;
  };
  std::vector<float> pairs(static_cast<std::size_t>(frame_pairs) * 2);
  std::int64_t position = (first - priming) * frame_pairs;
  for (bool more = true; more;) {
    if (stop.stop_requested()) return error(Errc::cancelled, "encoding was given up");
    auto got = source->read(pairs);
    if (!got) return got.error();
    more = static_cast<std::int64_t>(*got) == frame_pairs;
    if (*got == 0) break;
    if (position >= first * frame_pairs) rendition.append_sound(std::span{pairs}.first(*got * 2));
    position += static_cast<std::int64_t>(*got);
    std::fill(pairs.begin() + static_cast<std::ptrdiff_t>(*got * 2), pairs.end(), 0.0f);
    if (auto encoded = encoder->encode(pairs, sink); !encoded) return encoded.error();
    if (!fits) return error(Errc::full, "longer than anything that is played");
  }
  if (auto finished = encoder->finish(sink); !finished) return finished.error();
  return position;
}

}  // namespace

void encode_into(MemoryRendition& rendition, const TrackSound& sound, std::stop_token stop) {
  auto samples = encode_all(rendition, sound, stop);
  if (!samples) return rendition.fail(samples.error().message);
  const auto promised = format_samples(rendition.format(), sound.analysis.played());
  // A file that changed since its analysis would put everything behind it out of place.
  if (!sound.analysis.partial && *samples < promised)
    return rendition.fail(
        fmt::format("the file has become shorter ({:.1f} s are missing)",
                    static_cast<double>(promised - *samples) / info(rendition.format()).sample_rate));
  rendition.complete(*samples);
}

}  // namespace longwave::audio
