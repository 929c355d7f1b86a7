// SPDX-License-Identifier: Apache-2.0
// Section "Reading" of the function table: artists, albums, songs, and their tags.
#include "dialects/musicdb/filter.hpp"
#include "dialects/musicdb/function.hpp"
#include "dialects/musicdb/records.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <map>

namespace longwave::musicdb {
namespace {

namespace json = boost::json;
using library::AlbumQuery;
using library::AlbumRecord;
using library::Tagged;

using Filter = std::vector<schedule::GenreFilter>;

constexpr std::int64_t page = 2000;  // songs that are read at once

void bounce(Core&, ClientId, const Arguments& arguments, Answer answer) {
  answer(arguments.given());
}

json::array albums_json(const Shelf& shelf, std::span<const AlbumRecord> albums, const Filter* filter) {
  json::array out;
  for (const auto& album : albums) {
    const auto& tags = shelf.tags_of_album(album.id);
    if (filter && !shown(tags, *filter)) continue;
    out.push_back({{"album", record(album)}, {"tags", tag_set(Tagged::album, album.id, tags)}});
  }
  return out;
}

Value artists_of_library(store::Session& session, const Scene&, const Arguments&) {
  json::array out;
  for (const auto& artist : library::artist_records(session)) out.push_back(record(artist));
  return out;
}

json::array with_albums(store::Session& session, const Filter* filter) {
  const auto albums = library::album_records(
      session, AlbumQuery{.artist = {}, .hidden = false, .order = library::AlbumOrder::release});
  Shelf shelf(session);
  shelf.add_albums(albums);
  std::map<std::int64_t, std::vector<AlbumRecord>> by_artist;
  for (const auto& album : albums) by_artist[album.artist_id].push_back(album);
  json::array out;
  for (const auto& artist : library::artist_records(session)) {
    auto list = albums_json(shelf, by_artist[artist.id], filter);
    if (filter && list.empty()) continue;
    out.push_back({{"artist", record(artist)}, {"albums", std::move(list)}});
  }
  return out;
}

Value artists_with_albums(store::Session& session, const Scene&, const Arguments&) {
  return with_albums(session, nullptr);
}

Value filtered_artists_with_albums(store::Session& session, const Scene& scene, const Arguments&) {
  return with_albums(session, &scene.random.genres);
}

Value albums_of_artist(store::Session& session, const Scene& scene, const Arguments& arguments) {
  const auto albums = library::album_records(session, AlbumQuery{.artist = arguments.integer("artistid"),
                                                                 .hidden = false,
                                                                 .order = library::AlbumOrder::release});
  Shelf shelf(session);
  shelf.add_albums(albums);
  return albums_json(shelf, albums, arguments.boolean("applyfilter") ? &scene.random.genres : nullptr);
}

Value hidden_albums(store::Session& session, const Scene&, const Arguments&) {
  const auto albums = library::album_records(
      session, AlbumQuery{.artist = {}, .hidden = true, .order = library::AlbumOrder::path});
  Shelf shelf(session);
  shelf.add_albums(albums);
  return albums_json(shelf, albums, nullptr);
}

/// Without numbers of discs, everything is one; a song without one stands on the first.
json::array sorted_discs(store::Session& session, const AlbumRecord& album) {
  auto songs = library::songs_of_album(session, album.id);
  std::map<int, std::vector<library::Song>> discs;
  if (album.discs == 0) {
    std::stable_sort(songs.begin(), songs.end(), [](const auto& a, const auto& b) {
      return std::pair(a.track.track, a.track.title) < std::pair(b.track.track, b.track.title);
    });
  }
  for (auto& song : songs)
    discs[album.discs == 0 ? 1 : std::max(song.track.disc, 1)].push_back(std::move(song));
  json::array out;
  for (const auto& [number, list] : discs) out.push_back(songs_with_tags(session, list));
  return out;
}

Value album(store::Session& session, const Scene&, const Arguments& arguments) {
  const auto found = library::album_record(session, arguments.integer("albumid"));
  if (!found) return found.error();
  Shelf shelf(session);
  shelf.add_albums(std::span(&*found, 1));
  return json::object{{"artist", shelf.artist(found->artist_id)},
                      {"album", record(*found)},
                      {"tags", shelf.album_tags(found->id)},
                      {"cds", sorted_discs(session, *found)}};
}

Value album_discs(store::Session& session, const Scene&, const Arguments& arguments) {
  const auto found = library::album_record(session, arguments.integer("albumid"));
  if (!found) return json::array();
  return sorted_discs(session, *found);
}

Value song(store::Session& session, const Scene&, const Arguments& arguments) {
  const auto found = library::song(session, TrackId{arguments.integer("songid")});
  if (!found) return found.error();
  Shelf shelf(session);
  shelf.add(std::span(&*found, 1), true);
  return json::object{{"song", record(*found)},
                      {"artist", shelf.artist(Shelf::artist_of(*found))},
                      {"album", shelf.album(found->track.album_id)},
                      {"tags", shelf.song_tags(found->track.id.value)}};
}

Value song_tags(store::Session& session, const Scene&, const Arguments& arguments) {
  const auto id = arguments.integer("songid");
  if (const auto found = library::song(session, TrackId{id}); !found) return found.error();
  return tag_set(Tagged::song, id, library::assigned(session, Tagged::song, id));
}

Value album_tags(store::Session& session, const Scene&, const Arguments& arguments) {
  const auto id = arguments.integer("albumid");
  if (const auto found = library::album_record(session, id); !found) return found.error();
  return tag_set(Tagged::album, id, library::assigned(session, Tagged::album, id));
}

Value all_tags(store::Session& session, const Scene&, const Arguments&) {
  json::array genres, subgenres, moods;
  for (const auto& tag : library::tags(session)) {
    auto& list = tag.kind == library::TagClass::genre      ? genres
                 : tag.kind == library::TagClass::subgenre ? subgenres
                                                           : moods;
    list.push_back(record(tag));
  }
  return json::object{
      {"genres", std::move(genres)}, {"subgenres", std::move(subgenres)}, {"moods", std::move(moods)}};
}

Value tags_statistics(store::Session& session, const Scene&, const Arguments&) {
  json::object out;
  for (const auto& each : library::tag_statistics(session)) {
    out[std::to_string(each.tag.id)] = {{"tag", record(each.tag)},
                                        {"songs", each.songs},
                                        {"albums", each.albums},
                                        {"videos", each.videos},
                                        {"children", each.children}};
  }
  return out;
}

json::array every_song(store::Session& session) {
  json::array out;
  for (TrackId after{};;) {
    const auto songs = library::songs_after(session, after, page);
    for (const auto& one : songs) out.push_back(record(one));
    if (static_cast<std::int64_t>(songs.size()) < page) return out;
    after = songs.back().track.id;
  }
}

Value tables(store::Session& session, const Scene&, const Arguments& arguments) {
  json::object out;
  for (const auto& each : arguments.value("tables").get_array()) {
    const auto* name = each.if_string();
    if (!name) return error(Errc::invalid, "a table's name is a text");
    json::array rows;
    if (*name == "songs") {
      rows = every_song(session);
    } else if (*name == "albums") {
      for (const auto& one : library::album_records(session, AlbumQuery{})) rows.push_back(record(one));
    } else if (*name == "artists") {
      for (const auto& one : library::artist_records(session)) rows.push_back(record(one));
    } else if (*name == "tags") {
      for (const auto& one : library::tags(session)) rows.push_back(record(one));
    } else {
      return error(Errc::invalid, "the tables are songs, albums, artists and tags");
    }
    out[*name] = std::move(rows);
  }
  return out;
}

const Function table[] = {
    {"Bounce", {}, bounce},
    {"GetArtists", {}, artists_of_library},
    {"GetArtistsWithAlbums", {}, artists_with_albums},
    {"GetFilteredArtistsWithAlbums", {}, filtered_artists_with_albums},
    {"GetAlbums", {{"artistid", Kind::integer}, {"applyfilter", Kind::boolean}}, albums_of_artist},
    {"GetHiddenAlbums", {}, hidden_albums},
    {"GetAlbum", {{"albumid", Kind::integer}}, album},
    {"GetSortedAlbumCDs", {{"albumid", Kind::integer}}, album_discs},
    {"GetSong", {{"songid", Kind::integer}}, song},
    {"GetSongTags", {{"songid", Kind::integer}}, song_tags},
    {"GetAlbumTags", {{"albumid", Kind::integer}}, album_tags},
    {"GetTags", {}, all_tags},
    {"GetTagsStatistics", {}, tags_statistics},
    {"GetTables", {{"tables", Kind::list}}, tables},
};

}  // namespace

std::span<const Function> reading_functions() {
  return table;
}

}  // namespace longwave::musicdb
