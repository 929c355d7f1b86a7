// SPDX-License-Identifier: Apache-2.0
#include "library/query_sql.hpp"

#include "base/text.hpp"
#include "library/names.hpp"
#include "library/search.hpp"
#include "library/spelling.hpp"
#include "library/text_index.hpp"
#include "library/track_rows.hpp"

#include <algorithm>
#include <deque>
#include <limits>
#include <string>

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

const char* text_column(Field field) {
  switch (field) {
    case Field::title:
      return "title";
    case Field::artist:
      return "artist";
    case Field::album:
      return "album";
    case Field::album_artist:
      return "album_artist";
    default:
      return "";
  }
}

const char* number_column(Field field) {
  switch (field) {
    case Field::year:
      return "t.year";
    case Field::added:
      return "t.added_ms";
    case Field::played:
      return "t.last_played_ms";
    case Field::plays:
      return "t.plays";
    case Field::length:
      return "t.duration_ms";
    case Field::likes:
      return "t.likes";
    case Field::dislikes:
      return "t.dislikes";
    case Field::track:
      return "t.track";
    case Field::disc:
      return "t.disc";
    default:
      return "t.bitrate_kbps";
  }
}

const char* flag_condition(Field field) {
  switch (field) {
    case Field::favourite:
      return "t.favourite > 0";
    case Field::hated:
      return "t.favourite < 0";
    case Field::disabled:
      return "t.disabled = 1";
    case Field::live:
      return "t.live = 1";
    case Field::bad:
      return "t.bad_audio = 1";
    case Field::lyrics:
      return "t.lyrics_state IN (1, 2, 3)";
    case Field::unplayed:
      return "t.plays = 0";
    default:
      return "t.state = 1";
  }
}

/// For LIKE with ESCAPE '\\': stands for itself.
std::string like_literal(std::string_view text) {
  std::string literal;
  for (const char c : text) {
    if (c == '%' || c == '_' || c == '\\') literal += '\\';
    literal += c;
  }
  return literal;
}

/// Which words may be mistyped.
enum class Typos { of_unknown_words, of_all_words };

/// Puts one statement together, with the values it binds.
class Builder {
 public:
  Builder(store::Session& session, Typos typos) : session_(session), typos_(typos) {}

  std::string bind(std::string text) {
    texts_.push_back(std::move(text));
    values_.emplace_back(std::string_view(texts_.back()));
    return name_of_last();
  }
  std::string bind(Int number) {
    values_.emplace_back(number);
    return name_of_last();
  }
  const std::vector<store::Value>& values() const { return values_; }
  /// Another statement begins.
  void forget_values() {
    values_.clear();
    texts_.clear();
  }
  /// What is asked of the index, word by word.
  const std::vector<std::string>& words() const { return words_; }

  /// Whether the full-text index can say all of it.
  static bool textual(const Node& node) {
    if (node.kind == Kind::text) return true;
    if (node.kind != Kind::all && node.kind != Kind::any) return false;
    return !node.children.empty() && std::ranges::all_of(node.children, textual);
  }

  /// For MATCH; empty when there is no word in it.
  std::string match(const Node& node) {
    if (node.kind == Kind::text) return match_text(node);
    std::string joined;
    for (const auto& child : node.children) {
      const std::string part = match(child);
      if (part.empty()) continue;
      if (!joined.empty()) joined += node.kind == Kind::any ? " OR " : " AND ";
      joined += part;
    }
    return joined.empty() ? joined : '(' + joined + ')';
  }

  /// For WHERE, over library_track `t`.
  std::string condition(const Node& node) {
    switch (node.kind) {
      case Kind::all:
      case Kind::any:
        return children(node);
      case Kind::none:
        return "NOT " + condition(node.children.front());
      case Kind::text: {
        const std::string words = match(node);
        if (words.empty()) return "TRUE";
        return "(t.id IN (SELECT rowid FROM library_track_text WHERE " + matches(words) + "))";
      }
      case Kind::number:
        return range(node);
      case Kind::flag:
        return std::string("(") + flag_condition(node.field) + ')';
      case Kind::part:
        return part(node);
      case Kind::name:
        return named(node);
    }
    return "TRUE";
  }

  /// For WHERE, over library_track_text: what the index is asked.
  std::string matches(const std::string& question) {
    return text_matches(session_.kind(), bind(text_question(session_.kind(), question)));
  }
  /// For ORDER BY, behind that.
  std::string best_first(const std::string& question) {
    if (session_.kind() == store::DatabaseKind::sqlite) return std::string(sqlite_best_first);
    return postgresql_best_first(bind(text_question(session_.kind(), question)));
  }

