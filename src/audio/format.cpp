// SPDX-License-Identifier: Apache-2.0
#include "audio/format.hpp"

#include <algorithm>
#include <array>

namespace longwave::audio {
namespace {

constexpr std::array<FormatInfo, 3> formats{{
    {"mp3_128", "mp3", "audio/mpeg", 44100, 1152, 128000, 4, 4, 1105},
    {"opus_96", "opus", "audio/ogg; codecs=opus", 48000, 960, 96000, 8, 4, 312},
    {"mp3_256", "mp3", "audio/mpeg", 44100, 1152, 256000, 4, 4, 1105},
}};

std::int64_t floor_div(__int128 a, std::int64_t b) {
  const auto quotient = static_cast<std::int64_t>(a / b);
  return a % b < 0 ? quotient - 1 : quotient;
}

/// A frame is a whole number of the stream's samples in every format, so that no position needs more than 64
/// bits: these are asked for several times for each frame of each station.
constexpr std::int64_t stream_samples(const FormatInfo& f) {
  return std::int64_t{44100} * f.frame_samples / f.sample_rate;
}
constexpr std::array<std::int64_t, formats.size()> frame_lengths{
    stream_samples(formats[0]), stream_samples(formats[1]), stream_samples(formats[2])};
static_assert(std::all_of(formats.begin(), formats.end(), [](const FormatInfo& f) {
  return stream_samples(f) * f.sample_rate == std::int64_t{44100} * f.frame_samples;
}));

template <class Member>
std::optional<Format> find(Member member, std::string_view value) {
  const auto it =
      std::find_if(formats.begin(), formats.end(), [&](const auto& f) { return f.*member == value; });
  if (it == formats.end()) return std::nullopt;
  return static_cast<Format>(it - formats.begin());
}

}  // namespace

const FormatInfo& info(Format format) {
  return formats[static_cast<std::size_t>(format)];
}
std::optional<Format> format_by_name(std::string_view name) {
  return find(&FormatInfo::name, name);
}
std::optional<Format> format_by_extension(std::string_view extension) {
  return find(&FormatInfo::extension, extension);
}

std::int64_t frame_at(Format format, Samples at) {
  const auto length = frame_lengths[static_cast<std::size_t>(format)];
  const auto frame = at.count() / length;
  return at.count() % length < 0 ? frame - 1 : frame;
}

Samples time_of_frame(Format format, std::int64_t n) {
  return Samples{n * frame_lengths[static_cast<std::size_t>(format)]};
}

std::int64_t format_samples(Format format, Samples length) {
  return floor_div(static_cast<__int128>(length.count()) * info(format).sample_rate, 44100);
}

Samples programme_duration(Samples length) {
  if (length < min_item_length) return Samples{0};
  return Samples{(length.count() - 882) / 1152 * 1152};
}

}  // namespace longwave::audio
