// SPDX-License-Identifier: Apache-2.0
#include "library/properties.hpp"

#include "base/text.hpp"
#include "library/effective.hpp"
#include "library/names.hpp"
#include "library/spelling.hpp"
#include "store/session.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <optional>

namespace longwave::library {

namespace {

using Int = std::int64_t;

constexpr std::size_t max_value_bytes = 4096;
constexpr int max_own_keys = 64;

/// The columns that follow the preferred source.
struct Columns {
  std::string title, artist, album, album_artist, genre;
  int track = 0, disc = 0, year = 0;
  Int artist_id = 0, album_id = 0;
  FolderPlace folder;

  std::string* text(std::string_view key) {
    return key == "title"          ? &title
           : key == "artist"       ? &artist
           : key == "album"        ? &album
           : key == "album_artist" ? &album_artist
           : key == "genre"        ? &genre
                                   : nullptr;
  }
  int* number(std::string_view key) {
    return key == "track" ? &track : key == "disc" ? &disc : key == "year" ? &year : nullptr;
  }
  std::string get(std::string_view key) {
    if (const auto* t = text(key)) return *t;
    const auto* n = number(key);
    return n ? std::to_string(*n) : std::string{};
  }
  void set(std::string_view key, const std::string& value) {
    if (auto* t = text(key)) *t = value;
    if (auto* n = number(key)) std::from_chars(value.data(), value.data() + value.size(), *n);
  }
};

bool is_known(std::string_view key) {
  return std::find(std::begin(known_keys), std::end(known_keys), key) != std::end(known_keys);
}

std::optional<Columns> load(store::Session& session, TrackId track) {
  std::optional<Columns> found;
  session.each<std::string, std::string, std::string, std::string, std::string, int, int, int, Int, Int,
               std::string, Int>(
      "SELECT t.title, t.artist, t.album, t.album_artist, t.genre, t.track, t.disc, t.year, t.artist_id, "
      "t.album_id, f.path, f.id FROM library_track t JOIN library_folder f ON f.id = t.folder_id WHERE t.id "
      "= :id "
      "AND t.state <> 3",
      [&](std::string title, std::string artist, std::string album, std::string album_artist,
          std::string genre, int number, int disc, int year, Int artist_id, Int album_id, std::string path,
          Int folder) {
        found = Columns{std::move(title),
                        std::move(artist),
                        std::move(album),
                        std::move(album_artist),
                        std::move(genre),
                        number,
                        disc,
                        year,
                        artist_id,
                        album_id,
                        {std::move(path), folder}};
      },
      track);
  return found;
}

/// Writes the columns, with the artist and the album that follow from them.
void keep(store::Session& session, Placer& placer, FileTags& file_tags, TrackId track, Columns& now,
          const Columns& before, Changes& changes) {
  Tags tags;
  tags.album = now.album;
  tags.album_artist = now.album_artist;
  tags.first_artist = now.artist.substr(0, now.artist.find("; "));
  KnownFolder known;
  known.id = now.folder.id;
  const Folder folder{now.folder.path, &known, {}};
  now.artist_id = placer.artist(session, tags.first_artist);
  now.album_id = placer.album(session, folder, tags, now.artist_id);
  placer.left(before.album_id, now.album_id);
  session.run(
      "UPDATE library_track SET title = :title, artist = :artist, album = :album, album_artist = "
      ":album_artist, "
      "genre = :genre, track = :track, disc = :disc, year = :year, artist_id = :artist_id, album_id = "
      ":album_id "
      "WHERE id = :id",
      now.title, now.artist, now.album, now.album_artist, now.genre, now.track, now.disc, now.year,
      now.artist_id, now.album_id, track);
  if (now.genre != before.genre) {
    file_tags.take(session, track, split_genres(now.genre), false, changes);
    changes.track_changed(track, aspect_properties | aspect_tags);
  } else {
    changes.track_changed(track, aspect_properties);
  }
  changes.album_changed(before.album_id);
  changes.album_changed(now.album_id);
}

/// Of each known key that clients set, the value that was set last.
std::map<std::string, std::string> clients_say(store::Session& session, TrackId track) {
  std::map<std::string, std::string> said;
  session.each<std::string, std::string>(
      "SELECT key, value FROM library_property WHERE track_id = :track AND source <> 'file' ORDER BY turn",
      [&](std::string key, std::string value) {
        if (is_known(key)) said[std::move(key)] = std::move(value);
      },
      track);
  return said;
}

std::map<std::string, std::string> kept_of_file(store::Session& session, TrackId track) {
  std::map<std::string, std::string> kept;
  session.each<std::string, std::string>(
      "SELECT key, value FROM library_property WHERE track_id = :track AND source = 'file'",
      [&](std::string key, std::string value) { kept[std::move(key)] = std::move(value); }, track);
  return kept;
}

void put(store::Session& session, TrackId track, std::string_view key, std::string_view source,
         std::string_view value, bool number) {
  session.run(
      "INSERT INTO library_property(track_id, key, source, value, number, turn) VALUES (:track, :key, "
      ":source, "
      ":value, :number, (SELECT COALESCE(MAX(turn), 0) + 1 FROM library_property WHERE track_id = :same)) "
      "ON CONFLICT(track_id, key, source) DO UPDATE SET value = excluded.value, number = excluded.number, "
      "turn = "
      "excluded.turn",
      track, key, source, value, number, track);
}

/// Columns := what the file says, then what clients say; keeps the file's values of overridden keys.
void prefer(store::Session& session, Placer& placer, FileTags& tags, TrackId track, const Columns& file,
            const Columns& before, Changes& changes) {
  const auto said = clients_say(session, track);
  Columns now = file;
  WordLearner words;
  session.run("DELETE FROM library_property WHERE track_id = :track AND source = 'file'", track);
  for (const auto& [key, value] : said) {
    put(session, track, key, "file", now.get(key), now.number(key) != nullptr);
    now.set(key, value);
    if (key != "genre" && now.text(key)) words.learn(session, value);
  }
  keep(session, placer, tags, track, now, before, changes);
}

Columns as_the_file_says(store::Session& session, TrackId track, const Columns& columns) {
  Columns file = columns;
  for (const auto& [key, value] : kept_of_file(session, track)) file.set(key, value);
  return file;
}

/// Lines are for lyrics; everything else is one line.
Result<std::string> checked(std::string_view key, const std::string& value) {
  if (value.size() > max_value_bytes) return error(Errc::invalid, "a value has at most 4096 bytes");
  Columns any;
  if (any.number(key)) {
    int number = 0;
    const auto end = value.data() + value.size();
    const auto read = std::from_chars(value.data(), end, number);
    if (value.empty()) return std::string("0");
    if (read.ec != std::errc{} || read.ptr != end || number < 0 || number > 9999)
      return error(Errc::invalid, std::string(key) + " is a number from 0 to 9999");
    return std::to_string(number);
  }
  if (!any.text(key)) return text::to_utf8(value);
  std::string text = clean(value);
  if (key == "title" && text.empty()) return error(Errc::invalid, "a title can't be empty");
  if (key != "genre") return text;
  std::string joined;
  for (const auto& name : split_genres(text)) joined += (joined.empty() ? "" : "; ") + name;
  return joined;
}

Result<std::string> source_of(std::string_view client) {
  const std::string name = clean(client, 64);
  if (name.empty()) return error(Errc::invalid, "a client has a name");
  return "client/" + name;
}

Error no_track() {
  return error(Errc::not_found, "there is no such track");
}

}  // namespace

void prefer_clients(store::Session& session, Placer& placer, FileTags& tags, TrackId track,
                    const FolderPlace& folder, Changes& changes) {
  if (!session.value<int>("SELECT 1 FROM library_property WHERE track_id = :track LIMIT 1", track)) return;
  auto file = load(session, track);
  if (!file) return;
  file->folder = folder;
  prefer(session, placer, tags, track, *file, *file, changes);
}

Result<void> set_properties(store::Session& session, TrackId track, std::string_view client,
                            const Values& values, Changes& changes) {
  const auto before = load(session, track);
  if (!before) return no_track();
  const auto source = source_of(client);
  if (!source) return source.error();
  bool columns = false;
  for (const auto& [key, value] : values) {
    if (key.empty() || key.size() > 64) return error(Errc::invalid, "a key has 1 to 64 bytes");
    const auto good = checked(key, value);
    if (!good) return good.error();
    columns = columns || is_known(key);
    const bool number = !good->empty() && good->size() < 18 &&
                        good->find_first_not_of("0123456789", good->starts_with('-') && good->size() > 1) ==
                            std::string::npos;
    put(session, track, text::to_utf8(key), *source, *good, number && !Columns{}.text(key));
  }
  const auto own = session.value<int>(
      "SELECT COUNT(*) FROM library_property WHERE track_id = :track AND source <> 'file'", track);
  if (own.value_or(0) > max_own_keys) return error(Errc::invalid, "a track has at most 64 keys of clients");
  if (!columns) {
    changes.track_changed(track, aspect_properties);
    return {};
  }
  Placer placer;
  FileTags tags;
  prefer(session, placer, tags, track, as_the_file_says(session, track, *before), *before, changes);
  placer.settle(session, before->artist_id);
  return {};
}

Result<void> unset_properties(store::Session& session, TrackId track, std::string_view client,
                              const std::vector<std::string>& keys, Changes& changes) {
  const auto before = load(session, track);
  if (!before) return no_track();
  const Columns file = as_the_file_says(session, track, *before);
  std::int64_t gone = 0;
  for (const auto& key : keys) {
    if (client.empty()) {
      gone += session.run(
          "DELETE FROM library_property WHERE track_id = :track AND key = :key AND source <> 'file'", track,
          key);
      continue;
    }
    const auto source = source_of(client);
    if (!source) return source.error();
    gone += session.run(
        "DELETE FROM library_property WHERE track_id = :track AND key = :key AND source = :source", track,
        key, *source);
  }
  if (gone == 0) return {};
  Placer placer;
  FileTags tags;
  prefer(session, placer, tags, track, file, *before, changes);
  placer.settle(session, before->artist_id);
  return {};
}

Result<std::vector<Property>> properties(store::Session& session, TrackId track) {
  auto columns = load(session, track);
  if (!columns) return no_track();
  Columns file = as_the_file_says(session, track, *columns);
  std::vector<Property> all;
  session.each<std::string, std::string, std::string, bool>(
      "SELECT source, key, value, number FROM library_property WHERE track_id = :track AND source <> 'file' "
      "ORDER "
      "BY key, turn DESC",
      [&](std::string source, std::string key, std::string value, bool number) {
        all.push_back({std::move(source), std::move(key), std::move(value), number});
      },
      track);
  for (const auto key : known_keys) {
    std::string value = file.get(key);
    const bool number = file.number(key) != nullptr;
    if (!value.empty() && !(number && value == "0"))
      all.push_back({"file", std::string(key), std::move(value), number});
  }
  static constexpr const char* server_keys[] = {"duration_ms", "size_bytes",    "bitrate_kbps",
                                                "sample_rate", "channels",      "added_ms",
                                                "plays",       "last_played_ms"};
  session.each<std::optional<Int>, std::optional<Int>, std::optional<Int>, std::optional<Int>,
               std::optional<Int>, std::optional<Int>, std::optional<Int>, std::optional<Int>>(
      "SELECT duration_ms, size, bitrate_kbps, sample_rate, channels, added_ms, plays, last_played_ms FROM "
      "library_track WHERE id = :id",
      [&](auto... numbers) {
        const char* const* key = server_keys;
        for (const auto& number : {numbers...}) {
          if (number) all.push_back({"server", *key, std::to_string(*number), true});
          ++key;
        }
      },
      track);
  std::stable_sort(all.begin(), all.end(),
                   [](const Property& a, const Property& b) { return a.key < b.key; });
  return all;
}

}  // namespace longwave::library
