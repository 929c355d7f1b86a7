// SPDX-License-Identifier: Apache-2.0
#include "library/query.hpp"

#include "library/query_values.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace longwave::library {
namespace {

using Kind = QueryNode::Kind;
using Field = QueryNode::Field;

constexpr std::int64_t day = 86'400'000;
/// 2026-11-21 12:00 UTC.
constexpr std::int64_t now = 20'778 * day + day / 2;

/// The tree on one line: "all(text:miles year[1955,1965] none(text:live))".
std::string shown(const QueryNode& node) {
  const auto bound = [](const std::optional<std::int64_t>& value) {
    return value ? std::to_string(*value) : std::string("*");
  };
  switch (node.kind) {
    case Kind::text:
      return (node.phrase ? "\"" : "'") + node.text + (node.phrase ? "\"" : "'") +
             (node.field == Field::anywhere ? "" : "@" + std::to_string(static_cast<int>(node.field)));
    case Kind::number:
      return "[" + bound(node.low) + "," + bound(node.high) + "]";
    case Kind::flag:
      return "flag" + std::to_string(static_cast<int>(node.field));
    case Kind::part:
      return "part:" + node.text;
    case Kind::name:
      return "name:" + node.text;
    default:
      break;
  }
  std::string text = node.kind == Kind::all ? "all(" : node.kind == Kind::any ? "any(" : "none(";
  for (const auto& child : node.children) text += (text.ends_with('(') ? "" : " ") + shown(child);
  return text + ')';
}

std::string parsed(std::string_view text) {
  const auto result = parse_query(text, now);
  EXPECT_FALSE(result.problem) << text << ": " << result.problem->message;
  return shown(result.query.root);
}

TEST(Query, the_example_of_the_documentation) {
  const auto artist = std::to_string(static_cast<int>(Field::artist));
  EXPECT_EQ(parsed("artist:davis year:1955..1965 -live \"so what\""),
            "all('davis'@" + artist + " [1955,1965] none('live') \"so what\")");
}

TEST(Query, words_phrases_or_and_parentheses) {
  EXPECT_EQ(parsed(""), "all()");
  EXPECT_EQ(parsed("  miles  "), "'miles'");
  EXPECT_EQ(parsed("a b OR c"), "any(all('a' 'b') 'c')");
  EXPECT_EQ(parsed("a (b OR c) d"), "all('a' any('b' 'c') 'd')");
  EXPECT_EQ(parsed("-(a b)"), "none(all('a' 'b'))");
  EXPECT_EQ(parsed("or and not"), "all('or' 'and' 'not')") << "only OR in capitals is one";
  EXPECT_EQ(parsed("Artist - Title"), "all('Artist' '-' 'Title')") << "a lone minus says nothing";
  EXPECT_EQ(parsed("hip-hop"), "'hip-hop'");
  EXPECT_EQ(parsed("TITLE:\"so what\""), "\"so what\"@" + std::to_string(static_cast<int>(Field::title)));
  EXPECT_EQ(parsed("genre:jazz mood:\"late night\" path:Live/2019"),
            "all(name:jazz name:late night part:Live/2019)");
}

TEST(Query, order_and_limit_are_no_terms) {
  const auto result = parse_query("jazz sort:-added limit:25", now);
  EXPECT_FALSE(result.problem);
  EXPECT_EQ(shown(result.query.root), "'jazz'");
  EXPECT_EQ(result.query.order, Query::Order::added);
  EXPECT_TRUE(result.query.descending);
  EXPECT_EQ(result.query.limit, 25);
}

TEST(Query, values_of_every_kind) {
  struct Case {
    const char* text;
    const char* shown;
  };
  const Case cases[] = {
      {"year:1990s", "[1990,1999]"},
      {"year:>1960", "[1961,*]"},
      {"year:..1965", "[*,1965]"},
      {"year:1955..", "[1955,*]"},
      {"plays:0", "[0,0]"},
      {"plays:<=3", "[*,3]"},
      {"length:3:30", "[210000,210999]"},
      {"length:>10m", "[600001,*]"},
      {"length:1:00:00..", "[3600000,*]"},
      {"length:90s..2m", "[90000,120000]"},
      {"is:live", nullptr},
      {"favourite:yes", nullptr},
  };
  for (const auto& c : cases) {
    const auto text = parsed(c.text);
    if (c.shown) EXPECT_EQ(text, c.shown) << c.text;
  }
  EXPECT_EQ(query_range("2026-11-21", QueryValue::time, now)->low, 20'778 * day);
  EXPECT_EQ(query_range("2026-11-21", QueryValue::time, now)->high, 20'779 * day - 1);
  EXPECT_EQ(query_range("2026", QueryValue::time, now)->low, 20'454 * day);
  EXPECT_EQ(query_range("2026-02", QueryValue::time, now)->high, (20'454 + 59) * day - 1);
  EXPECT_EQ(query_range("30d", QueryValue::time, now)->low, now - 30 * day);
  EXPECT_FALSE(query_range("30d", QueryValue::time, now)->high);
  EXPECT_EQ(query_range(">30d", QueryValue::time, now)->high, now - 30 * day) << "longer ago";
  EXPECT_EQ(query_range("<2w", QueryValue::time, now)->low, now - 14 * day);
  for (const char* wrong :
       {"", "..", "abc", "1x", "3:99", "2026-13", "2026-11-32", "99999999999999", "-5", "1..x"}) {
    EXPECT_FALSE(query_range(wrong, QueryValue::length, now) && query_range(wrong, QueryValue::time, now) &&
                 query_range(wrong, QueryValue::year, now) && query_range(wrong, QueryValue::count, now))
        << wrong;
  }
}

TEST(Query, a_mistake_points_at_its_place_and_is_read_as_words) {
  struct Case {
    const char* text;
    std::size_t at, length;
    const char* shown;
  };
  const Case cases[] = {
      {"year:abc", 5, 3, "'year abc'"},
      {"miles year:19x5 davis", 11, 4, nullptr},
      {"re:stacks", 0, 3, "'re stacks'"},
      {"artist:", 0, 7, "all()"},
      {"(a b", 0, 1, "all('a' 'b')"},
      {"a) b", 1, 1, "all('a' 'b')"},
      {"so \"what", 3, 1, nullptr},
      {"a OR", 2, 2, "'a'"},
      {"OR a", 0, 2, "'a'"},
      {"is:nothing", 0, 10, "'is nothing'"},
      {"sort:name", 0, 9, "all()"},
      {"limit:many", 0, 10, "all()"},
  };
  for (const auto& c : cases) {
    const auto result = parse_query(c.text, now);
    ASSERT_TRUE(result.problem) << c.text;
    EXPECT_EQ(result.problem->at, c.at) << c.text;
    EXPECT_EQ(result.problem->length, c.length) << c.text;
    if (c.shown) EXPECT_EQ(shown(result.query.root), c.shown) << c.text;
  }
  const auto refused = check_query("год year:abc", now);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::invalid);
  EXPECT_TRUE(refused.error().message.starts_with("at character 10: ")) << refused.error().message;
}

TEST(Query, hostile_texts_end) {
  const std::string deep(900, '('), minus(999, '-'), quotes(999, '"'), colons(999, ':');
  std::string many, long_text(100'000, 'x');
  for (int i = 0; i < 400; ++i) many += "a ";
  for (const auto& text : {deep, minus, quotes, colons, many, long_text, std::string("\xff\xfe\0a", 4)}) {
    (void)parse_query(text, now);
  }
  EXPECT_TRUE(parse_query(deep + "a", now).problem);
  EXPECT_TRUE(parse_query(many, now).problem);
  EXPECT_TRUE(parse_query(long_text, now).problem);
}

}  // namespace
}  // namespace longwave::library
