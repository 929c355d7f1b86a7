// SPDX-License-Identifier: Apache-2.0
#include "base/random.hpp"
#include "unit/fleet/streamers.hpp"

#include <cstdlib>

// Both machines together, as over the bus: what listeners hear is what the programme says.
namespace longwave::fleet {
namespace {

using namespace std::chrono_literals;

void expect_right_second(const Fleet& fleet, const Recorder& stage, const std::string& radio, double within) {
  const auto heard = fleet.heard(stage, radio);
  const auto meant = fleet.meant(radio);
  EXPECT_EQ(heard.first, meant.first);
  EXPECT_NEAR(heard.second, meant.second, within);
}

std::string plain_stop(const std::string& streamer) {
  return fmt::format(R"({{"type":"stop_radio","streamer":"{}","radio_uuid":"R"}})", streamer);
}

TEST(FleetOfStreamers, hear_the_programme_for_an_hour) {
  Fleet fleet;
  auto& stage = fleet.add("st-01");
  fleet.run(1s);
  stage.streamer.listen(1, "R");
  fleet.run(100ms);
  EXPECT_EQ(stage.take_did()[0], "build R");
  stage.streamer.began(1);
  for (int i = 0; i < 36; ++i) {
    fleet.run(100s);
    expect_right_second(fleet, stage, "R", 0.06);
  }
  EXPECT_EQ(fleet.scheduler.counts().lost, 0u);
  EXPECT_EQ(fleet.take_reports(), (Lines{"start R nobody"}));
  stage.streamer.left(1);
  fleet.run(6s);
  EXPECT_EQ(fleet.take_reports(), (Lines{"stop R nobody 3600", "stopped R 0"}));
  EXPECT_EQ(fleet.radios.master("R"), std::nullopt);
}

TEST(FleetOfStreamers, the_bus_is_away_for_a_minute_over_three_short_tracks) {
  Fleet fleet;
  for (auto& song : fleet.programme.playlists[0].songs) song.duration_ms = 15'000;
  auto& stage = fleet.add("st-01");
  stage.streamer.listen(1, "R");
  fleet.run(10s);
  stage.streamer.began(1);
  const auto planned = stage.streamer.airings("R");
  ASSERT_GE(planned.size(), 3u);
  EXPECT_GE(planned.back().start + planned.back().duration - fleet.clock.now(), 180s);
  fleet.cut();
  for (int i = 0; i < 60; ++i) {
    fleet.run(1s);
    expect_right_second(fleet, stage, "R", 0.06);
  }
  stage.take_did();
  fleet.mend();
  fleet.run(1s);
  for (const auto& done : stage.take_did()) EXPECT_TRUE(done.starts_with("air R")) << done;
  for (int i = 0; i < 60; ++i) {
    fleet.run(1s);
    expect_right_second(fleet, stage, "R", 0.06);
  }
}

TEST(FleetOfStreamers, the_second_passes_on_and_takes_over_when_the_first_dies) {
  Fleet fleet;
  auto &first = fleet.add("st-01"), &second = fleet.add("st-02");
  first.streamer.listen(1, "R");
  fleet.run(30s);
  first.streamer.began(1);
  second.streamer.listen(1, "R");
  fleet.run(1s);
  second.streamer.began(1);
  const auto did = second.take_did();
  ASSERT_GE(did.size(), 2u);
  EXPECT_EQ(did[0] + ", " + did[1], "relay R st-01 http://st-01:8000, admit 1 playing");
  for (int i = 0; i < 20; ++i) {  // it is told what comes as long as it passes the radio on
    fleet.run(60s);
    expect_right_second(fleet, second, "R", 0.06);
    const auto planned = second.streamer.airings("R");
    EXPECT_GE(planned.back().start + planned.back().duration - fleet.clock.now(), 180s);
  }
  second.take_did();
  first.bus = false;  // as if it were killed
  second.streamer.relay_lost("R");
  EXPECT_EQ(second.take_did(), (Lines{"build R"})) << "at once";
  fleet.run(900ms);
  EXPECT_EQ(second.streamer.state("R"), Streamer::State::asking) << "the first is asked for a second";
  fleet.run(200ms);
  EXPECT_EQ(second.streamer.state("R"), Streamer::State::building);
  EXPECT_EQ(second.take_did(), Lines{}) << "it has been made ready";
  expect_right_second(fleet, second, "R", 0.06);
  fleet.run(5min);
  expect_right_second(fleet, second, "R", 0.06);
}

TEST(FleetOfStreamers, who_passes_nothing_on_any_more_is_told_nothing_any_more) {
  Fleet fleet;
  auto &first = fleet.add("st-01"), &second = fleet.add("st-02");
  first.streamer.listen(1, "R");
  fleet.run(1s);
  second.streamer.listen(1, "R");
  fleet.run(1s);
  second.streamer.left(1);
  fleet.run(20min);
  const auto messages = second.streamer.counts().messages;
  const auto said = second.take_said();
  EXPECT_EQ(std::count(said.begin(), said.end(), plain_stop("st-02")), 1);
  fleet.run(10min);
  EXPECT_EQ(second.streamer.counts().messages - messages, 40u) << "pings";
}

TEST(FleetOfStreamers, who_passes_on_is_told_what_comes_again_after_the_bus_was_away) {
  Fleet fleet;
  auto &first = fleet.add("st-01"), &second = fleet.add("st-02");
  first.streamer.listen(1, "R");
  fleet.run(1s);
  second.streamer.listen(1, "R");
  fleet.run(1s);
  fleet.cut();
  fleet.run(60s);
  fleet.mend();
  fleet.run(10min);
  const auto planned = second.streamer.airings("R");
  ASSERT_FALSE(planned.empty());
  EXPECT_GE(planned.back().start + planned.back().duration - fleet.clock.now(), 180s);
  expect_right_second(fleet, second, "R", 0.06);
}

TEST(FleetOfStreamers, a_master_that_lives_keeps_its_radio) {
  Fleet fleet;
  auto &first = fleet.add("st-01"), &second = fleet.add("st-02");
  first.streamer.listen(1, "R");
  fleet.run(1s);
  second.streamer.listen(1, "R");
  fleet.run(1s);
  second.streamer.relay_lost("R");  // only the connection broke
  fleet.run(1s);
  EXPECT_EQ(second.streamer.state("R"), Streamer::State::relaying);
  EXPECT_EQ(first.streamer.state("R"), Streamer::State::building);
}

TEST(FleetOfStreamers, a_radio_that_is_deleted_ends_for_its_listeners) {
  Fleet fleet;
  auto& stage = fleet.add("st-01");
  stage.streamer.listen(1, "R");
  fleet.run(1s);
  fleet.known.erase("R");
  fleet.scheduler.app_event({AppEvent::Kind::radio_deleted, "R"});
  fleet.run(2s);
  EXPECT_EQ(stage.take_did().back(), "close R");
}

/// Messages lost, doubled and late, streamers cut off, listeners that come and go: when all is well again,
/// the two sides agree and the right second is heard.
TEST(FleetOfStreamers, agree_after_any_trouble) {
  const char* given = std::getenv("LONGWAVE_SEED");
  const char* runs = std::getenv("LONGWAVE_RUNS");
  const auto seed = given ? std::strtoull(given, nullptr, 10) : 1;
  for (std::uint64_t run = 0; run < (runs ? std::strtoull(runs, nullptr, 10) : 20); ++run) {
    SCOPED_TRACE(fmt::format("LONGWAVE_SEED={} LONGWAVE_RUNS=1", seed + run));
    Random random(seed + run);
    Fleet fleet;
    std::vector<Recorder*> stages{&fleet.add("st-01"), &fleet.add("st-02"), &fleet.add("st-03")};
    std::vector<std::pair<Recorder*, SessionId>> listening;
    SessionId last = 0;
    fleet.way = [&] {
      return std::chrono::milliseconds{random.below(10) ? random.below(40) : random.below(3000)};
    };
    fleet.copies = [&] { return random.below(20) == 0 ? 0 : random.below(20) == 0 ? 2 : 1; };
    for (int i = 0; i < 100; ++i) {
      auto* stage = stages[random.below(3)];
      switch (random.below(6)) {
        case 0:
        case 1:
          stage->streamer.listen(++last, random.below(2) ? "R" : "S");
          stage->streamer.began(last);
          listening.emplace_back(stage, last);
          break;
        case 2:
          if (!listening.empty()) {
            const auto [where, id] = listening[random.below(listening.size())];
            where->streamer.left(id);
          }
          break;
        case 3:
          stage->streamer.relay_lost(random.below(2) ? "R" : "S");
          break;
        case 4:
          if (random.below(5) == 0) fleet.cut();
          break;
        default:
          if (!fleet.bus) fleet.mend();
      }
      fleet.run(std::chrono::milliseconds{random.below(4000)});
    }
    if (!fleet.bus) fleet.mend();
    fleet.way = {};
    fleet.copies = {};
    fleet.run(4min);  // two rounds of pings, the longest waits
    for (const auto* radio : {"R", "S"}) {
      std::string master;
      for (auto* stage : stages) {
        const auto state = stage->streamer.state(radio);
        EXPECT_NE(state, Streamer::State::asking);
        if (state != Streamer::State::building) continue;
        EXPECT_EQ(master, "") << "two masters";
        master = stage == stages[0] ? "st-01" : stage == stages[1] ? "st-02" : "st-03";
        expect_right_second(fleet, *stage, radio, 0.06);
      }
      EXPECT_EQ(fleet.radios.master(radio).value_or(""), master);
    }
    std::size_t sessions = 0;
    for (auto* stage : stages) sessions += stage->streamer.counts().sessions;
    if (testing::Test::HasFailure()) return;
  }
}

}  // namespace
}  // namespace longwave::fleet
