// SPDX-License-Identifier: Apache-2.0
#include "schedule/programmer.hpp"

#include "unit/schedule/player_desk.hpp"

#include <gtest/gtest.h>

#include <algorithm>
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

/// What people do in the second in which another item begins: the player has said so already, and what is on
/// air is still the one before.
struct Beginning : PlayerDesk {
  /// `by_hand`: somebody pressed next; else the item ends by itself.
  explicit Beginning(bool by_hand, int index = 1) {
    start(*this, index);
    leaving = programmer->queue().entries()[static_cast<std::size_t>(index)]->id;
    if (by_hand) {
      pass(30s);
      auto_answer = false;
      EXPECT_TRUE(run(Next{}));
      auto_answer = true;
    } else {
      pass_samples(minutes(3) - Samples{3 * 44100});
    }
    begins = programmer->queue().entries()[static_cast<std::size_t>(index) + 1]->id;
    const auto at = by_hand ? position() + Samples{2 * 44100} : *programmer->starts_at(begins);
    say(orders::Started{begins, at, Samples{0}});
    EXPECT_TRUE(programmer->view().cutting);
    EXPECT_EQ(programmer->view().on_air_entry(), leaving);
    orders.clear();
  }
  EntryId leaving, begins;
};

TEST(Beginning, NextByItselfIsTheOneThatBegins) {
  Beginning desk{false};
  EXPECT_EQ(cursor(desk), 1);
  ASSERT_TRUE(desk.run(Next{}));
  EXPECT_EQ(cursor(desk), 2) << "at once";
  desk.pass(5s);
  EXPECT_EQ(heard(desk), 3) << "nobody loses it unheard";
  EXPECT_TRUE(desk.ordered<orders::Stop>().empty());
}

TEST(Beginning, NextTwicePassesItOver) {
  for (const bool by_hand : {false, true}) {
    Beginning desk{by_hand};
    ASSERT_TRUE(desk.run(Next{}));
    if (!by_hand) ASSERT_TRUE(desk.run(Next{}));
    EXPECT_EQ(cursor(desk), 3);
    for (int i = 0; i < 6; ++i) soon(desk);
    EXPECT_EQ(heard(desk), 4);
    EXPECT_EQ(cursor(desk), 3);
  }
}

TEST(Beginning, NextIsNeverLost) {
  Beginning desk{true, 0};
  ASSERT_TRUE(desk.run(Next{}));
  ASSERT_TRUE(desk.run(Next{}));
  EXPECT_EQ(cursor(desk), 3);
  for (int i = 0; i < 6; ++i) soon(desk);
  EXPECT_EQ(heard(desk), 4);
}

TEST(Beginning, PreviousIsCountedFromTheCursor) {
  Beginning desk{true};
  ASSERT_TRUE(desk.run(Previous{}));
  EXPECT_EQ(cursor(desk), 1) << "back to the one that is leaving";
  for (int i = 0; i < 6; ++i) soon(desk);
  EXPECT_EQ(heard(desk), 2);
  EXPECT_LT(position_s(desk), 6) << "from its beginning";
  Beginning other{false};
  ASSERT_TRUE(other.run(Previous{}));
  EXPECT_EQ(cursor(other), 0);
  for (int i = 0; i < 6; ++i) soon(other);
  EXPECT_EQ(heard(other), 1);
}

TEST(Beginning, SeekAfterNextIsInTheOneThatBegins) {
  Beginning desk{true};
  ASSERT_TRUE(desk.run(Seek{Samples{60 * 44100}, ""}));
  desk.pass(3s);
  EXPECT_EQ(heard(desk), 3);
  EXPECT_GE(position_s(desk), 59);
  const auto plays = desk.ordered<orders::Play>();
  ASSERT_FALSE(plays.empty());
  EXPECT_EQ(plays.front().track, TrackId{3});
  EXPECT_NEAR(static_cast<double>(plays.front().offset.count()) / 44100, 60, 0.1)
      << "the player enters it there";
  EXPECT_NE(plays.front().item, desk.begins) << "to the player it is another item";
}

TEST(Beginning, SeekBeforeTheNextIsReadyKeepsTheNext) {
  PlayerDesk desk;
  start(desk);
  desk.auto_answer = false;
  desk.pass(1s);
  ASSERT_TRUE(desk.run(Play{4, {}, {}, ""}));
  ASSERT_TRUE(desk.run(Seek{Samples{60 * 44100}, ""}));
  EXPECT_EQ(cursor(desk), 4);
  desk.auto_answer = true;
  for (int i = 0; i < 3; ++i) soon(desk);
  EXPECT_EQ(heard(desk), 5);
  EXPECT_GE(position_s(desk), 60);
}

TEST(Beginning, SeekAtTheEndOfAnItemIsInThatItem) {
  Beginning desk{false};
  ASSERT_TRUE(desk.run(Seek{Samples{60 * 44100}, ""}));
  EXPECT_EQ(cursor(desk), 1);
  for (int i = 0; i < 6; ++i) soon(desk);
  EXPECT_EQ(heard(desk), 2);
  EXPECT_GE(position_s(desk), 60);
  Beginning radio{false};
  SetModes consume;
  consume.consume = Switch::on;
  ASSERT_TRUE(radio.run(consume));
  EXPECT_EQ(radio.run(Seek{Samples{60 * 44100}, ""}).error().code, Errc::conflict)
      << "what was played is gone";
}

