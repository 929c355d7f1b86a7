// SPDX-License-Identifier: Apache-2.0
#include "library/query_sql.hpp"

#include "base/text.hpp"
#include "library/names.hpp"
#include "library/search.hpp"
#include "library/spelling.hpp"
#include "library/track_rows.hpp"

#include <algorithm>
#include <deque>
#include <string>

namespace longwave::library {

namespace {

using Int = std::int64_t;
using Node = QueryNode;
using Kind = QueryNode::Kind;
using Field = QueryNode::Field;

/// Ranking reads every match; when a short word matches most of the library, so many are enough to choose
/// from.
constexpr Int most_ranked = 2000;

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
        if (words.empty()) return "1";
        return "(t.id IN (SELECT rowid FROM library_track_text WHERE library_track_text MATCH " +
               bind(words) + "))";
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
    return "1";
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
    const std::string column = text_column(node.field);
    return column.empty() ? '(' + words + ')' : column + " : (" + words + ')';
  }

  /// The word as the beginning of one, or as what was perhaps meant.
  std::string forms(const std::string& word) {
    std::string forms = '"' + word + "\"*";
    const std::string plain = plain_letters(word);
    if (typos_ == Typos::of_unknown_words && begins_a_word(session_, plain)) return forms;
    const auto near = near_words(session_, plain);
    for (const auto& other : near) forms += " OR \"" + other + "\"*";
    return near.empty() ? forms : '(' + forms + ')';
  }

  std::string children(const Node& node) {
    std::string joined;
    for (const auto& child : node.children) {
      if (!joined.empty()) joined += node.kind == Kind::any ? " OR " : " AND ";
      joined += condition(child);
    }
    return joined.empty() ? "1" : '(' + joined + ')';
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
};

struct Statement {
  std::string match;       ///< name of the full-text question, or empty
  std::string conditions;  ///< joined by AND, or empty
};

Statement statement(Builder& builder, const Query& query) {
  const auto& root = query.root;
  std::vector<const Node*> parts;
  if (root.kind == Kind::all) {
    for (const auto& child : root.children) parts.push_back(&child);
  } else {
    parts.push_back(&root);
  }
  // What the index can say leads; what must not be there is said to the index too when something leads.
  std::string wanted, unwanted;
  std::vector<const Node*> rest;
  for (const Node* part : parts) {
    if (!Builder::textual(*part)) continue;
    const std::string words = builder.match(*part);
    if (!words.empty()) wanted += (wanted.empty() ? "" : " AND ") + words;
  }
  Statement made;
  for (const Node* part : parts) {
    if (Builder::textual(*part)) continue;
    if (!wanted.empty() && part->kind == Kind::none && Builder::textual(part->children.front())) {
      const std::string words = builder.match(part->children.front());
      if (!words.empty()) unwanted += " NOT " + words;
    } else {
      rest.push_back(part);
    }
  }
  if (!wanted.empty()) made.match = builder.bind('(' + wanted + ')' + unwanted);
  for (const Node* part : rest) {
    made.conditions += (made.conditions.empty() ? "" : " AND ") + builder.condition(*part);
  }
  return made;
}

const char*
order_by(const Query& query, bool text) {
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
      return down ? "t.last_played_ms DESC, t.id" : "t.last_played_ms, t.id";
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
  return text ? "x.score, t.title, t.id" : "t.id";
}

/// Whether a listing has to look at the state of every track.
bool all_count(store::Session& session, bool missing_too) {
  return !missing_too && !session.value<int>("SELECT state FROM library_track WHERE state <> 0 LIMIT 1");
}

bool asks_for_missing(const Node& node) {
  if (node.kind == Kind::flag) return node.field == Field::missing;
  return std::ranges::any_of(node.children, asks_for_missing);
}

class Question {
 public:
  Question(store::Session& session, const Query& query, bool missing_too, Typos typos)
      : session_(session), query_(query), builder_(session, typos), made_(statement(builder_, query)) {
    if (missing_too || asks_for_missing(query.root)) {
      add("t.state <> 3");
    } else if (!all_count(session, false)) {
      add("t.state = 0");
    }
  }

  bool everything() const { return made_.match.empty() && made_.conditions.empty(); }

  Int count() {
    std::string sql;
    if (made_.match.empty()) {
      sql = "SELECT COUNT(*) FROM library_track t" + where();
    } else if (made_.conditions.empty()) {
      sql = "SELECT COUNT(*) FROM library_track_text WHERE library_track_text MATCH " + made_.match;
    } else {
      sql =
          "SELECT COUNT(*) FROM library_track_text x CROSS JOIN library_track t ON t.id = x.rowid WHERE "
          "library_track_text MATCH " +
          made_.match + " AND " + made_.conditions;
    }
    Int found = 0;
    session_.each_once<Int>(sql, builder_.values(), [&](Int count) { found = count; });
    return found;
  }

  std::vector<TrackId> ids(Int limit, Int offset) {
    std::string sql = "SELECT t.id FROM ";
    if (made_.match.empty()) {
      sql += "library_track t" + where();
    } else if (query_.order == Query::Order::best) {
      sql +=
          "(SELECT t.id AS id, t.title AS title, bm25(library_track_text, 10.0, 6.0, 4.0, 2.0) AS score FROM "
          "library_track_text CROSS JOIN library_track t ON t.id = library_track_text.rowid WHERE "
          "library_track_text MATCH " +
          made_.match + (made_.conditions.empty() ? "" : " AND " + made_.conditions) + " LIMIT " +
          std::to_string(std::max(most_ranked, limit + offset)) + ") t";
    } else {
      sql +=
          "library_track_text x CROSS JOIN library_track t ON t.id = x.rowid WHERE library_track_text "
          "MATCH " +
          made_.match + (made_.conditions.empty() ? "" : " AND " + made_.conditions);
    }
    const bool ranked = !made_.match.empty() && query_.order == Query::Order::best;
    sql += std::string(" ORDER BY ") + (ranked ? "t.score, t.title, t.id" : order_by(query_, false)) +
           " LIMIT " + std::to_string(limit) + " OFFSET " + std::to_string(offset);
    std::vector<TrackId> found;
    session_.each_once<TrackId>(sql, builder_.values(), [&](TrackId id) { found.push_back(id); });
    return found;
  }

 private:
  void add(const char* condition) {
    made_.conditions += (made_.conditions.empty() ? "" : " AND ") + std::string(condition);
  }
  std::string where() const { return made_.conditions.empty() ? "" : " WHERE " + made_.conditions; }

  store::Session& session_;
  const Query& query_;
  Builder builder_;
  Statement made_;
};

}  // namespace

Page<Track> query_tracks(store::Session& session, const Query& query, const Listing& listing) {
  Page<Track> page;
  for (const Typos typos : {Typos::of_unknown_words, Typos::of_all_words}) {
    Question question(session, query, listing.missing_too, typos);
    page.total = question.count();
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
    const Int found = Question(session, query, false, typos).count();
    if (found > 0) return query.limit ? std::min(found, *query.limit) : found;
  }
  return 0;
}

}  // namespace longwave::library
