// SPDX-License-Identifier: Apache-2.0
#include "hub/rules.hpp"

#include <gtest/gtest.h>

namespace longwave::hub {
namespace {

TEST(Rules, TheLongestBeginningWinsWhateverItsCharacters) {
  Rules rules;
  ASSERT_TRUE(rules.set("a*", {.history_size = 1}));
  ASSERT_TRUE(rules.set("a!*", {.history_size = 2}));  // '!' sorts before '*'
  ASSERT_TRUE(rules.set("ab*", {.history_size = 3}));
  EXPECT_EQ(rules.of("ax")->history_size, 1u);
  EXPECT_EQ(rules.of("a!x")->history_size, 2u);
  EXPECT_EQ(rules.of("abx")->history_size, 3u);
  EXPECT_EQ(rules.of("#ada")->history_size, 50u);
  EXPECT_EQ(rules.of("$secret")->subscribe, Who::token);
}

}  // namespace
}  // namespace longwave::hub
