// SPDX-License-Identifier: Apache-2.0
#include "library/query.hpp"

#include "base/text.hpp"
#include "library/query_values.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace longwave::library {

namespace {

using Node = QueryNode;
using Field = QueryNode::Field;
using Kind = QueryNode::Kind;

struct Named {
  std::string_view name;
  Field field;
  Kind kind;
  QueryValue value = QueryValue::count;
};

constexpr std::array fields = {
    Named{"title", Field::title, Kind::text},
    Named{"artist", Field::artist, Kind::text},
    Named{"album", Field::album, Kind::text},
    Named{"albumartist", Field::album_artist, Kind::text},
    Named{"genre", Field::genre, Kind::name},
    Named{"mood", Field::mood, Kind::name},
    Named{"path", Field::path, Kind::part},
    Named{"format", Field::format, Kind::part},
    Named{"year", Field::year, Kind::number, QueryValue::year},
    Named{"added", Field::added, Kind::number, QueryValue::time},
    Named{"played", Field::played, Kind::number, QueryValue::time},
    Named{"plays", Field::plays, Kind::number},
    Named{"length", Field::length, Kind::number, QueryValue::length},
    Named{"likes", Field::likes, Kind::number},
    Named{"dislikes", Field::dislikes, Kind::number},
    Named{"track", Field::track, Kind::number},
    Named{"disc", Field::disc, Kind::number},
    Named{"bitrate", Field::bitrate, Kind::number},
};

constexpr std::array flags = {
    Named{"favourite", Field::favourite, Kind::flag}, Named{"favorite", Field::favourite, Kind::flag},
    Named{"hated", Field::hated, Kind::flag},         Named{"disabled", Field::disabled, Kind::flag},
    Named{"live", Field::live, Kind::flag},           Named{"bad", Field::bad, Kind::flag},
    Named{"lyrics", Field::lyrics, Kind::flag},       Named{"unplayed", Field::unplayed, Kind::flag},
    Named{"missing", Field::missing, Kind::flag},
};

constexpr std::array<std::pair<std::string_view, Query::Order>, 10> orders = {{
    {"best", Query::Order::best},
    {"title", Query::Order::title},
    {"artist", Query::Order::artist},
    {"album", Query::Order::album},
    {"year", Query::Order::year},
    {"added", Query::Order::added},
    {"played", Query::Order::played},
    {"plays", Query::Order::plays},
    {"length", Query::Order::length},
    {"shuffle", Query::Order::shuffle},
}};

bool space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}

/// A word of the query with its place: `name:` in front, quoted or not, with a minus or not.
struct Token {
  enum class Kind { end, term, open, close, either } kind = Kind::end;
  std::string_view name;  ///< before the colon; empty: none
  std::string text;
  bool quoted = false;
  bool negated = false;
  std::size_t at = 0, length = 0;
};

class Parser {
 public:
  Parser(std::string_view text, std::int64_t now_ms) : text_(text), now_ms_(now_ms) {}

  ParsedQuery parse() {
    advance();
    std::vector<Node> parts;
    // A ")" too many is told and passed over.
    while (token_.kind != Token::Kind::end) {
      if (Node part = either(0); part.kind != Kind::all || !part.children.empty()) {
        parts.push_back(std::move(part));
      }
      if (token_.kind != Token::Kind::close) continue;
      complain("this ) closes nothing", token_.at, 1);
      advance();
    }
    result_.query.root = joined(Kind::all, std::move(parts));
    return std::move(result_);
  }

  void complain(std::string message, std::size_t at, std::size_t length) {
    if (!result_.problem) result_.problem = QueryProblem{std::move(message), at, length};
  }

 private:
  static Node joined(Kind kind, std::vector<Node> parts) {
    if (parts.size() == 1) return std::move(parts.front());
    Node node;
    node.kind = parts.empty() ? Kind::all : kind;
    node.children = std::move(parts);
    return node;
  }
  static bool says_nothing(const Node& node) { return node.kind == Kind::all && node.children.empty(); }

  /// a b OR c d: either both of a, b or both of c, d.
  Node either(std::size_t depth) {
    std::vector<Node> choices;
    for (;;) {
      if (Node choice = every(depth); !says_nothing(choice)) {
        choices.push_back(std::move(choice));
      } else if (token_.kind == Token::Kind::either || !choices.empty()) {
        complain("OR stands between two things", or_at_, 2);
      }
      if (token_.kind != Token::Kind::either) break;
      or_at_ = token_.at;
      advance();
    }
    return joined(Kind::any, std::move(choices));
  }

