// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.hpp"
#include "dialects/mpd/tags.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace longwave::mpd {

/// A track of the library as this protocol shows it. A plain value.
struct Song {
  TrackId id = {};
  std::string uri = {};         ///< path below its music folder, with `/`
  std::int64_t modified_s = 0;  ///< of the file, since 1970
  std::int64_t size_bytes = 0;
  std::string format = {};       ///< "44100:16:2"; empty: not known
  std::int64_t duration_ms = 0;  ///< 0: not known
  std::vector<std::pair<Tag, std::string>> tags =
      {};  ///< in the order in which they are told; never empty values

  /// The first value; empty: none.
  std::string_view tag(Tag which) const;
  /// Its folder; empty: the top.
  std::string_view folder() const;
  std::string_view name() const;
};

/// `2026-11-21T19:04:19Z`
std::string iso_time(std::int64_t unix_s);

/// The lines of a song, from `file:` on; only tags of the mask.
void print(std::string& out, const Song& song, const TagMask& mask);
/// One line.
void line(std::string& out, std::string_view key, std::string_view value);

/// Order in which the songs of one folder stand: album, disc, track, name.
bool before_in_folder(const Song& a, const Song& b);
/// Order of folders: what is in a folder stands before its folders.
bool folder_before(std::string_view a, std::string_view b);

}  // namespace longwave::mpd
