// SPDX-License-Identifier: Apache-2.0
#include "dialects/mpd/database.hpp"

#include "store/session.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <unordered_set>

namespace longwave::mpd {
namespace {

constexpr std::int64_t ns_per_s = 1'000'000'000;

const std::string columns =
    "SELECT t.id, f.path, t.name, t.mtime, t.size, t.title, t.artist, t.album, t.album_artist, t.track, "
    "t.disc, t.year, t.genre, t.duration_ms, t.sample_rate, t.channels FROM library_track t JOIN "
    "library_folder f ON f.id = t.folder_id ";

const std::string by_hints = columns +
                             "WHERE t.state = 0 AND (:some_album = 0 OR t.album = :album) AND "
                             "(:some_title = 0 OR t.title = :title) AND "
                             "(:some_base = 0 OR substr(f.path, 1, :length) = :base)";
const std::string by_id = columns + "WHERE t.id = :id";
const std::string by_name = columns + "WHERE f.path = :path AND t.name = :name AND t.state = 0";

void add_each(Song& song, Tag tag, std::string_view joined) {
  while (!joined.empty()) {
    const auto end = joined.find("; ");
    if (const auto one = joined.substr(0, end); !one.empty()) song.tags.emplace_back(tag, one);
    joined = end == std::string_view::npos ? std::string_view{} : joined.substr(end + 2);
  }
}

void add_number(Song& song, Tag tag, int value) {
  if (value > 0) song.tags.emplace_back(tag, std::to_string(value));
}

/// One row of `columns`.
template <class Use, class... Args>
void each_song(store::Session& session, const library::Roots& roots, const std::string& sql, Use use,
               const Args&... args) {
  session.each<std::int64_t, std::string, std::string, std::int64_t, std::int64_t, std::string, std::string,
               std::string, std::string, int, int, int, std::string, std::int64_t, int, int>(
      sql,
      [&](std::int64_t id, const std::string& path, const std::string& name, std::int64_t mtime,
          std::int64_t size, const std::string& title, const std::string& artist, const std::string& album,
          const std::string& album_artist, int track, int disc, int year, const std::string& genre,
          std::int64_t duration_ms, int rate, int channels) {
        Song song;
        song.id = TrackId{id};
        song.uri = roots.relative(path + "/" + name);
        if (song.uri.find('\n') != std::string::npos) return;
        song.modified_s = mtime / ns_per_s;
        song.size_bytes = size;
        if (rate > 0 && channels > 0) song.format = fmt::format("{}:f:{}", rate, channels);
        song.duration_ms = duration_ms;
        if (!title.empty()) song.tags.emplace_back(Tag::title, title);
        add_each(song, Tag::artist, artist);
        if (album_artist != artist && !album_artist.empty()) {
          song.tags.emplace_back(Tag::album_artist, album_artist);
        }
        if (!album.empty()) song.tags.emplace_back(Tag::album, album);
        add_number(song, Tag::track, track);
        add_number(song, Tag::date, year);
        add_each(song, Tag::genre, genre);
        add_number(song, Tag::disc, disc);
        use(std::move(song));
      },
      args...);
}

}  // namespace

std::string_view trimmed(std::string_view uri) {
  while (uri.starts_with('/')) uri.remove_prefix(1);
  while (uri.ends_with('/')) uri.remove_suffix(1);
  return uri;
}

std::vector<Song> Database::songs(const Filter& filter) {
  const auto& hints = filter.hints();
  if (hints.uri) {
    auto one = song(*hints.uri);
    if (!one || !filter.matches(*one)) return {};
    return {std::move(*one)};
  }
  const auto folder = hints.base ? trimmed(*hints.base) : std::string_view{};
  const auto base = folder.empty() ? std::nullopt : roots_.absolute(folder);
  std::vector<Song> found;
  each_song(
      session_, roots_, by_hints,
      [&](Song song) {
        if (!song.uri.empty() && filter.matches(song)) found.push_back(std::move(song));
      },
      hints.album ? 1 : 0, hints.album.value_or(""), hints.title ? 1 : 0, hints.title.value_or(""),
      base ? 1 : 0, static_cast<std::int64_t>(base.value_or("").size()), base.value_or(""));
  std::sort(found.begin(), found.end(), [](const Song& a, const Song& b) {
    const auto left = a.folder();
    const auto right = b.folder();
    return left == right ? before_in_folder(a, b) : folder_before(left, right);
  });
  return found;
}

std::optional<Song> Database::song(std::string_view uri) {
  const auto path = roots_.absolute(uri);
  const auto slash = path ? path->rfind('/') : std::string::npos;
  if (slash == std::string::npos) return std::nullopt;
  std::optional<Song> found;
  each_song(
      session_, roots_, by_name, [&](Song song) { found = std::move(song); }, path->substr(0, slash),
      path->substr(slash + 1));
  return found;
}

std::vector<Song> Database::songs(std::span<const TrackId> ids) {
  std::vector<Song> found;
  found.reserve(ids.size());
  for (const TrackId id : ids) {
    Song one;
    one.id = id;
    each_song(
        session_, roots_, by_id, [&](Song song) { one = std::move(song); }, id.value);
    found.push_back(std::move(one));
  }
  return found;
}

std::vector<std::string> Database::folders() {
  std::unordered_set<std::string> seen;
  session_.each<std::string>(
      "SELECT path FROM library_folder f WHERE EXISTS (SELECT 1 FROM library_track t WHERE t.folder_id = "
      "f.id "
      "AND t.state = 0)",
      [&](const std::string& path) {
        std::string folder{Song{.uri = roots_.relative(path + "/x")}.folder()};
        while (!folder.empty() && seen.insert(folder).second) {
          const auto slash = folder.rfind('/');
          folder.resize(slash == std::string::npos ? 0 : slash);
        }
      });
  std::vector<std::string> sorted(seen.begin(), seen.end());
  std::sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return folder_before(a, b); });
  return sorted;
}

std::optional<std::vector<Song>> Database::below(std::string_view folder) {
  const std::string base{folder};
  const std::string words[] = {"base", base};
  auto found = songs(folder.empty() ? Filter{} : *Filter::parse(words, false));
  if (found.empty() && !folder.empty()) return std::nullopt;
  return found;
}

std::optional<Database::Pictures> Database::pictures(std::string_view uri) {
  const auto found = song(uri);
  if (!found) return std::nullopt;
  auto row = session_.row<std::string, bool, std::string>(
      "SELECT t.art, t.art_embedded, f.art FROM library_track t JOIN library_folder f ON f.id = t.folder_id "
      "WHERE t.id = :id",
      found->id.value);
  if (!row) return std::nullopt;
  const auto& [art, embedded, folder] = *row;
  return Pictures{folder, embedded ? art : std::string{}};
}

}  // namespace longwave::mpd
