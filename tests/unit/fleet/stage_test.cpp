// SPDX-License-Identifier: Apache-2.0
#include "fleet/stage.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace longwave::fleet {
namespace {

using namespace std::chrono_literals;
using Lines = std::vector<std::string>;

struct StageTest : testing::Test, StagePort {
  void open(StationId station, const std::string& radio, const orders::StreamClock& given) override {
    stream = given;
    lines.push_back(fmt::format("open {} {}", station.value, radio));
  }
  void close(StationId station) override { lines.push_back(fmt::format("close {}", station.value)); }
  void order(StationId, const orders::ToPlayer& order) override {
    if (const auto* prepare = std::get_if<orders::Prepare>(&order)) {
      lines.push_back(fmt::format("prepare {}", prepare->item.value));
      prepares.push_back(*prepare);
    }
    if (const auto* play = std::get_if<orders::Play>(&order)) {
      lines.push_back(fmt::format("play {}", play->item.value));
      plays.push_back(*play);
    }
  }
  TrackId track(const std::string& file, const std::string&) override {
    return TrackId{static_cast<std::int64_t>(file[0])};
  }

  void SetUp() override {
    stage.build("R");
    lines.clear();
  }
  void air(int number, Duration in, Duration offset = {}) {
    stage.air("R", {.number = number,
                    .file = std::string(1, static_cast<char>('a' + number)),
                    .start = clock.now() + in,
                    .offset = offset});
  }
  void prepared(int number, Duration length) {
    stage.receive(StationId{1}, orders::Prepared{EntryId{number}, grid(length)});
  }
  void started(const orders::Play& play) {
    stage.receive(StationId{1}, orders::Started{play.item, play.start_at, play.offset});
  }
  static Samples grid(Duration length) { return Samples{to_samples(length).count() / 1152 * 1152}; }
  /// Where the beginning of the file lies, in seconds from now.
  double zero(const orders::Play& play) const {
    const auto at = play.start_at - play.offset - stream.position(clock.now());
    return static_cast<double>(at.count()) / 44100;
  }
  Lines take() { return std::exchange(lines, {}); }

