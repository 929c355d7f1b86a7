// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "library/song.hpp"
#include "library/tagging.hpp"
#include "library/videos.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// The library's values as this protocol's records, docs/protocols/musicdb.md section "Records". Pure, but
/// for Shelf, which reads inside a job of the store.
namespace longwave::musicdb {

boost::json::object record(const library::ArtistRecord& artist);
boost::json::object record(const library::AlbumRecord& album);
boost::json::object record(const library::Song& song);
boost::json::object record(const library::Video& video);
boost::json::object record(const library::Tag& tag);

/// Genres, subgenres and moods of one song, album or video.
boost::json::object tag_set(library::Tagged what, std::int64_t target,
                            std::span<const library::Assigned> assigned);

/// Text of files and people, fit for JSON.
boost::json::string clean(std::string_view text);

/// Records of many, each read once. What doesn't exist is told as an empty record with all keys, because the
/// original page needs them.
class Shelf {
 public:
  explicit Shelf(store::Session& session) : session_(session) {}

  /// Reads albums and artists of these songs, their tags too if asked for.
  void add(std::span<const library::Song> songs, bool tags = false);
  void add_albums(std::span<const library::AlbumRecord> albums);
  void add_artists(std::span<const std::int64_t> ids);

  boost::json::object artist(std::int64_t id) const;
  boost::json::object album(std::int64_t id) const;
  /// What stands behind `song` records: of the track, else of its album.
  static std::int64_t artist_of(const library::Song& song);
  boost::json::object song_tags(std::int64_t song) const;
  boost::json::object album_tags(std::int64_t album) const;
  const std::vector<library::Assigned>& tags_of_album(std::int64_t album) const;
  const library::AlbumRecord* album_record(std::int64_t id) const;
  std::string artist_name(std::int64_t id) const;

 private:
  using Assigned = std::map<std::int64_t, std::vector<library::Assigned>>;
  static void sort_in(std::vector<library::Assigned> found, Assigned& into);

  store::Session& session_;
  std::map<std::int64_t, library::ArtistRecord> artists_;
  std::map<std::int64_t, library::AlbumRecord> albums_;
  Assigned song_tags_, album_tags_;
};

/// {"song", "tags"} of each.
boost::json::array songs_with_tags(store::Session& session, std::span<const library::Song> songs);

}  // namespace longwave::musicdb
