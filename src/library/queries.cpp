// SPDX-License-Identifier: Apache-2.0
#include "library/queries.hpp"

#include "base/text.hpp"
#include "library/known.hpp"
#include "library/names.hpp"
#include "library/track_rows.hpp"

#include <algorithm>
#include <unordered_map>

namespace longwave::library {

using Int = std::int64_t;

const char* to_string(TrackState state) {
  switch (state) {
    case TrackState::ok:
      return "ok";
    case TrackState::missing:
      return "missing";
    case TrackState::broken:
      return "broken";
    case TrackState::removed:
      return "removed";
  }
  return "";
}

namespace {

/// For LIKE on a sort key with a space before it: every word begins a word of it, in this order.
std::string like(std::string_view text) {
  std::string pattern = "%";
  const std::string key = sort_key(clean(text, 200));
  for (const auto word : text::split(key, ' ')) {
    if (word.empty()) continue;
    pattern += ' ';
    for (const char c : word) {
      if (c == '%' || c == '_' || c == '\\') pattern += '\\';
      pattern += c;
    }
    pattern += '%';
  }
  return pattern;
}

constexpr const char* artist_where =
    "WHERE a.id <> 0 AND (:plain = 1 OR ' ' || a.sort LIKE :text ESCAPE '\\') AND (:all = 1 OR EXISTS "
    "(SELECT 1 FROM "
    "library_track "
    "t WHERE "
    "t.artist_id = a.id AND t.state = 0) OR EXISTS (SELECT 1 FROM library_album b JOIN library_track t ON "
    "t.album_id = b.id WHERE b.artist_id = a.id AND t.state = 0))";

constexpr const char* album_columns =
    "SELECT b.id, b.title, (SELECT name FROM library_artist WHERE id = b.artist_id), b.artist_id, "
    "(SELECT MAX(t.year) FROM library_track t WHERE t.album_id = b.id), "
    "(SELECT COUNT(*) FROM library_track t WHERE t.album_id = b.id AND (t.state = 0 OR (:all1 = 1 AND "
    "t.state <> 3))), "
    "(SELECT SUM(t.duration_ms) FROM library_track t WHERE t.album_id = b.id AND (t.state = 0 OR (:all2 = 1 "
    "AND t.state <> 3))), "
    "(SELECT t.art FROM library_track t WHERE t.album_id = b.id AND t.art <> '' ORDER BY t.disc, t.track "
    "LIMIT 1) "
    "FROM library_album b ";

constexpr const char* album_where =
    "WHERE b.id <> 0 AND (:plain = 1 OR ' ' || b.sort LIKE :text ESCAPE '\\') AND EXISTS (SELECT 1 FROM "
    "library_track t WHERE t.album_id = b.id AND (t.state = 0 OR (:all = 1 AND t.state <> 3)))";

template <class... Args>
std::vector<Album> read_albums(store::Session& session, const std::string& rest, bool all,
                               const Args&... args) {
  std::vector<Album> albums;
  session.each<Int, std::string, std::string, Int, int, int, Int, std::string>(
      album_columns + rest,
      [&](Int id, std::string title, std::string artist, Int artist_id, int year, int tracks, Int duration,
          std::string art) {
        albums.push_back(
            {id, std::move(title), std::move(artist), artist_id, year, tracks, duration, std::move(art)});
      },
      all, all, args...);
  return albums;
}

}  // namespace

Page<Artist> artists(store::Session& session, std::string_view text, const Listing& listing) {
  Page<Artist> page;
  const std::string pattern = like(text);
  const bool plain = pattern == "%";
  page.total = session
                   .value<Int>(std::string("SELECT COUNT(*) FROM library_artist a ") + artist_where, plain,
                               pattern, listing.missing_too)
                   .value_or(0);
  session.each<Int, std::string, std::string, int, int>(
      std::string("SELECT a.id, a.name, (SELECT t.art FROM library_track t WHERE t.artist_id = a.id AND "
                  "t.art <> '' LIMIT 1), "
                  "(SELECT COUNT(*) FROM library_album b WHERE b.artist_id = a.id), "
                  "(SELECT COUNT(*) FROM library_track t WHERE t.artist_id = a.id AND (t.state = 0 OR (:all0 "
                  "= 1 AND t.state <> 3))) "
                  "FROM library_artist a ") +
          artist_where + " ORDER BY a.sort, a.id LIMIT :limit OFFSET :offset",
      [&](Int id, std::string name, std::string art, int albums, int tracks) {
        page.items.push_back({id, std::move(name), albums, tracks, std::move(art)});
      },
      listing.missing_too, plain, pattern, listing.missing_too, listing.limit, listing.offset);
  return page;
}

namespace {

const char* album_order(const AlbumFilter& filter) {
  if (!filter.sort) return filter.artist ? " ORDER BY 5, b.sort, b.id" : " ORDER BY b.sort, b.id";
  switch (*filter.sort) {
    case AlbumSort::artist:
      return " ORDER BY (SELECT s.sort FROM library_artist s WHERE s.id = b.artist_id), 5, b.sort, b.id";
    case AlbumSort::year:
      return " ORDER BY 5 DESC, b.sort, b.id";
    case AlbumSort::added:
      return " ORDER BY (SELECT MAX(t.added_ms) FROM library_track t WHERE t.album_id = b.id) DESC, b.sort, "
             "b.id";
    case AlbumSort::title:
      break;
  }
  return " ORDER BY b.sort, b.id";
}

/// Each condition binds the same values whether it was asked for or not. Names stand once in a statement: `n`
/// keeps two of these apart.
std::string tagged_album(const std::string& n, bool asked) {
  if (!asked) return " AND :tag" + n + " = :same" + n;
  return " AND (b.id IN (SELECT album_id FROM library_tag_album WHERE tag_id = :tag" + n +
         ") OR b.id IN (SELECT g.target_id FROM library_tagging g WHERE g.what = 1 AND g.approval >= 0 AND "
         "g.tag_id = :same" +
         n + "))";
}

const char* album_of_artist(bool asked) {
  if (!asked) return " AND :artist = :same_artist";
  return " AND b.id IN (SELECT id FROM library_album WHERE artist_id = :artist UNION ALL SELECT album_id "
         "FROM "
         "library_track WHERE artist_id = :same_artist)";
}

const char* album_of_year(bool asked) {
  if (!asked) return " AND :year = 0";
  return " AND b.id IN (SELECT album_id FROM library_track WHERE year = :year AND state = 0)";
}

}  // namespace

Page<Album> albums(store::Session& session, const AlbumFilter& filter, const Listing& listing) {
  Page<Album> page;
  const std::string pattern = like(filter.text);
  const Int artist = filter.artist.value_or(0);
  const Int genre = filter.genre.value_or(0), mood = filter.mood.value_or(0), year = filter.year.value_or(0);
  const std::string where = album_where + std::string(album_of_artist(filter.artist.has_value())) +
                            tagged_album("1", filter.genre.has_value()) +
                            tagged_album("2", filter.mood.has_value()) +
                            album_of_year(filter.year.has_value());
  const bool plain = pattern == "%", all = listing.missing_too;
  page.total = session
                   .value<Int>("SELECT COUNT(*) FROM library_album b " + where, plain, pattern, all, artist,
                               artist, genre, genre, mood, mood, year)
                   .value_or(0);
  page.items =
      read_albums(session, where + album_order(filter) + " LIMIT :limit OFFSET :offset", all, plain, pattern,
                  all, artist, artist, genre, genre, mood, mood, year, listing.limit, listing.offset);
  return page;
}

Result<AlbumTracks> album(store::Session& session, std::int64_t id) {
  auto found = read_albums(session, "WHERE b.id = :id AND b.id <> 0", true, id);
  if (found.empty()) return error(Errc::not_found, "there is no such album");
  return AlbumTracks{std::move(found.front()),
                     read_tracks(session,
                                 "FROM library_track t WHERE t.album_id = :album AND t.state <> 3 ORDER BY "
                                 "t.disc, t.track, t.name, t.id",
                                 id)};
}

Result<Track> track(store::Session& session, TrackId id) {
  auto found = read_tracks(session, "FROM library_track t WHERE t.id = :id AND t.state <> 3", id);
  if (found.empty()) return error(Errc::not_found, "there is no such track");
  return std::move(found.front());
}

std::vector<Track> tracks(store::Session& session, std::span<const TrackId> ids) {
  std::vector<Track> result;
  result.reserve(ids.size());
  for (const TrackId id : ids) {
    if (auto found = track(session, id)) result.push_back(std::move(*found));
  }
  return result;
}

Result<TrackDetails> track_details(store::Session& session, TrackId id) {
  auto basics = track(session, id);
  if (!basics) return basics.error();
  TrackDetails details;
  details.track = std::move(*basics);
  session.each<std::string, std::string, Int, int, int, int, Int, std::string, int, std::optional<Int>, Int>(
      "SELECT f.path, t.name, t.size, t.sample_rate, t.channels, t.bitrate_kbps, t.identity, t.problem, "
      "t.plays, "
      "t.last_played_ms, t.added_ms FROM library_track t JOIN library_folder f ON f.id = t.folder_id WHERE "
      "t.id = :id",
      [&](const std::string& folder, const std::string& name, Int size, int rate, int channels, int bitrate,
          Int identity, std::string problem, int plays, std::optional<Int> last, Int added) {
        details.path = join(folder, name);
        details.size_bytes = size;
        details.sample_rate = rate;
        details.channels = channels;
        details.bitrate_kbps = bitrate;
        details.identity = identity;
        details.problem = std::move(problem);
        details.plays = plays;
        details.last_played_ms = last;
        details.added_ms = added;
      },
      id);
  using Gain = std::optional<double>;
  session.each<Gain, Gain, Gain, Gain>(
      "SELECT track_gain, track_peak, album_gain, album_peak FROM library_track WHERE id = :id",
      [&](Gain tg, Gain tp, Gain ag, Gain ap) {
        details.gain = {tg, tp, ag, ap};
      },
      id);
  return details;
}

Totals totals(store::Session& session) {
  Totals totals;
  session.each<Int, Int, Int, Int>(
      "SELECT SUM(state = 0), SUM(state = 1), SUM(state = 2), SUM(CASE WHEN state = 0 THEN duration_ms ELSE "
      "0 END) "
      "FROM library_track",
      [&](Int ok, Int missing, Int broken, Int duration) {
        totals.tracks = ok;
        totals.missing = missing;
        totals.broken = broken;
        totals.duration_ms = duration;
      });
  totals.albums = session.value<Int>("SELECT COUNT(*) FROM library_album WHERE id <> 0").value_or(0);
  totals.artists = session.value<Int>("SELECT COUNT(*) FROM library_artist WHERE id <> 0").value_or(0);
  totals.broken += session.value<Int>("SELECT COUNT(*) FROM library_problem").value_or(0);
  return totals;
}

Page<Problem> problems(store::Session& session, const Listing& listing) {
  Page<Problem> page;
  page.total = session
                   .value<Int>(
                       "SELECT (SELECT COUNT(*) FROM library_problem) + "
                       "(SELECT COUNT(*) FROM library_track WHERE state = 2)")
                   .value_or(0);
  session.each<std::string, std::string>(
      "SELECT path, reason FROM library_problem UNION ALL SELECT f.path || '/' || t.name, t.problem FROM "
      "library_track t "
      "JOIN library_folder f ON f.id = t.folder_id WHERE t.state = 2 ORDER BY 1 LIMIT :limit OFFSET :offset",
      [&](const std::string& path, std::string reason) {
        page.items.push_back({text::to_utf8(path), std::move(reason)});
      },
      listing.limit, listing.offset);
  return page;
}

void mark_broken(store::Session& session, TrackId id, std::string_view reason) {
  session.run("UPDATE library_track SET state = 2, problem = :why WHERE id = :id AND state NOT IN (1, 3)",
              reason.empty() ? std::string_view("it can't be played") : reason, id);
}

}  // namespace longwave::library