  ManualClock clock;
  orders::StreamClock stream;
  Lines lines;
  std::vector<orders::Prepare> prepares;
  std::vector<orders::Play> plays;
  Stage stage{clock, *this};
};

constexpr double frame = 1152.0 / 44100;

TEST_F(StageTest, makes_a_player_and_releases_it) {
  stage.build("S");
  stage.build("S");
  EXPECT_EQ(take(), (Lines{"open 2 S"}));
  stage.close("S");
  stage.close("S");
  EXPECT_EQ(take(), (Lines{"close 2"}));
  stage.air("S", {.number = 1, .file = "a"});
  stage.receive(StationId{2}, orders::Prepared{EntryId{1}, Samples{1}});
  EXPECT_EQ(take(), Lines{});
}

TEST_F(StageTest, every_item_keeps_its_time) {
  air(1, 0s);
  air(2, 10s);
  air(3, 20s);
  for (int i = 1; i <= 3; ++i) prepared(i, 10s);
  for (const auto& play : plays) EXPECT_TRUE(play.keeps_time) << play.item.value;
  started(plays[0]);
  take();
  clock.advance(14s);  // and only now the second is ready
  auto late = plays[1];
  late.start_at = stream.position(clock.now());
  late.offset += late.start_at - plays[1].start_at;
  started(late);
  EXPECT_EQ(take(), Lines{}) << "the third begins where it was to begin";
}

TEST_F(StageTest, what_was_aired_of_a_radio_that_is_passed_on_is_built_at_once) {
  air(1, 0s);
  air(2, 10s);
  prepared(1, 10s);
  take();
  stage.build("R");
  EXPECT_EQ(take(), Lines{}) << "the player has it all";
  prepared(2, 10s);
  EXPECT_EQ(take(), (Lines{"play 2"}));
}

TEST_F(StageTest, what_is_heard_is_made_ready_before_what_is_passed_on) {
  air(1, 10s);
  EXPECT_EQ(prepares.back().by, stream.position(clock.now() + 10s));
  clock.advance(20s);
  stage.air("R", {.number = 2, .file = "b", .start = clock.now() - 5s}, 1min);
  EXPECT_EQ(prepares.back().by, stream.position(clock.now() + 1min));
}

TEST_F(StageTest, prepares_what_comes_next_however_much_is_known) {
  for (int i = 1; i <= 40; ++i) air(i, std::chrono::seconds{(i - 1) * 5});
  EXPECT_EQ(take().size(), 8u);
  prepared(1, 5s);
  EXPECT_EQ(take(), (Lines{"play 1"}));
  started(plays.back());
  clock.advance(5s);
  stage.receive(StationId{1}, orders::Ended{EntryId{1}, stream.position(clock.now())});
  EXPECT_EQ(take(), (Lines{"prepare 9"}));
}

TEST_F(StageTest, enters_what_is_under_way_at_the_right_second) {
  air(1, 0s, 66s);
  EXPECT_EQ(take(), (Lines{"prepare 1"}));
  clock.advance(1500ms);  // it took that long to analyse
  prepared(1, 180s);
  ASSERT_EQ(plays.size(), 1u);
  EXPECT_NEAR(zero(plays[0]), -67.5, frame);
  EXPECT_FALSE(plays[0].cut);
}

TEST_F(StageTest, what_the_next_one_cuts_is_cut_on_its_second) {
  air(1, 0s);
  prepared(1, 181s);
  started(plays[0]);
  air(2, 180s);
  prepared(2, 180s);
  ASSERT_EQ(plays.size(), 2u);
  EXPECT_TRUE(plays[1].cut);
  EXPECT_EQ(plays[1].offset.count(),
            plays[1].start_at.count() - (plays[1].start_at - plays[1].offset).count());
  EXPECT_NEAR(zero(plays[1]), 180, 2 * frame);
}

TEST_F(StageTest, a_little_hole_is_closed_and_a_large_one_stays) {
  air(1, 0s);
  prepared(1, 179900ms);
  started(plays[0]);
  air(2, 180s);
  prepared(2, 179s);
  ASSERT_EQ(plays.size(), 2u);
  EXPECT_EQ(plays[1].start_at, plays[0].start_at - plays[0].offset + plays[0].duration) << "no gap";
  air(3, 360s);
  prepared(3, 180s);
  started(plays[1]);
  ASSERT_EQ(plays.size(), 3u);
  EXPECT_NEAR(zero(plays[2]), 360, 2 * frame);
}

TEST_F(StageTest, orders_two_ahead_and_prepares_all) {
  air(1, 0s);
  for (int i = 2; i <= 5; ++i) air(i, (i - 1) * 15s);
  EXPECT_EQ(take(), (Lines{"prepare 1", "prepare 2", "prepare 3", "prepare 4", "prepare 5"}));
  for (int i = 1; i <= 5; ++i) prepared(i, 15s);
  EXPECT_EQ(take(), (Lines{"play 1", "play 2", "play 3"}));
  started(plays[0]);
  clock.advance(15s);
  started(plays[1]);
  EXPECT_EQ(take(), (Lines{"play 4"}));
}

TEST_F(StageTest, what_is_ready_out_of_order_is_played_in_order) {
  air(1, 0s);
  air(2, 15s);
  air(3, 30s);
  prepared(1, 15s);
  prepared(3, 15s);
  prepared(2, 15s);
  EXPECT_EQ(take(), (Lines{"prepare 1", "prepare 2", "prepare 3", "play 1", "play 3", "play 2", "play 3"}));
}

TEST_F(StageTest, what_cannot_be_played_is_left_out) {
  air(1, 0s);
  air(2, 15s);
  air(3, 30s);
  prepared(1, 15s);
  stage.receive(StationId{1}, orders::Failed{EntryId{2}, "gone"});
  prepared(3, 15s);
  EXPECT_EQ(take(), (Lines{"prepare 1", "prepare 2", "prepare 3", "play 1", "play 3"}));
}

TEST_F(StageTest, another_airing_takes_the_place_of_what_is_heard) {
  air(1, 0s);
  prepared(1, 180s);
  started(plays[0]);
  clock.advance(20s);
  air(2, 0s, 100s);
  prepared(2, 180s);
  ASSERT_EQ(plays.size(), 2u);
  EXPECT_TRUE(plays[1].cut);
  EXPECT_NEAR(zero(plays[1]), -100, 2 * frame) << "a little later, but at the right second";
  EXPECT_GT(plays[1].start_at, stream.position(clock.now() + 3s)) << "not in what was sent already";
}

}  // namespace
}  // namespace longwave::fleet
