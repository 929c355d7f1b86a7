// SPDX-License-Identifier: Apache-2.0
#include "schedule/radios/heap.hpp"
#include "unit/radios/stage.hpp"

#include <gtest/gtest.h>

/// Sections 5.2 and 11 of docs/protocols/scheduler.md.
namespace longwave::radios::test {
namespace {

const Master st01{"st-01", false};

TEST(EventHeap, TiesInOrderOfInsertion) {
  EventHeap heap;
  const WallTime at{5s};
  for (std::uint32_t radio = 0; radio < 100; ++radio) heap.push(at, radio, 0, EventKind::prepare);
  heap.push(WallTime{4s}, 1000, 0, EventKind::start);
  EXPECT_EQ(heap.pop().radio, 1000U);
  for (std::uint32_t radio = 0; radio < 100; ++radio) EXPECT_EQ(heap.pop().radio, radio);
  EXPECT_TRUE(heap.empty());
}

TEST(Cycle, IsTheSheets) {
  Stage stage;
  stage.programmes["R"] = programme({180s, 200s, 60s});
  stage.radios->create("R", st01);
  stage.advance(0s);
  auto plays = stage.plays();
  ASSERT_EQ(plays.size(), 1U);
  EXPECT_EQ(plays[0].file, "000000001.mp3");
  EXPECT_EQ(plays[0].streamer, "st-01");
  EXPECT_EQ(plays[0].delay, 0s);
  EXPECT_EQ(plays[0].offset, 0s);
  ASSERT_EQ(stage.started().size(), 1U);

  stage.advance(174s);
  EXPECT_TRUE(stage.plays().empty());
  stage.advance(1s);
  plays = stage.plays();
  ASSERT_EQ(plays.size(), 1U);
  EXPECT_EQ(plays[0].file, "000000002.mp3");
  EXPECT_EQ(plays[0].delay, 5s);
  EXPECT_TRUE(stage.started().empty());
  stage.advance(5s);
  const auto started = stage.started();
  ASSERT_EQ(started.size(), 1U);
  EXPECT_EQ(started[0].song, 2);
  EXPECT_EQ(started[0].start, 180s);
  const auto current = stage.radios->current("R");
  ASSERT_TRUE(current);
  EXPECT_EQ(current->file, "000000002.mp3");
  EXPECT_EQ(current->play_time - stage.begin, 180s);
  EXPECT_EQ(current->end - stage.begin, 380s);
}

TEST(Cycle, AHandlingThatIsLateMovesNothing) {
  Stage stage;
  stage.programmes["R"] = programme({180s, 200s, 60s});
  stage.radios->create("R", st01);
  stage.advance(0s);
  stage.plays();
  stage.clock.advance(175s + 700ms);
  stage.radios->tick();
  auto plays = stage.plays();
  ASSERT_EQ(plays.size(), 1U);
  EXPECT_EQ(plays[0].delay, 4300ms);
  EXPECT_EQ(plays[0].offset, 0s);
  stage.clock.advance(6s);  // 181.7 s: the start event is late too
  stage.radios->tick();
  EXPECT_EQ(stage.started().back().start, 180s);
  stage.advance(200s);
  EXPECT_EQ(stage.plays()[0].start, 380s);
}

TEST(Cycle, LaterThanTheStartIsInTheOffset) {
  Stage stage;
  stage.programmes["R"] = programme({180s, 200s, 60s});
  stage.radios->create("R", st01);
  stage.advance(0s);
  stage.plays();
  stage.clock.advance(182s);
  stage.radios->tick();
  const auto plays = stage.plays();
  ASSERT_EQ(plays.size(), 1U);
  EXPECT_EQ(plays[0].delay, 0s);
  EXPECT_EQ(plays[0].offset, 2s);
}

TEST(Cycle, WhatIsLongOverIsNotReplayed) {
  Stage stage;
  stage.programmes["R"] = programme({180s, 200s, 60s});
  stage.radios->create("R", st01);
  stage.advance(0s);
  stage.plays();
  stage.started();
  stage.clock.advance(1h);
  stage.radios->tick();
  const auto plays = stage.plays();
  ASSERT_EQ(plays.size(), 1U);
  EXPECT_EQ(plays[0].start, 1h);
  EXPECT_EQ(stage.started().size(), 1U);
}

TEST(Cycle, TracksShorterThanTheAnnouncementFollowWithoutAGap) {
  Stage stage;
  stage.programmes["R"] = programme({2s, 1s, 3s, 500ms, 120s});
  stage.radios->create("R", st01);
  stage.advance(20s);
  Duration end{};
  int n = 0;
  const std::vector<Duration> lengths{2s, 1s, 3s, 500ms, 120s};
  for (const auto& play : stage.plays()) {
    EXPECT_EQ(play.start, end) << n;
    EXPECT_EQ(play.delay, std::max(play.start - play.at, Duration{}));
    end += lengths[static_cast<std::size_t>(n++ % 5)];
  }
  EXPECT_EQ(n, 5);
  EXPECT_EQ(stage.started().size(), 5U);
}

TEST(Cycle, RunsWhenNobodyListens) {
  Stage stage;
  stage.programmes["R"] = programme({180s, 200s, 60s});
  stage.radios->create("R");
  stage.advance(1h);
  EXPECT_TRUE(stage.plays().empty());
  EXPECT_EQ(stage.started().size(), 25U);  // 8 rounds of 440 s, and one
}

TEST(Cycle, ANearerEventShortensTheSleep) {
  Stage stage;
  stage.programmes["A"] = programme({180s});
  stage.programmes["B"] = programme({30s});
  stage.radios->create("A");
  stage.answer();
  stage.radios->tick();
  EXPECT_EQ(*stage.radios->deadline() - stage.begin, 10s);  // the retry that is no more needed
  stage.advance(11s);
  EXPECT_EQ(*stage.radios->deadline() - stage.begin, 175s);
  stage.radios->create("B");
  stage.answer();
  EXPECT_LE(*stage.radios->deadline() - stage.begin, 36s);
}

TEST(Join, GivesThePresentSecond) {
  Stage stage;
  stage.programmes["R"] = programme({180s, 200s, 60s});
  stage.radios->create("R");
  stage.advance(61500ms);
  stage.radios->join("R", st01);
  const auto plays = stage.plays();
  ASSERT_EQ(plays.size(), 1U);
  EXPECT_EQ(plays[0].file, "000000001.mp3");
  EXPECT_EQ(plays[0].delay, 0s);
  EXPECT_EQ(plays[0].offset, 61500ms);
  EXPECT_EQ(stage.radios->master("R"), "st-01");
}

TEST(Join, InTheLastSecondsGivesTheNextTooAndTheMasterStays) {
  Stage stage;
  stage.programmes["R"] = programme({180s, 200s, 60s});
  stage.radios->create("R");
  stage.advance(177s);
  stage.radios->join("R", st01);
  const auto plays = stage.plays();
  ASSERT_EQ(plays.size(), 2U);
  EXPECT_EQ(plays[0].offset, 177s);
  EXPECT_EQ(plays[1].file, "000000002.mp3");
  EXPECT_EQ(plays[1].delay, 3s);
  EXPECT_EQ(plays[1].offset, 0s);
  stage.advance(200s);
  EXPECT_EQ(stage.plays().size(), 1U);
}

TEST(Join, MakesARadioThatHasNoState) {
  Stage stage;
  stage.programmes["R"] = programme({180s});
  stage.radios->join("R", st01);
  EXPECT_TRUE(stage.radios->exists("R"));
  stage.advance(0s);
  ASSERT_EQ(stage.plays().size(), 1U);
}

TEST(Join, OfARadioWithNothingToPlayPlaysAsSoonAsThereIsSomething) {
  Stage stage;
  stage.programmes["R"] = programme({});
  stage.radios->create("R");
  stage.advance(100s);
  stage.radios->join("R", st01);
  EXPECT_TRUE(stage.plays().empty());
  stage.programmes["R"] = programme({180s});
  stage.radios->programme_changed("R");
  stage.advance(0s);
  const auto plays = stage.plays();
  ASSERT_EQ(plays.size(), 1U);
  EXPECT_EQ(plays[0].delay, 0s);
  EXPECT_EQ(plays[0].offset, 0s);
}

TEST(Retry, EveryTenSecondsAndNeverForgotten) {
  Stage stage;
  stage.down = true;
  stage.programmes["R"] = programme({180s});
  stage.radios->create("R", st01);
  stage.advance(1h);
  EXPECT_TRUE(stage.plays().empty());
  EXPECT_EQ(stage.radios->counts().broken, 1U);
  stage.down = false;
  stage.advance(21s);
  EXPECT_EQ(stage.plays().size(), 1U);
  EXPECT_EQ(stage.radios->counts().broken, 0U);
}

TEST(Files, OneThatIsGoneIsPassedOver) {
  Stage stage;
  stage.programmes["R"] = programme({180s, 200s, 60s});
  stage.gone = {1, 2};
  stage.radios->create("R", st01);
  stage.advance(0s);
  const auto plays = stage.plays();
  ASSERT_EQ(plays.size(), 1U);
  EXPECT_EQ(plays[0].file, "000000003.mp3");
}

TEST(Masters, ReleaseKeepsTheProgramme) {
  Stage stage;
  for (const auto* name : {"A", "B", "C"}) {
    stage.programmes[name] = programme({180s, 200s, 60s});
    stage.radios->create(name, Master{std::string(name) == "B" ? "st-02" : "st-01", false});
  }
  stage.advance(10s);
  EXPECT_EQ(stage.plays().size(), 3U);
  EXPECT_EQ(stage.radios->release("st-01"), (std::vector<std::string>{"A", "C"}));
  EXPECT_EQ(stage.radios->master("A"), std::nullopt);
  EXPECT_EQ(stage.radios->counts().streaming, 1U);
  stage.advance(200s);
  EXPECT_EQ(stage.plays().size(), 1U);
  EXPECT_EQ(stage.radios->current("A")->file, "000000002.mp3");
}

TEST(Masters, ResendSaysEverythingAgain) {
  Stage stage;
  stage.programmes["R"] = programme({180s, 200s, 60s});
  stage.radios->create("R", st01);
  stage.advance(178s);
  stage.plays();
  stage.radios->resend("st-01");
  const auto plays = stage.plays();
  ASSERT_EQ(plays.size(), 2U);
  EXPECT_EQ(plays[0].offset, 178s);
  EXPECT_EQ(plays[1].delay, 2s);
  stage.radios->resend("st-09");
  EXPECT_TRUE(stage.plays().empty());
}

TEST(Remove, LeavesNoEventThatHitsAnother) {
  Stage stage;
  stage.programmes["A"] = programme({180s, 200s});
  stage.programmes["B"] = programme({100s, 200s});
  stage.radios->create("A", st01);
  stage.advance(1s);
  EXPECT_TRUE(stage.radios->remove("A"));
  EXPECT_FALSE(stage.radios->remove("A"));
  EXPECT_FALSE(stage.radios->exists("A"));
  stage.radios->create("B", st01);  // takes the row
  stage.plays();
  stage.advance(300s);
  const auto plays = stage.plays();
  ASSERT_EQ(plays.size(), 3U);
  EXPECT_EQ(plays[1].start, 101s);
  EXPECT_EQ(plays[2].start, 301s);
  EXPECT_EQ(stage.radios->events("A").size(), 0U);
}

TEST(PrepareNow, CutsAndDropsWhatWasAnnounced) {
  Stage stage;
  stage.programmes["R"] = programme({180s, 200s, 60s});
  stage.radios->create("R", st01);
  stage.advance(177s);
  stage.plays();
  stage.started();
  EXPECT_TRUE(stage.radios->prepare_now("R"));
  EXPECT_FALSE(stage.radios->prepare_now("nope"));
  auto plays = stage.plays();
  ASSERT_EQ(plays.size(), 1U);
  EXPECT_EQ(plays[0].start, 177s);
  stage.advance(30s);
  EXPECT_EQ(stage.started().size(), 1U);
}

TEST(WallClock, SetByAnHourCutsNothing) {
  for (const Duration by : {Duration{1h}, Duration{-1h}}) {
    Stage stage;
    stage.programmes["R"] = programme({180s, 200s, 60s});
    stage.radios->create("R", st01);
    stage.advance(100s);
    stage.plays();
    stage.started();
    stage.clock.set_wall_ahead(by);
    stage.radios->tick();
    stage.advance(76s);
    const auto plays = stage.plays();
    ASSERT_EQ(plays.size(), 1U);
    EXPECT_EQ(plays[0].start, by + 180s);
    EXPECT_EQ(plays[0].delay, 5s);
    stage.advance(5s);
    EXPECT_EQ(stage.started()[0].start, by + 180s);
  }
}

TEST(WallClock, AStreamerThatPreparesGetsTheNewTimes) {
  Stage stage;
  stage.programmes["R"] = programme({180s, 200s, 60s});
  stage.radios->create("R", Master{"st-02", true});
  stage.advance(100s);
  stage.prepares();
  stage.clock.set_wall_ahead(1h);
  stage.radios->tick();
  const auto prepares = stage.prepares();
  ASSERT_GE(prepares.size(), 3U);
  EXPECT_EQ(prepares[0].start, 1h);
  EXPECT_EQ(prepares[1].start, 1h + 180s);
}

TEST(WallClock, WhatIsSlewedIsFollowed) {
  Stage stage;
  stage.programmes["R"] = programme({180s, 200s, 60s});
  stage.radios->create("R", st01);
  stage.advance(0s);
  stage.plays();
  for (int i = 0; i < 170; ++i) {
    stage.clock.set_wall_ahead(10ms);
    stage.advance(1s);
  }
  stage.advance(10s);
  EXPECT_EQ(stage.plays()[0].start, 180s);
}

}  // namespace
}  // namespace longwave::radios::test
