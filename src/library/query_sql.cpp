// SPDX-License-Identifier: Apache-2.0
#include "library/query_sql.hpp"

#include "library/query_builder.hpp"
#include "library/track_rows.hpp"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

namespace longwave::library {

namespace {

using Int = std::int64_t;
using Node = QueryNode;
using Kind = QueryNode::Kind;
using Field = QueryNode::Field;

/// A search finds no more than so many: to count half of a million takes longer than anybody waits.
constexpr Int most_found = 20'000;
/// Ranking reads every match of every word. When a word has so many of them …
constexpr Int most_ranked = 5000;
/// … so many are put in order by something simpler.
constexpr Int most_ordered = 1000;

/// A query taken apart: what the full-text index is asked, and the conditions on what it finds.
struct Parts {
  std::string match;  ///< empty: there are no words in it
  std::vector<const Node*> conditions;
};

Parts taken_apart(QueryBuilder& builder, const Query& query) {
  const auto& root = query.root;
  std::vector<const Node*> all;
  if (root.kind == Kind::all) {
    for (const auto& child : root.children) all.push_back(&child);
  } else {
    all.push_back(&root);
  }
  Parts parts;
  for (const Node* part : all) {
    if (!QueryBuilder::textual(*part)) continue;
    const std::string words = builder.match(*part);
    if (!words.empty()) parts.match += (parts.match.empty() ? "" : " AND ") + words;
  }
  // What must not be there is said to the index too when something leads.
  const bool leads = !parts.match.empty();
  if (leads) parts.match = '(' + parts.match + ')';
  for (const Node* part : all) {
    if (QueryBuilder::textual(*part)) continue;
    if (leads && part->kind == Kind::none && QueryBuilder::textual(part->children.front())) {
      const std::string words = builder.match(part->children.front());
      if (!words.empty()) parts.match += " NOT " + words;
    } else {
      parts.conditions.push_back(part);
    }
  }
  return parts;
}

const char* order_by(const Query& query) {
  const bool down = query.descending;
  switch (query.order) {
    case Query::Order::title:
      return down ? "t.title COLLATE NOCASE DESC, t.id" : "t.title COLLATE NOCASE, t.id";
    case Query::Order::artist:
      return down
                 ? "(SELECT s.sort FROM library_artist s WHERE s.id = t.artist_id) DESC, t.year, t.album, "
                   "t.disc, "
                   "t.track, t.id"
                 : "(SELECT s.sort FROM library_artist s WHERE s.id = t.artist_id), t.year, t.album, t.disc, "
                   "t.track, t.id";
    case Query::Order::album:
      return down ? "t.album COLLATE NOCASE DESC, t.disc, t.track, t.id"
                  : "t.album COLLATE NOCASE, t.disc, t.track, t.id";
    case Query::Order::year:
      return down ? "t.year DESC, t.album, t.disc, t.track, t.id" : "t.year, t.album, t.disc, t.track, t.id";
    case Query::Order::added:
      return down ? "t.added_ms DESC, t.id" : "t.added_ms, t.id";
    case Query::Order::played:
      return down ? "t.last_played_ms DESC NULLS LAST, t.id" : "t.last_played_ms NULLS FIRST, t.id";
    case Query::Order::plays:
      return down ? "t.plays DESC, t.id" : "t.plays, t.id";
    case Query::Order::length:
      return down ? "t.duration_ms DESC, t.id" : "t.duration_ms, t.id";
    case Query::Order::shuffle:
      // The same for one library at any time, so that a list that is refreshed isn't stirred.
      return "(t.id * 2654435761 % 4294967296), t.id";
    case Query::Order::best:
      break;
  }
  return "t.id";
}

/// Whether a listing has to look at the state of every track.
bool all_count(store::Session& session) {
  return !session.value<int>("SELECT state FROM library_track WHERE state <> 0 LIMIT 1");
}

bool asks_for_missing(const Node& node) {
  if (node.kind == Kind::flag) return node.field == Field::missing;
  return std::ranges::any_of(node.children, asks_for_missing);
}

/// Whether the condition is about more of a track than its id.
bool needs_row(const Node& node) {
  if (node.kind == Kind::name || node.kind == Kind::text) return false;
  if (node.kind != Kind::all && node.kind != Kind::any && node.kind != Kind::none) return true;
  return std::ranges::any_of(node.children, needs_row);
}

class Question {
 public:
  Question(store::Session& session, const Query& query, bool missing_too, Typos typos)
      : session_(session), query_(query), builder_(session, typos), parts_(taken_apart(builder_, query)) {
    if (missing_too || asks_for_missing(query.root)) {
      state_ = "t.state <> 3";
    } else if (!all_count(session)) {
      state_ = "t.state = 0";
    }
  }

  /// No further than `most`.
  Int count(Int most) {
    builder_.forget_values();
    const bool by_id = !parts_.match.empty() && state_.empty() &&
                       std::ranges::none_of(parts_.conditions, [](auto* each) { return needs_row(*each); });
    return number("SELECT COUNT(*) FROM (SELECT 1 " + (by_id ? found_by_id() : found(parts_.match)) +
                  " LIMIT " + std::to_string(most) + ')');
  }

