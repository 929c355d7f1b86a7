// SPDX-License-Identifier: Apache-2.0
#include "schedule/programmer.hpp"

#include "unit/schedule/player_desk.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace longwave::schedule {
namespace {

using namespace std::chrono_literals;
using test::cursor;
using test::Desk;
using test::heard;
using test::library;
using test::minutes;
using test::PlayerDesk;
using test::position_s;
using test::soon;
using test::start;

TEST(Transport, APlayerBeginsStoppedAndStartsAtItsFirstEntry) {
  PlayerDesk desk;
  EXPECT_EQ(desk.programmer->view().state, Transport::stopped);
  EXPECT_EQ(cursor(desk), -1);
  desk.pass(60s);
  EXPECT_EQ(heard(desk), 0);
  start(desk);
  EXPECT_EQ(heard(desk), 1);
  EXPECT_EQ(cursor(desk), 0);
  EXPECT_EQ(desk.programmer->view().state, Transport::playing);
}

TEST(Transport, TheListIsPlayedToItsEndAndThenStops) {
  PlayerDesk desk{3};
  start(desk);
  for (const int track : {1, 2, 3}) {
    EXPECT_EQ(heard(desk), track);
    desk.pass_samples(minutes(3));
  }
  EXPECT_EQ(heard(desk), 0);
  EXPECT_EQ(desk.programmer->view().state, Transport::stopped);
  EXPECT_EQ(cursor(desk), 2);
  EXPECT_EQ(desk.tracks(), (std::vector<std::int64_t>{1, 2, 3})) << "without consume nothing leaves";
  const auto stops = desk.ordered<orders::Stop>();
  ASSERT_FALSE(stops.empty());
  EXPECT_TRUE(stops.back().rest) << "the player is silent on purpose";
}

TEST(Transport, PauseHoldsThePositionAndStartGoesOnThere) {
  PlayerDesk desk;
  start(desk);
  desk.pass(59s);
  ASSERT_TRUE(desk.run(Pause{}));
  const auto at = position_s(desk);
  EXPECT_NEAR(at, 60, 0.5);
  desk.pass(3600s);
  EXPECT_EQ(position_s(desk), at);
  EXPECT_EQ(heard(desk), 1);
  EXPECT_EQ(desk.programmer->view().state, Transport::paused);
  desk.orders.clear();
  start(desk);
  EXPECT_NEAR(position_s(desk), at + 1, 0.2);
  const auto play = desk.ordered<orders::Play>().front();
  EXPECT_NEAR(static_cast<double>(play.offset.count()) / 44100, at, 0.1);
  EXPECT_NE(play.item, desk.programmer->view().on_air_entry()) << "to the player it is another item";
  desk.pass_samples(minutes(3) - minutes(1));
  EXPECT_EQ(heard(desk), 2);
  ASSERT_EQ(desk.history.size(), 1U) << "one row, though it was paused";
}

TEST(Transport, PauseGoesOnBehindWhatWasSent) {
  PlayerDesk desk;
  start(desk);
  desk.pass(10s);
  const auto take = desk.ordered<orders::Play>().front().item;
  ASSERT_TRUE(desk.run(Pause{}));
  const auto sent = desk.position() + Samples{4 * 44100};
  desk.say(orders::Ended{take, sent, 2, ""});
  EXPECT_NEAR(position_s(desk), 15, 0.2);
}

TEST(Transport, BackToWhatIsHeldHoldsItAtItsBeginning) {
  for (const bool random : {false, true}) {
    PlayerDesk desk{2};
    SetModes modes;
    modes.consume = Switch::on;
    modes.random = random;
    ASSERT_TRUE(desk.run(modes));
    start(desk, 0);
    desk.pass(30s);
    ASSERT_TRUE(desk.run(Pause{}));
    ASSERT_TRUE(desk.run(Mark{1, ""}));
    ASSERT_TRUE(desk.run(Previous{}));
    EXPECT_EQ(desk.programmer->view().state, Transport::paused);
    EXPECT_EQ(heard(desk), 1);
    EXPECT_EQ(cursor(desk), 0);
    EXPECT_EQ(position_s(desk), 0);
    EXPECT_EQ(desk.tracks(), (std::vector<std::int64_t>{1, 2}));
  }
}

TEST(Transport, PauseWhileStoppedIsRefused) {
  PlayerDesk desk;
  EXPECT_EQ(desk.run(Pause{}).error().code, Errc::conflict);
  EXPECT_EQ(desk.programmer->view().state, Transport::stopped);
}

TEST(Transport, StopEndsTheItemAndStartBeginsItAnew) {
  PlayerDesk desk;
  start(desk, 2);
  desk.pass(30s);
  ASSERT_TRUE(desk.run(Stop{}));
  EXPECT_EQ(heard(desk), 0);
  EXPECT_EQ(cursor(desk), 2);
  desk.pass(100s);
  start(desk);
  EXPECT_EQ(heard(desk), 3);
  EXPECT_LT(position_s(desk), 2);
}

TEST(Transport, NextAndPreviousMoveTheCursorAtOnce) {
  PlayerDesk desk;
  start(desk);
  ASSERT_TRUE(desk.run(Next{}));
  EXPECT_EQ(cursor(desk), 1);
  soon(desk);
  EXPECT_EQ(heard(desk), 2);
  ASSERT_TRUE(desk.run(Previous{}));
  EXPECT_EQ(cursor(desk), 0);
  soon(desk);
  EXPECT_EQ(heard(desk), 1);
  EXPECT_EQ(desk.run(Previous{}).error().code, Errc::conflict);
  ASSERT_TRUE(desk.run(Play{4, {}, {}, ""}));
  soon(desk);
  EXPECT_EQ(heard(desk), 5);
  EXPECT_EQ(desk.run(Next{}).error().code, Errc::conflict);
  EXPECT_EQ(heard(desk), 5) << "what was refused has changed nothing";
  EXPECT_EQ(desk.run(Play{9, {}, {}, ""}).error().code, Errc::not_found);
  SetModes modes;
  modes.repeat = true;
  ASSERT_TRUE(desk.run(modes));
  ASSERT_TRUE(desk.run(Next{}));
  soon(desk);
  EXPECT_EQ(heard(desk), 1);
  ASSERT_TRUE(desk.run(Previous{}));
  soon(desk);
  EXPECT_EQ(heard(desk), 5);
}

TEST(Transport, NextTwiceGoesTwoOn) {
  PlayerDesk desk;
  start(desk);
  desk.auto_answer = false;
  ASSERT_TRUE(desk.run(Next{}));
  ASSERT_TRUE(desk.run(Next{}));
  EXPECT_EQ(cursor(desk), 2);
  desk.auto_answer = true;
  desk.answer_all();
  desk.pass(12s);
  EXPECT_EQ(heard(desk), 3);
}

TEST(Transport, WhileStoppedOnlyTheCursorMoves) {
  PlayerDesk desk;
  ASSERT_TRUE(desk.run(Next{}));
  EXPECT_EQ(cursor(desk), 0);
  ASSERT_TRUE(desk.run(Next{}));
  EXPECT_EQ(cursor(desk), 1);
  ASSERT_TRUE(desk.run(Mark{3, ""}));
  EXPECT_EQ(heard(desk), 0);
  start(desk);
  EXPECT_EQ(heard(desk), 4);
}

TEST(Transport, WhilePausedNextStaysPaused) {
  PlayerDesk desk;
  start(desk);
  desk.pass(20s);
  ASSERT_TRUE(desk.run(Pause{}));
  ASSERT_TRUE(desk.run(Next{}));
  EXPECT_EQ(heard(desk), 2);
  EXPECT_EQ(position_s(desk), 0);
  EXPECT_EQ(desk.programmer->view().state, Transport::paused);
  desk.pass(60s);
  EXPECT_EQ(position_s(desk), 0);
  start(desk);
  EXPECT_EQ(heard(desk), 2);
}

TEST(Transport, AMarkIsPlayedNextWithoutACut) {
  PlayerDesk desk;
  start(desk);
  ASSERT_TRUE(desk.run(Mark{3, ""}));
  EXPECT_EQ(heard(desk), 1);
  EXPECT_EQ(cursor(desk), 3);
  desk.pass(60s);
  EXPECT_EQ(heard(desk), 1);
  desk.pass_samples(minutes(2));
  EXPECT_EQ(heard(desk), 4);
  desk.pass_samples(minutes(3));
  EXPECT_EQ(heard(desk), 5);
}

TEST(Transport, SeekGoesToThatPositionOfTheSameItem) {
  PlayerDesk desk;
  start(desk);
  ASSERT_TRUE(desk.run(Seek{minutes(2), ""}));
  EXPECT_NEAR(position_s(desk), 120, 0.1);
  desk.pass(30s);
  EXPECT_NEAR(position_s(desk), 150, 0.1);
  EXPECT_EQ(heard(desk), 1);
  EXPECT_EQ(desk.run(Seek{minutes(4), ""}).error().code, Errc::invalid);
  desk.pass(31s);
  EXPECT_EQ(heard(desk), 2);
  ASSERT_TRUE(desk.run(Pause{}));
  ASSERT_TRUE(desk.run(Seek{minutes(1), ""}));
  EXPECT_NEAR(position_s(desk), 60, 0.1);
  start(desk);
  EXPECT_NEAR(position_s(desk), 61, 0.2);
}

TEST(Transport, PlayWithAnOffsetBeginsThere) {
  PlayerDesk desk;
  start(desk);
  ASSERT_TRUE(desk.run(Play{2, {}, minutes(1), ""}));
  soon(desk);
  EXPECT_EQ(heard(desk), 3);
  EXPECT_NEAR(position_s(desk), 61, 0.2);
}

TEST(Transport, EverythingSurvivesARestart) {
  PlayerDesk desk;
  start(desk, 2);
  desk.pass(30s);
  ASSERT_TRUE(desk.run(Pause{}));
  ASSERT_TRUE(desk.run(SetVolume{"master", 42}));
  SetModes modes;
  modes.repeat = true;
  modes.single = Switch::oneshot;
  modes.crossfade_s = 7;
  ASSERT_TRUE(desk.run(modes));
  ASSERT_TRUE(desk.run(NameList{"Evening"}));
  const auto before = desk.programmer->view();
  desk.clock.advance(9999s);
  desk.restart();
  const auto after = desk.programmer->view();
  EXPECT_EQ(after.state, Transport::paused);
  EXPECT_EQ(after.on_air_entry(), before.on_air_entry());
  EXPECT_EQ(after.on_air->elapsed, before.on_air->elapsed);
  EXPECT_EQ(after.cursor, 2);
  EXPECT_EQ(after.volume.at("master"), 42);
  EXPECT_EQ(after.modes, before.modes);
  EXPECT_EQ(after.list, "Evening");
  ASSERT_TRUE(desk.run(Stop{}));
  desk.restart();
  EXPECT_EQ(desk.programmer->view().state, Transport::stopped);
  EXPECT_EQ(cursor(desk), 2);
  desk.answer_all();
  start(desk);
  EXPECT_EQ(heard(desk), 3);
}

TEST(Transport, APausedRadioIsSilentAndGoesOn) {
  Desk desk(library(20));
  desk.answer_all();
  desk.pass(30s);
  const auto track = heard(desk);
  ASSERT_NE(track, 0);
  ASSERT_TRUE(desk.run(Pause{}));
  EXPECT_TRUE(desk.ordered<orders::Stop>().back().rest);
  desk.pass(7200s);
  EXPECT_EQ(heard(desk), track);
  ASSERT_TRUE(desk.run(Play{}));
  soon(desk);
  EXPECT_EQ(heard(desk), track);
  ASSERT_TRUE(desk.run(Next{}));
  desk.pass(2s);
  EXPECT_NE(heard(desk), track);
}

}  // namespace
}  // namespace longwave::schedule
