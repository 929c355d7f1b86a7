// SPDX-License-Identifier: Apache-2.0
#include "io/loop.hpp"
#include "io/timer.hpp"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

namespace longwave::io {
namespace {

using namespace std::chrono_literals;

TEST(Loop, runs_posted_tasks_in_order_and_stops) {
  Loop loop;
  std::string seen;
  loop.post([&] { seen += 'a'; });
  loop.post([&] { seen += 'b'; });
  loop.post([&] { loop.stop(); });
  loop.run();
  EXPECT_EQ(seen, "ab");
}

TEST(Loop, deferred_tasks_run_after_everything_that_was_ready) {
  Loop loop;
  std::string seen;
  loop.post([&] {
    seen += '1';
    loop.defer([&] {
      seen += 'd';
      loop.defer([&] { seen += 'e'; });
    });
  });
  loop.post([&] { seen += '2'; });
  loop.post([&] {
    seen += '3';
    loop.post([&] { loop.stop(); });
  });
  loop.run();
  EXPECT_EQ(seen, "123de");
}

TEST(Loop, here_is_true_only_on_its_thread) {
  Loop loop;
  EXPECT_FALSE(loop.here());
  bool inside = false;
  loop.post([&] {
    inside = loop.here();
    loop.stop();
  });
  std::thread thread([&] { loop.run(); });
  thread.join();
  EXPECT_TRUE(inside);
  EXPECT_FALSE(loop.here());
}

TEST(Loop, a_poster_may_outlive_the_loop) {
  Post post;
  auto held = std::make_shared<int>(1);
  {
    Loop loop;
    post = loop.poster();
    post([held] {});
  }
  EXPECT_EQ(held.use_count(), 1) << "the task that never ran is destroyed with the loop";
  post([held] {});
  EXPECT_EQ(held.use_count(), 1);
}

TEST(Loop, posts_from_many_threads_all_arrive) {
  LoopGroup loops(2);
  std::atomic<int> count{0};
  loops.start();
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 500; ++i) loops[static_cast<std::size_t>(i % 2)].post([&] { ++count; });
    });
  }
  for (auto& thread : threads) thread.join();
  std::atomic<int> flushed{0};
  loops[0].post([&] { ++flushed; });
  loops[1].post([&] { ++flushed; });
  while (flushed < 2) std::this_thread::yield();
  EXPECT_EQ(count, 2000);
}

TEST(Timer, fires_once_and_can_be_cancelled) {
  Loop loop;
  Timer first(loop);
  Timer cancelled(loop);
  Timer last(loop);
  std::string seen;
  first.after(1ms, [&] {
    seen += 'a';
    cancelled.cancel();
  });
  cancelled.after(2ms, [&] { seen += 'x'; });
  last.after(5ms, [&] { loop.stop(); });
  EXPECT_TRUE(first.armed());
  loop.run();
  EXPECT_EQ(seen, "a");
  EXPECT_FALSE(first.armed());
  EXPECT_FALSE(cancelled.armed());
}

TEST(Timer, arming_again_replaces_what_was_armed) {
  Loop loop;
  Timer timer(loop);
  std::string seen;
  timer.after(0ms, [&] { seen += 'x'; });
  timer.after(1ms, [&] {
    seen += 'a';
    loop.stop();
  });
  loop.run();
  EXPECT_EQ(seen, "a");
}

TEST(Timer, repeats_until_its_task_destroys_it) {
  Loop loop;
  auto timer = std::make_unique<Timer>(loop);
  int beats = 0;
  timer->every(1ms, [&] {
    if (++beats == 3) {
      timer.reset();
      loop.stop();
    }
  });
  loop.run();
  EXPECT_EQ(beats, 3);
}

}  // namespace
}  // namespace longwave::io
