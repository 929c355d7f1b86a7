// SPDX-License-Identifier: Apache-2.0
#include "base/signal.hpp"

#include <gtest/gtest.h>

namespace longwave {
namespace {

TEST(Signal, ReachesSubscribersUntilTheyGo) {
  Signal<int> signal;
  int direct = 0, posted = 0;
  std::vector<Task> loop;
  auto a = signal.connect([&](int v) { direct += v; });
  {
    auto b = signal.connect([&](int v) { posted += v; }, [&](Task t) { loop.push_back(std::move(t)); });
    signal.emit(1);
    EXPECT_EQ(direct, 1);
    EXPECT_EQ(posted, 0);
    loop[0]();
    EXPECT_EQ(posted, 1);
    signal.emit(1);
  }
  loop[1]();  // the subscriber left between emission and delivery
  EXPECT_EQ(posted, 1);
  signal.emit(1);
  EXPECT_EQ(loop.size(), 2u);
  EXPECT_EQ(direct, 3);
}

TEST(Signal, AHandlerMayUnsubscribeItself) {
  Signal<int> signal;
  int calls = 0;
  Subscription self;
  self = signal.connect([&](int) {
    ++calls;
    self = {};
  });
  signal.emit(1);
  signal.emit(1);
  EXPECT_EQ(calls, 1);
}

}  // namespace
}  // namespace longwave
