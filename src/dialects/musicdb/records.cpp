// SPDX-License-Identifier: Apache-2.0
#include "dialects/musicdb/records.hpp"

#include "base/text.hpp"
#include "dialects/musicdb/icon.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <set>

namespace longwave::musicdb {
namespace {

namespace json = boost::json;

constexpr std::string_view no_picture = "default.jpg";
const std::vector<library::Assigned> none;

std::int64_t seconds(std::int64_t ms) {
  return ms / 1000;
}

std::int64_t seconds(const std::optional<std::int64_t>& ms) {
  return ms.value_or(0) / 1000;
}

json::value optional_seconds(const std::optional<std::int64_t>& ms) {
  if (!ms) return nullptr;
  return static_cast<double>(*ms) / 1000;
}

json::value optional_id(std::int64_t id) {
  if (id == 0) return nullptr;
  return id;
}

std::string_view key_of(library::Tagged what) {
  return what == library::Tagged::song ? "songid" : what == library::Tagged::album ? "albumid" : "videoid";
}

}  // namespace

json::string clean(std::string_view text) {
  return json::string(text::to_utf8(text));
}

json::object record(const library::ArtistRecord& artist) {
  return {{"id", artist.id}, {"name", clean(artist.name)}, {"path", clean(artist.path)}};
}

json::object record(const library::AlbumRecord& album) {
  return {{"id", album.id},
          {"artistid", album.artist_id},
          {"name", clean(album.name)},
          {"path", clean(album.path)},
          {"numofsongs", album.songs},
          {"numofcds", album.discs},
          {"origin", clean(album.origin)},
          {"release", album.year},
          {"artworkpath", album.art.empty() ? std::string(no_picture) : album.art + ".jpg"},
          {"bgcolor", album.background},
          {"fgcolor", album.foreground},
          {"hlcolor", album.highlight},
          {"added", seconds(album.added_ms)},
          {"hidden", album.hidden ? 1 : 0}};
}

json::object record(const library::Song& song) {
  const auto& track = song.track;
  return {{"id", track.id.value},
          {"albumid", track.album_id},
          {"artistid", Shelf::artist_of(song)},
          {"name", clean(track.title)},
          {"path", clean(song.path)},
          {"number", track.track},
          {"cd", track.disc},
          {"disabled", song.disabled ? 1 : 0},
          {"playtime", (track.duration_ms + 500) / 1000},
          {"bitrate", song.bitrate_kbps},
          {"likes", song.likes},
          {"dislikes", song.dislikes},
          {"favorite", static_cast<int>(song.favourite)},
          {"lyricsstate", static_cast<int>(song.lyrics)},
          {"checksum", song.checksum},
          {"lastplayed", seconds(song.last_played_ms)},
          {"liverecording", song.live ? 1 : 0},
          {"badaudio", song.bad_audio ? 1 : 0}};
}

json::object record(const library::Video& video) {
  return {{"id", video.id},
          {"songid", optional_id(video.song_id)},
          {"albumid", optional_id(video.album_id)},
          {"artistid", video.artist_id},
          {"name", clean(video.name)},
          {"path", clean(video.path)},
          {"disabled", video.disabled ? 1 : 0},
          {"playtime", (video.duration_ms + 500) / 1000},
          {"origin", clean(video.origin)},
          {"release", video.release},
          {"added", seconds(video.added_ms)},
          {"codec", clean(video.codec)},
          {"xresolution", video.width},
          {"yresolution", video.height},
          {"framesdirectory", "default"},
          {"thumbnailfile", no_picture},
          {"previewfile", no_picture},
          {"likes", video.likes},
          {"dislikes", video.dislikes},
          {"favorite", static_cast<int>(video.favourite)},
          {"liverecording", video.live ? 1 : 0},
          {"badaudio", video.bad_audio ? 1 : 0},
          {"checksum", video.checksum},
          {"lastplayed", seconds(video.last_played_ms)},
          {"lyricsvideo", video.lyrics_video ? 1 : 0},
          {"bgcolor", video.background},
          {"fgcolor", video.foreground},
          {"hlcolor", video.highlight},
          {"vbegin", optional_seconds(video.begin_ms)},
          {"vend", optional_seconds(video.end_ms)}};
}

json::object record(const library::Tag& tag) {
  const bool html = tag.icon_type == library::IconType::html;
  return {{"id", tag.id},
          {"name", clean(tag.name)},
          {"class", static_cast<int>(tag.kind)},
          {"parentid", optional_id(tag.parent)},
          {"icontype", static_cast<int>(tag.icon_type)},
          {"icon", clean(html ? safe_html_icon(tag.icon) : safe_character_icon(tag.icon))},
          {"color", tag.colour.empty() ? json::value(nullptr) : json::value(tag.colour)},
          {"posx", tag.x},
          {"posy", tag.y}};
}

json::object tag_set(library::Tagged what, std::int64_t target, std::span<const library::Assigned> assigned) {
  json::array genres, subgenres, moods;
  for (const auto& each : assigned) {
    auto entry = record(each.tag);
    entry["entryid"] = each.entry;
    entry["tagid"] = each.tag.id;
    entry[key_of(what)] = target;
    entry["confidence"] = each.confidence;
    entry["approval"] = static_cast<int>(each.approval);
    auto& list = each.tag.kind == library::TagClass::genre      ? genres
                 : each.tag.kind == library::TagClass::subgenre ? subgenres
                                                                : moods;
    list.push_back(std::move(entry));
  }
  return {{key_of(what), target},
          {"genres", std::move(genres)},
          {"subgenres", std::move(subgenres)},
          {"moods", std::move(moods)}};
}

void Shelf::sort_in(std::vector<library::Assigned> found, Assigned& into) {
  for (auto& each : found) into[each.target].push_back(std::move(each));
}

void Shelf::add_artists(std::span<const std::int64_t> ids) {
  std::set<std::int64_t> wanted;
  for (const auto id : ids) {
    if (id != 0 && !artists_.contains(id)) wanted.insert(id);
  }
  if (wanted.empty()) return;
  const std::vector<std::int64_t> list(wanted.begin(), wanted.end());
  for (auto& artist : library::artist_records(session_, list)) artists_.insert_or_assign(artist.id, artist);
}

void Shelf::add_albums(std::span<const library::AlbumRecord> albums) {
  std::vector<std::int64_t> ids, artists;
  for (const auto& album : albums) {
    if (album_tags_.contains(album.id)) continue;
    albums_.insert_or_assign(album.id, album);
    album_tags_[album.id];
    ids.push_back(album.id);
    artists.push_back(album.artist_id);
  }
  sort_in(library::assigned(session_, library::Tagged::album, ids), album_tags_);
  add_artists(artists);
}

void Shelf::add(std::span<const library::Song> songs, bool tags) {
  std::set<std::int64_t> albums;
  std::vector<std::int64_t> artists, ids;
  for (const auto& song : songs) {
    if (song.track.album_id != 0 && !albums_.contains(song.track.album_id))
      albums.insert(song.track.album_id);
    artists.push_back(artist_of(song));
    ids.push_back(song.track.id.value);
  }
  const std::vector<std::int64_t> list(albums.begin(), albums.end());
  add_albums(library::album_records(session_, list));
  add_artists(artists);
  if (tags) sort_in(library::assigned(session_, library::Tagged::song, ids), song_tags_);
}

std::int64_t Shelf::artist_of(const library::Song& song) {
  return song.track.artist_id != 0 ? song.track.artist_id : song.album_artist_id;
}

json::object Shelf::artist(std::int64_t id) const {
  const auto found = artists_.find(id);
  return record(found == artists_.end() ? library::ArtistRecord{} : found->second);
}

const library::AlbumRecord* Shelf::album_record(std::int64_t id) const {
  const auto found = albums_.find(id);
  return found == albums_.end() ? nullptr : &found->second;
}

json::object Shelf::album(std::int64_t id) const {
  if (const auto* found = album_record(id)) return record(*found);
  library::AlbumRecord empty;
  empty.background = "#101010";
  empty.foreground = "#F0F0F0";
  empty.highlight = "#909090";
  return record(empty);
}

std::string Shelf::artist_name(std::int64_t id) const {
  const auto found = artists_.find(id);
  return found == artists_.end() ? std::string() : found->second.name;
}

json::object Shelf::song_tags(std::int64_t song) const {
  const auto found = song_tags_.find(song);
  return tag_set(library::Tagged::song, song, found == song_tags_.end() ? none : found->second);
}

const std::vector<library::Assigned>& Shelf::tags_of_album(std::int64_t album) const {
  const auto found = album_tags_.find(album);
  return found == album_tags_.end() ? none : found->second;
}

json::object Shelf::album_tags(std::int64_t album) const {
  return tag_set(library::Tagged::album, album, tags_of_album(album));
}

json::array songs_with_tags(store::Session& session, std::span<const library::Song> songs) {
  Shelf shelf(session);
  shelf.add(songs, true);
  json::array out;
  for (const auto& song : songs)
    out.push_back({{"song", record(song)}, {"tags", shelf.song_tags(song.track.id.value)}});
  return out;
}

}  // namespace longwave::musicdb