 private:
  std::string name_of_last() const { return ":p" + std::to_string(values_.size()); }

  std::string match_text(const Node& node) {
    std::string words;
    if (node.phrase) {
      for (const auto& word : raw_words(node.text)) words += (words.empty() ? "\"" : " ") + word;
      if (!words.empty()) words += '"';
    } else {
      for (const auto& word : raw_words(node.text)) words += (words.empty() ? "" : " AND ") + forms(word);
    }
    if (words.empty()) return words;
    if (node.phrase) words_.push_back(words);
    const std::string column = text_column(node.field);
    return column.empty() ? '(' + words + ')' : column + " : (" + words + ')';
  }

  /// The word as the beginning of one, or as what was perhaps meant.
  std::string forms(const std::string& word) {
    const std::string plain = plain_letters(word);
    std::string forms = '"' + word + "\"*";
    if (typos_ == Typos::of_all_words || !begins_a_word(session_, plain)) {
      const auto near = near_words(session_, plain);
      for (const auto& other : near) forms += " OR \"" + other + "\"*";
      if (!near.empty()) forms = '(' + forms + ')';
    }
    words_.push_back(forms);
    return forms;
  }

  std::string children(const Node& node) {
    std::string joined;
    for (const auto& child : node.children) {
      if (!joined.empty()) joined += node.kind == Kind::any ? " OR " : " AND ";
      joined += condition(child);
    }
    return joined.empty() ? "TRUE" : '(' + joined + ')';
  }

  std::string range(const Node& node) {
    const std::string column = number_column(node.field);
    std::string both;
    if (node.low) both = column + " >= " + bind(*node.low);
    // Where nothing is known the value is 0 or NULL, which is below everything and no answer.
    if (!node.low && (node.field == Field::year || node.field == Field::track || node.field == Field::disc)) {
      both = column + " > 0";
    }
    if (node.high) both += (both.empty() ? "" : " AND ") + column + " <= " + bind(*node.high);
    return '(' + both + ')';
  }

  std::string part(const Node& node) {
    if (node.field == Field::format) return "(t.format = " + bind(text::ascii_lower(node.text)) + ')';
    return "((SELECT f.path FROM library_folder f WHERE f.id = t.folder_id) || '/' || t.name LIKE " +
           bind('%' + like_literal(node.text) + '%') + " ESCAPE '\\')";
  }

  /// By the words of the tag's name ("jazz" is in "Acid Jazz" too); in quotes the name alone. What an album
  /// has is said of all its songs.
  std::string named(const Node& node) {
    const auto tagged = [&](const char* what) {
      return std::string("SELECT target_id FROM library_tagging WHERE what = ") + what +
             " AND approval >= 0 AND tag_id IN (SELECT id FROM library_tag WHERE kind " +
             (node.field == Field::mood ? "= 3" : "IN (1, 2)") +
             (node.phrase ? " AND fold = " + bind(fold(node.text)) + ')'
                          : " AND ' ' || fold LIKE " + bind("% " + like_literal(fold(node.text)) + '%') +
                                " ESCAPE '\\')");
    };
    const std::string songs = tagged("0");
    return "(t.id IN (" + songs + ") OR t.album_id IN (" + tagged("1") + "))";
  }

  store::Session& session_;
  const Typos typos_;
  std::deque<std::string> texts_;
  std::vector<store::Value> values_;
  std::vector<std::string> words_;
};

/// A query taken apart: what the full-text index is asked, and the conditions on what it finds.
struct Parts {
  std::string match;  ///< empty: there are no words in it
  std::vector<const Node*> conditions;
};

Parts taken_apart(Builder& builder, const Query& query) {
  const auto& root = query.root;
  std::vector<const Node*> all;
  if (root.kind == Kind::all) {
    for (const auto& child : root.children) all.push_back(&child);
  } else {
    all.push_back(&root);
  }
  Parts parts;
  for (const Node* part : all) {
    if (!Builder::textual(*part)) continue;
    const std::string words = builder.match(*part);
    if (!words.empty()) parts.match += (parts.match.empty() ? "" : " AND ") + words;
  }
  // What must not be there is said to the index too when something leads.
  const bool leads = !parts.match.empty();
  if (leads) parts.match = '(' + parts.match + ')';
  for (const Node* part : all) {
    if (Builder::textual(*part)) continue;
    if (leads && part->kind == Kind::none && Builder::textual(part->children.front())) {
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
    return number("SELECT COUNT(*) FROM (SELECT 1 " + found(parts_.match) + " LIMIT " + std::to_string(most) +
                  ')');
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
  Builder builder_;
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
