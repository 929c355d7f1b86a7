// SPDX-License-Identifier: Apache-2.0
#include "base/text.hpp"
#include "dialects/mpd/filter_node.hpp"
#include "library/names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <string>

namespace longwave::mpd {
namespace {

constexpr int deepest = 64;  // parentheses in each other

bool word_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-';
}

Refusal bad(std::string message) {
  return refuse(Ack::arg, std::move(message));
}

/// Seconds since 1970, or `2026-11-21T19:04:19Z`, or a date.
Answer<std::int64_t> point_in_time(const std::string& text) {
  if (!text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; })) {
    return parse_integer(text, 0, INT64_MAX);
  }
  for (const char* form : {"%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%MZ", "%Y-%m-%d"}) {
    std::tm time{};
    const char* end = ::strptime(text.c_str(), form, &time);
    if (end && *end == '\0') return static_cast<std::int64_t>(::timegm(&time));
  }
  return bad("Failed to parse date");
}

Answer<FormatTest> format_test(const std::string& text, bool mask) {
  FormatTest test;
  for (const auto part : text::split(text, ':')) {
    const bool digits =
        !part.empty() && std::all_of(part.begin(), part.end(), [](char c) { return c >= '0' && c <= '9'; });
    const bool floating = test.parts.size() == 1 && part == "f";
    if (!digits && !floating && !(mask && part == "*")) {
      constexpr const char* what[] = {"sample rate", "sample format", "channel count"};
      return bad(fmt::format("Failed to parse the {}", what[std::min<std::size_t>(test.parts.size(), 2)]));
    }
    test.parts.emplace_back(part);
  }
  if (test.parts.size() != 3) return bad("Sample format missing");
  return test;
}

class Parser {
 public:
  Parser(std::string_view text, bool fold) : rest_(text), fold_(fold) {}

  Answer<NodePtr> whole() {
    auto node = expression(0);
    if (node && !rest_.empty()) return bad("Unparsed garbage after expression");
    return node;
  }

 private:
  void skip() {
    while (!rest_.empty() && (rest_.front() == ' ' || rest_.front() == '\t')) rest_.remove_prefix(1);
  }
  bool take(std::string_view what) {
    if (!rest_.starts_with(what)) return false;
    rest_.remove_prefix(what.size());
    skip();
    return true;
  }
  bool take_word(std::string_view what) {
    if (!text::ascii_iequals(rest_.substr(0, what.size()), what)) return false;
    rest_.remove_prefix(what.size());
    skip();
    return true;
  }

  Answer<std::string> word() {
    std::size_t length = 0;
    while (length < rest_.size() && word_character(rest_[length])) ++length;
    if (length == 0) return bad("Word expected");
    std::string found{rest_.substr(0, length)};
    rest_.remove_prefix(length);
    skip();
    return found;
  }

  Answer<std::string> quoted_string() {
    if (rest_.empty() || (rest_.front() != '"' && rest_.front() != '\''))
      return bad("Quoted string expected");
    const char quote = rest_.front();
    rest_.remove_prefix(1);
    std::string found;
    while (!rest_.empty() && rest_.front() != quote) {
      if (rest_.front() == '\\') rest_.remove_prefix(1);
      if (rest_.empty()) break;
      found += rest_.front();
      rest_.remove_prefix(1);
    }
    if (rest_.empty()) return bad("Closing quote not found");
    rest_.remove_prefix(1);
    skip();
    return found;
  }

  template <class T>
  Answer<NodePtr> closed(Answer<T> test) {
    if (!test) return test.error();
    if (!take(")")) return bad("')' expected");
    return make_node(std::move(*test));
  }

  Answer<NodePtr> expression(int depth) {
    if (depth > deepest) return bad("Expression is nested too deeply");
    if (!take("(")) return bad("'(' expected");
    if (rest_.starts_with('(')) return conjunction(depth);
    if (take("!")) {
      auto inner = expression(depth + 1);
      if (!inner) return inner;
      if (!take(")")) return bad("')' expected");
      return make_node(NotTest{std::move(*inner)});
    }
    return comparison();
  }

