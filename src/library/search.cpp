// SPDX-License-Identifier: Apache-2.0
#include "library/search.hpp"

#include "base/text.hpp"
#include "library/queries.hpp"
#include "library/query_sql.hpp"
#include "store/session.hpp"

#include <vector>

namespace longwave::library {

namespace {

constexpr std::size_t most_words = 12;

bool in_word(unsigned char c) {
  return c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

Page<Track> all_tracks(store::Session& session, const Listing& listing) {
  Page<Track> page;
  // Counted by indices: the rows of a million tracks are not looked at.
  page.total = session
                   .value<std::int64_t>(
                       "SELECT (SELECT COUNT(*) FROM library_track) - (SELECT COUNT(*) FROM "
                       "library_track WHERE state <> 0 AND (:all = 0 OR state = 3))",
                       listing.missing_too)
                   .value_or(0);
  std::vector<TrackId> ids;
  session.each<TrackId>(
      "SELECT t.id FROM library_artist s CROSS JOIN library_track t ON t.artist_id = s.id WHERE t.state = 0 "
      "OR (:all = "
      "1 AND t.state <> 3) ORDER BY s.sort, t.album, t.disc, t.track, t.title, t.id LIMIT :limit OFFSET "
      ":offset",
      [&](TrackId id) { ids.push_back(id); }, listing.missing_too, listing.limit, listing.offset);
  page.items = tracks(session, ids);
  return page;
}

}  // namespace

std::vector<std::string> raw_words(std::string_view typed) {
  const std::string valid = text::to_utf8(typed.substr(0, 256));
  std::vector<std::string> words;
  for (std::size_t at = 0; at < valid.size() && words.size() < most_words;) {
    std::size_t end = at;
    while (end < valid.size() && in_word(static_cast<unsigned char>(valid[end]))) ++end;
    if (end > at) words.push_back(valid.substr(at, end - at));
    at = end + 1;
  }
  return words;
}

std::string to_fts_query(std::string_view typed) {
  std::string query;
  for (const auto& word : raw_words(typed)) query += (query.empty() ? "\"" : " \"") + word + "\"*";
  return query;
}

Page<Track> search(store::Session& session, std::string_view text, const Listing& listing,
                   std::int64_t now_ms) {
  const Query query = parse_query(text, now_ms).query;
  const bool everything = query.root.kind == QueryNode::Kind::all && query.root.children.empty();
  if ((everything || (query.root.kind == QueryNode::Kind::text && raw_words(query.root.text).empty())) &&
      query.order == Query::Order::best && !query.limit) {
    return all_tracks(session, listing);
  }
  return query_tracks(session, query, listing);
}

}  // namespace longwave::library
