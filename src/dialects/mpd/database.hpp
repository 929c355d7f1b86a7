// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.hpp"
#include "dialects/mpd/filter.hpp"
#include "dialects/mpd/song.hpp"
#include "library/roots.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace longwave::store {
class Session;
}

namespace longwave::mpd {

/// The library as a tree of folders, for one job of the store. Paths are those of library/roots.hpp. Only
/// what can be played is seen, except where tracks are asked for by id. Throws what the store throws.
class Database {
 public:
  /// Both outlive it.
  Database(store::Session& session, const library::Roots& roots) : session_(session), roots_(roots) {}

  /// In the order of the tree: a folder's songs by album, disc, track and name, then its folders.
  std::vector<Song> songs(const Filter& filter = {});
  std::optional<Song> song(std::string_view uri);
  /// In the order of the ids; one that is gone has no uri.
  std::vector<Song> songs(std::span<const TrackId> ids);
  /// All folders that hold a song somewhere below, in the order of the tree, without the top.
  std::vector<std::string> folders();
  /// Songs of the folder and everything below; nullopt: there is no such folder.
  std::optional<std::vector<Song>> below(std::string_view folder);

  struct Pictures {
    std::string folder;    ///< hash of the picture beside the file; empty: none
    std::string embedded;  ///< of the one inside it
  };
  std::optional<Pictures> pictures(std::string_view uri);

  store::Session& session() { return session_; }

 private:
  store::Session& session_;
  const library::Roots& roots_;
};

/// Without a slash at the beginning or end; "/" is the top.
std::string_view trimmed(std::string_view uri);

}  // namespace longwave::mpd