  Answer<NodePtr> conjunction(int depth) {
    AndTest both;
    while (true) {
      auto one = expression(depth + 1);
      if (!one) return one;
      both.all.push_back(std::move(*one));
      if (take(")")) return make_node(std::move(both));
      auto joined = word();
      if (!joined) return joined.error();
      if (!text::ascii_iequals(*joined, "AND")) return bad("'AND' expected");
    }
  }

  Answer<NodePtr> comparison() {
    auto name = word();
    if (!name) return name.error();
    const auto is = [&](std::string_view other) { return text::ascii_iequals(*name, other); };
    const auto tag = tag_named(*name);
    if (tag || is("any")) return closed(tag_test(tag));
    if (is("file") || is("filename")) return closed(uri_test());
    if (is("base")) return closed(base_test());
    if (is("modified-since")) return closed(modified_test());
    if (is("AudioFormat")) return closed(audio_format());
    return bad("Unknown filter type: " + *name);
  }

  Answer<TagTest> tag_test(std::optional<Tag> tag) {
    auto test = text_test();
    if (!test) return test.error();
    return TagTest{tag, std::move(*test)};
  }
  Answer<UriTest> uri_test() {
    auto test = text_test();
    if (!test) return test.error();
    return UriTest{std::move(*test)};
  }
  Answer<BaseTest> base_test() {
    auto folder = quoted_string();
    if (!folder) return folder.error();
    return BaseTest{std::move(*folder)};
  }
  Answer<ModifiedTest> modified_test() {
    auto text = quoted_string();
    if (!text) return text.error();
    auto since = point_in_time(*text);
    if (!since) return since.error();
    return ModifiedTest{*since};
  }
  Answer<FormatTest> audio_format() {
    const bool mask = take("=~");
    if (!mask && !take("==")) return bad("'==' or '=~' expected");
    auto text = quoted_string();
    if (!text) return text.error();
    return format_test(*text, mask);
  }

  Answer<TextTest> text_test() {
    TextTest test;
    test.fold = fold_;
    if (take_word("contains ")) {
      test.mode = TextTest::Mode::contains;
    } else if (take_word("!contains ")) {
      test.mode = TextTest::Mode::contains;
      test.negated = true;
    } else if (take("=~") || (test.negated = take("!~"))) {
      test.mode = TextTest::Mode::regex;
    } else if (!take("==") && !(test.negated = take("!="))) {
      return bad("'==' or '!=' expected");
    }
    auto value = quoted_string();
    if (!value) return value.error();
    if (test.mode == TextTest::Mode::regex) {
      auto compiled = Regex::compile(*value, fold_);
      if (!compiled) return compiled.error();
      test.regex = std::move(*compiled);
    }
    test.value = fold_ ? library::fold(*value) : std::move(*value);
    return test;
  }

  std::string_view rest_;
  bool fold_;
};

}  // namespace

Answer<NodePtr> parse_expression(std::string_view text, bool fold) {
  return Parser(text, fold).whole();
}

Answer<NodePtr> parse_pair(std::string_view name, std::string_view value, bool fold) {
  const auto is = [&](std::string_view other) { return text::ascii_iequals(name, other); };
  const auto tag = tag_named(name);
  TextTest test{.value = fold ? library::fold(value) : std::string(value),
                .mode = fold ? TextTest::Mode::contains : TextTest::Mode::exact,
                .fold = fold,
                .negated = false,
                .regex = nullptr};
  if (tag || is("any")) return make_node(TagTest{tag, std::move(test)});
  if (is("file") || is("filename")) return make_node(UriTest{std::move(test)});
  if (is("base")) return make_node(BaseTest{std::string(value)});
  if (is("modified-since")) {
    auto since = point_in_time(std::string(value));
    if (!since) return since.error();
    return make_node(ModifiedTest{*since});
  }
  return bad("Unknown filter type");
}

}  // namespace longwave::mpd
