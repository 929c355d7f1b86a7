// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace longwave::library {

/// The header of an MPEG audio frame (ISO 11172-3, 13818-3) or an ADTS frame (13818-7).
struct MpegFrame {
  std::size_t offset = 0;  ///< in the searched bytes
  std::size_t length = 0;  ///< bytes, the header included
  int sample_rate = 0;
  int channels = 0;
  int samples = 0;  ///< per channel
  bool adts = false;
};

/// Reads a frame header at the beginning of `bytes`.
std::optional<MpegFrame> parse_mpeg_frame(std::string_view bytes);

/// The first frame that is followed by another like it; behind other bytes, by three (programs and pictures
/// look like two by chance). With `whole` the bytes are all there is, so that frames that end exactly there
/// count as well.
std::optional<MpegFrame> find_mpeg_frame(std::string_view bytes, bool whole);

/// How long the sound is that begins with `head` (the first 64 KiB or less) and has `bytes` in all: as its
/// Xing or VBRI header says, else at the bit rate of the frames in `head`. 0 if there is no frame.
std::int64_t mpeg_duration_ms(std::string_view head, std::int64_t bytes);

}  // namespace longwave::library
