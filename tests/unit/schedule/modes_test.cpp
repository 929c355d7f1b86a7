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

TEST(Transport, RemovingMovesTheCursorDownAndDetaches) {
  PlayerDesk desk;
  start(desk, 3);
  const auto entries = desk.programmer->view().entries;
  ASSERT_TRUE(desk.run(Remove{entries[1]->id, "", true}));
  EXPECT_EQ(cursor(desk), 2);
  ASSERT_TRUE(desk.run(Remove{entries[3]->id, "", true}));
  EXPECT_EQ(cursor(desk), 1);
  EXPECT_EQ(heard(desk), 4);
  EXPECT_TRUE(desk.programmer->view().on_air->detached);
  desk.pass_samples(minutes(3));
  EXPECT_EQ(heard(desk), 5) << "what stood behind it follows";
}

TEST(Transport, RemovingTheFirstWhileItIsHeard) {
  PlayerDesk desk;
  start(desk);
  ASSERT_TRUE(desk.run(RemoveRange{0, 1, ""}));
  EXPECT_EQ(cursor(desk), 0);
  EXPECT_EQ(heard(desk), 1);
  desk.pass_samples(minutes(3));
  EXPECT_EQ(heard(desk), 2);
  ASSERT_TRUE(desk.run(Remove{desk.programmer->view().entries[0]->id, "", false}));
  soon(desk);
  EXPECT_EQ(heard(desk), 3) << "without detach it is a skip";
  EXPECT_EQ(desk.tracks(), (std::vector<std::int64_t>{3, 4, 5}));
}

TEST(Transport, ClearEverythingLetsTheItemEnd) {
  PlayerDesk desk;
  start(desk, 1);
  ASSERT_TRUE(desk.run(Clear{"", true}));
  EXPECT_EQ(cursor(desk), -1);
  EXPECT_TRUE(desk.tracks().empty());
  EXPECT_EQ(heard(desk), 2);
  desk.restart();
  EXPECT_EQ(heard(desk), 2) << "detached, it survives a restart";
  ASSERT_TRUE(desk.run(Add{{TrackId{7}}, {}, ""}));
  desk.pass_samples(minutes(3));
  EXPECT_EQ(heard(desk), 7);
}

TEST(Transport, LoadingAListLetsTheItemEndAndGoesOnBehindItsPosition) {
  PlayerDesk desk;
  start(desk, 1);
  ASSERT_TRUE(desk.run(LoadList{"Jazz", {TrackId{10}, TrackId{11}, TrackId{12}, TrackId{999}}, 1, ""}));
  EXPECT_EQ(desk.programmer->view().list, "Jazz");
  EXPECT_EQ(desk.tracks(), (std::vector<std::int64_t>{10, 11, 12}));
  EXPECT_EQ(cursor(desk), 1);
  EXPECT_EQ(heard(desk), 2);
  desk.pass_samples(minutes(3));
  EXPECT_EQ(heard(desk), 12);
  ASSERT_TRUE(desk.run(Stop{}));
  ASSERT_TRUE(desk.run(LoadList{"Pop", {TrackId{1}, TrackId{2}}, 1, ""}));
  start(desk);
  EXPECT_EQ(heard(desk), 2);
}

TEST(Transport, SingleStopsOrRepeats) {
  PlayerDesk desk;
  SetModes modes;
  modes.single = Switch::on;
  ASSERT_TRUE(desk.run(modes));
  start(desk);
  desk.pass_samples(minutes(3));
  EXPECT_EQ(desk.programmer->view().state, Transport::stopped);
  modes.repeat = true;
  ASSERT_TRUE(desk.run(modes));
  start(desk);
  desk.pass_samples(minutes(3));
  EXPECT_EQ(heard(desk), 1);
  desk.pass_samples(minutes(3));
  EXPECT_EQ(heard(desk), 1);
  ASSERT_TRUE(desk.run(Next{}));
  soon(desk);
  EXPECT_EQ(heard(desk), 2);
  modes.single = Switch::oneshot;
  modes.repeat = false;
  ASSERT_TRUE(desk.run(modes));
  desk.pass_samples(minutes(3));
  EXPECT_EQ(desk.programmer->view().state, Transport::stopped);
  EXPECT_EQ(desk.programmer->view().modes.single, Switch::off);
}

