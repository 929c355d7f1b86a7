// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "audio/format.hpp"
#include "base/ids.hpp"
#include "base/time.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

/// What the station loop hands to the net loops: pieces of a mount's stream, immutable and shared.
namespace longwave::station {

/// A mount is counted in units that can't be cut: an MP3 frame, or an Ogg page of Opus packets. Unit u begins
/// with frame u * frames_per_unit of the mount.
constexpr std::int64_t frames_per_unit(audio::Format format) {
  return format == audio::Format::opus_96 ? 10 : 1;
}
inline std::int64_t unit_at(audio::Format format, Samples at) {
  const auto frame = audio::frame_at(format, at);
  const auto per = frames_per_unit(format);
  return frame >= 0 ? frame / per : -((-frame + per - 1) / per);
}
inline Samples time_of_unit(audio::Format format, std::int64_t unit) {
  return audio::time_of_frame(format, unit * frames_per_unit(format));
}

/// About as many bytes as a unit has, to reserve room for many of them.
inline std::size_t usual_unit_bytes(audio::Format format) {
  const auto& f = audio::info(format);
  const auto frame = std::int64_t{f.bitrate} * f.frame_samples / 8 / f.sample_rate + 1;
  const auto per = frames_per_unit(format);
  return static_cast<std::size_t>(per > 1 ? frame * per + 64 : frame);
}

/// The serial number of a station's Ogg stream.
std::uint32_t opus_serial(StationId station);

/// A title as it goes in-band. Numbers grow along the stream of a mount.
struct Title {
  std::int64_t number = 0;
  std::string text;
  std::string icy_block;
};
using TitlePtr = std::shared_ptr<const Title>;

struct TitleMark {
  std::int64_t unit = 0;  ///< the title counts from here on
  TitlePtr title;
};

struct MountBatch {
  StationId station;
  audio::Format format = audio::Format::mp3_128;
  std::int64_t first = 0;           ///< unit
  std::string bytes;                ///< units first, first + 1, … one after the other
  std::vector<std::uint32_t> ends;  ///< of each unit in bytes
  std::vector<TitleMark> marks;     ///< ascending; the first says what counts at `first`
  std::int64_t end() const { return first + static_cast<std::int64_t>(ends.size()); }
};
using MountBatchPtr = std::shared_ptr<const MountBatch>;
/// What of a batch comes from `unit` on; that lies inside of it.
MountBatchPtr from_unit(const MountBatch& batch, std::int64_t unit);

}  // namespace longwave::station
