// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.hpp"
#include "library/list_files.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace longwave::store {
class Session;
}

/// Playlist files and the library: which track an item means, and how a track is named in a file. Inside a
/// job of the store.
namespace longwave::library {

struct MatchedList {
  std::vector<TrackId> tracks;       ///< in the order of the file
  std::vector<std::string> missing;  ///< what wasn't found: the path, or "Artist - Title"; valid UTF-8
};

/// By path first: as it stands, below a music folder, or (another computer's file) by its last folders and
/// its name; then by artist and title, of several by the nearest length.
MatchedList match_list(store::Session& session, const ListFile& file);

/// Paths relative to the music folder a track is in.
ListFile list_of(store::Session& session, std::string_view title, std::span<const TrackId> tracks);

}  // namespace longwave::library