TEST(Beginning, PauseHoldsWhatWasGoneTo) {
  Beginning desk{true};
  ASSERT_TRUE(desk.run(Next{}));
  ASSERT_TRUE(desk.run(Pause{}));
  EXPECT_EQ(heard(desk), 4);
  EXPECT_EQ(cursor(desk), 3);
  EXPECT_EQ(position_s(desk), 0);
  Beginning other{false};
  ASSERT_TRUE(other.run(Pause{}));
  EXPECT_EQ(heard(other), 3) << "the rest of the one before was sent already";
  EXPECT_EQ(position_s(other), 0);
  start(other);
  EXPECT_EQ(heard(other), 3);
}

TEST(Beginning, StopAndStartBeginItAnew) {
  Beginning desk{true};
  ASSERT_TRUE(desk.run(Stop{}));
  EXPECT_EQ(cursor(desk), 2);
  start(desk);
  EXPECT_EQ(heard(desk), 3);
  ASSERT_FALSE(desk.ordered<orders::Play>().empty());
  EXPECT_NE(desk.ordered<orders::Play>().front().item, desk.begins)
      << "the player may still be at the end of what it had begun";
}

TEST(Beginning, ASeekWhileTheNextIsBeginningIsAboutTheNext) {
  PlayerDesk desk;
  start(desk, 0);
  ASSERT_TRUE(desk.run(Next{}));
  ASSERT_TRUE(desk.programmer->view().cutting);
  const auto sought = desk.run(Seek{Samples{20 * 44100}, ""});
  ASSERT_TRUE(sought) << sought.error().message;
  soon(desk);
  soon(desk);
  EXPECT_EQ(heard(desk), 2);
  EXPECT_EQ(cursor(desk), 1);
}

/// How much of the time is covered by two rows of the history, at most.
Samples overlap(const Desk& desk) {
  Samples most{0}, end{0};
  for (const auto& [id, row] : desk.history) {
    if (row.end_at == row.start_at) continue;
    most = std::max(most, end - row.start_at);
    end = std::max(end, row.end_at);
  }
  return most;
}

/// The second entry was entered at 37 s and counts as on air, when the player says at last where it began.
struct Late : PlayerDesk {
  Late() {
    start(*this);
    pass(30s);
    auto_answer = false;
    EXPECT_TRUE(run(Play{1, {}, Samples{37 * 44100}, ""}));
    order = ordered<orders::Play>();
    pass(11s);
    EXPECT_EQ(heard(*this), 2) << "nobody said when it began: as ordered";
  }
  orders::Play cut() const {
    for (const auto& play : order)
      if (play.cut) return play;
    return {};
  }
  std::vector<orders::Play> order;
};

TEST(Beginning, WhatWasBeforeEndsWhereThePlayerBeginsWhereverInTheTrackThatIs) {
  Late desk;
  const auto at = desk.position() + Samples{1152};
  desk.say(orders::Started{desk.cut().item, at, Samples{0}});
  EXPECT_EQ(desk.history.rbegin()->second.end_at, at);
  EXPECT_EQ(desk.programmer->now().current->start_at, at);
  desk.pass(5s);
  EXPECT_NEAR(position_s(desk), 5, 0.1) << "from its start, as the player said";
  ASSERT_TRUE(desk.run(Stop{}));
  EXPECT_EQ(desk.history.rbegin()->second.start_at, at);
}

TEST(Beginning, NothingIsOnAirBeforeTheEndOfWhatWasSent) {
  for (const bool pause : {true, false}) {
    Late desk;
    const auto at = desk.position() + Samples{4 * 44100};
    desk.say(orders::Started{desk.cut().item, at, desk.cut().offset});
    ASSERT_TRUE(desk.run(pause ? Command{Pause{}} : Command{Stop{}}));
    ASSERT_TRUE(desk.run(Play{3, {}, {}, ""}));
    for (int i = 0; i < 10; ++i) soon(desk);
    EXPECT_EQ(heard(desk), 4);
    ASSERT_TRUE(desk.run(Stop{}));
    EXPECT_EQ(overlap(desk), Samples{0}) << (pause ? "pause" : "stop");
  }
}

TEST(Beginning, APositionThatThePlayerBeganAtIsNotSoughtAgain) {
  PlayerDesk desk;
  start(desk);
  desk.pass(30s);
  desk.auto_answer = false;
  desk.orders.clear();
  ASSERT_TRUE(desk.run(Play{1, {}, Samples{37 * 44100}, ""}));
  const auto cut = desk.ordered<orders::Play>().at(0);
  const auto at = desk.position() + Samples{3 * 44100};
  desk.say(orders::Started{cut.item, at, cut.offset});
  desk.orders.clear();
  desk.pass(5s);
  EXPECT_EQ(heard(desk), 2);
  EXPECT_NEAR(position_s(desk), 37 + 2, 0.1);
  for (const auto& play : desk.ordered<orders::Play>()) EXPECT_FALSE(play.cut) << play.item.value;
}

TEST(Beginning, APauseWhileACutIsWaitedForHoldsWhatIsShown) {
  PlayerDesk desk;
  start(desk);
  desk.pass(30s);
  desk.auto_answer = false;
  ASSERT_TRUE(desk.run(Next{}));
  desk.pass(5s);
  ASSERT_TRUE(desk.run(Clear{"", false}));
  EXPECT_EQ(heard(desk), 1);
  const auto shown = position_s(desk);
  ASSERT_TRUE(desk.run(Pause{}));
  EXPECT_NEAR(position_s(desk), shown, 0.1);
}

}  // namespace
}  // namespace longwave::schedule
