// SPDX-License-Identifier: Apache-2.0
#include "schedule/programmer.hpp"

#include "unit/schedule/desk.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

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

TEST(Programmer, StartsByItselfWhenTheFirstTrackComes) {
  Desk desk({});
  EXPECT_EQ(desk.programmer->now().state, OnAir::empty);
  EXPECT_FALSE(desk.run(Skip{""}));
  desk.pass(1h);
  desk.set_library(library(1));
  EXPECT_EQ(desk.programmer->now().state, OnAir::starting);
  desk.answer_all();
  EXPECT_EQ(desk.on_air(), TrackId{1});
  EXPECT_GE(desk.programmer->now().current->start_at, desk.position());
  EXPECT_LT(desk.programmer->now().current->start_at, desk.position() + Samples{1152});
}

TEST(Programmer, OneTrackIsRepeated) {
  Desk desk(library(1));
  desk.answer_all();
  desk.pass(1h);
  EXPECT_GE(desk.history.size(), 19U);
  EXPECT_EQ(desk.history.rbegin()->second.reason.rule, rule::relaxed);
}

TEST(Programmer, OpensWithTheShortestFilesWhileNothingIsAnalysed) {
  auto rows = library(50);
  for (auto& row : rows) row.analysed = false;
  rows[30].duration_ms = 10'000;
  rows[40].duration_ms = 20'000;
  Desk desk(rows);
  ASSERT_EQ(desk.tracks(), (std::vector<std::int64_t>{31, 41}));
  desk.answer_all();
  EXPECT_EQ(desk.on_air(), TrackId{31});
  const auto& queue = desk.programmer->queue();
  EXPECT_EQ(queue.entries()[0]->reason.rule, rule::opening);
  EXPECT_EQ(queue.entries()[2]->reason.rule, rule::autodj);
}

TEST(Programmer, WhileTheFirstScanRunsNothingIsRepeatedForLackOfTracks) {
  auto rows = library(30);
  for (auto& row : rows) row.analysed = false;
  Desk desk({});
  for (std::size_t n = 1; n <= rows.size(); ++n) {
    desk.set_library({rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(n)});
    desk.answer_all();
    desk.pass(100ms);
  }
  desk.pass(20min);
  std::set<TrackId> tracks;
  for (const auto& [id, row] : desk.history) EXPECT_TRUE(tracks.insert(row.track).second) << row.track.value;
  EXPECT_EQ(desk.history[1].track, TrackId{1}) << "it began with what was found first";
  EXPECT_EQ(desk.history[1].start_at, Samples{0});
}

TEST(Programmer, WhatFailsIsMarkedAndLeftOutForAnHour) {
  Desk desk(library(5));
  const auto bad = desk.programmer->queue().entries()[0]->track;
  desk.broken[bad] = "this is a playlist";
  desk.answer_all();
  ASSERT_EQ(desk.history.size(), 1U);
  EXPECT_EQ(desk.history[1].track, bad);
  EXPECT_EQ(desk.history[1].problem, "this is a playlist");
  EXPECT_EQ(desk.history[1].start_at, desk.history[1].end_at);
  EXPECT_EQ(desk.programmer->now().state, OnAir::playing);
  desk.pass(50min);
  EXPECT_EQ(
      std::count_if(desk.history.begin(), desk.history.end(), [&](auto& r) { return r.second.track == bad; }),
      1);
  desk.pass(2h);
  EXPECT_GE(
      std::count_if(desk.history.begin(), desk.history.end(), [&](auto& r) { return r.second.track == bad; }),
      2)
      << "then it is tried again";
  for (const auto& [id, row] : desk.history) {
    if (id > 2 && row.start_at != row.end_at) {
      EXPECT_GT(row.start_at, Samples{0});
    }
  }
}

TEST(Programmer, AFailureAheadLeavesNoHole) {
  Desk desk(library(100));
  desk.answer_all();
  desk.pass(60s);
  const auto next = desk.programmer->queue().entries()[1];
  const auto end = desk.programmer->now().current->end_at;
  desk.orders.clear();
  desk.say(orders::Failed{next->id, "no such file"});
  const auto plays = desk.ordered<orders::Play>();
  ASSERT_GE(plays.size(), 1U);
  EXPECT_EQ(plays[0].start_at, end);
  EXPECT_NE(plays[0].item, next->id);
}

