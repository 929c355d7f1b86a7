// SPDX-License-Identifier: Apache-2.0
#include "unit/fleet/world.hpp"

// Section 12 of the sheet: what the original got wrong, one test a row. Where a defect is one of structure
// (threads, files), what it did to streamers is tested here and the structure in node_test.cpp.
namespace longwave::fleet {
namespace {

using namespace std::chrono_literals;

radios::Saved playing(const World& w, int song, Duration since, const std::string& master = "st-01") {
  radios::Saved saved;
  saved.radio = "R";
  saved.master = master;
  radios::ItemView item;
  item.item = 7;
  item.song = 100 + song;
  item.playlist = 1;
  item.file = w.file(static_cast<std::uint32_t>(song));
  item.start = w.clock.wall() - since;
  item.duration = 180s;
  item.end = item.start + item.duration;
  saved.playing = item;
  saved.next_item = 8;
  return saved;
}

TEST(Defects, no_1_a_radio_exists_if_it_exists) {
  World w;
  w.say(PlayRadio{"st-01", "R"});
  w.say(PlayRadio{"st-01", "nope"});
  const auto said = w.take();
  EXPECT_EQ(said.front(), w.plain("st-01", "radio_started"));
  EXPECT_EQ(said.back(), w.plain("st-01", "radio_unknown", "nope"));
}

TEST(Defects, no_2_a_web_application_that_never_answers_kills_no_streamer) {
  World w;
  w.say(RegisterStreamer{"st-01"});
  for (int i = 0; i < 60; ++i) {
    w.say(AskUser{"st-01", {"slow", {}, {}}});
    w.say(Pong{"st-01"});
    w.pass(1s);
  }
  EXPECT_EQ(w.scheduler.counts().lost, 0U);
  EXPECT_GE(w.pings("st-01"), 4U);
}

TEST(Defects, no_3_a_message_nobody_can_handle_ends_nothing) {
  World w;
  w.scheduler.received(R"({"type":"unregister_streamer","streamer":"never heard of"})");
  w.scheduler.received(R"({"type":"stop_radio","streamer":"x","radio_uuid":"y"})");
  w.scheduler.received(R"({"type":"unregister_listener","session_id":"z"})");
  w.scheduler.received("\xff\xfe");
  w.say(PlayRadio{"st-01", "R"});
  EXPECT_EQ(w.radios.master("R"), "st-01");
}

TEST(Defects, no_4_the_store_is_given_copies_of_rows_and_never_the_rows) {
  World w;
  w.say(PlayRadio{"st-01", "R"});
  w.say(RegisterListener{"R", "s1", 42, "st-01"});
  const auto changes = w.scheduler.take_changes();
  w.say(UnregisterStreamer{"st-01"});
  EXPECT_EQ(changes.put_listeners.at(0).user_id, 42);
}

TEST(Defects, no_5_now_is_now_when_somebody_joins) {
  World w;
  w.radios.create("R");
  w.settle();
  w.clock.advance(61s + 250ms);  // nothing was due meanwhile
  w.scheduler.receive(PlayRadio{"st-01", "R"});
  EXPECT_EQ(w.take(), (Lines{w.plain("st-01", "radio_started"), w.play("st-01", 1, "0", "61.25")}));
}

TEST(Defects, no_6_a_nearer_event_shortens_the_sleep) {
  World w;
  w.radios.create("R");
  w.settle();
  const auto far = w.radios.deadline();
  ASSERT_TRUE(far);
  w.radios.create("S");
  ASSERT_TRUE(w.radios.deadline() || !w.loading.empty());
  w.settle();
  w.pass(60s);
  w.scheduler.receive(PlayRadio{"st-01", "T"});
  const auto asked = w.scheduler.deadline();
  EXPECT_LE(*asked, w.clock.now() + 5s);
}

TEST(Defects, no_7_removing_a_radio_leaves_the_others_alone) {
  World w;
  w.say(PlayRadio{"st-01", "R"});
  w.say(PlayRadio{"st-01", "S"});
  w.scheduler.app_event({AppEvent::Kind::radio_deleted, "S"});
  w.take();
  w.pass_alive(176s, {"st-01"});
  EXPECT_EQ(w.take(), (Lines{w.play("st-01", 2, "5", "0")}));
}

TEST(Defects, no_8_after_a_jingle_on_the_hour_the_song_goes_on_where_it_was) {
  World w;  // it is 8:05:00; the song that begins at 8:59:00 is cut
  rules::Playlist jingles;
  jingles.id = 2;
  rules::Song jingle;
  jingle.id = 900;
  jingle.file = 99;
  jingle.duration_ms = 8'000;
  jingles.songs.push_back(jingle);
  w.programme.playlists.push_back(jingles);
  rules::Jingle rule;
  rule.id = 1;
  rule.playlist = 2;
  rule.on_the_hour = true;
  w.programme.jingles.push_back(rule);
  w.programme.separation = {};
  w.say(PlayRadio{"st-01", "R"});
  const auto hour = std::chrono::ceil<std::chrono::hours>(w.clock.wall());
  w.pass_alive(hour - w.clock.wall() - 70s, {"st-01"});
  w.take();
  w.pass_alive(90s, {"st-01"});
  std::vector<Play> plays;
  for (const auto& line : w.take()) {
    const auto message = parse_to_streamer(line.substr(line.find(' ') + 1));
    if (const auto* play = std::get_if<Play>(&message->message)) plays.push_back(*play);
  }
  ASSERT_GE(plays.size(), 2U);
  EXPECT_EQ(plays[plays.size() - 2].filename, "song00099.mp3");
  EXPECT_GT(plays.back().offset, 0s) << "seconds, not days";
  EXPECT_LT(plays.back().offset, 180s);
}

TEST(Defects, no_9_a_song_of_a_show_is_reported_as_the_song_and_the_show_is_kept) {
  World w;
  rules::Show show;
  show.id = 5;
  show.playlist = 1;
  show.duration = 24h;
  w.programme.shows.push_back(show);
  w.radios.create("R");
  w.settle();
  EXPECT_EQ(w.take_reports(true).at(0).substr(0, 9), "song R 10");
  const auto changes = w.radios.take_changes(10);
  ASSERT_EQ(changes.put.size(), 1U);
  EXPECT_EQ(changes.put[0].show, 5);
  EXPECT_NE(changes.put[0].show_time, WallTime{});
}

TEST(Defects, no_10_a_state_that_was_read_has_its_end) {
  World before;
  const auto saved = playing(before, 3, 60s);
  World w({}, &saved, {{{"st-01"}}, {}});
  w.settle();
  ASSERT_TRUE(w.radios.current("R"));
  EXPECT_EQ(w.radios.current("R")->end, w.clock.wall() + 120s);
  EXPECT_EQ(w.radios.counts().broken, 0U);
  w.say(PlayRadio{"st-01", "R"});
  const auto said = w.take();
  EXPECT_NE(std::find(said.begin(), said.end(), w.play("st-01", 3, "0", "60")), said.end());
  EXPECT_EQ(w.radios.counts().broken, 0U);
}

TEST(Defects, no_11_looking_after_radios_ends_nothing) {
  World w;
  w.say(PlayRadio{"st-01", "R"});
  w.pass_alive(60s, {"st-01"});
  EXPECT_EQ(w.radios.counts().broken, 0U);  // what the original's check counted
  w.pass_alive(200s, {"st-01"});
  EXPECT_EQ(w.take_reports(true), (Lines{"song R 101", "song R 102"}));
}

TEST(Defects, no_12_a_radio_that_is_gone_before_its_song_begins_stops_nothing) {
  World w;
  w.say(PlayRadio{"st-01", "R"});
  w.say(PlayRadio{"st-01", "S"});
  w.pass_alive(177s, {"st-01"});  // both are announced
  w.radios.remove("R");
  w.take();
  w.take_reports(true);
  w.pass_alive(10s, {"st-01"});
  EXPECT_EQ(w.take_reports(true), (Lines{"song S 102"}));
}

TEST(Defects, no_13_a_radio_with_nothing_to_play_is_asked_again) {
  World w;
  const auto songs = std::exchange(w.programme.playlists, {});
  w.say(PlayRadio{"st-01", "R"});
  w.pass_alive(60s, {"st-01"});
  EXPECT_EQ(w.take(), (Lines{w.plain("st-01", "radio_started")}));
  w.programme.playlists = songs;
  w.scheduler.app_event({AppEvent::Kind::playlist_updated, "R", 1});
  w.pass_alive(11s, {"st-01"});
  ASSERT_TRUE(w.radios.current("R"));
  EXPECT_EQ(w.take().size(), 1U);
}

TEST(Defects, no_14_a_listener_with_an_unknown_user_is_nobody) {
  World w;
  w.say(PlayRadio{"st-01", "R"});
  w.say(RegisterListener{"R", "s1", 666, "st-01"});
  w.scheduler.user_unknown(666);
  w.say(UnregisterListener{"s1", "st-01"});
  EXPECT_EQ(w.take_reports().back(), "stop R nobody 0");
}

TEST(Defects, no_15_hd_is_what_was_granted) {
  World w;
  for (const bool hd : {true, false}) {
    w.say(AskUser{"st-01", {"t", {}, {}}});
    w.scheduler.user_found(w.asked.back().first, {42, hd});
    EXPECT_NE(w.take().at(0).find(hd ? R"("hd":true)" : R"("hd":false)"), std::string::npos);
  }
  w.say(AskUser{"st-01", {"t", {}, {}}});
  w.scheduler.user_found(w.asked.back().first, {std::nullopt, true});
  EXPECT_NE(w.take().at(0).find(R"("user_id":null,"hd":false)"), std::string::npos);
}

TEST(Defects, no_16_pings_never_end) {
  World w;
  w.say(RegisterStreamer{"st-01"});
  for (int i = 0; i < 5; ++i) {
    w.scheduler.bus_down();
    w.pass(20s);
    w.scheduler.bus_up();
    w.pass_alive(60s, {"st-01"});
  }
  EXPECT_GE(w.pings("st-01"), 20U);
  EXPECT_EQ(w.scheduler.counts().lost, 0U);
}

TEST(Defects, no_17_no_credential_is_in_a_sentence_for_the_log) {
  for (const char* text :
       {R"({"type":"user_authentication","streamer":"s","auth_token":["S3CRET"]})",
        R"({"type":"user_authentication","auth_token":"S3CRET"})", R"({"type":"S3CRET","streamer":"s"})",
        R"({"type":"user_authentication","streamer":"s","api_key":"S3CRET")"}) {
    const auto message = parse_from_streamer(text);
    ASSERT_FALSE(message);
    EXPECT_EQ(message.error().message.find("S3CRET"), std::string::npos);
  }
}

// ---- section 13 ----

TEST(Restart, stored_streamers_are_asked_and_given_what_plays_when_they_answer) {
  World before;
  const auto saved = playing(before, 3, 60s);
  World w({}, &saved, {{{"st-01"}, {"st-02"}}, {{"s1", "st-01", "R", 42, before.clock.wall() - 30s}}});
  EXPECT_EQ(w.pings("st-01"), 1U);
  w.take();
  w.pass(10s);
  EXPECT_EQ(w.radios.master("R"), "st-01") << "it keeps its radios while it is asked";
  w.say(Pong{"st-01"});
  EXPECT_EQ(w.take(), (Lines{w.play("st-01", 3, "0", "70")}));
  w.pass_alive(50s, {"st-01"});
  EXPECT_EQ(w.scheduler.counts().streamers, 1U) << "st-02 never answered";
  w.take_reports();
  w.say(UnregisterListener{"s1", "st-01"});
  EXPECT_EQ(w.take_reports(), (Lines{"stop R 42 90"}));
}

TEST(Restart, what_is_over_is_not_replayed) {
  World before;
  const auto saved = playing(before, 3, 1h);
  World w({}, &saved, {{{"st-01"}}, {}});
  w.settle();
  EXPECT_EQ(w.take_reports(true).size(), 1U);
  w.take();
  w.say(Pong{"st-01"});
  const auto said = w.take();
  ASSERT_EQ(said.size(), 1U);
  EXPECT_NE(said[0].find(R"("delay":0,"offset":0)"), std::string::npos);
}

TEST(Restart, who_was_given_up_by_the_one_before_has_its_radios_back) {
  World before;
  before.say(PlayRadio{"st-01", "R"});
  before.pass(60s);  // it stands still
  const auto changes = before.scheduler.take_changes();
  EXPECT_EQ(changes.departed, (std::vector<DepartedRow>{{"st-01", {"R"}}}));
  const auto saved = playing(World(), 3, 60s, "");
  World w({}, &saved, {{}, {}, changes.departed});
  EXPECT_TRUE(w.scheduler.take_changes().empty());
  w.pass(10s);
  w.take();
  w.say(Pong{"st-01"});
  EXPECT_EQ(w.take(), (Lines{w.plain("st-01", "radio_started"), w.play("st-01", 3, "0", "70")}));
  EXPECT_EQ(w.scheduler.take_changes().departed, (std::vector<DepartedRow>{{"st-01", {}}}));
}

TEST(Restart, a_master_nobody_stored_is_asked_too) {
  World before;
  const auto saved = playing(before, 3, 60s);
  World w({}, &saved, {});
  EXPECT_EQ(w.pings("st-01"), 1U);
  w.pass(60s);
  EXPECT_EQ(w.radios.master("R"), std::nullopt);
}

}  // namespace
}  // namespace longwave::fleet
