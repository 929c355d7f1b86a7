// SPDX-License-Identifier: Apache-2.0
#include "api/hook_queue.hpp"

#include <gtest/gtest.h>

namespace longwave::api {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

struct HookQueueTest : ::testing::Test {
  Random random{1};
  Instant now{seconds{100}};
  HookLimits limits;

  std::string events(HookQueue& of) {
    const auto batch = of.next(now);
    return batch ? batch->events : "";
  }
};

TEST_F(HookQueueTest, what_waits_goes_together_and_in_order) {
  HookQueue queue{random, limits};
  EXPECT_EQ(queue.due(), std::nullopt);
  EXPECT_FALSE(queue.next(now));
  for (const auto* one : {"1", "2", "3"}) EXPECT_TRUE(queue.push(one));
  EXPECT_EQ(events(queue), "1,2,3");
  queue.push("4");
  EXPECT_EQ(events(queue), "1,2,3") << "the same until it was taken";
  queue.taken();
  EXPECT_EQ(events(queue), "4");
  queue.taken();
  EXPECT_FALSE(queue.next(now));
  EXPECT_EQ(queue.counts().sent, 4u);
  EXPECT_EQ(queue.counts().waiting, 0u);
}

TEST_F(HookQueueTest, a_failure_is_tried_again_later_and_later_and_then_dropped) {
  limits.attempts = 4;
  HookQueue queue{random, limits};
  queue.push("1");
  Duration longest = limits.first_wait;
  for (int attempt = 1; attempt < 4; ++attempt, longest *= 2) {
    const auto batch = queue.next(now);
    ASSERT_TRUE(batch);
    EXPECT_EQ(batch->serial, 1u);
    EXPECT_EQ(batch->attempt, attempt);
    queue.failed(now);
    EXPECT_FALSE(queue.next(now + longest / 2 - milliseconds{1}));
    ASSERT_TRUE(queue.due());
    EXPECT_LE(*queue.due(), now + longest);
    now += longest;
  }
  queue.push("2");
  ASSERT_TRUE(queue.next(now));
  queue.failed(now);
  EXPECT_EQ(queue.counts().dropped, 1u);
  EXPECT_EQ(queue.counts().failures, 4u);
  const auto batch = queue.next(now);
  ASSERT_TRUE(batch) << "the next one doesn't wait for what was given up";
  EXPECT_EQ(batch->events, "2");
  EXPECT_EQ(batch->serial, 2u);
  EXPECT_EQ(batch->attempt, 1);
}

TEST_F(HookQueueTest, waits_have_an_end) {
  limits.attempts = 100;
  HookQueue queue{random, limits};
  queue.push("1");
  for (int i = 0; i < 99; ++i) {
    ASSERT_TRUE(queue.next(now)) << i;
    queue.failed(now);
    now += limits.longest_wait;
  }
}

TEST_F(HookQueueTest, it_is_bounded_and_says_what_it_dropped) {
  limits.events = 3;
  limits.bytes = 10;
  HookQueue queue{random, limits};
  EXPECT_TRUE(queue.push("1234"));
  EXPECT_TRUE(queue.push("12345"));
  EXPECT_FALSE(queue.push("12")) << "too many bytes";
  EXPECT_TRUE(queue.push("1"));
  EXPECT_FALSE(queue.push("")) << "too many";
  EXPECT_EQ(queue.counts().dropped, 2u);
  EXPECT_TRUE(queue.next(now));
  queue.taken();
  EXPECT_TRUE(queue.push("1234567890")) << "there is room again";
  queue.give_up();
  EXPECT_EQ(queue.counts().dropped, 3u);
  EXPECT_EQ(queue.counts().waiting, 0u);
  EXPECT_TRUE(queue.push("1234567890"));
}

TEST_F(HookQueueTest, a_request_is_bounded_too) {
  limits.batch_events = 3;
  limits.batch_bytes = 5;
  HookQueue queue{random, limits};
  for (const auto* one : {"1", "2", "3", "4", "1234567", "5", "67890"}) queue.push(one);
  for (const auto* expected : {"1,2,3", "4", "1234567", "5", "67890"}) {
    EXPECT_EQ(events(queue), expected);
    queue.taken();
  }
}

}  // namespace
}  // namespace longwave::api
