// SPDX-License-Identifier: Apache-2.0
// Section "Reading" of the function table: search, relationships, lyrics.
#include "dialects/musicdb/function.hpp"
#include "dialects/musicdb/records.hpp"
#include "library/lyrics.hpp"
#include "library/queries.hpp"
#include "library/relations.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <tuple>

namespace longwave::musicdb {
namespace {

namespace json = boost::json;

constexpr std::int64_t most = 1000;  // of a kind

bool wanted(const library::Song& song) {
  return !song.disabled && song.favourite != library::Favourite::hated;
}

json::array found_songs(store::Session& session, const std::string& text, std::int64_t limit) {
  // Some of them are left out afterwards.
  std::vector<TrackId> ids;
  for (const auto& track : library::search(session, text, {.limit = limit * 2}).items)
    ids.push_back(track.id);
  auto songs = library::songs(session, ids);
  std::erase_if(songs, [](const auto& song) { return !wanted(song); });
  if (static_cast<std::int64_t>(songs.size()) > limit) songs.resize(static_cast<std::size_t>(limit));
  Shelf shelf(session);
  shelf.add(songs);
  json::array out;
  for (const auto& song : songs) {
    out.push_back({{"artist", shelf.artist(Shelf::artist_of(song))},
                   {"album", shelf.album(song.track.album_id)},
                   {"song", record(song)}});
  }
  return out;
}

json::array found_albums(store::Session& session, const std::string& text, std::int64_t limit) {
  std::vector<std::int64_t> ids;
  for (const auto& album : library::albums(session, {.text = text, .artist = {}}, {.limit = limit}).items)
    ids.push_back(album.id);
  const auto albums = library::album_records(session, ids);
  Shelf shelf(session);
  shelf.add_albums(albums);
  json::array out;
  for (const auto& album : albums)
    out.push_back({{"artist", shelf.artist(album.artist_id)}, {"album", record(album)}});
  return out;
}

json::array found_artists(store::Session& session, const std::string& text, std::int64_t limit) {
  std::vector<std::int64_t> ids;
  for (const auto& artist : library::artists(session, text, {.limit = limit}).items) ids.push_back(artist.id);
  json::array out;
  for (const auto& artist : library::artist_records(session, ids)) {
    json::array albums;
    for (const auto& album : library::album_records(
             session, library::AlbumQuery{
                          .artist = artist.id, .hidden = false, .order = library::AlbumOrder::release}))
      albums.push_back(record(album));
    out.push_back({{"artist", record(artist)}, {"albums", std::move(albums)}});
  }
  return out;
}

Value find(store::Session& session, const Scene&, const Arguments& arguments) {
  const auto text = arguments.text("searchstring");
  const auto limit = std::clamp<std::int64_t>(arguments.integer("limit"), 0, most);
  const bool nothing = limit == 0 || text.find_first_not_of(" \t\r\n") == std::string::npos;
  if (nothing)
    return json::object{{"artists", json::array()}, {"albums", json::array()}, {"songs", json::array()}};
  return json::object{{"artists", found_artists(session, text, limit)},
                      {"albums", found_albums(session, text, limit)},
                      {"songs", found_songs(session, text, limit)}};
}

json::array related(store::Session& session, TrackId id) {
  std::vector<TrackId> ids;
  std::map<std::int64_t, int> weights;
  for (const auto& each : library::related_songs(session, id)) {
    ids.push_back(TrackId{each.id});
    weights[each.id] = each.weight;
  }
  auto songs = library::songs(session, ids);
  std::erase_if(songs, [](const auto& song) { return !wanted(song); });
  Shelf shelf(session);
  shelf.add(songs, true);
  const auto place = [&](const library::Song& song) {
    const auto* album = shelf.album_record(song.track.album_id);
    return std::tuple(shelf.artist_name(Shelf::artist_of(song)), album ? album->year : 0,
                      album ? album->name : std::string(), song.track.disc, song.track.track);
  };
  std::stable_sort(songs.begin(), songs.end(),
                   [&](const auto& a, const auto& b) { return place(a) < place(b); });
  json::array out;
  for (const auto& song : songs) {
    out.push_back({{"song", record(song)},
                   {"tags", shelf.song_tags(song.track.id.value)},
                   {"weight", weights[song.track.id.value]},
                   {"album", shelf.album(song.track.album_id)},
                   {"artist", shelf.artist(Shelf::artist_of(song))}});
  }
  return out;
}

Value song_relationship(store::Session& session, const Scene&, const Arguments& arguments) {
  const TrackId id{arguments.integer("songid")};
  const auto song = library::song(session, id);
  if (!song) return song.error();
  Shelf shelf(session);
  shelf.add(std::span(&*song, 1));
  return json::object{{"songid", id.value},
                      {"song", record(*song)},
                      {"album", shelf.album(song->track.album_id)},
                      {"artist", shelf.artist(Shelf::artist_of(*song))},
                      {"songs", related(session, id)}};
}

Value cut_song_relationship(store::Session& session, library::Changes&, const Scene&,
                            const Arguments& arguments) {
  const auto cut = library::cut_songs(session, TrackId{arguments.integer("songid")},
                                      TrackId{arguments.integer("relatedsongid")});
  if (!cut) return cut.error();
  return nullptr;
}

Value song_lyrics(store::Session& session, const Scene&, const Arguments& arguments) {
  const TrackId id{arguments.integer("songid")};
  const auto song = library::song(session, id);
  if (!song) return song.error();
  const auto lyrics = library::lyrics(session, id);
  if (!lyrics) return lyrics.error();
  Shelf shelf(session);
  shelf.add(std::span(&*song, 1));
  const bool any = lyrics->state != library::LyricsState::empty && !lyrics->text.empty();
  return json::object{{"songid", id.value},
                      {"song", record(*song)},
                      {"album", shelf.album(song->track.album_id)},
                      {"artist", shelf.artist(Shelf::artist_of(*song))},
                      {"lyrics", any ? json::value(clean(lyrics->text)) : json::value(nullptr)},
                      {"lyricsstate", static_cast<int>(lyrics->state)}};
}

const Function table[] = {
    {"Find", {{"searchstring", Kind::text}, {"limit", Kind::integer}}, find},
    {"GetSongRelationship", {{"songid", Kind::integer}}, song_relationship},
    {"CutSongRelationship",
     {{"songid", Kind::integer}, {"relatedsongid", Kind::integer}},
     cut_song_relationship,
     {.getter = "GetSongRelationship"}},
    {"GetSongLyrics", {{"songid", Kind::integer}}, song_lyrics},
};

}  // namespace

std::span<const Function> search_functions() {
  return table;
}

}  // namespace longwave::musicdb
