// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"
#include "library/layout.hpp"
#include "library/track.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace longwave::library {

class MusicFile;

/// What a file says about itself. Text is clean() UTF-8; what isn't said is empty or 0.
struct Tags {
  std::string title;
  std::string artist;        ///< several are joined by "; "
  std::string first_artist;  ///< the one the track is listed under
  std::string album_artist;
  std::string album;
  std::string genre;                ///< several are joined by "; "
  std::vector<std::string> genres;  ///< one by one, at most 8
  std::string lyrics;               ///< several lines; with times in LRC's form if it has any
  int track = 0, disc = 0, year = 0;
  bool compilation = false;
  ReplayGain gain;
  std::string format;
  std::int64_t duration_ms = 0;
  int sample_rate = 0, channels = 0, bitrate_kbps = 0;
};

/// Gets the bytes of the file's picture (the front cover if there is one): not checked, valid during the
/// call.
using PictureSink = std::function<void(std::string_view)>;

/// Reads the tags with TagLib from the open file. Never throws for what is in the file. Errors: broken, with
/// a reason for a person.
Result<Tags> read_tags(MusicFile& file, const Layout& layout, const PictureSink& picture);

}  // namespace longwave::library