  Node every(std::size_t depth) {
    std::vector<Node> parts;
    if (token_.kind == Token::Kind::either) or_at_ = token_.at;
    for (;;) {
      if (token_.kind == Token::Kind::term) {
        take_term(parts);
      } else if (token_.kind == Token::Kind::open) {
        group(parts, depth);
      } else {
        return joined(Kind::all, std::move(parts));
      }
    }
  }

  void group(std::vector<Node>& parts, std::size_t depth) {
    const Token open = token_;
    advance();
    if (depth + 1 >= deepest_query) {
      complain("parentheses are nested too deep", open.at, 1);
      return;  // what is inside is read as if they weren't there; a ")" more is told and passed over
    }
    Node inside = either(depth + 1);
    if (token_.kind == Token::Kind::close) {
      advance();
    } else {
      complain("this ( is never closed", open.at, 1);
    }
    if (says_nothing(inside)) return;
    parts.push_back(open.negated ? negated(std::move(inside)) : std::move(inside));
  }

  static Node negated(Node node) {
    Node none;
    none.kind = Kind::none;
    none.children.push_back(std::move(node));
    return none;
  }

  void take_term(std::vector<Node>& parts) {
    const Token token = std::move(token_);
    advance();
    if (++terms_ > most_query_terms) {
      complain("there are too many words", token.at, token.length);
      return;
    }
    auto node = term(token);
    if (!node) return;
    parts.push_back(token.negated ? negated(std::move(*node)) : std::move(*node));
  }

  /// Nothing: it said how the answer is ordered, or there was nothing in it.
  std::optional<Node> term(const Token& token) {
    if (token.name.empty()) return words(token);
    const std::string name = text::ascii_lower(token.name);
    if (name == "sort" || name == "limit") {
      arrange(name, token);
      return std::nullopt;
    }
    if (name == "is") {
      const std::string wanted = text::ascii_lower(token.text);
      for (const auto& flag : flags) {
        if (flag.name == wanted) return of(flag);
      }
      complain("is: knows favourite, hated, disabled, live, bad, lyrics, unplayed, missing; not \"" +
                   token.text + "\"",
               token.at, token.length);
      return words(token);
    }
    if (name == "favourite" || name == "favorite" || name == "rating") return rating(token);
    for (const auto& field : fields) {
      if (field.name == name) return valued(field, token);
    }
    complain("there is no field \"" + std::string(token.name) + "\"; put text with a colon in quotes",
             token.at, token.name.size() + 1);
    return words(token);
  }

  std::optional<Node> valued(const Named& field, const Token& token) {
    if (token.text.empty()) {
      complain(std::string(field.name) + ": needs a value", token.at, token.length);
      return std::nullopt;
    }
    Node node = of(field);
    node.text = token.text;
    node.phrase = token.quoted;
    if (field.kind != Kind::number) return node;
    const auto range = query_range(token.text, field.value, now_ms_);
    if (!range) {
      complain("\"" + token.text + "\" is " + expected(field.value), token.at + token.name.size() + 1,
               token.length - token.name.size() - 1);
      return words(token);
    }
    node.low = range->low;
    node.high = range->high;
    return node;
  }

  static const char* expected(QueryValue value) {
    switch (value) {
      case QueryValue::year:
        return "no year; 1955, 1955..1965, 1990s and >2000 are";
      case QueryValue::time:
        return "no time; 2026-11-21, 2026, 2025..2026 and 30d (within 30 days) are";
      case QueryValue::length:
        return "no length; 3:30, 90s, 2m..5m and >10m are";
      case QueryValue::count:
        break;
    }
    return "no number; 3, 3..5 and >3 are";
  }

  std::optional<Node> rating(const Token& token) {
    const std::string value = text::ascii_lower(token.text);
    if (value == "yes" || value == "love" || value == "loved" || value == "1") return of(flags[0]);
    if (value == "hate" || value == "hated" || value == "-1") return of(flags[2]);
    if (value == "no" || value == "none" || value == "0") {
      Node node;
      node.children = {negated(of(flags[0])), negated(of(flags[2]))};
      return node;
    }
    complain("this is yes, no or hated", token.at, token.length);
    return words(token);
  }

