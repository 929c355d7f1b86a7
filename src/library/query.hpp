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
    text,    ///< `text` by words in `field`; a word that isn't in a phrase may be the beginning of one
    number,  ///< `field` lies in [low, high]
    flag,    ///< `field` is true
    part,    ///< `field` has `text` in it
    name,    ///< the genre or mood called `text`
  };
  enum class Field {
    // text
    anywhere,
    title,
    artist,
    album,
    album_artist,
    // numbers: a count, a year, ms of length, ms since 1970
    year,
    added,
    played,
    plays,
    length,
    likes,
    dislikes,
    track,
    disc,
    bitrate,
    // flags
    favourite,
    hated,
    disabled,
    live,
    bad,
    lyrics,
    unplayed,
    missing,
    // parts and names
    path,
    format,
    genre,
    mood,
  };
  Kind kind = Kind::all;
  Field field = Field::anywhere;
  std::string text;
  bool phrase = false;  ///< these words, whole, one behind the other
  std::optional<std::int64_t> low, high;
  std::vector<QueryNode> children;
};

struct Query {
  enum class Order { best, title, artist, album, year, added, played, plays, length, shuffle };
  QueryNode root;
  Order order = Order::best;
  bool descending = false;
  std::optional<std::int64_t> limit;
};

constexpr std::size_t longest_query = 1000;  ///< bytes; what is behind them is not read
constexpr std::size_t most_query_terms = 64;
constexpr std::size_t deepest_query = 16;  ///< parentheses

/// Never fails: what can't be understood is taken as words, and `problem` tells the first such place.
/// `now_ms` is the wall clock, for `added:30d`.
struct ParsedQuery {
  Query query;
  std::optional<QueryProblem> problem;
};
ParsedQuery parse_query(std::string_view text, std::int64_t now_ms);

/// For what is kept: a problem is an `invalid` whose message names the place.
Result<Query> check_query(std::string_view text, std::int64_t now_ms);

}  // namespace longwave::library
