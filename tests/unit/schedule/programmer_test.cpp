// SPDX-License-Identifier: Apache-2.0
#include "schedule/programmer.hpp"

#include "unit/schedule/desk.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace longwave::schedule {
namespace {

using namespace std::chrono_literals;
using test::Desk;
using test::library;
using test::minutes;

TEST(Programmer, PlaysThePicksOfTheAutoDjOneAfterTheOther) {
  Desk desk(library(100));
  EXPECT_EQ(desk.programmer->now().state, OnAir::starting);
  ASSERT_EQ(desk.ordered<orders::Prepare>().size(), 2U) << "two items are made ready ahead";
  EXPECT_TRUE(desk.ordered<orders::Play>().empty()) << "nothing is planned before its length is known";
  desk.answer_all();
  EXPECT_EQ(desk.programmer->now().state, OnAir::playing);
  desk.pass(1h);
  const auto plays = desk.ordered<orders::Play>();
  ASSERT_GE(plays.size(), 20U);
  for (std::size_t i = 1; i < plays.size(); ++i) {
    EXPECT_EQ(plays[i].start_at, plays[i - 1].start_at + minutes(3)) << i;
    EXPECT_FALSE(plays[i].cut);
  }
  EXPECT_EQ(desk.history.size(), 19U + (plays[0].start_at + minutes(60) <= desk.position() ? 1U : 0U));
  for (const auto& [id, row] : desk.history) {
    EXPECT_EQ(row.reason.rule, rule::autodj);
    EXPECT_GT(row.reason.candidates, 0);
  }
}

TEST(Programmer, KeepsTwoItemsReadyAhead) {
  Desk desk(library(100));
  desk.answer_all();
  for (int i = 0; i < 50; ++i) {
    desk.pass(97s);
    const auto& queue = desk.programmer->queue();
    ASSERT_GE(queue.size(), 3U);
    EXPECT_TRUE(desk.programmer->starts_at(queue.entries()[1]->id));
    EXPECT_TRUE(desk.programmer->starts_at(queue.entries()[2]->id));
  }
}

}  // namespace
}  // namespace longwave::schedule
