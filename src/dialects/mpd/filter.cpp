// SPDX-License-Identifier: Apache-2.0
#include "dialects/mpd/filter.hpp"

#include "base/text.hpp"
#include "dialects/mpd/filter_node.hpp"
#include "library/names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <utility>

namespace longwave::mpd {
namespace {

bool matches(const Filter::Node& node, const Song& song);

/// A tag that a song doesn't have is an empty one. Without an album artist, the artist is it.
bool tag_matches(const TagTest& test, const Song& song) {
  bool seen = false;
  for (const auto& [tag, value] : song.tags) {
    if (test.tag && tag != *test.tag) continue;
    seen = true;
    if (test.test.holds(value)) return !test.test.negated;
  }
  if (test.tag && !seen) {
    if (*test.tag == Tag::album_artist) {
      TagTest artist = test;
      artist.tag = Tag::artist;
      return tag_matches(artist, song);
    }
    if (test.test.value.empty()) return !test.test.negated;
  }
  return test.test.negated;
}

bool format_matches(const FormatTest& test, const Song& song) {
  const auto parts = text::split(song.format, ':');
  if (parts.size() != test.parts.size()) return false;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (test.parts[i] != "*" && test.parts[i] != parts[i]) return false;
  }
  return true;
}

bool below(std::string_view uri, std::string_view folder) {
  if (folder.empty() || folder == "/" || uri == folder) return true;
  return uri.size() > folder.size() && uri.starts_with(folder) && uri[folder.size()] == '/';
}

struct Matcher {
  const Song& song;
  bool operator()(const TagTest& test) const { return tag_matches(test, song); }
  bool operator()(const UriTest& test) const { return test.test.holds(song.uri) != test.test.negated; }
  bool operator()(const BaseTest& test) const { return below(song.uri, test.folder); }
  bool operator()(const ModifiedTest& test) const { return song.modified_s >= test.since_s; }
  bool operator()(const FormatTest& test) const { return format_matches(test, song); }
  bool operator()(const NotTest& test) const { return !matches(*test.one, song); }
  bool operator()(const AndTest& test) const {
    return std::all_of(test.all.begin(), test.all.end(),
                       [&](const NodePtr& node) { return matches(*node, song); });
  }
};

bool matches(const Filter::Node& node, const Song& song) {
  return std::visit(Matcher{song}, node.test);
}

void collect(const Filter::Node& node, Filter::Hints& hints) {
  if (const auto* all = std::get_if<AndTest>(&node.test)) {
    for (const auto& one : all->all) collect(*one, hints);
  } else if (const auto* base = std::get_if<BaseTest>(&node.test)) {
    hints.base = base->folder;
  } else if (const auto* uri = std::get_if<UriTest>(&node.test)) {
    const auto& test = uri->test;
    if (test.mode == TextTest::Mode::exact && !test.fold && !test.negated) hints.uri = test.value;
  } else if (const auto* tag = std::get_if<TagTest>(&node.test)) {
    const auto& test = tag->test;
    if (test.mode != TextTest::Mode::exact || test.fold || test.negated || !tag->tag) return;
    if (*tag->tag == Tag::album) hints.album = test.value;
    if (*tag->tag == Tag::title) hints.title = test.value;
  }
}

std::optional<std::string> take_option(std::span<const std::string>& words, std::string_view name) {
  if (words.size() < 2 || words[words.size() - 2] != name) return std::nullopt;
  std::string value = words.back();
  words = words.first(words.size() - 2);
  return value;
}

}  // namespace

bool TextTest::holds(std::string_view text) const {
  if (mode == Mode::regex) return regex->found_in(text);
  if (!fold) return mode == Mode::exact ? text == value : text.find(value) != std::string_view::npos;
  const auto folded = library::fold(text);
  return mode == Mode::exact ? folded == value : folded.find(value) != std::string::npos;
}

Filter::Filter() = default;

Filter::Filter(std::shared_ptr<const Node> root) : root_(std::move(root)) {
  collect(*root_, hints_);
}

bool Filter::matches(const Song& song) const {
  return !root_ || mpd::matches(*root_, song);
}

Answer<Filter> Filter::parse(std::span<const std::string> words, bool fold) {
  AndTest all;
  while (!words.empty()) {
    if (words.front().starts_with('(')) {
      auto node = parse_expression(words.front(), fold);
      if (!node) return node.error();
      all.all.push_back(std::move(*node));
      words = words.subspan(1);
      continue;
    }
    if (words.size() < 2) return refuse(Ack::arg, "Incorrect number of filter arguments");
    auto node = parse_pair(words[0], words[1], fold);
    if (!node) return node.error();
    all.all.push_back(std::move(*node));
    words = words.subspan(2);
  }
  if (all.all.empty()) return refuse(Ack::arg, "Incorrect number of filter arguments");
  return Filter(make_node(std::move(all)));
}