TEST(Programmer, AFailureOnAirGoesOnWithTheNext) {
  Desk desk(library(100));
  desk.answer_all();
  desk.pass(60s);
  const auto view = desk.programmer->now();
  desk.orders.clear();
  desk.say(orders::Failed{view.current->entry->id, "decoding failed"});
  EXPECT_TRUE(desk.ordered<orders::Play>().at(0).cut);
  desk.pass(27ms);
  EXPECT_EQ(desk.programmer->now().current->entry->id, view.next->entry->id);
  EXPECT_LT(desk.programmer->now().current->start_at, desk.position() + Samples{1152});
  EXPECT_EQ(desk.history.rbegin()->second.problem, "decoding failed");
}

TEST(Programmer, WhenEverythingFailsItWaitsAndTriesAgain) {
  Desk desk(library(3));
  for (int i = 1; i <= 3; ++i) desk.broken[TrackId{i}] = "unreadable";
  desk.answer_all();
  EXPECT_EQ(desk.history.size(), 3U);
  EXPECT_EQ(desk.programmer->now().state, OnAir::starting);
  desk.pass(59min);
  EXPECT_EQ(desk.history.size(), 3U);
  desk.broken.clear();
  desk.pass(2min);
  EXPECT_EQ(desk.programmer->now().state, OnAir::playing);
}

TEST(Programmer, ALateStartMovesEverythingBehindIt) {
  Desk desk(library(100));
  desk.answer_all();
  const auto view = desk.programmer->now();
  desk.orders.clear();
  const auto later = view.current->start_at + Samples{1152 * 50};
  desk.say(orders::Started{view.current->entry->id, later, Samples{0}});
  EXPECT_EQ(desk.programmer->now().current->start_at, later);
  EXPECT_EQ(desk.programmer->now().next->start_at, later + minutes(3));
  EXPECT_EQ(desk.ordered<orders::Play>().at(0).start_at, later + minutes(3));
  desk.orders.clear();
  desk.say(orders::Started{view.current->entry->id, later + Samples{1152 * 9}, Samples{1152 * 9}});
  EXPECT_EQ(desk.programmer->now().current->start_at, later) << "entered later, at the right second";
  EXPECT_TRUE(desk.orders.empty());
}

TEST(Programmer, AnItemThatThePlayerEndsEarlyIsFollowedThere) {
  Desk desk(library(100));
  desk.answer_all();
  desk.pass(60s);
  const auto view = desk.programmer->now();
  const auto cut = Samples{desk.position().count() / 1152 * 1152};
  desk.orders.clear();
  desk.say(orders::Ended{view.current->entry->id, cut, 4, "2 s of silence"});
  EXPECT_EQ(desk.programmer->now().current->entry->id, view.next->entry->id);
  EXPECT_EQ(desk.programmer->now().current->start_at, cut);
  EXPECT_EQ(desk.history.rbegin()->second.problem, "2 s of silence");
  EXPECT_EQ(desk.history.rbegin()->second.heard_by, 4);
  EXPECT_EQ(desk.ordered<orders::Play>().at(0).start_at, cut);
}

TEST(Programmer, TheProgrammeRunsByTheClockWhenThePlayerIsSilent) {
  Desk desk(library(100));
  desk.answer_all();
  desk.auto_answer = true;  // Prepared comes, Started and Ended never do
  desk.pass(24h);
  EXPECT_GE(desk.history.size(), 479U);
  std::size_t told = 0;
  for (const auto& event : desk.events) told += std::holds_alternative<HistoryAdded>(event);
  EXPECT_GE(told, 478U) << "rows are told without the number of listeners after a while";
}

TEST(Programmer, TheNumberOfListenersMayComeLate) {
  Desk desk(library(100));
  desk.answer_all();
  const auto first = desk.programmer->now().current->entry->id;
  desk.pass(3min + 1s);
  desk.say(orders::Ended{first, desk.history[1].end_at, 12, ""});
  EXPECT_EQ(desk.history[1].heard_by, 12);
  const auto told = std::find_if(desk.events.begin(), desk.events.end(),
                                 [](const Event& e) { return std::holds_alternative<HistoryAdded>(e); });
  ASSERT_NE(told, desk.events.end());
  EXPECT_EQ(std::get<HistoryAdded>(*told).row.heard_by, 12);
}

TEST(Programmer, WhatIsNotReadyInTimeIsPassedOver) {
  Desk desk(library(100));
  desk.answer_all();
  desk.auto_answer = false;
  desk.pass(60s);
  const auto ready = desk.programmer->queue().entries()[1]->track;
  ASSERT_TRUE(desk.run(Add{{TrackId{90}}, 1, ""}));
  desk.pass_samples(desk.programmer->now().current->end_at - desk.position() + Samples{44});
  EXPECT_EQ(desk.on_air(), ready);
  EXPECT_EQ(desk.tracks()[1], 90) << "it is next, once it is ready";
}

