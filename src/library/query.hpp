// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The query language: what people type into the search box, and what collections and smart lists are made
/// of. docs/lists.md has the grammar. This file is pure; query_sql.hpp asks the store.
///
///   artist:davis year:1955..1965 -live "so what"
namespace longwave::library {

/// A place in a query that couldn't be understood. `at` and `length` count bytes.
struct QueryProblem {
  std::string message;  ///< a sentence without the place
  std::size_t at = 0;
  std::size_t length = 0;
};

struct QueryNode {
  enum class Kind {
    all,     ///< every child; without children: everything
    any,     ///< one of the children
    none,    ///< not the one child
    text,    ///< `text` in `column`, by words; the last word of a text that isn't `exact` may be a beginning
    number,  ///< `field` lies in [low, high]
    flag,    ///< `field` is true
    like,    ///< `field` holds `text` somewhere
    tag,     ///< genre or mood named `text`
  };
  enum class Field {
    anywhere,
    title,
    artist,
    album,
    album_artist,  // text
    year,
    added,
    plays,
    played,
    length,
    likes,
    track,
    disc,
    bitrate,
    rating,  // number
    favourite,
    hated,
    disabled,
    live,
    bad,
    lyrics,
    unplayed,
    missing,  // flag
    path,
    format,
    genre,
    mood,
  };
  Kind kind = Kind::all;
  Field field = Field::anywhere;
  std::string text;
  bool exact = false;                     ///< a phrase: these words behind each other
  std::optional<std::int64_t> low, high;  ///< years, counts, ms of length, ms since 1970 (played, added)
  std::vector<QueryNode> children;
};

struct Query {
  enum class Order { relevance, title, artist, album, year, added, played, plays, length, shuffle };
  QueryNode root;
  Order order = Order::relevance;
  bool descending = false;
  std::optional<std::int64_t> limit;  ///< `limit:50`
};

/// Never fails: what can't be understood is taken as words, and `problem` tells the first such place.
/// `now_ms` is the wall clock, for `added:30d`. Linear in the text; at most 1,000 bytes, 64 terms and 16
/// levels of parentheses are read.
struct ParsedQuery {
  Query query;
  std::optional<QueryProblem> problem;
};
ParsedQuery parse_query(std::string_view text, std::int64_t now_ms);

/// For what is saved: a problem is an `invalid` whose message names the place.
Result<Query> check_query(std::string_view text, std::int64_t now_ms);

}  // namespace longwave::library
