// SPDX-License-Identifier: Apache-2.0
#include "library/query_builder.hpp"

#include "base/text.hpp"
#include "library/names.hpp"
#include "library/search.hpp"
#include "library/spelling.hpp"
#include "library/text_index.hpp"

#include <algorithm>
#include <string_view>

namespace longwave::library {

namespace {

using Int = std::int64_t;
using Node = QueryNode;
using Kind = QueryNode::Kind;
using Field = QueryNode::Field;

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

}  // namespace

std::string QueryBuilder::bind(std::string text) {
  texts_.push_back(std::move(text));
  values_.emplace_back(std::string_view(texts_.back()));
  return name_of_last();
}

std::string QueryBuilder::bind(Int number) {
  values_.emplace_back(number);
  return name_of_last();
}

void QueryBuilder::forget_values() {
  values_.clear();
  texts_.clear();
}

bool QueryBuilder::textual(const Node& node) {
  if (node.kind == Kind::text) return true;
  if (node.kind != Kind::all && node.kind != Kind::any) return false;
  return !node.children.empty() && std::ranges::all_of(node.children, textual);
}

std::string QueryBuilder::match(const Node& node) {
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

std::string QueryBuilder::matches(const std::string& question) {
  return text_matches(session_.kind(), bind(text_question(session_.kind(), question)));
}

std::string QueryBuilder::best_first(const std::string& question) {
  if (session_.kind() == store::DatabaseKind::sqlite) return std::string(sqlite_best_first);
  return postgresql_best_first(bind(text_question(session_.kind(), question)));
}

std::string QueryBuilder::condition(const Node& node) {
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

std::string QueryBuilder::match_text(const Node& node) {
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
std::string QueryBuilder::forms(const std::string& word) {
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

std::string QueryBuilder::children(const Node& node) {
  std::string joined;
  for (const auto& child : node.children) {
    if (!joined.empty()) joined += node.kind == Kind::any ? " OR " : " AND ";
    joined += condition(child);
  }
  return joined.empty() ? "TRUE" : '(' + joined + ')';
}

std::string QueryBuilder::range(const Node& node) {
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

std::string QueryBuilder::part(const Node& node) {
  if (node.field == Field::format) return "(t.format = " + bind(text::ascii_lower(node.text)) + ')';
  return "((SELECT f.path FROM library_folder f WHERE f.id = t.folder_id) || '/' || t.name LIKE " +
         bind('%' + like_literal(node.text) + '%') + " ESCAPE '\\')";
}

/// By the words of the tag's name ("jazz" is in "Acid Jazz" too); in quotes the name alone. What an album
/// has is said of all its songs.
std::string QueryBuilder::named(const Node& node) {
  const auto tagged = [&](const char* what) {
    return std::string("SELECT target_id FROM library_tagging WHERE what = ") + what +
           " AND approval >= 0 AND tag_id IN (SELECT id FROM library_tag WHERE kind " +
           (node.field == Field::mood ? "= 3" : "IN (1, 2)") +
           (node.phrase ? " AND fold = " + bind(fold(node.text)) + ')'
                        : " AND ' ' || fold LIKE " + bind("% " + like_literal(fold(node.text)) + '%') +
                              " ESCAPE '\\')");
  };
  const std::string songs = tagged("0");
  return "(t.id IN (" + songs + " UNION ALL SELECT id FROM library_track WHERE album_id IN (" + tagged("1") +
         ")))";
}

}  // namespace longwave::library
