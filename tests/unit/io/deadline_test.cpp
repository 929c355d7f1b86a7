// SPDX-License-Identifier: Apache-2.0
#include "io/deadline.hpp"

#include "base/random.hpp"
#include "io/loop.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <vector>

namespace longwave::io {
namespace {

using namespace std::chrono_literals;

struct Probe final : Deadline {
  std::vector<Instant> calls;
  std::function<void()> then;
  void on_deadline(Instant now) override {
    calls.push_back(now);
    if (then) then();
  }
};

constexpr Instant start{1000h};
constexpr Instant never{9000h};

TEST(DeadlineWheel, never_early_and_at_most_a_tick_late) {
  DeadlineWheel wheel;
  Probe probe;
  wheel.arm(probe, start + 101ms);
  for (Instant now = start; now < start + 101ms; now += 1ms) wheel.advance(now);
  EXPECT_TRUE(probe.calls.empty());
  for (Instant now = start + 101ms; now <= start + 101ms + DeadlineWheel::tick; now += 1ms)
    wheel.advance(now);
  ASSERT_EQ(probe.calls.size(), 1u);
  EXPECT_GE(probe.calls[0], start + 101ms);
  EXPECT_FALSE(probe.armed());
}

TEST(DeadlineWheel, longer_than_a_turn_of_the_wheel) {
  DeadlineWheel wheel;
  Probe probe;
  wheel.arm(probe, start + 75s);
  Instant now = start;
  while (probe.calls.empty()) {
    const auto next = wheel.next();
    ASSERT_TRUE(next);
    now = std::max(*next, now + 1ms);
    wheel.advance(now);
    ASSERT_LE(now, start + 76s);
  }
  EXPECT_GE(now, start + 75s);
  EXPECT_LE(now, start + 75s + DeadlineWheel::tick);
  EXPECT_FALSE(wheel.next());
}

TEST(DeadlineWheel, disarmed_rearmed_and_destroyed_ones_are_not_called) {
  DeadlineWheel wheel;
  Probe disarmed;
  Probe rearmed;
  wheel.arm(disarmed, start + 50ms);
  wheel.arm(rearmed, start + 50ms);
  {
    Probe destroyed;
    wheel.arm(destroyed, start + 50ms);
  }
  disarmed.disarm();
  wheel.arm(rearmed, start + 200ms);
  wheel.advance(start + 150ms);
  EXPECT_TRUE(disarmed.calls.empty());
  EXPECT_TRUE(rearmed.calls.empty());
  wheel.advance(start + 300ms);
  EXPECT_EQ(rearmed.calls.size(), 1u);
}

TEST(DeadlineWheel, a_call_may_destroy_another_that_is_due_and_rearm_itself) {
  DeadlineWheel wheel;
  auto victim_a = std::make_unique<Probe>();
  auto victim_b = std::make_unique<Probe>();
  Probe killer;
  killer.then = [&] {
    victim_a.reset();
    victim_b.reset();
    if (killer.calls.size() == 1) wheel.arm(killer, start + 1s);
  };
  wheel.arm(*victim_a, start + 10ms);
  wheel.arm(*victim_b, start + 10ms);
  wheel.arm(killer, start + 10ms);
  wheel.advance(start + 40ms);
  wheel.advance(start + 2s);
  EXPECT_EQ(killer.calls.size(), 2u);
}

TEST(DeadlineWheel, agrees_with_a_plain_list) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Random random(seed);
    DeadlineWheel wheel;
    std::vector<Probe> probes(40);
    std::vector<Instant> due(probes.size(), never);
    Instant now = start;
    for (int step = 0; step < 400; ++step) {
      const auto i = random.below(probes.size());
      if (random.chance(0.2)) {
        probes[i].disarm();
        due[i] = never;
      } else {
        due[i] = now + std::chrono::milliseconds{random.below(30'000)};
        wheel.arm(probes[i], due[i]);
      }
      now += std::chrono::milliseconds{random.below(300)};
      for (auto& probe : probes) probe.calls.clear();
      wheel.advance(now);
      for (std::size_t k = 0; k < probes.size(); ++k) {
        if (due[k] + DeadlineWheel::tick <= now) {
          ASSERT_EQ(probes[k].calls.size(), 1u) << "seed " << seed << " step " << step;
        }
        if (due[k] > now) {
          ASSERT_TRUE(probes[k].calls.empty()) << "seed " << seed << " step " << step;
        }
        if (!probes[k].calls.empty()) due[k] = never;
      }
    }
  }
}

TEST(DeadlineWheel, a_loop_drives_its_own) {
  Loop loop;
  Probe probe;
  Probe later;
  probe.then = [&] { loop.stop(); };
  later.then = [] { FAIL(); };
  loop.post([&] {
    arm(loop, later, 60s);
    arm(loop, probe, 5ms);
  });
  loop.run();
  EXPECT_EQ(probe.calls.size(), 1u);
}

}  // namespace
}  // namespace longwave::io