TEST(Transport, RandomPlaysEachOnceARound) {
  PlayerDesk desk{5};
  SetModes modes;
  modes.random = true;
  ASSERT_TRUE(desk.run(modes));
  start(desk);
  std::vector<std::int64_t> played;
  while (desk.programmer->view().state == Transport::playing && played.size() < 20) {
    played.push_back(heard(desk));
    desk.pass_samples(minutes(3));
  }
  std::sort(played.begin(), played.end());
  EXPECT_EQ(played, (std::vector<std::int64_t>{1, 2, 3, 4, 5}));
  EXPECT_EQ(desk.tracks(), (std::vector<std::int64_t>{1, 2, 3, 4, 5}));
}

TEST(Transport, ConsumeTakesOnlyWhatWasPlayed) {
  PlayerDesk desk{5};
  SetModes modes;
  modes.consume = Switch::on;
  ASSERT_TRUE(desk.run(modes));
  start(desk);
  ASSERT_TRUE(desk.run(Play{3, {}, {}, ""}));
  soon(desk);
  EXPECT_EQ(heard(desk), 4);
  EXPECT_EQ(desk.tracks(), (std::vector<std::int64_t>{2, 3, 4, 5}));
  EXPECT_EQ(cursor(desk), 2);
  desk.pass_samples(minutes(3));
  EXPECT_EQ(heard(desk), 5);
  EXPECT_EQ(desk.tracks(), (std::vector<std::int64_t>{2, 3, 5}));
}

TEST(Transport, RandomGoesOnWithItsRoundAfterARestart) {
  PlayerDesk desk{12};
  SetModes modes;
  modes.random = true;
  ASSERT_TRUE(desk.run(modes));
  start(desk);
  std::vector<std::int64_t> played{heard(desk)};
  for (int restarts = 0; restarts < 11; ++restarts) {
    const auto next = desk.programmer->view().next;
    ASSERT_TRUE(next);
    desk.restart();
    desk.answer_all();
    ASSERT_TRUE(desk.programmer->view().next);
    EXPECT_EQ(desk.programmer->view().next->id, next->id) << "the order is kept";
    desk.pass_samples(minutes(3));
    soon(desk);
    EXPECT_EQ(heard(desk), next->track.value);
    played.push_back(heard(desk));
  }
  EXPECT_FALSE(desk.programmer->view().next) << "the round is over";
  EXPECT_TRUE(desk.run(Previous{})) << "what was played of it is known, too";
  EXPECT_EQ(desk.programmer->queue().current()->track.value, played[10]);
  std::sort(played.begin(), played.end());
  EXPECT_EQ(std::unique(played.begin(), played.end()), played.end()) << "each once";
}

TEST(Transport, VolumeOfAnyChannel) {
  PlayerDesk desk;
  ASSERT_TRUE(desk.run(SetVolume{"left", 30}));
  ASSERT_TRUE(desk.run(SetVolume{"right", 0}));
  EXPECT_EQ(desk.programmer->view().volume, (Volume{{"left", 30}, {"master", 100}, {"right", 0}}));
  const auto* told = std::get_if<StationChanged>(&desk.events.back());
  ASSERT_TRUE(told);
  EXPECT_TRUE(told->what.volume);
  desk.restart();
  EXPECT_EQ(desk.programmer->view().volume.at("left"), 30);
  for (const auto* name : {"", "Left", "a b", "ü", "123456789012345678901234567890123"})
    EXPECT_EQ(desk.run(SetVolume{name, 5}).error().code, Errc::invalid) << name;
  EXPECT_EQ(desk.run(SetVolume{"left", 101}).error().code, Errc::invalid);
  for (int i = 3; i < 16; ++i) ASSERT_TRUE(desk.run(SetVolume{"c" + std::to_string(i), 1}));
  EXPECT_EQ(desk.run(SetVolume{"one-more", 5}).error().code, Errc::invalid);
  EXPECT_TRUE(desk.run(SetVolume{"c3", 5}));
}

}  // namespace
}  // namespace longwave::schedule
