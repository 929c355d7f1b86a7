// SPDX-License-Identifier: Apache-2.0
#include "unit/fleet/streamers.hpp"

namespace longwave::fleet {
namespace {

using namespace std::chrono_literals;

std::string plain(const std::string& type, const std::string& radio = "R") {
  return fmt::format(R"({{"type":"{}","streamer":"st-01","radio_uuid":"{}"}})", type, radio);
}
Caller token(const std::string& text) {
  return {.credentials = {.auth_token = text, .username = {}, .api_key = {}}};
}
Caller key(const std::string& user, const std::string& text) {
  return {.credentials = {.auth_token = {}, .username = user, .api_key = text}};
}
const std::string asks = plain("play_radio"), stops = plain("stop_radio");
const std::string pong =
    R"({"type":"pong","streamer":"st-01","features":["prepare"],"address":"http://st-01:8000"})";
std::string session(const std::string& type, int id, const std::string& user = "null") {
  return fmt::format(
      R"({{"type":"{}","streamer":"st-01","radio_uuid":"R","session_id":"st-01-{}","user_id":{}}})", type, id,
      user);
}

/// One streamer; the test is the scheduler, by the JSON of the sheet.
struct StreamerTest : testing::Test {
  StreamerTest() {
    stage.streamer.bus_up();
    stage.take_said();
  }
  void hear(const std::string& json) { stage.streamer.received(json); }
  void pass(Duration time) {
    const auto end = clock.now() + time;
    while (true) {
      const auto due = stage.streamer.deadline();
      if (!due || *due > end) break;
      if (*due > clock.now()) clock.advance(*due - clock.now());
      stage.streamer.tick();
    }
    clock.advance(end - clock.now());
  }
  void start() {
    stage.streamer.listen(1, "R");
    hear(R"({"type":"radio_started","radio_uuid":"R"})");
    stage.streamer.began(1);
    stage.take_said();
    stage.take_did();
  }
  /// By a clock that is an hour before ours.
  std::string stamp(Duration ago = {}, int term = 7) const {
    const auto at = clock.wall() - 1h - ago;
    return fmt::format(R"("term":{},"sent_at":{:.6f})", term,
                       std::chrono::duration<double>(at.time_since_epoch()).count());
  }
  std::string prepare(int item, int song, Duration in, bool relay = false, int seconds = 15) const {
    const auto at = clock.wall() - 1h + in;
    return fmt::format(
        R"({{"type":"prepare","radio_uuid":"R","item":{},"file":"{}.mp3","start_at":{:.6f},"duration":{},"gain":0,{}{}}})",
        item, song, std::chrono::duration<double>(at.time_since_epoch()).count(), seconds,
        relay ? R"("relay":true,)" : "", stamp());
  }
  const std::string exists =
      R"({"type":"radio_exists","radio_uuid":"R","master_streamer":"st-02","address":"http://b:1"})";

