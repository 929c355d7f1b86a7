// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "library/reader.hpp"

#include <cstdint>
#include <string>
#include <unordered_map>

namespace longwave::store {
class Session;
}

namespace longwave::library {

inline constexpr const char* various_artists = "Various Artists";

/// Finds the artist and the album of a track, or makes them (docs/library.md, "Albums"). Lives as long as a
/// scan or an edit and remembers what it found; used only inside write jobs, so one call at a time. A job
/// that throws must be followed by forget(), as ids of rows that don't exist may be remembered.
class Placer {
 public:
  std::int64_t artist(store::Session& session, const std::string& name);
  std::int64_t album(store::Session& session, const Folder& folder, const Tags& tags,
                     std::int64_t track_artist);

  /// A track goes from one album to another (or stays: then its artist may have changed).
  void left(std::int64_t album, std::int64_t for_album) { left_[album] = for_album; }

  /// Albums and artists nothing belongs to any more go, albums whose tracks changed get the right artist, and
  /// what people said of an album that went is said of the one its last track went to.
  void tidy(store::Session& session);
  bool untidy() const;
  /// The same for what left() named and `artist` only: cheap in a large library.
  void settle(store::Session& session, std::int64_t artist);
  void forget();
  /// Forgets when an edit took albums or artists away since the last call: before each batch of a scan.
  void look_around(store::Session& session);

 private:
  struct AlbumRow {
    std::int64_t id = 0, artist = 0;
  };
  std::int64_t named_album_here(store::Session& session, const Folder& folder, const std::string& title);
  void set_album_artist(store::Session& session, std::int64_t album, std::int64_t artist);
  void join_albums(store::Session& session);
  void right_artist(store::Session& session, std::int64_t album);
  void inherit(store::Session& session, std::int64_t from, std::int64_t to);

  std::int64_t turn_ = 0;  ///< library_gone, as look_around() saw it
  std::unordered_map<std::string, std::int64_t> artists_;
  std::unordered_map<std::string, AlbumRow> albums_;
  std::unordered_map<std::string, std::int64_t> named_albums_;  ///< by folder and title
  std::unordered_map<std::int64_t, std::string>
      folder_albums_;                                    ///< folder and title of those without a named artist
  std::unordered_map<std::int64_t, std::int64_t> left_;  ///< albums that lost a track, and to which
};

}  // namespace longwave::library
