// SPDX-License-Identifier: Apache-2.0
#include "unit/radios/stage.hpp"

#include <gtest/gtest.h>

/// Section 13 of docs/protocols/scheduler.md: what is left after a restart.
namespace longwave::radios::test {
namespace {

const Master st01{"st-01", false};

/// Stops the Radios of the stage and starts another one `away` later with what the first had written.
void restart(Stage& stage, Duration away) {
  const auto changes = stage.radios->take_changes(1000);
  stage.plays();
  stage.started();
  stage.wanted.clear();
  stage.clock.advance(away);
  stage.new_radios();
  stage.radios->restore(changes.put);
}

TEST(Restart, WithinASongGoesOnInIt) {
  Stage stage;
  stage.programmes["R"] = programme({180s, 200s, 60s});
  stage.radios->create("R", st01);
  stage.advance(60s);
  restart(stage, 30s);
  EXPECT_EQ(stage.radios->master("R"), "st-01");
  EXPECT_EQ(stage.radios->current("R")->file, "000000001.mp3");
  stage.advance(1s);
  EXPECT_TRUE(stage.plays().empty());  // nothing before the streamer answered
  stage.radios->resend("st-01");
  auto plays = stage.plays();
  ASSERT_EQ(plays.size(), 1U);
  EXPECT_EQ(plays[0].offset, 91s);
  stage.advance(100s);
  plays = stage.plays();
  ASSERT_EQ(plays.size(), 1U);
  EXPECT_EQ(plays[0].start, 180s);
  EXPECT_EQ(plays[0].file, "000000002.mp3");
}

TEST(Restart, WhatWasAnnouncedBeginsAtItsTime) {
  Stage stage;
  stage.programmes["R"] = programme({180s, 200s, 60s});
  stage.radios->create("R", st01);
  stage.advance(176s);
  restart(stage, 2s);
  stage.advance(3s);
  auto started = stage.started();
  ASSERT_EQ(started.size(), 1U);
  EXPECT_EQ(started[0].song, 2);
  EXPECT_EQ(started[0].start, 180s);
  EXPECT_TRUE(stage.plays().empty());
}

TEST(Restart, WhatTookThePlaceOfALostAnnouncementIsSaidOnceMore) {
  Stage stage;
  stage.programmes["R"] = programme({180s, 200s, 60s});
  stage.radios->create("R", st01);
  stage.advance(60s);
  const auto written = stage.radios->take_changes(1000);
  stage.advance(116s);
  ASSERT_EQ(stage.plays().back().start, 180s) << "announced, not written";
  stage.clock.advance(1s);
  stage.new_radios();
  stage.radios->restore(written.put);
  stage.advance(1s);
  stage.radios->resend("st-01");
  stage.advance(1s);
  auto plays = stage.plays();
  ASSERT_EQ(plays.back().start, 180s);
  const auto chosen = plays.back().file;
  stage.advance(3s);
  plays = stage.plays();
  ASSERT_EQ(plays.size(), 1U);
  EXPECT_EQ(plays[0].at, 181s);
  EXPECT_EQ(plays[0].file, chosen);
  EXPECT_EQ(plays[0].delay, 0s);
  EXPECT_EQ(plays[0].offset, 1s);
  stage.advance(300s);
  for (const auto& play : stage.plays()) EXPECT_EQ(play.delay, 5s) << "only that one";
}

TEST(Restart, WhatBeganMeanwhileIsReportedWithItsTime) {
  Stage stage;
  stage.programmes["R"] = programme({180s, 200s, 60s});
  stage.radios->create("R", st01);
  stage.advance(176s);
  restart(stage, 30s);
  stage.advance(0s);
  const auto started = stage.started();
  ASSERT_EQ(started.size(), 1U);
  EXPECT_EQ(started[0].start, 180s);
  EXPECT_EQ(stage.radios->current("R")->file, "000000002.mp3");
}

TEST(Restart, WhatIsOverIsNotReplayed) {
  Stage stage;
  stage.programmes["R"] = programme({180s, 200s, 60s});
  stage.radios->create("R", st01);
  stage.advance(60s);
  restart(stage, 5h);
  stage.advance(0s);
  const auto plays = stage.plays();
  ASSERT_EQ(plays.size(), 1U);
  EXPECT_EQ(plays[0].delay, 0s);
  EXPECT_EQ(plays[0].offset, 0s);
  EXPECT_EQ(plays[0].file, "000000002.mp3");
  EXPECT_EQ(stage.started().size(), 1U);
}

TEST(Restart, InTheHourJingleTheSongStillGoesOn) {
  Stage stage(monday_17h + 58min);
  auto made = programme({600s, 200s});
  made->playlists.push_back(in_order(2, 900, {20s}));
  rules::Jingle row;
  row.id = 5;
  row.playlist = 2;
  row.on_the_hour = true;
  made->jingles.push_back(row);
  stage.programmes["R"] = made;
  stage.radios->create("R", st01);
  stage.advance(2min + 2s);
  restart(stage, 3s);
  stage.advance(30s);
  const auto plays = stage.plays();
  ASSERT_EQ(plays.size(), 1U);
  EXPECT_EQ(plays[0].file, "000000001.mp3");
  EXPECT_EQ(plays[0].offset, 2min);
}

TEST(Restart, ThoseThatAreStreamedComeFirst) {
  Stage stage;
  for (const auto* name : {"A", "B", "C"}) {
    stage.programmes[name] = programme({180s});
    stage.radios->create(name);
  }
  stage.advance(1s);
  stage.radios->set_master("C", st01);
  restart(stage, 1h);
  stage.radios->tick();
  ASSERT_FALSE(stage.wanted.empty());
  EXPECT_EQ(stage.wanted[0], "C");
}

TEST(Restart, AStreamerThatPreparesGoesOnAndSoDoWe) {
  Stage stage;
  stage.programmes["R"] = programme(std::vector<Duration>(20, 100s));
  stage.radios->create("R", Master{"st-02", true});
  stage.advance(50s);
  const auto prepares = stage.prepares();
  ASSERT_GE(prepares.size(), 2U);
  restart(stage, 100s);  // meanwhile it has begun the second
  stage.advance(1s);
  EXPECT_TRUE(stage.plays().empty());
  EXPECT_EQ(stage.radios->current("R")->file, prepares[0].file);
  EXPECT_EQ(stage.started()[0].start, 100s);
  stage.radios->resend("st-02");
  auto plays = stage.plays();
  ASSERT_EQ(plays.size(), 1U);
  EXPECT_EQ(plays[0].item, prepares[0].item);
  EXPECT_EQ(plays[0].offset, 51s);
  stage.advance(50s);
  plays = stage.plays();
  ASSERT_EQ(plays.size(), 1U);
  EXPECT_EQ(plays[0].item, prepares[1].item);
  EXPECT_EQ(plays[0].start, 200s);
}

TEST(Restart, NumbersOfItemsGoOn) {
  Stage stage;
  stage.programmes["R"] = programme({180s, 200s, 60s});
  stage.radios->create("R", Master{"st-02", true});
  stage.advance(300s);
  std::int64_t last = 0;
  for (const auto& play : stage.plays()) last = play.item;
  for (const auto& prepare : stage.prepares()) last = std::max(last, prepare.item);
  restart(stage, 1s);
  stage.advance(300s);
  const auto prepares = stage.prepares();
  ASSERT_FALSE(prepares.empty());
  for (const auto& prepare : prepares) EXPECT_GT(prepare.item, last);
}

TEST(Changes, ComeOnceAndAgainIfTheyWereNotWritten) {
  Stage stage;
  for (const auto* name : {"A", "B", "C"}) {
    stage.programmes[name] = programme({180s});
    stage.radios->create(name);
  }
  stage.advance(1s);
  EXPECT_EQ(stage.radios->take_changes(2).put.size(), 2U);
  auto rest = stage.radios->take_changes(10);
  ASSERT_EQ(rest.put.size(), 1U);
  EXPECT_TRUE(stage.radios->take_changes(10).empty());
  stage.radios->not_written(rest);
  EXPECT_EQ(stage.radios->take_changes(10).put.size(), 1U);
  stage.radios->remove("B");
  auto removed = stage.radios->take_changes(10);
  EXPECT_EQ(removed.removed, std::vector<std::string>{"B"});
  stage.radios->not_written(removed);
  stage.radios->create("B");
  removed = stage.radios->take_changes(10);  // what is removed is written before what is put
  EXPECT_EQ(removed.removed, std::vector<std::string>{"B"});
  ASSERT_EQ(removed.put.size(), 1U);
  stage.radios->not_written(removed);
  EXPECT_TRUE(stage.radios->take_changes(10).removed.empty());
}

}  // namespace
}  // namespace longwave::radios::test
