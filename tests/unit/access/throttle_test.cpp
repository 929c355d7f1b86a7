// SPDX-License-Identifier: Apache-2.0
#include "access/throttle.hpp"

#include <gtest/gtest.h>

namespace longwave::access {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

TEST(Throttle, waits_double_after_the_free_attempts) {
  ManualClock clock;
  Throttle throttle(clock);
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(throttle.begin("a")) << i;
  for (const int wait : {2, 4, 8, 16, 32, 64, 128, 256, 300, 300}) {
    ASSERT_EQ(throttle.begin("a"), std::optional<Duration>(seconds{wait}));
    EXPECT_FALSE(throttle.begin("b").has_value() && wait < 16) << "others aren't kept waiting";
    clock.advance(seconds{wait} - Duration{1});
    EXPECT_TRUE(throttle.begin("a")) << "not yet";
    clock.advance(Duration{1});
    EXPECT_FALSE(throttle.begin("a"));
  }
}

TEST(Throttle, forgets_after_success_and_after_a_while) {
  ManualClock clock;
  Throttle throttle(clock);
  for (int i = 0; i < 5; ++i) throttle.begin("a");
  throttle.success("a");
  EXPECT_FALSE(throttle.begin("a"));
  for (int i = 0; i < 4; ++i) throttle.begin("a");
  EXPECT_TRUE(throttle.begin("a"));
  clock.advance(minutes{16});
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(throttle.begin("a"));
}

TEST(Throttle, remembers_a_limited_number_of_keys) {
  ManualClock clock;
  Throttle throttle(clock, {.attempts = 1, .keys = 3});
  for (const char* key : {"a", "b", "c", "d"}) {
    EXPECT_FALSE(throttle.begin(key));
    clock.advance(Duration{1});
  }
  EXPECT_TRUE(throttle.begin("d"));
  EXPECT_TRUE(throttle.begin("b"));
  EXPECT_FALSE(throttle.begin("a")) << "the oldest was forgotten";
}

}  // namespace
}  // namespace longwave::access