Answer<Selection> parse_selection(std::span<const std::string> words, bool fold) {
  Selection selection;
  selection.position = take_option(words, "position");
  if (const auto window = take_option(words, "window")) {
    auto range = parse_range(*window);
    if (!range) return range.error();
    selection.window = *range;
  }
  if (auto by = take_option(words, "sort")) {
    selection.sorting.descending = by->starts_with('-');
    if (selection.sorting.descending) by->erase(0, 1);
    selection.sorting.by_time = text::ascii_iequals(*by, "Last-Modified");
    selection.sorting.tag = tag_named(*by);
    if (!selection.sorting.any()) return refuse(Ack::arg, "Unknown sort tag");
  }
  auto filter = Filter::parse(words, fold);
  if (!filter) return filter.error();
  selection.filter = std::move(*filter);
  return selection;
}

void sort(std::vector<Song>& songs, const Sorting& sorting) {
  if (!sorting.any()) return;
  const auto compare = [&](const Song& a, const Song& b) {
    const Song& left = sorting.descending ? b : a;
    const Song& right = sorting.descending ? a : b;
    if (sorting.by_time) return left.modified_s < right.modified_s;
    const auto x = left.tag(*sorting.tag);
    const auto y = right.tag(*sorting.tag);
    if (*sorting.tag == Tag::track || *sorting.tag == Tag::disc || *sorting.tag == Tag::date) {
      return std::atoi(std::string(x).c_str()) < std::atoi(std::string(y).c_str());
    }
    return library::fold(x) < library::fold(y);
  };
  std::stable_sort(songs.begin(), songs.end(), compare);
}

void cut(std::vector<Song>& songs, const Range& window) {
  const auto end = std::min(window.end, songs.size());
  songs.resize(end);
  songs.erase(songs.begin(), songs.begin() + static_cast<std::ptrdiff_t>(std::min(window.begin, end)));
}

Answer<std::int64_t> parse_integer(std::string_view text, std::int64_t least, std::int64_t most) {
  std::int64_t value = 0;
  const auto digits = text.starts_with('+') ? text.substr(1) : text;
  const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (digits.empty() || end != digits.data() + digits.size() ||
      (failed != std::errc{} && failed != std::errc::result_out_of_range)) {
    return refuse(Ack::arg, fmt::format("Integer expected: {}", text));
  }
  if (failed == std::errc::result_out_of_range || value > most) {
    return refuse(Ack::arg, fmt::format("Number too large: {}", text));
  }
  // An unsigned number that is negative is a very large one to clients of old.
  if (value < least) {
    return refuse(Ack::arg, fmt::format("Number too {}: {}", least == 0 ? "large" : "small", text));
  }
  return value;
}

Answer<bool> parse_bool(std::string_view text) {
  if (text == "0" || text == "1") return text == "1";
  return refuse(Ack::arg, fmt::format("Boolean (0/1) expected: {}", text));
}

Answer<double> parse_float(std::string_view text) {
  const std::string whole{text};
  char* end = nullptr;
  const double value = std::strtod(whole.c_str(), &end);
  if (whole.empty() || *end != '\0' || !std::isfinite(value)) {
    return refuse(Ack::arg, fmt::format("Float expected: {}", text));
  }
  return value;
}

Answer<Range> parse_range(std::string_view text) {
  const auto colon = text.find(':');
  const auto number = [&](std::string_view part) -> Answer<std::size_t> {
    std::size_t value = 0;
    const auto [end, failed] = std::from_chars(part.data(), part.data() + part.size(), value);
    if (part.empty() || failed != std::errc{} || end != part.data() + part.size()) {
      return refuse(Ack::arg, fmt::format("Integer or range expected: {}", text));
    }
    return value;
  };
  const auto begin = number(text.substr(0, colon));
  if (!begin) return begin.error();
  if (colon == std::string_view::npos) return Range{*begin, *begin + 1};
  if (colon + 1 == text.size()) return Range{*begin, SIZE_MAX};
  const auto end = number(text.substr(colon + 1));
  if (!end) return end.error();
  if (*end < *begin) return refuse(Ack::arg, fmt::format("Malformed range: {}", text));
  return Range{*begin, *end};
}

}  // namespace longwave::mpd