  std::vector<TrackId> ids(Int limit, Int offset) {
    const std::string page = " LIMIT " + std::to_string(limit) + " OFFSET " + std::to_string(offset);
    const bool best = !parts_.match.empty() && query_.order == Query::Order::best;
    const bool simpler = best && broad();
    builder_.forget_values();
    if (!best)
      return read("SELECT t.id " + found(parts_.match, true) + " ORDER BY " + order_by(query_) + page);
    if (simpler) return read(by_place(limit + offset) + page);
    const std::string from = found(parts_.match);
    return read("SELECT x.rowid " + from + " ORDER BY " + builder_.best_first(parts_.match) + ", x.rowid" +
                page);
  }

 private:
  /// FROM and WHERE; the tracks are `t`, if they are looked at, and what the index finds is `x`.
  std::string found(const std::string& match, bool tracks_too = false) {
    std::string sql = "FROM library_track t", where;
    const auto add = [&](const std::string& condition) {
      where += (where.empty() ? " WHERE " : " AND ") + condition;
    };
    if (!match.empty()) {
      const bool look = tracks_too || !parts_.conditions.empty() || !state_.empty();
      sql = std::string("FROM library_track_text x") +
            (look ? " CROSS JOIN library_track t ON t.id = x.rowid" : "");
      add(builder_.matches(match));
    }
    for (const Node* condition : parts_.conditions) add(builder_.condition(*condition));
    if (!state_.empty()) add(state_);
    return sql + where;
  }

  /// The same without a look at the tracks' rows, of which a frequent word has very many. The plus keeps the
  /// database from asking the index once for each id that a condition allows.
  std::string found_by_id() {
    std::string sql =
        "FROM (SELECT +rowid AS id FROM library_track_text WHERE " + builder_.matches(parts_.match) + ") t";
    const char* before = " WHERE ";
    for (const Node* condition : parts_.conditions)
      sql += std::exchange(before, " AND ") + builder_.condition(*condition);
    return sql;
  }

  /// Whether ranking would take too long.
  bool broad() {
    const auto words = builder_.words();
    return std::ranges::any_of(words, [&](const std::string& word) {
      builder_.forget_values();
      return number("SELECT COUNT(*) FROM (SELECT 1 FROM library_track_text WHERE " + builder_.matches(word) +
                    " LIMIT " + std::to_string(most_ranked) + ')') == most_ranked;
    });
  }

  /// Those with everything in the title first, short titles before long ones.
  std::string by_place(Int least) {
    const std::string most = " LIMIT " + std::to_string(std::max(most_ordered, least));
    const std::string in_title = "title : (" + parts_.match + ')';
    std::string sql = "SELECT t.id FROM (SELECT id, 0 AS place FROM (SELECT x.rowid AS id ";
    sql += found(in_title) + most + ") UNION ALL SELECT id, 1 FROM (SELECT x.rowid AS id ";
    sql += found('(' + parts_.match + ") NOT (" + in_title + ')') + most;
    return sql + ")) y JOIN library_track t ON t.id = y.id ORDER BY y.place, length(t.title), t.title, t.id";
  }

  Int number(const std::string& sql) {
    Int value = 0;
    session_.each_once<Int>(sql, builder_.values(), [&](Int counted) { value = counted; });
    return value;
  }
  std::vector<TrackId> read(const std::string& sql) {
    std::vector<TrackId> tracks;
    session_.each_once<TrackId>(sql, builder_.values(), [&](TrackId id) { tracks.push_back(id); });
    return tracks;
  }

  store::Session& session_;
  const Query& query_;
  QueryBuilder builder_;
  Parts parts_;
  std::string state_;  ///< condition on the state of a track, or empty
};

}  // namespace

Page<Track> query_tracks(store::Session& session, const Query& query, const Listing& listing) {
  Page<Track> page;
  for (const Typos typos : {Typos::of_unknown_words, Typos::of_all_words}) {
    Question question(session, query, listing.missing_too, typos);
    page.total = question.count(most_found);
    if (query.limit) page.total = std::min(page.total, *query.limit);
    const Int left = std::min(listing.limit, page.total - listing.offset);
    if (left > 0) page.items = tracks(session, question.ids(left, listing.offset));
    if (page.total > 0) break;
  }
  return page;
}

std::vector<TrackId> query_ids(store::Session& session, const Query& query, std::size_t most) {
  const Int limit = std::min(static_cast<Int>(most), query.limit.value_or(static_cast<Int>(most)));
  for (const Typos typos : {Typos::of_unknown_words, Typos::of_all_words}) {
    auto found = Question(session, query, false, typos).ids(limit, 0);
    if (!found.empty()) return found;
  }
  return {};
}

std::int64_t query_count(store::Session& session, const Query& query) {
  for (const Typos typos : {Typos::of_unknown_words, Typos::of_all_words}) {
    const Int found = Question(session, query, false, typos).count(std::numeric_limits<Int>::max());
    if (found > 0) return query.limit ? std::min(found, *query.limit) : found;
  }
  return 0;
}

}  // namespace longwave::library
