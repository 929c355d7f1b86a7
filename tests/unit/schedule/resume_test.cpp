// SPDX-License-Identifier: Apache-2.0
#include "schedule/programmer.hpp"

#include "unit/schedule/desk.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <ctime>

namespace longwave::schedule {
namespace {

using namespace std::chrono_literals;
using test::Desk;
using test::library;
using test::minutes;

struct Resume : ::testing::Test {
  Resume() : desk(library(100)) {
    desk.answer_all();
    desk.pass(60s);
  }
  /// The program is away for this long.
  void away(Duration duration) {
    desk.asked.clear();
    desk.clock.advance(duration);
    desk.restart();
  }
  void expect_no_holes() {
    Samples end{0};
    for (const auto& [id, row] : desk.history) {
      EXPECT_EQ(row.start_at, end) << "before row " << id;
      end = row.end_at;
    }
  }
  Desk desk;
};

TEST_F(Resume, EntersTheSameItemAtTheRightSecond) {
  const auto before = *desk.programmer->now().current;
  away(30s);
  EXPECT_EQ(desk.position(), Samples{90 * 44100});
  const auto after = *desk.programmer->now().current;
  EXPECT_EQ(after.entry->id, before.entry->id);
  EXPECT_EQ(after.start_at, before.start_at);
  const auto plays = desk.ordered<orders::Play>();
  ASSERT_EQ(plays.size(), 1U) << "without waiting for its analysis";
  EXPECT_EQ(plays[0].start_at, before.start_at);
  EXPECT_EQ(plays[0].duration, minutes(3));
  EXPECT_FALSE(plays[0].cut);
  desk.answer_all();
  EXPECT_EQ(desk.ordered<orders::Play>().size(), 3U);
}

TEST_F(Resume, RunsThroughWhatWasQueued) {
  ASSERT_TRUE(desk.run(Add{{TrackId{90}, TrackId{91}, TrackId{92}}, {}, "Anna"}));
  desk.answer_all();
  const auto end = desk.programmer->now().current->end_at;
  away(6min);  // at 7:00: 90 is over, 91 is in its last minutes
  desk.answer_all();
  EXPECT_EQ(desk.on_air(), TrackId{91});
  EXPECT_EQ(desk.programmer->now().current->start_at, end + minutes(3));
  EXPECT_EQ(desk.ordered<orders::Play>().at(0).start_at, end + minutes(3)) << "entered at the right second";
  ASSERT_EQ(desk.history.size(), 2U);
  EXPECT_EQ(desk.history[1].problem, "");
  EXPECT_EQ(desk.history[2].problem, "while off the air");
  EXPECT_EQ(desk.history[2].track, TrackId{90});
  desk.pass(10min);
  expect_no_holes();
}

TEST_F(Resume, PicksAnewBehindWhatWasPlanned) {
  away(5h);
  EXPECT_EQ(desk.history.size(), 3U) << "the item on air and two picks";
  desk.answer_all();
  EXPECT_EQ(desk.programmer->now().state, OnAir::playing);
  EXPECT_GE(desk.programmer->now().current->start_at, Samples{5 * 3600 * 44100LL});
}

TEST_F(Resume, WeeksOfAbsenceCostBoundedWork) {
  ASSERT_TRUE(desk.run(Add{std::vector<TrackId>(9'990, TrackId{90}), {}, ""}));
  const auto begin = std::clock();
  away(24h * 60);
  const auto seconds = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
  EXPECT_LT(seconds, 5) << "of the processor, with sanitizers; some milliseconds in release";
  EXPECT_LE(desk.history.size(), 501U);
  desk.answer_all();
  EXPECT_EQ(desk.programmer->now().state, OnAir::playing);
  EXPECT_LE(desk.programmer->queue().size(), 3U);
}

TEST_F(Resume, AClockThatWasSetBackDoesNotRepeatWhatWasPlayed) {
  desk.pass(30min);
  const auto before = *desk.programmer->now().current;
  desk.wall_step = -20min;
  away(1s);
  EXPECT_EQ(desk.programmer->now().current->entry->id, before.entry->id);
  EXPECT_EQ(desk.position(), before.start_at);
  EXPECT_EQ(desk.programmer->station().epoch + to_duration(desk.position()), desk.moment().wall);
  desk.answer_all();
  desk.pass(30min);
  expect_no_holes();
}

TEST_F(Resume, DistancesAreKeptOverARestart) {
  desk.pass(2h);
  away(1s);
  desk.answer_all();
  desk.pass(2h);
  std::vector<Heard> plays;
  for (const auto& [id, row] : desk.history) {
    EXPECT_TRUE(keeps_separation(Separation{}, plays, row.track, row.artist, row.start_at)) << id;
    plays.push_back({row.track, row.artist, row.end_at});
  }
}

TEST_F(Resume, WhatFailedIsNotTriedAgainAfterARestart) {
  const auto bad = desk.programmer->queue().entries()[1];
  desk.say(orders::Failed{bad->id, "unreadable"});
  away(1s);
  desk.answer_all();
  desk.pass(50min);
  EXPECT_EQ(std::count_if(desk.history.begin(), desk.history.end(),
                          [&](const auto& row) { return row.second.track == bad->track; }),
            1);
}

TEST_F(Resume, TheItemOnAirMayBeGoneAfterTheRestart) {
  const auto on_air = desk.programmer->now().current->entry;
  away(10s);
  desk.broken[on_air->track] = "no such file";
  desk.answer_all();
  desk.say(orders::Failed{on_air->id, "no such file"});
  desk.pass(27ms);
  EXPECT_EQ(desk.programmer->now().state, OnAir::playing);
  EXPECT_NE(desk.on_air(), on_air->track);
}

TEST_F(Resume, TheRightItemGetsAMomentToBecomeReady) {
  ASSERT_TRUE(desk.run(Add{{TrackId{90}, TrackId{91}}, {}, ""}));
  desk.answer_all();
  away(3min);  // at 4:00: in 90
  const auto& queue = desk.programmer->queue();
  desk.say(orders::Prepared{queue.entries()[1]->id, minutes(3)});  // 91 is quicker
  EXPECT_EQ(desk.programmer->now().state, OnAir::starting);
  desk.say(orders::Prepared{queue.entries()[0]->id, minutes(3)});
  EXPECT_EQ(desk.on_air(), TrackId{90});
  EXPECT_EQ(desk.programmer->now().current->start_at, minutes(3));
}

TEST_F(Resume, NumbersAreNeverGivenTwice) {
  const auto added = desk.run(Add{{TrackId{90}}, {}, ""});
  ASSERT_TRUE(added);
  ASSERT_TRUE(desk.run(Remove{added->entries[0], ""}));
  away(1s);
  const auto again = desk.run(Add{{TrackId{90}}, {}, ""});
  EXPECT_GT(again->entries[0].value, added->entries[0].value);
}

}  // namespace
}  // namespace longwave::schedule
