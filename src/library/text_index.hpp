// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/session.hpp"

#include <string>
#include <string_view>

/// The full-text index over title, artist, album and album artist of every track, in two databases: FTS5 in
/// SQLite, a tsvector in PostgreSQL, whose four weights A to D are the four columns. In both the table
/// library_track_text has a row `rowid` a track, kept by triggers; letters are folded and lose their accents.
///
/// A question is written in FTS5's language, as far as it goes here: "word"*, "a phrase", column : (…), AND,
/// OR, NOT, parentheses.
namespace longwave::library {

extern const std::string_view sqlite_text_index;  ///< the tables, for the schema
extern const std::string_view postgresql_text_index;

/// What is bound for a question.
std::string text_question(store::DatabaseKind kind, std::string_view question);
/// For WHERE, where the table stands in FROM. `parameter`: the name under which text_question() is bound.
std::string text_matches(store::DatabaseKind kind, const std::string& parameter);
/// For ORDER BY: a title counts more than an artist, an artist more than an album. FTS5 knows the question.
inline constexpr std::string_view sqlite_best_first = "bm25(library_track_text, 10.0, 6.0, 4.0, 2.0)";
std::string postgresql_best_first(const std::string& parameter);

}  // namespace longwave::library