  ManualClock clock;
  Recorder stage{clock, "st-01"};
};

TEST_F(StreamerTest, registers_and_answers_pings) {
  Recorder fresh{clock, "st-01"};
  fresh.streamer.bus_up();
  EXPECT_EQ(
      fresh.take_said(),
      (Lines{
          R"({"type":"register_streamer","streamer":"st-01","features":["prepare"],"address":"http://st-01:8000"})",
          R"({"type":"test","streamer":"st-01","info":"hello"})"}));
  fresh.streamer.received(R"({"type":"test","info":"hello"})");
  EXPECT_EQ(fresh.take_said(), Lines{});
  fresh.streamer.received(R"({"type":"ping"})");
  EXPECT_EQ(fresh.take_said(), (Lines{pong}));
  fresh.streamer.leave();
  EXPECT_EQ(fresh.take_said(), (Lines{R"({"type":"unregister_streamer","streamer":"st-01"})"}));
}

TEST_F(StreamerTest, asks_for_a_radio_with_its_first_listener) {
  stage.streamer.listen(1, "R");
  stage.streamer.listen(2, "R");
  EXPECT_EQ(stage.take_said(), (Lines{asks}));
  EXPECT_EQ(stage.take_did(), Lines{});
  hear(R"({"type":"radio_started","radio_uuid":"R"})");
  hear(
      R"({"type":"play","radio_uuid":"R","filename":"a1b2c3d4e.mp3","delay":0,"offset":12.5,"crossfade_duration":0})");
  EXPECT_EQ(stage.take_did(),
            (Lines{"build R", "admit 1 playing", "admit 2 playing", "air R a1b2c3d4e.mp3"}));
  EXPECT_EQ(stage.aired[0].zero(), clock.now() - 12500ms);
  EXPECT_EQ(stage.take_said(), Lines{}) << "a session begins with its first byte";
  stage.streamer.began(1);
  stage.streamer.began(2);
  EXPECT_EQ(stage.take_said(), (Lines{session("register_listener", 1), session("register_listener", 2)}));
  stage.streamer.listen(3, "R");
  EXPECT_EQ(stage.take_did(), (Lines{"admit 3 playing"}));
  EXPECT_EQ(stage.take_said(), Lines{});
}

TEST_F(StreamerTest, releases_a_radio_after_its_last_listener) {
  start();
  stage.streamer.listen(2, "R");
  stage.streamer.began(2);
  stage.streamer.left(1);
  stage.streamer.left(2);
  stage.take_said();
  pass(4s);
  EXPECT_EQ(stage.take_said(), Lines{});
  stage.streamer.listen(3, "R");  // who comes back in time finds it
  stage.streamer.left(3);
  pass(4999ms);
  EXPECT_EQ(stage.take_said(), Lines{});
  pass(1ms);
  EXPECT_EQ(stage.take_said(), (Lines{stops}));
  EXPECT_EQ(stage.take_did(), (Lines{"admit 2 playing", "admit 3 playing", "close R"}));
  EXPECT_EQ(stage.streamer.deadline(), std::nullopt);
  hear(R"({"type":"radio_stopped","radio_uuid":"R"})");
  EXPECT_EQ(stage.take_said(), Lines{});
}

TEST_F(StreamerTest, a_listener_hears_within_5_s_that_nobody_answers) {
  stage.streamer.listen(1, "R");
  pass(4999ms);
  EXPECT_EQ(stage.take_did(), Lines{});
  pass(1ms);
  EXPECT_EQ(stage.take_did(), (Lines{"admit 1 unavailable"}));
  pass(1min);
  stage.take_said();
  hear(R"({"type":"radio_started","radio_uuid":"R"})");
  EXPECT_EQ(stage.take_said(), (Lines{stops})) << "nobody wants it any more";
  hear(R"({"type":"play","radio_uuid":"R","filename":"a.mp3","delay":0,"offset":0,"crossfade_duration":0})");
  EXPECT_EQ(stage.take_said(), (Lines{stops}));
  EXPECT_EQ(stage.take_did(), Lines{});
}

TEST_F(StreamerTest, an_unknown_radio_is_said_at_once) {
  stage.streamer.listen(1, "R");
  hear(R"({"type":"radio_unknown","radio_uuid":"R"})");
  EXPECT_EQ(stage.take_did(), (Lines{"admit 1 unknown"}));
  EXPECT_EQ(stage.streamer.deadline(), std::nullopt);
}

TEST_F(StreamerTest, passes_on_the_stream_of_another_master_over_one_connection) {
  stage.streamer.listen(1, "R");
  stage.streamer.listen(2, "R");
  stage.take_said();
  hear(R"({"type":"radio_exists","radio_uuid":"R","master_streamer":"st-02","address":"http://b:1"})");
  hear(R"({"type":"radio_exists","radio_uuid":"R","master_streamer":"st-02","address":"http://b:1"})");
  stage.streamer.listen(3, "R");
  EXPECT_EQ(stage.take_did(),
            (Lines{"relay R st-02 http://b:1", "admit 1 playing", "admit 2 playing", "admit 3 playing"}));
  stage.streamer.began(1);
  EXPECT_EQ(stage.take_said(), (Lines{session("register_listener", 1)}));
  for (const SessionId id : {1, 2, 3}) stage.streamer.left(id);
  stage.take_said();
  pass(5s);
  EXPECT_EQ(stage.take_did(), (Lines{"close R"}));
  EXPECT_EQ(stage.take_said(), Lines{}) << "it isn't ours to stop";
}

TEST_F(StreamerTest, becomes_the_master_when_the_one_before_broke_off) {
  stage.streamer.listen(1, "R");
  hear(R"({"type":"radio_exists","radio_uuid":"R","master_streamer":"st-02","address":"http://b:1"})");
  stage.streamer.began(1);
  stage.take_said();
  stage.take_did();
  pass(10s);
  stage.streamer.relay_lost("R");
  EXPECT_EQ(stage.take_said(), (Lines{asks}));
  stage.streamer.listen(2, "R");
  EXPECT_EQ(stage.take_did(), (Lines{"admit 2 playing"})) << "there is a stream, it only waits";
  hear(R"({"type":"radio_started","radio_uuid":"R"})");
  EXPECT_EQ(stage.take_did(), (Lines{"build R"}));
  EXPECT_EQ(stage.take_said(), Lines{}) << "the listener is known already";
}

TEST_F(StreamerTest, what_is_told_ahead_of_a_radio_that_is_passed_on_is_built_when_its_master_breaks_off) {
  stage.streamer.listen(1, "R");
  hear(exists);
  for (int i = 0; i < 3; ++i) hear(prepare(i + 1, i, i * 15s, true));
  EXPECT_EQ(stage.take_did(), (Lines{"relay R st-02 http://b:1", "admit 1 playing", "air R 0.mp3",
                                     "air R 1.mp3", "air R 2.mp3"}));
  EXPECT_EQ(stage.streamer.state("R"), Streamer::State::relaying) << "only to be ready";
  pass(20s);
  stage.take_said();
  stage.streamer.relay_lost("R");
  EXPECT_EQ(stage.take_did(), (Lines{"build R"})) << "nobody's answer is waited for";
  EXPECT_EQ(stage.take_said(), (Lines{asks}));
  hear(prepare(4, 3, 25s, true));  // it was on its way
  hear(R"({"type":"radio_started","radio_uuid":"R"})");
  hear(prepare(4, 3, 25s));
  EXPECT_EQ(stage.take_did(), (Lines{"air R 3.mp3"})) << "everything else is there already";
  EXPECT_EQ(stage.streamer.state("R"), Streamer::State::building);
  EXPECT_EQ(stage.streamer.airings("R").size(), 4u);
}

TEST_F(StreamerTest, a_master_whose_connection_only_broke_is_passed_on_again) {
  stage.streamer.listen(1, "R");
  hear(exists);
  hear(prepare(1, 100, -5s, true));
  stage.take_did();
  stage.streamer.relay_lost("R");
  hear(exists);
  EXPECT_EQ(stage.take_did(), (Lines{"build R", "relay R st-02 http://b:1"}));
  pass(1min);  // and what was told is over by then
  stage.streamer.relay_lost("R");
  EXPECT_EQ(stage.take_did(), Lines{}) << "it isn't known what to build";
}

TEST_F(StreamerTest, says_of_what_it_is_told_ahead_and_nobody_hears_that_it_has_stopped) {
  stage.take_said();
  hear(prepare(1, 100, 0s, true));
  EXPECT_EQ(stage.take_said(), (Lines{stops}));
  EXPECT_EQ(stage.take_did(), Lines{});
  start();
  hear(prepare(1, 100, 0s, true));
  EXPECT_EQ(stage.take_did(), Lines{}) << "it is the master";
}

TEST_F(StreamerTest, asks_again_when_too_little_is_known_ahead_of_what_it_passes_on) {
  hear(fmt::format(R"({{"type":"ping",{}}})", stamp()));
  stage.streamer.listen(1, "R");
  stage.streamer.listen(2, "S");
  hear(exists);
  hear(R"({"type":"radio_exists","radio_uuid":"S","master_streamer":"original"})");
  for (int i = 0; i < 12; ++i) hear(prepare(i + 1, i, i * 15s, true));
  stage.take_said();
  pass(89s);
  EXPECT_EQ(stage.take_said(), Lines{});
  pass(1s);
  EXPECT_EQ(stage.take_said(), (Lines{asks})) << "of S nobody tells anything";
  hear(exists);
  stage.take_did();
  hear(fmt::format(R"({{"type":"ping",{}}})", stamp({}, 8)));
  stage.take_said();
  pass(5s);
  EXPECT_EQ(stage.take_said(), (Lines{asks, plain("play_radio", "S")}))
      << "a new scheduler knows of no relay";
  pass(10min);
  const auto said = stage.take_said();
  EXPECT_LE(std::count(said.begin(), said.end(), asks), 4) << "what is over isn't asked about for ever";
}

TEST_F(StreamerTest, a_master_that_breaks_off_again_and_again_is_asked_about_less_often) {
  stage.streamer.listen(1, "R");
  hear(exists);
  std::vector<double> waits;
  for (int i = 0; i < 9; ++i) {
    stage.take_said();
    const auto lost = clock.now();
    stage.streamer.relay_lost("R");
    if (stage.take_said().empty()) {
      clock.advance(*stage.streamer.deadline() - clock.now());
      stage.streamer.tick();
      EXPECT_EQ(stage.take_said(), (Lines{asks}));
    }
    waits.push_back(std::chrono::duration<double>(clock.now() - lost).count());
    hear(exists);
  }
  EXPECT_EQ(waits[0], 0);
  EXPECT_EQ(waits[1], 0.5);
  EXPECT_LE(waits.back(), 64);
}

TEST_F(StreamerTest, a_radio_that_was_taken_away_is_asked_for_again) {
  start();
  hear(R"({"type":"radio_stopped","radio_uuid":"R"})");
  EXPECT_EQ(stage.take_said(), Lines{});
  pass(1s);
  EXPECT_EQ(stage.take_said(), (Lines{asks}));
  EXPECT_EQ(stage.take_did(), Lines{}) << "what is planned is heard on";
  hear(R"({"type":"radio_started","radio_uuid":"R"})");
  EXPECT_EQ(stage.take_said(), (Lines{session("register_listener", 1)}));
  EXPECT_EQ(stage.take_did(), Lines{});
  hear(R"({"type":"radio_stopped","radio_uuid":"R"})");
  pass(1999ms);
  EXPECT_EQ(stage.take_said(), Lines{});
  pass(1ms);
  EXPECT_EQ(stage.take_said(), (Lines{asks}));
  hear(R"({"type":"radio_unknown","radio_uuid":"R"})");
  EXPECT_EQ(stage.take_did(), (Lines{"close R"})) << "it was deleted";
  EXPECT_EQ(stage.take_said(), (Lines{session("unregister_listener", 1)}));
}

TEST_F(StreamerTest, registers_listeners_again_with_a_scheduler_that_lost_them) {
  start();
  hear(R"({"type":"radio_started","radio_uuid":"R"})");
  EXPECT_EQ(stage.take_said(), (Lines{session("register_listener", 1)}));
}

TEST_F(StreamerTest, authenticates_by_the_scheduler) {
  stage.streamer.listen(1, "R", token("9f0c"));
  stage.streamer.listen(2, "R", key("ada", "wrong"));
  stage.streamer.listen(3, "R", key("", ""));
  EXPECT_EQ(
      stage.take_said(),
      (Lines{
          asks, R"({"type":"user_authentication","streamer":"st-01","auth_token":"9f0c","radio_uuid":"R"})",
          R"({"type":"user_authentication","streamer":"st-01","username":"ada","api_key":"wrong","radio_uuid":"R"})"}));
  hear(R"({"type":"radio_started","radio_uuid":"R"})");
  EXPECT_EQ(stage.take_did(), (Lines{"build R", "admit 3 playing"}));
  hear(R"({"type":"user_authentication","username":"ada","api_key":"wrong","user_id":null,"hd":false})");
  hear(R"({"type":"user_authentication","auth_token":"9f0c","user_id":42,"hd":true})");
  EXPECT_EQ(stage.take_did(), (Lines{"admit 2 playing", "admit 1 playing user 42 hd"}));
  stage.streamer.began(1);
  stage.streamer.left(1);
  EXPECT_EQ(stage.take_said(),
            (Lines{session("register_listener", 1, "42"), session("unregister_listener", 1, "42")}));
}

TEST_F(StreamerTest, whom_another_streamer_has_asked_already_is_not_asked_again) {
  start();
  stage.streamer.listen(2, "R", {.credentials = {.auth_token = "9f0c"}, .known = User{42, true}});
  EXPECT_EQ(stage.take_did(), (Lines{"admit 2 playing user 42 hd"}));
  EXPECT_EQ(stage.take_said(), Lines{});
}

TEST_F(StreamerTest, who_isnt_known_after_5_s_is_nobody) {
  start();
  stage.streamer.listen(2, "R", token("9f0c"));
  pass(4999ms);
  EXPECT_EQ(stage.take_did(), Lines{});
  pass(1ms);
  EXPECT_EQ(stage.take_did(), (Lines{"admit 2 playing"}));
}

TEST_F(StreamerTest, a_listener_of_another_streamer_is_not_counted) {
  start();
  stage.streamer.listen(2, "R", {.counted = false});
  stage.streamer.began(2);
  stage.streamer.left(1);
  EXPECT_EQ(stage.take_said(), (Lines{session("unregister_listener", 1)}));
  pass(1min);
  EXPECT_EQ(stage.streamer.state("R"), Streamer::State::building) << "it holds the radio";
}

TEST_F(StreamerTest, a_play_told_twice_is_aired_once) {
  start();
  const std::string play =
      R"({"type":"play","radio_uuid":"R","filename":"a.mp3","delay":5,"offset":0,"crossfade_duration":0})";
  hear(play);
  clock.advance(300ms);
  hear(play);
  EXPECT_EQ(stage.take_did(), (Lines{"air R a.mp3"}));
  EXPECT_EQ(stage.aired[0].start, clock.now() + 4700ms);
  clock.advance(1min);
  hear(play);  // the same song once more
  EXPECT_EQ(stage.take_did(), (Lines{"air R a.mp3"}));
}

TEST_F(StreamerTest, what_was_prepared_is_confirmed_or_replaced) {
  start();
  hear(prepare(1, 100, 2s));
  hear(prepare(2, 200, 17s));
  hear(prepare(3, 300, 32s));
  hear(prepare(2, 200, 17s));
  EXPECT_EQ(stage.take_did(), (Lines{"air R 100.mp3", "air R 200.mp3", "air R 300.mp3"}));
  EXPECT_EQ(stage.aired[2].start, clock.now() + 32s) << "by our clock";
  EXPECT_EQ(stage.aired[2].duration, 15s);
  clock.advance(2s);
  hear(fmt::format(
      R"({{"type":"play","radio_uuid":"R","filename":"100.mp3","delay":0,"offset":0,"crossfade_duration":0,"item":1,{}}})",
      stamp()));
  EXPECT_EQ(stage.take_did(), Lines{}) << "confirmed";
  hear(prepare(4, 400, 15s));  // instead of 200 and 300
  EXPECT_EQ(stage.take_did(), (Lines{"air R 400.mp3"}));
  std::vector<std::string> files;
  for (const auto& airing : stage.streamer.airings("R")) files.push_back(airing.file);
  EXPECT_EQ(files, (Lines{"100.mp3", "400.mp3"}));
}

TEST_F(StreamerTest, what_was_to_cut_a_song_and_comes_no_more_is_forgotten) {
  start();
  hear(prepare(1, 100, 0s, false, 10));  // until the jingle
  hear(prepare(2, 900, 10s, false, 5));
  hear(prepare(3, 101, 15s));
  stage.take_did();
  clock.advance(3s);
  hear(prepare(4, 100, -3s, false, 20));  // the programme was edited: there is no jingle
  hear(prepare(5, 102, 17s));
  EXPECT_EQ(stage.take_did(), (Lines{"air R 100.mp3", "air R 102.mp3"}));
  const auto airings = stage.streamer.airings("R");
  ASSERT_EQ(airings.size(), 2u) << "not the jingle";
  EXPECT_EQ(airings[0].zero(), clock.now() - 3s) << "what is heard goes on";
  EXPECT_EQ(airings[0].duration, 20s);
  EXPECT_EQ(airings[1].file, "102.mp3");

  hear(prepare(6, 102, 17s, false, 8));  // shorter: what cuts it is told behind it
  hear(prepare(7, 901, 25s));
  EXPECT_EQ(stage.take_did(), (Lines{"air R 901.mp3"}));
  EXPECT_EQ(stage.streamer.airings("R")[1].duration, 8s);
}

TEST_F(StreamerTest, an_order_held_up_on_its_way_is_still_in_time) {
  start();
  hear(prepare(1, 100, 0s));
  stage.aired.clear();
  clock.advance(15s);
  hear(fmt::format(
      R"({{"type":"play","radio_uuid":"R","filename":"b.mp3","delay":5,"offset":0,"crossfade_duration":0,"item":2,{}}})",
      stamp(3s)));
  ASSERT_EQ(stage.aired.size(), 1u);
  EXPECT_EQ(stage.aired[0].start, clock.now() + 2s);
}

TEST_F(StreamerTest, refuses_a_scheduler_with_a_lower_term) {
  start();
  const auto started = [&](int term) {
    return fmt::format(R"({{"type":"radio_stopped","radio_uuid":"R",{}}})", stamp({}, term));
  };
  hear(fmt::format(R"({{"type":"ping",{}}})", stamp({}, 8)));
  hear(started(7));
  EXPECT_EQ(stage.streamer.state("R"), Streamer::State::building);
  EXPECT_EQ(stage.streamer.counts().outdated, 1u);
  hear(started(8));
  EXPECT_EQ(stage.streamer.state("R"), Streamer::State::asking);
}

TEST_F(StreamerTest, asks_again_when_nothing_more_comes_for_a_radio) {
  start();
  pass(9999ms);
  EXPECT_EQ(stage.take_said(), Lines{});
  pass(1ms);
  EXPECT_EQ(stage.take_said(), (Lines{asks})) << "the first order was lost";
  for (int i = 0; i < 12; ++i) hear(prepare(i + 1, i, i * 15s));
  pass(89s);
  EXPECT_EQ(stage.take_said(), Lines{});
  pass(1s);
  EXPECT_EQ(stage.take_said(), (Lines{asks}));
  hear(R"({"type":"radio_exists","radio_uuid":"R","master_streamer":"st-02","address":"http://b:1"})");
  EXPECT_EQ(stage.take_did().back(), "relay R st-02 http://b:1");
}

TEST_F(StreamerTest, asks_about_what_a_new_scheduler_says_nothing_of) {
  start();
  stage.streamer.listen(2, "S");
  hear(R"({"type":"radio_started","radio_uuid":"S"})");
  for (int i = 0; i < 12; ++i) hear(prepare(i + 1, i, i * 15s));
  hear(fmt::format(R"({{"type":"ping",{}}})", stamp({}, 8)));
  stage.take_said();
  hear(fmt::format(
      R"({{"type":"play","radio_uuid":"S","filename":"b.mp3","delay":5,"offset":0,"crossfade_duration":0,"item":2,{}}})",
      stamp({}, 8)));
  pass(4999ms);
  EXPECT_EQ(stage.take_said(), Lines{});
  pass(1ms);
  EXPECT_EQ(stage.take_said(), (Lines{asks})) << "it knows S, and may not know who streams R";
  pass(20s);
  EXPECT_EQ(stage.take_said(), Lines{});
}

TEST_F(StreamerTest, says_what_was_missed_when_the_bus_is_back) {
  start();
  stage.streamer.listen(2, "S");
  hear(R"({"type":"radio_started","radio_uuid":"S"})");
  clock.advance(1min);
  stage.take_said();
  stage.bus = false;
  stage.streamer.bus_down();
  stage.streamer.left(1);
  stage.streamer.began(2);
  stage.streamer.listen(3, "T");
  pass(4s);
  EXPECT_EQ(stage.take_said(), Lines{});
  stage.bus = true;
  stage.streamer.bus_up();
  EXPECT_EQ(
      stage.take_said(),
      (Lines{
          pong, session("unregister_listener", 1), plain("play_radio", "T"),
          R"({"type":"register_listener","streamer":"st-01","radio_uuid":"S","session_id":"st-01-2","user_id":null})"}));
  stage.bus = false;
  stage.streamer.bus_down();
  pass(2s);  // R is released meanwhile
  stage.bus = true;
  stage.streamer.bus_up();
  const auto said = stage.take_said();
  EXPECT_EQ(std::count(said.begin(), said.end(), stops), 1);
}

TEST_F(StreamerTest, what_cannot_be_read_changes_nothing) {
  start();
  hear("{");
  hear(R"({"type":"play","radio_uuid":"R"})");
  hear(R"({"type":"prepare","radio_uuid":"R","item":1,"file":"a.mp3","start_at":1,"duration":1,"gain":0})");
  EXPECT_EQ(stage.take_did(), Lines{});
  EXPECT_EQ(stage.streamer.counts().refused, 2u);
}

TEST_F(StreamerTest, knows_where_else_listeners_can_go) {
  hear(
      R"({"type":"streamers","streamers":[{"streamer":"a","address":"http://a"},{"streamer":"st-01","address":"http://us"}]})");
  ASSERT_EQ(stage.streamer.streamers().size(), 2u);
  EXPECT_EQ(stage.streamer.streamers()[0].streamer, "st-01");
}

TEST(RemoteClockTest, goes_by_the_fastest_message) {
  RemoteClock clock;
  const Instant here{1000s};
  const WallTime there{5000s};
  clock.heard(there, here + 30ms);
  clock.heard(there + 1s, here + 1s + 5ms);
  clock.heard(there + 2s, here + 2s + 900ms);
  EXPECT_EQ(clock.local(there), here + 5ms);
  clock.heard(there + 62s, here + 62s + 40ms);  // the minute is over, the last one counts on
  EXPECT_EQ(clock.local(there), here + 5ms);
  clock.heard(there + 130s, here + 130s + 40ms);
  EXPECT_EQ(clock.local(there), here + 40ms);
}

TEST(RemoteClockTest, believes_no_message_that_was_held_up_however_long) {
  RemoteClock clock;
  const Instant here{10'000s};
  const WallTime there{50'000s};
  clock.heard(there, here);
  for (int i = 1; i <= 90; ++i) clock.heard(there + i * 1s, here + 90s);  // this process stood still
  EXPECT_EQ(clock.local(there), here);
}

TEST(RemoteClockTest, follows_a_clock_that_is_set) {
  RemoteClock clock;
  const Instant here{10'000s};
  const WallTime there{50'000s};
  clock.heard(there, here);
  clock.heard(there - 1h + 1s, here + 1s);
  EXPECT_EQ(clock.local(there - 1h), here);
  clock.heard(there + 1h + 2s, here + 2s);
  EXPECT_EQ(clock.local(there + 1h), here);
}

}  // namespace
}  // namespace longwave::fleet
