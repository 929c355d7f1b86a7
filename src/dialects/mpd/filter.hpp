// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dialects/mpd/ack.hpp"
#include "dialects/mpd/song.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace longwave::mpd {

/// Which songs somebody asks for: an expression `((artist == 'x') AND (!(album contains 'y')))`, or pairs as
/// of old (`artist x album y`). Immutable once it is parsed; any thread.
/// docs/protocols/mpd.md "Filters" has the grammar.
class Filter {
 public:
  /// `fold`: letters count without their case, and what is asked for with an old pair may stand anywhere in
  /// the value (search); otherwise values are compared as they are (find). Words that begin neither an
  /// expression nor a pair are refused.
  static Answer<Filter> parse(std::span<const std::string> words, bool fold);
  /// All songs.
  Filter();

  bool matches(const Song& song) const;

  /// What every song that matches has in common, for a quick look: folder, and values asked for as they are.
  struct Hints {
    std::optional<std::string> base;
    std::optional<std::string> uri;
    std::optional<std::string> album;
    std::optional<std::string> title;
  };
  const Hints& hints() const { return hints_; }

  struct Node;

 private:
  explicit Filter(std::shared_ptr<const Node> root);

  std::shared_ptr<const Node> root_;  // null: all
  Hints hints_;
};

/// What follows a filter: `sort TAG`, `window START:END`, `position POS`, cut off the end of `words`.
struct Range {
  std::size_t begin = 0;
  std::size_t end = SIZE_MAX;
};
struct Sorting {
  std::optional<Tag> tag;  ///< nullopt with `by_time`, or none
  bool by_time = false;
  bool descending = false;
  bool any() const { return tag || by_time; }
};
struct Selection {
  Filter filter;
  Sorting sorting;
  Range window;
  std::optional<std::string> position;
};
Answer<Selection> parse_selection(std::span<const std::string> words, bool fold);
void sort(std::vector<Song>& songs, const Sorting& sorting);
void cut(std::vector<Song>& songs, const Range& window);

/// `5` is 5:6, `5:` goes to the end, `5:9` is 5, 6, 7, 8. `-1` is everything when the command says so.
Answer<Range> parse_range(std::string_view text);
Answer<std::int64_t> parse_integer(std::string_view text, std::int64_t least, std::int64_t most);
Answer<bool> parse_bool(std::string_view text);
Answer<double> parse_float(std::string_view text);

}  // namespace longwave::mpd
