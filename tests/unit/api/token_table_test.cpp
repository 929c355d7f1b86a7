// SPDX-License-Identifier: Apache-2.0
#include "api/token_table.hpp"

#include <gtest/gtest.h>

namespace longwave::api {
namespace {

const WallTime noon = from_unix_ms(1'800'000'000'000);
WallTime after(int seconds) {
  return noon + std::chrono::seconds{seconds};
}

std::string told(const std::vector<TokenTable::Over>& over) {
  std::string out;
  for (const auto& [client, channel] : over) out += std::to_string(client) + channel + ";";
  return out;
}

TEST(TokenTable, what_is_over_is_told_once_and_in_time) {
  TokenTable table;
  EXPECT_EQ(table.due(), std::nullopt);
  table.hold(1, after(10), {});
  table.hold(2, std::nullopt, {});
  EXPECT_TRUE(table.grant(2, "$a", after(5)));
  EXPECT_TRUE(table.grant(1, "$a", after(7)));
  EXPECT_EQ(table.due(), after(5));
  EXPECT_EQ(told(table.on_time(after(4))), "");
  EXPECT_TRUE(table.granted(2, "$a"));
  EXPECT_EQ(told(table.on_time(after(7))), "2$a;1$a;");
  EXPECT_FALSE(table.granted(2, "$a"));
  EXPECT_EQ(told(table.on_time(after(100))), "1;");
  EXPECT_EQ(told(table.on_time(after(100))), "");
  EXPECT_EQ(table.due(), std::nullopt);
}

TEST(TokenTable, a_new_token_takes_the_place_of_the_old) {
  TokenTable table;
  table.hold(1, after(10), {"$a"});
  table.hold(1, after(20), {"$b"});
  EXPECT_FALSE(table.granted(1, "$a"));
  EXPECT_TRUE(table.granted(1, "$b"));
  EXPECT_EQ(told(table.on_time(after(10))), "");
  table.hold(1, std::nullopt, {});
  EXPECT_EQ(table.due(), std::nullopt);
  EXPECT_TRUE(table.grant(1, "$c", after(30)));
  EXPECT_TRUE(table.grant(1, "$c", after(40)));
  EXPECT_EQ(told(table.on_time(after(39))), "");
  EXPECT_EQ(told(table.on_time(after(40))), "1$c;");
}

TEST(TokenTable, who_is_gone_leaves_nothing) {
  TokenTable table;
  table.hold(1, after(10), {"$a"});
  table.grant(1, "$b", after(20));
  table.forget(1);
  table.forget(2);
  EXPECT_EQ(table.size(), 0u);
  EXPECT_EQ(table.due(), std::nullopt);
  EXPECT_FALSE(table.granted(1, "$a"));
}

TEST(TokenTable, grants_have_an_end) {
  TokenTable table;
  for (std::size_t i = 0; i < TokenTable::most_grants; ++i)
    EXPECT_TRUE(table.grant(1, "$" + std::to_string(i), std::nullopt));
  EXPECT_FALSE(table.grant(1, "$more", std::nullopt));
  EXPECT_TRUE(table.grant(1, "$0", after(1))) << "one that is there may be changed";
  EXPECT_TRUE(table.grant(2, "$more", std::nullopt));
}

TEST(TokenTable, patterns) {
  EXPECT_TRUE(fits("a", "a"));
  EXPECT_FALSE(fits("a", "ab"));
  EXPECT_TRUE(fits("$team:*", "$team:1"));
  EXPECT_TRUE(fits("$team:*", "$team:"));
  EXPECT_FALSE(fits("$team:*", "$tea"));
  EXPECT_TRUE(fits("*", "$any"));
  EXPECT_FALSE(fits("", "a"));
}

}  // namespace
}  // namespace longwave::api
