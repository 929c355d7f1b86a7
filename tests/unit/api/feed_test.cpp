// SPDX-License-Identifier: Apache-2.0
#include "api/feed.hpp"

#include "library/library.hpp"
#include "store/store.hpp"
#include "unit/store/options.hpp"

#include <gtest/gtest.h>
#include <boost/json.hpp>

#include <condition_variable>
#include <deque>
#include <mutex>

namespace longwave::api {
namespace {

/// A loop that the test turns by hand: tasks come from the store's threads.
class HandLoop {
 public:
  Post poster() {
    return [this](Task task) {
      std::lock_guard lock(mutex_);
      tasks_.push_back(std::move(task));
      changed_.notify_one();
    };
  }
  void run_one() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !tasks_.empty(); });
    Task task = std::move(tasks_.front());
    tasks_.pop_front();
    lock.unlock();
    task();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Task> tasks_;
};

struct Fixture : testing::Test {
  store::Store store{store::test_options(), {{"library", library::migrations()}}};
  HandLoop loop;
  TrackBook book{store, loop.poster()};
  Feed feed{book};
  std::vector<int> order;
};

TEST_F(Fixture, KeepsTheOrderAlthoughSomeMustBeRead) {
  feed.add({}, [&](const TrackBook::Tracks&) { order.push_back(1); });
  EXPECT_EQ(order, (std::vector<int>{1}));  // nothing to wait for
  feed.add({TrackId{7}}, [&](const TrackBook::Tracks& tracks) {
    EXPECT_EQ(tracks(TrackId{7}).at("state").as_string(), "missing");
    EXPECT_EQ(tracks(TrackId{7}).at("id").as_int64(), 7);
    order.push_back(2);
  });
  feed.add({}, [&](const TrackBook::Tracks&) { order.push_back(3); });
  feed.add({TrackId{7}}, [&](const TrackBook::Tracks&) { order.push_back(4); });
  EXPECT_EQ(order, (std::vector<int>{1}));
  loop.run_one();
  EXPECT_EQ(order, (std::vector<int>{1, 2, 3, 4}));
}

TEST_F(Fixture, AnActMayAddMore) {
  feed.add({}, [&](const TrackBook::Tracks&) {
    feed.add({}, [&](const TrackBook::Tracks&) { order.push_back(2); });
    order.push_back(1);
  });
  EXPECT_EQ(order, (std::vector<int>{1, 2}));
}

TEST_F(Fixture, WhatWasReadBeforeAChangeIsNotKept) {
  feed.add({TrackId{7}}, [&](const TrackBook::Tracks&) { order.push_back(1); });
  book.forget();
  loop.run_one();
  EXPECT_EQ(order.size(), 1u);
  feed.add({TrackId{7}}, [&](const TrackBook::Tracks&) { order.push_back(2); });
  EXPECT_EQ(order.size(), 1u);  // asked anew
  loop.run_one();
  EXPECT_EQ(order.size(), 2u);
}

TEST_F(Fixture, WhatWasKnownIsShownAlthoughItIsForgottenMeanwhile) {
  feed.add({TrackId{7}}, [&](const TrackBook::Tracks&) { order.push_back(1); });
  loop.run_one();
  feed.add({TrackId{7}, TrackId{8}}, [&](const TrackBook::Tracks& tracks) {
    EXPECT_EQ(tracks(TrackId{7}).at("id").as_int64(), 7);
    EXPECT_EQ(tracks(TrackId{8}).at("id").as_int64(), 8);
    order.push_back(2);
  });
  book.forget();
  loop.run_one();
  EXPECT_EQ(order.size(), 2u);
}

}  // namespace
}  // namespace longwave::api