TEST(Programmer, WithNothingReadySomethingHeardBeforeStandsIn) {
  Desk desk(library(100));
  desk.answer_all();
  desk.pass(10min);
  desk.auto_answer = false;
  desk.pass(20min);  // nothing new gets ready any more
  EXPECT_EQ(desk.programmer->now().state, OnAir::playing);
  EXPECT_EQ(desk.programmer->now().current->entry->reason.rule, rule::stand_in);
  Samples end{0};
  for (const auto& [id, row] : desk.history) {
    EXPECT_EQ(row.start_at, end) << "no hole before row " << id;
    end = row.end_at;
  }
}

TEST(Programmer, AVanishedTrackIsExplainedAndLeftOut) {
  Desk desk(library(100));
  desk.answer_all();
  ASSERT_TRUE(desk.run(Add{{TrackId{90}, TrackId{91}, TrackId{92}, TrackId{93}}, {}, "Anna"}));
  desk.answer_all();
  auto rows = library(100);
  rows.erase(rows.begin() + 91, rows.begin() + 93);  // 92 and 93, not made ready yet
  desk.set_library(rows);
  desk.pass(10min);
  int gone = 0;
  for (const auto& [id, row] : desk.history) gone += row.problem == "The file is missing or can't be read";
  EXPECT_EQ(gone, 2);
  EXPECT_EQ(desk.programmer->now().state, OnAir::playing);
}

TEST(Programmer, ADiskThatIsAwayForAWhileCostsNoRequests) {
  Desk desk(library(100));
  desk.answer_all();
  ASSERT_TRUE(desk.run(Add{{TrackId{90}, TrackId{91}, TrackId{92}, TrackId{93}}, {}, "Anna"}));
  desk.answer_all();
  auto rows = library(100);
  for (auto& row : rows) row.playable = false;
  desk.set_library(rows);
  desk.pass(1h);
  const auto tracks = desk.tracks();
  EXPECT_EQ(std::count(tracks.begin(), tracks.end(), 93), 1);
  desk.set_library(library(100));
  desk.answer_all();
  EXPECT_EQ(desk.programmer->now().state, OnAir::playing);
}

TEST(Programmer, SilenceAloneIsNoTrack) {
  Desk desk(library(100));
  const auto first = desk.programmer->queue().entries()[0]->id;
  desk.say(orders::Prepared{first, Samples{0}});
  EXPECT_EQ(desk.history.size(), 1U);
  EXPECT_FALSE(desk.programmer->queue().find(first));
}

TEST(Programmer, AStepOfTheWallClockMovesTheEpochAndNothingElse) {
  for (const auto step : {Duration{3h}, Duration{-3h}, Duration{3s}}) {
    Desk desk(library(100));
    desk.answer_all();
    desk.pass(60s);
    const auto epoch = desk.programmer->station().epoch;
    const auto view = desk.programmer->now();
    desk.wall_step = step;
    desk.pass(1s);
    EXPECT_EQ(desk.programmer->station().epoch - epoch, step);
    EXPECT_EQ(desk.saved.station.epoch, desk.programmer->station().epoch) << "it is kept";
    EXPECT_TRUE(desk.programmer->now() == view) << "no sound moves";
  }
  Desk desk(library(100));
  desk.wall_step = 1s;
  const auto epoch = desk.programmer->station().epoch;
  desk.pass(1s);
  EXPECT_EQ(desk.programmer->station().epoch, epoch) << "small differences are drift";
}

TEST(Programmer, ANewPlayerIsToldEverythingAgain) {
  Desk desk(library(100));
  desk.answer_all();
  desk.pass(60s);
  desk.orders.clear();
  const auto view = desk.programmer->now();
  desk.programmer->player_is_new(desk.moment());
  desk.collect();
  ASSERT_FALSE(desk.orders.empty());
  EXPECT_EQ(desk.ordered<orders::Play>().at(0).item, view.current->entry->id);
  EXPECT_EQ(desk.ordered<orders::Play>().at(0).start_at, view.current->start_at);
  desk.answer_all();
  EXPECT_EQ(desk.ordered<orders::Play>().size(), 3U);
  EXPECT_TRUE(desk.programmer->now() == view);
}

TEST(Programmer, WithoutConsumingTheQueueKeepsWhatWasPlayed) {
  Desk desk(library(100));
  Saved fresh;
  fresh.station.id = StationId{1};
  fresh.station.modes.consume = Switch::off;
  desk.open(fresh);
  desk.asked.erase(desk.asked.begin(), desk.asked.begin() + 2);
  desk.answer_all();
  desk.pass(31min);
  EXPECT_EQ(desk.programmer->queue().cursor(), 10);
  EXPECT_EQ(desk.programmer->queue().size(), 13U);
}

}  // namespace
}  // namespace longwave::schedule
