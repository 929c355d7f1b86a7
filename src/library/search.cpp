// SPDX-License-Identifier: Apache-2.0
#include "library/search.hpp"

#include "base/text.hpp"
#include "library/queries.hpp"
#include "library/track_rows.hpp"
#include "store/session.hpp"

#include <algorithm>

namespace longwave::library {

namespace {

constexpr std::size_t most_words = 12;
/// Ranking reads every match; when a short word matches most of the library, so many are enough to choose
/// from.
constexpr std::int64_t most_ranked = 2000;

bool in_word(unsigned char c) {
  return c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// Whether a listing has to look at the state of every track.
bool all_count(store::Session& session, const Listing& listing) {
  return listing.missing_too ||
         !session.value<int>("SELECT state FROM library_track WHERE state <> 0 LIMIT 1");
}

Page<Track> all_tracks(store::Session& session, const Listing& listing) {
  Page<Track> page;
  page.total = session
                   .value<std::int64_t>("SELECT COUNT(*) FROM library_track WHERE state = 0 OR :all = 1",
                                        listing.missing_too)
                   .value_or(0);
  page.items =
      read_tracks(session,
                  "FROM library_artist s CROSS JOIN library_track t ON t.artist_id = s.id "
                  "WHERE t.state = 0 OR :all = 1 "
                  "ORDER BY s.sort, t.album, t.disc, t.track, t.title, t.id LIMIT :limit OFFSET :offset",
                  listing.missing_too, listing.limit, listing.offset);
  return page;
}

}  // namespace

std::string to_fts_query(std::string_view typed) {
  const std::string valid = text::to_utf8(typed.substr(0, 256));
  std::string query;
  std::size_t words = 0;
  for (std::size_t at = 0; at < valid.size() && words < most_words;) {
    std::size_t end = at;
    while (end < valid.size() && in_word(static_cast<unsigned char>(valid[end]))) ++end;
    if (end > at) {
      query += (query.empty() ? "\"" : " \"") + valid.substr(at, end - at) + "\"*";
      ++words;
    }
    at = end + 1;
  }
  return query;
}

Page<Track> search(store::Session& session, std::string_view text, const Listing& listing) {
  const std::string query = to_fts_query(text);
  if (query.empty()) return all_tracks(session, listing);
  Page<Track> page;
  // A title counts more than an artist, an artist more than an album; in short texts a word counts more.
  const auto matches =
      all_count(session, listing)
          ? session.value<std::int64_t>(
                "SELECT COUNT(*) FROM library_track_text WHERE library_track_text MATCH :query", query)
          : session.value<std::int64_t>(
                "SELECT COUNT(*) FROM library_track_text x JOIN library_track t ON t.id = x.rowid "
                "WHERE library_track_text MATCH :query AND t.state = 0",
                query);
  page.total = matches.value_or(0);
  if (page.total == 0) return page;
  page.items =
      read_tracks(session,
                  "FROM (SELECT rowid AS id, bm25(library_track_text, 10.0, 6.0, 4.0, 2.0) AS score FROM "
                  "library_track_text "
                  "WHERE library_track_text MATCH :query LIMIT :most) x JOIN library_track t ON t.id = x.id "
                  "WHERE t.state = 0 OR :all = 1 ORDER BY x.score, t.title, t.id LIMIT :limit OFFSET :offset",
                  query, std::max(most_ranked, listing.offset + listing.limit), listing.missing_too,
                  listing.limit, listing.offset);
  return page;
}

}  // namespace longwave::library
