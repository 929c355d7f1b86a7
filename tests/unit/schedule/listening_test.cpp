// SPDX-License-Identifier: Apache-2.0
#include "schedule/listening.hpp"

#include <gtest/gtest.h>

namespace longwave::schedule {
namespace {

using namespace std::chrono_literals;

const WallTime noon{std::chrono::hours{12}};

TEST(Listening, EachStepHasTheMostOfWhatWasOnAirInIt) {
  const std::vector<ItemHeard> items{{noon, noon + 4min, 3},
                                     {noon + 4min, noon + 10min, 7},
                                     {noon + 10min, noon + 25min, 2},
                                     {noon + 25min, noon + 26min, 9}};
  EXPECT_EQ(listeners_over_time(items, noon, 5min, 6), (std::vector<int>{7, 7, 2, 2, 2, 9}));
}

TEST(Listening, WhatReachesOutOfTheTimeCountsWithinIt) {
  const std::vector<ItemHeard> items{{noon - 1h, noon + 1min, 4},
                                     {noon + 9min, noon + 2h, 5},
                                     {noon - 2h, noon - 1h, 8},
                                     {noon + 3h, noon + 4h, 9}};
  EXPECT_EQ(listeners_over_time(items, noon, 2min, 5), (std::vector<int>{4, 0, 0, 0, 5}));
}

TEST(Listening, TheLastInstantIsTheNextStepsAndWhatFailedIsNobodys) {
  const std::vector<ItemHeard> items{{noon, noon + 5min, 1}, {noon + 6min, noon + 6min, 9}};
  EXPECT_EQ(listeners_over_time(items, noon, 5min, 2), (std::vector<int>{1, 0}));
  EXPECT_EQ(listeners_over_time({}, noon, 5min, 2), (std::vector<int>{0, 0}));
}

}  // namespace
}  // namespace longwave::schedule
