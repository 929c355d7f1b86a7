// SPDX-License-Identifier: Apache-2.0
#include "access/rates.hpp"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

namespace longwave::access {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Kind = AddressBuckets::Kind;

TEST(TokenBucket, a_burst_at_once_then_the_rate) {
  ManualClock clock;
  const Rate rate{.per_second = 10, .burst = 5};
  TokenBucket bucket;
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(bucket.take(rate, 1, clock.now())) << i;
  for (int i = 0; i < 20; ++i) {
    ASSERT_EQ(bucket.take(rate, 1, clock.now()), std::optional<Duration>(milliseconds{100}));
    clock.advance(milliseconds{99});
    ASSERT_EQ(bucket.wait(rate, 1, clock.now()), std::optional<Duration>(milliseconds{1})) << "not yet";
    clock.advance(milliseconds{1});
    ASSERT_FALSE(bucket.take(rate, 1, clock.now()));
  }
  clock.advance(std::chrono::hours{5});
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(bucket.take(rate, 1, clock.now())) << "never more than a burst";
  EXPECT_TRUE(bucket.take(rate, 1, clock.now()));
}

TEST(TokenBucket, small_steps_of_time_are_not_lost) {
  ManualClock clock;
  const Rate rate{.per_second = 2, .burst = 1};
  TokenBucket bucket;
  EXPECT_FALSE(bucket.take(rate, 1, clock.now()));
  int allowed = 0;
  for (int i = 0; i < 100'000; ++i) {  // 10 s in steps of 0.1 ms
    clock.advance(std::chrono::microseconds{100});
    allowed += !bucket.take(rate, 1, clock.now());
  }
  EXPECT_EQ(allowed, 20);
}

TEST(TokenBucket, more_than_a_burst_waits_for_a_full_bucket) {
  ManualClock clock;
  const Rate rate{.per_second = 1000, .burst = 4000};
  TokenBucket bucket;
  EXPECT_FALSE(bucket.take(rate, 64'000, clock.now()));
  EXPECT_EQ(bucket.take(rate, 64'000, clock.now()), std::optional<Duration>(seconds{4}));
  EXPECT_EQ(bucket.take(rate, 500, clock.now()), std::optional<Duration>(milliseconds{500}));
  const Rate none;
  EXPECT_FALSE(bucket.take(none, 1e9, clock.now()));
}

RateRules rules(double per_second, double burst) {
  const Rate rate{per_second, burst};
  return {.connection_calls = rate,
          .connection_bytes = rate,
          .address_calls = rate,
          .address_bytes = rate,
          .address_connects = rate};
}

TEST(AddressBuckets, each_address_and_each_kind_has_its_own) {
  ManualClock clock;
  AddressBuckets buckets(rules(1, 2), 7);
  const auto drained = [&](Kind kind, std::string_view address) {
    int taken = 0;
    while (taken < 10 && !buckets.take(kind, address, 1, clock.now())) ++taken;
    return taken;
  };
  EXPECT_EQ(drained(Kind::calls, "192.0.2.1"), 2);
  EXPECT_EQ(drained(Kind::calls, "192.0.2.1"), 0);
  EXPECT_EQ(drained(Kind::connects, "192.0.2.1"), 2);
  EXPECT_EQ(drained(Kind::calls, "192.0.2.2"), 2);
  EXPECT_EQ(drained(Kind::calls, "::ffff:192.0.2.2"), 0) << "the same address in another dress";
  EXPECT_EQ(drained(Kind::calls, "2001:db8:0:1::1"), 2);
  EXPECT_EQ(drained(Kind::calls, "2001:db8:0:1:ffff::2"), 0) << "the same network of 64 bits";
  EXPECT_EQ(drained(Kind::calls, "2001:db8:0:2::1"), 2);
  EXPECT_EQ(drained(Kind::calls, "::192.0.2.2"), 2);
  EXPECT_EQ(drained(Kind::calls, ""), 10) << "a Unix socket";
  for (const char* own : {"127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"})
    EXPECT_EQ(drained(Kind::calls, own), 10) << own;
  EXPECT_EQ(drained(Kind::calls, std::string(100, '1')), 10);
  clock.advance(seconds{1});
  EXPECT_EQ(drained(Kind::calls, "192.0.2.1"), 1);
}

TEST(AddressBuckets, a_flood_of_addresses_costs_no_memory) {
  ManualClock clock;
  AddressBuckets buckets(rules(1, 2), 7);
  const auto before = buckets.memory_bytes();
  EXPECT_LT(before, 512u * 1024);
  for (int i = 0; i < 1'000'000; ++i) {
    if (i % 100 == 0) clock.advance(milliseconds{1});
    const std::string address =
        "2001:db8:" + std::to_string(i % 9000) + ":" + std::to_string(i / 9000) + "::1";
    ASSERT_FALSE(buckets.take(Kind::connects, address, 1, clock.now())) << "nobody pays for others";
  }
  EXPECT_EQ(buckets.memory_bytes(), before);
}

TEST(AddressBuckets, loops_may_ask_at_the_same_time) {
  ManualClock clock;
  AddressBuckets buckets(rules(1, 1000), 7);
  std::atomic<int> taken{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 1000; ++i) taken += !buckets.take(Kind::calls, "192.0.2.1", 1, clock.now());
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(taken, 1000);
}

TEST(Rates, patience_ends) {
  ManualClock clock;
  Rates rates(clock, rules(1, 3), 7);
  ConnectionBuckets own;
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(rates.call(&own, ""));
  EXPECT_EQ(rates.call(&own, ""), std::optional<Duration>(seconds{1}));
  int refusals = 0;
  while (rates.bear(own)) ++refusals;
  EXPECT_EQ(refusals, 100);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(rates.admit("192.0.2.1"));
  EXPECT_FALSE(rates.admit("192.0.2.1"));
}

}  // namespace
}  // namespace longwave::access
