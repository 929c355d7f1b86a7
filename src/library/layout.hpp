// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"

#include <cstdint>

namespace longwave::library {

class MusicFile;

enum class Container { mp3, aac, flac, ogg_vorbis, ogg_opus, ogg_flac, mp4, wav, aiff };
const char* to_string(Container container);

/// Where things are in a music file, found from its bytes alone: its name doesn't matter.
struct Layout {
  Container container{};
  std::int64_t audio_begin = 0;  ///< bytes; the payload without tags, headers and padding
  std::int64_t audio_end = 0;
  std::int64_t tag_begin = -1;  ///< an ID3v2 tag inside a WAV or AIFF chunk
  std::int64_t tag_end = -1;
  std::int64_t info_begin = -1;  ///< the items of a WAV "INFO" list
  std::int64_t info_end = -1;

  // WAV and AIFF say these in a few bytes; 0 elsewhere.
  int sample_rate = 0;
  int channels = 0;
  int bits = 0;
  std::int64_t frames = 0;
};

/// Also refuses what would make a tag reader run wild: tags over 32 MiB, compressed ID3v2 frames that could
/// blow up, MP4 boxes nested too deep. Errors: broken or unsupported, with a reason for a person. ID3v2.4
/// (id3.org), FLAC (RFC 9639), Ogg (RFC 3533), ISO base media (ISO 14496-12), RIFF/WAVE, AIFF-C, APEv2.
Result<Layout> find_layout(MusicFile& file);

/// 64 bits that are the same after a move and after a change of tags: of the length of the payload and its
/// first and last 64 KiB. In Ogg, page headers are left out, as new tags renumber them.
std::int64_t identity_of(MusicFile& file, const Layout& layout);

}  // namespace longwave::library
