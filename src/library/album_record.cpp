// SPDX-License-Identifier: Apache-2.0
#include "library/known.hpp"
#include "library/names.hpp"
#include "library/roots.hpp"
#include "library/song.hpp"
#include "store/session.hpp"

#include <algorithm>
#include <filesystem>

namespace longwave::library {

namespace {

using Int = std::int64_t;

/// One pass over the tracks of an album; its picture is that of its first track that has one.
constexpr const char* album_columns =
    "SELECT b.id, b.artist_id, b.title, a.name, MIN(f.path), COUNT(*), "
    "COUNT(DISTINCT CASE WHEN t.disc > 0 THEN t.disc END), MAX(t.year), SUM(t.duration_ms), b.origin, "
    "COALESCE(b.added_ms, MIN(t.added_ms)), b.hidden, b.background, b.foreground, b.highlight, "
    "(SELECT x.art FROM library_track x WHERE x.album_id = b.id AND x.art <> '' AND x.state <> 3 "
    "ORDER BY x.disc, x.track LIMIT 1) AS art "
    "FROM library_album b JOIN library_artist a ON a.id = b.artist_id "
    "JOIN library_track t ON t.album_id = b.id AND t.state <> 3 "
    "JOIN library_folder f ON f.id = t.folder_id ";

/// The folder of the album; of one in folders of discs, the folder above.
std::string folder_of_album(const std::string& folder) {
  const std::filesystem::path path(folder);
  return is_disc_folder(path.filename().string()) ? path.parent_path().string() : folder;
}

void colour(store::Session& session, AlbumRecord& album) {
  std::string background = "#101010", foreground = "#F0F0F0", highlight = "#909090";
  if (!album.art.empty() &&
      (album.background.empty() || album.foreground.empty() || album.highlight.empty())) {
    if (const auto found = session.row<std::string, std::string, std::string>(
            "SELECT background, foreground, highlight FROM library_art_colour WHERE art = :art", album.art))
      std::tie(background, foreground, highlight) = *found;
  }
  if (album.background.empty()) album.background = std::move(background);
  if (album.foreground.empty()) album.foreground = std::move(foreground);
  if (album.highlight.empty()) album.highlight = std::move(highlight);
}

template <class... Args>
void read_albums(store::Session& session, std::vector<AlbumRecord>& into, const std::string& rest,
                 const Args&... args) {
  const Roots roots = load_roots(session);
  const std::size_t first = into.size();
  session.each<Int, Int, std::string, std::string, std::string, int, int, int, Int, std::string, Int, bool,
               std::string, std::string, std::string, std::string>(
      album_columns + rest,
      [&](Int id, Int artist_id, std::string name, std::string artist, const std::string& folder, int songs,
          int discs, int year, Int duration, std::string origin, Int added, bool hidden,
          std::string background, std::string foreground, std::string highlight, std::string art) {
        AlbumRecord r;
        r.id = id;
        r.artist_id = artist_id;
        r.name = std::move(name);
        r.artist = std::move(artist);
        r.path = roots.relative(folder_of_album(folder));
        r.songs = songs;
        r.discs = discs;
        r.year = year;
        r.duration_ms = duration;
        r.origin = std::move(origin);
        r.added_ms = added;
        r.hidden = hidden;
        r.background = std::move(background);
        r.foreground = std::move(foreground);
        r.highlight = std::move(highlight);
        r.art = std::move(art);
        into.push_back(std::move(r));
      },
      args...);
  for (std::size_t i = first; i < into.size(); ++i) colour(session, into[i]);
}

template <class... Args>
void read_artists(store::Session& session, std::vector<ArtistRecord>& into, const std::string& where,
                  const Args&... args) {
  const Roots roots = load_roots(session);
  session.each<Int, std::string, int, int, std::string>(
      "SELECT a.id, a.name, "
      "(SELECT COUNT(*) FROM library_album b WHERE b.artist_id = a.id AND EXISTS (SELECT 1 FROM "
      "library_track t "
      "WHERE t.album_id = b.id AND t.state <> 3)) AS albums, "
      "(SELECT COUNT(*) FROM library_track t WHERE t.artist_id = a.id AND t.state <> 3) AS songs, "
      "(SELECT MIN(f.path) FROM library_album b JOIN library_track t ON t.album_id = b.id AND t.state <> 3 "
      "JOIN library_folder f ON f.id = t.folder_id WHERE b.artist_id = a.id) FROM library_artist a " +
          where,
      [&](Int id, std::string name, int albums, int songs, const std::string& folder) {
        std::string path;
        if (!folder.empty())
          path = roots.relative(std::filesystem::path(folder_of_album(folder)).parent_path().string());
        into.push_back({id, std::move(name), std::move(path), albums, songs});
      },
      args...);
}

}  // namespace

std::vector<AlbumRecord> album_records(store::Session& session, const AlbumQuery& query) {
  std::vector<AlbumRecord> found;
  static constexpr const char* orders[] = {" ORDER BY b.sort, b.id", " ORDER BY 8, b.sort, b.id",
                                           " ORDER BY 5, b.sort, b.id"};
  const std::string order = orders[static_cast<int>(query.order)];
  const int hidden = !query.hidden ? -1 : *query.hidden ? 1 : 0;
  if (query.artist) {
    read_albums(session, found,
                "WHERE b.artist_id = :artist AND b.id <> 0 AND (:any = -1 OR b.hidden = :hidden) GROUP BY "
                "b.id, a.name" +
                    order,
                *query.artist, hidden, hidden);
  } else {
    read_albums(session, found,
                "WHERE b.id <> 0 AND (:any = -1 OR b.hidden = :hidden) GROUP BY b.id, a.name" + order, hidden,
                hidden);
  }
  return found;
}

std::vector<AlbumRecord> album_records(store::Session& session, std::span<const std::int64_t> ids) {
  std::vector<AlbumRecord> found;
  for (const auto id : ids) {
    if (id != 0) read_albums(session, found, "WHERE b.id = :id GROUP BY b.id, a.name", id);
  }
  return found;
}

Result<AlbumRecord> album_record(store::Session& session, std::int64_t id) {
  auto found = album_records(session, {&id, 1});
  if (found.empty()) return error(Errc::not_found, "there is no such album");
  return std::move(found.front());
}

std::vector<ArtistRecord> artist_records(store::Session& session) {
  std::vector<ArtistRecord> found;
  read_artists(
      session, found,
      "WHERE a.id <> 0 AND (EXISTS (SELECT 1 FROM library_track t WHERE t.artist_id = a.id AND t.state <> 3) "
      "OR EXISTS (SELECT 1 FROM library_album b JOIN library_track t ON t.album_id = b.id WHERE "
      "b.artist_id = a.id AND t.state <> 3)) ORDER BY a.fold, a.id");
  return found;
}

std::vector<ArtistRecord> artist_records(store::Session& session, std::span<const std::int64_t> ids) {
  std::vector<ArtistRecord> found;
  for (const auto id : ids) {
    if (id != 0) read_artists(session, found, "WHERE a.id = :id", id);
  }
  return found;
}

Result<ArtistRecord> artist_record(store::Session& session, std::int64_t id) {
  auto found = artist_records(session, {&id, 1});
  if (found.empty()) return error(Errc::not_found, "there is no such artist");
  return std::move(found.front());
}

}  // namespace longwave::library