  void arrange(const std::string& name, const Token& token) {
    if (name == "limit") {
      const auto range = query_range(token.text, QueryValue::count, now_ms_);
      if (range && range->low && range->low == range->high && *range->low > 0) {
        result_.query.limit = std::min<std::int64_t>(*range->low, 100'000);
      } else {
        complain("limit: needs a number", token.at, token.length);
      }
      return;
    }
    std::string key = text::ascii_lower(token.text);
    const bool down = key.starts_with('-');
    if (down) key.erase(0, 1);
    for (const auto& [word, order] : orders) {
      if (word != key) continue;
      result_.query.order = order;
      result_.query.descending = down;
      return;
    }
    complain(
        "sort: knows title, artist, album, year, added, played, plays, length, shuffle, each with a - "
        "for the other way round",
        token.at, token.length);
  }

  static Node of(const Named& named) {
    Node node;
    node.kind = named.kind;
    node.field = named.field;
    return node;
  }

  std::optional<Node> words(const Token& token) {
    Node node;
    node.kind = Kind::text;
    node.phrase = token.quoted && token.name.empty();
    node.text = token.name.empty() ? token.text : std::string(token.name) + ' ' + token.text;
    if (node.text.empty()) return std::nullopt;
    return node;
  }

  // --- tokens

  void advance() {
    while (at_ < text_.size() && space(text_[at_])) ++at_;
    token_ = Token{};
    token_.at = at_;
    if (at_ >= text_.size()) return;
    if (text_[at_] == ')') {
      token_.kind = Token::Kind::close;
      token_.length = 1;
      ++at_;
      return;
    }
    // A lone minus is a word people type ("Artist - Title"); before something it says "not".
    const bool minus = text_[at_] == '-' && at_ + 1 < text_.size() && !space(text_[at_ + 1]) &&
                       text_[at_ + 1] != '-' && text_[at_ + 1] != ')';
    if (minus) {
      token_.negated = true;
      ++at_;
    }
    if (text_[at_] == '(') {
      token_.kind = Token::Kind::open;
      token_.length = 1;
      ++at_;
      return;
    }
    read_term();
    token_.length = at_ - token_.at;
  }

  void read_term() {
    const std::size_t begin = at_;
    token_.kind = Token::Kind::term;
    if (text_[at_] == '"') return read_quoted();
    while (at_ < text_.size() && !space(text_[at_]) && text_[at_] != '(' && text_[at_] != ')' &&
           text_[at_] != '"') {
      if (text_[at_] == ':' && token_.name.empty() && is_name(text_.substr(begin, at_ - begin))) {
        token_.name = text_.substr(begin, at_ - begin);
        ++at_;
        if (at_ < text_.size() && text_[at_] == '"') return read_quoted();
        const std::size_t value = at_;
        while (at_ < text_.size() && !space(text_[at_]) && text_[at_] != '(' && text_[at_] != ')') ++at_;
        token_.text = text_.substr(value, at_ - value);
        return;
      }
      ++at_;
    }
    token_.text = text_.substr(begin, at_ - begin);
    if (token_.text == "OR" && !token_.negated) token_.kind = Token::Kind::either;
  }

  /// A quote that isn't closed goes to the end.
  void read_quoted() {
    const std::size_t begin = ++at_;
    const auto end = text_.find('"', begin);
    token_.quoted = true;
    token_.text = text_.substr(begin, end == std::string_view::npos ? end : end - begin);
    if (end == std::string_view::npos) complain("this quote is never closed", begin - 1, 1);
    at_ = end == std::string_view::npos ? text_.size() : end + 1;
  }

  static bool is_name(std::string_view name) {
    return !name.empty() &&
           std::ranges::all_of(name, [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); });
  }

  std::string_view text_;
  std::int64_t now_ms_;
  std::size_t at_ = 0;
  std::size_t or_at_ = 0;
  std::size_t terms_ = 0;
  Token token_;
  ParsedQuery result_;
};

}  // namespace

ParsedQuery parse_query(std::string_view text, std::int64_t now_ms) {
  std::string_view read = text;
  if (read.size() > longest_query) {
    read = read.substr(0, longest_query);
    // Not in the middle of a character.
    while (!read.empty() && (static_cast<unsigned char>(text[read.size()]) & 0xc0) == 0x80)
      read.remove_suffix(1);
  }
  const std::string valid = text::to_utf8(read);
  Parser parser(valid, now_ms);
  if (read.size() < text.size()) parser.complain("this is too long", read.size(), text.size() - read.size());
  return parser.parse();
}

Result<Query> check_query(std::string_view text, std::int64_t now_ms) {
  auto parsed = parse_query(text, now_ms);
  if (!parsed.problem) return std::move(parsed.query);
  const auto& problem = *parsed.problem;
  const auto before = text.substr(0, problem.at);
  const auto characters =
      std::ranges::count_if(before, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; });
  return error(Errc::invalid, "at character " + std::to_string(characters + 1) + ": " + problem.message);
}

}  // namespace longwave::library
