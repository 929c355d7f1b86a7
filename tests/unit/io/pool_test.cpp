// SPDX-License-Identifier: Apache-2.0
#include "io/pool.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <string>
#include <thread>

namespace longwave::io {
namespace {

using namespace std::chrono_literals;

/// One worker, held until everything has been submitted.
struct HeldPool {
  HeldPool() {
    pool.submit({.priority = -1, .work = [this](std::stop_token) { gate.get_future().wait(); }});
  }
  void add(char name, int priority, Duration deadline) {
    pool.submit({.priority = priority, .deadline = Instant{deadline}, .work = [this, name](std::stop_token) {
                   seen += name;
                 }});
  }
  std::string finish() {
    std::promise<void> over;
    pool.submit({.priority = 1000, .work = [&](std::stop_token) { over.set_value(); }});
    gate.set_value();
    over.get_future().wait();
    return seen;
  }
  std::promise<void> gate;
  std::string seen;
  Pool pool{"test", 1, 1h};  // a held worker isn't replaced
};

TEST(Pool, orders_by_priority_then_deadline_then_age) {
  HeldPool held;
  held.add('f', 2, 1s);
  held.add('c', 1, 9s);
  held.add('d', 1, 9s);
  held.add('b', 1, 3s);
  held.add('e', 1, 10s);
  held.add('a', 0, 99s);
  EXPECT_EQ(held.finish(), "abcdef");
}

TEST(Pool, a_cancelled_job_never_begins) {
  HeldPool held;
  bool ran = false;
  auto handle = held.pool.submit({.work = [&](std::stop_token) { ran = true; }});
  EXPECT_TRUE(handle.cancel());
  EXPECT_TRUE(handle.cancel());
  held.finish();
  EXPECT_FALSE(ran);
}

TEST(Pool, a_running_job_sees_the_cancel) {
  Pool pool("test", 1);
  std::promise<void> begun;
  std::promise<bool> stopped;
  auto handle = pool.submit({.work = [&](std::stop_token stop) {
    begun.set_value();
    while (!stop.stop_requested()) std::this_thread::yield();
    stopped.set_value(true);
  }});
  begun.get_future().wait();
  EXPECT_FALSE(handle.cancel());
  EXPECT_TRUE(stopped.get_future().get());
}

TEST(Pool, stop_interrupts_what_runs_and_destroys_what_waits) {
  auto held = std::make_shared<int>();
  Pool pool("test", 1);
  std::promise<void> begun;
  pool.submit({.work = [&](std::stop_token stop) {
    begun.set_value();
    while (!stop.stop_requested()) std::this_thread::yield();
  }});
  begun.get_future().wait();
  pool.submit({.work = [held](std::stop_token) { FAIL(); }});
  EXPECT_EQ(pool.waiting(), 1u);
  pool.stop();
  EXPECT_EQ(held.use_count(), 1);
  pool.submit({.work = [held](std::stop_token) { FAIL(); }});
  EXPECT_EQ(held.use_count(), 1);
}

TEST(Pool, a_stuck_worker_is_replaced_until_it_comes_back) {
  Pool pool("test", 1, 5ms);
  std::promise<void> gate;
  std::promise<void> begun;
  pool.submit({.work = [&](std::stop_token) {
    begun.set_value();
    gate.get_future().wait();
  }});
  begun.get_future().wait();
  std::promise<std::size_t> seen;
  pool.submit({.work = [&](std::stop_token) { seen.set_value(pool.stuck()); }});
  EXPECT_EQ(seen.get_future().get(), 1u);
  gate.set_value();
  while (pool.stuck() > 0) std::this_thread::yield();

  // One at a time again: what is submitted last begins when the first is over.
  constexpr int count = 20;
  std::atomic<int> beside{0}, most{0};
  std::promise<void> over;
  for (int i = 1; i <= count; ++i) {
    pool.submit({.work = [&, i](std::stop_token) {
      most = std::max(most.load(), ++beside);
      std::this_thread::yield();  // a turn of somebody else may last a quarter of a second
      --beside;
      if (i == count) over.set_value();
    }});
  }
  over.get_future().wait();
  EXPECT_EQ(most, 1);
}

TEST(Pool, a_worker_that_computes_is_not_replaced) {
  Pool pool("test", 1, 5ms);
  std::atomic<bool> enough{false};
  std::promise<void> begun;
  pool.submit({.work = [&](std::stop_token) {
    begun.set_value();
    while (!enough) std::this_thread::yield();
  }});
  begun.get_future().wait();
  std::promise<void> after;
  const auto over = after.get_future();
  pool.submit({.work = [&](std::stop_token) { after.set_value(); }});
  EXPECT_EQ(over.wait_for(50ms), std::future_status::timeout);
  EXPECT_EQ(pool.stuck(), 0u);
  enough = true;
  over.wait();
}

}  // namespace
}  // namespace longwave::io
