// SPDX-License-Identifier: Apache-2.0
#include "unit/fleet/world.hpp"

namespace longwave::fleet {
namespace {

using namespace std::chrono_literals;

constexpr const char* exists = R"({} {{"type":"radio_exists","radio_uuid":"R","master_streamer":"{}"}})";

std::string radio_exists(const std::string& to, const std::string& master) {
  return fmt::format(fmt::runtime(exists), to, master);
}

// ---- section 2 and 3 ----

TEST(Scheduler, test_is_answered_with_what_it_brought) {
  World w;
  w.scheduler.received(R"({"type":"test","streamer":"st-01","info":{"a":[1,"ä"]}})");
  EXPECT_EQ(w.take(), (Lines{R"(st-01 {"type":"test","info":{"a":[1,"ä"]}})"}));
}

TEST(Scheduler, registering_again_is_leaving_first) {
  World w;
  w.say(RegisterStreamer{"st-01"});
  w.say(PlayRadio{"st-01", "R"});
  w.say(RegisterListener{"R", "s1", {}, "st-01"});
  w.pass(10s);
  w.take_reports();
  w.say(RegisterStreamer{"st-01"});
  EXPECT_EQ(w.radios.master("R"), std::nullopt);
  EXPECT_EQ(w.take_reports(), (Lines{"stopped R 10"}));
  EXPECT_EQ(w.scheduler.counts().streamers, 1U);
}

TEST(Scheduler, who_leaves_gets_no_answer_and_its_radios_stop) {
  World w;
  w.say(PlayRadio{"st-01", "R"});
  w.say(PlayRadio{"st-01", "S"});
  w.say(RegisterListener{"R", "s1", {}, "st-01"});
  w.say(RegisterListener{"R", "s2", {}, "st-01"});
  w.pass(10s);
  w.take();
  w.take_reports();
  w.say(UnregisterStreamer{"st-01"});
  EXPECT_EQ(w.take(), Lines{});
  EXPECT_EQ(w.take_reports(), (Lines{"stopped R 20", "stopped S 0"}));
  EXPECT_EQ(w.scheduler.counts().streamers, 0U);
  EXPECT_EQ(w.scheduler.counts().listeners, 0U);
  EXPECT_TRUE(w.radios.exists("R"));
}

TEST(Scheduler, streamer_loss_clean_removes_the_states_too) {
  World w({.streamer_loss = StreamerLoss::clean});
  w.say(PlayRadio{"st-01", "R"});
  w.say(UnregisterStreamer{"st-01"});
  EXPECT_FALSE(w.radios.exists("R"));
  EXPECT_EQ(w.take_reports(), (Lines{"stopped R 0"}));
  w.pass(400s);
  w.take();
  w.say(PlayRadio{"st-02", "R"});
  EXPECT_EQ(w.take(), (Lines{w.plain("st-02", "radio_started"), w.play("st-02", 1, "0", "0")}));
}

TEST(Scheduler, what_cannot_be_read_is_ignored_and_counted) {
  World w;
  for (const char* text :
       {"", "ping", "{}", R"({"type":"play_radio","streamer":"st-01"})", R"({"type":"x"})"})
    w.scheduler.received(text);
  EXPECT_EQ(w.scheduler.counts().refused, 5U);
  EXPECT_EQ(w.take(), Lines{});
  w.say(PlayRadio{"st-01", "R"});
  EXPECT_EQ(w.take().size(), 2U);
}

// ---- 5.2 ----

TEST(PlayRadio, starts_with_radio_started_even_when_the_database_is_slow) {
  World w;
  w.database_answers = false;
  w.say(PlayRadio{"st-01", "R"});
  w.pass(3s);
  EXPECT_EQ(w.take(), Lines{});
  w.database_answers = true;
  w.settle();
  EXPECT_EQ(w.take(), (Lines{w.plain("st-01", "radio_started"), w.play("st-01", 1, "0", "0")}));
}

/// Writes what has changed, as a node does.
std::string store(World& w) {
  const auto changes = w.radios.take_changes(100);
  w.scheduler.written(changes);
  w.settle();
  for (const auto& row : changes.put)
    if (row.radio == "R") return row.master;
  return "";
}

TEST(PlayRadio, is_answered_when_the_store_knows_the_new_master) {
  World w({.stored_within = 1s});
  w.radios.create("R");
  w.settle();
  EXPECT_EQ(store(w), "");
  w.pass(174s);
  EXPECT_FALSE(w.scheduler.wants_store());
  const auto older = w.radios.take_changes(100);
  w.say(PlayRadio{"st-01", "R"});
  EXPECT_TRUE(w.scheduler.wants_store());
  w.scheduler.written(older);
  w.pass(900ms);
  w.radios.tick();
  w.say(PlayRadio{"st-01", "R"});
  EXPECT_EQ(w.take(), Lines{}) << "nothing before radio_started";
  EXPECT_EQ(store(w), "st-01");
  EXPECT_FALSE(w.scheduler.wants_store());
  EXPECT_EQ(w.take(), (Lines{w.plain("st-01", "radio_started"), w.play("st-01", 1, "0", "174.9")}));
  w.say(PlayRadio{"st-01", "R"});
  EXPECT_EQ(w.take().size(), 2U) << "known already";
}

TEST(PlayRadio, does_not_wait_for_what_is_not_stored_at_all) {
  World w({.stored_within = 1s});
  w.say(PlayRadio{"st-01", "R"});
  w.scheduler.all_written();
  EXPECT_FALSE(w.scheduler.wants_store());
  EXPECT_EQ(w.take().front(), w.plain("st-01", "radio_started"));
}

TEST(PlayRadio, does_not_wait_long_for_a_store_that_is_away) {
  World w({.stored_within = 1s});
  w.say(PlayRadio{"st-01", "R"});
  w.pass(999ms);
  EXPECT_EQ(w.take(), Lines{});
  w.pass(1ms);
  EXPECT_EQ(w.take(), (Lines{w.plain("st-01", "radio_started"), w.play("st-01", 1, "0", "1")}));
}

TEST(PlayRadio, that_is_taken_back_before_it_is_stored_starts_nothing) {
  World w({.stored_within = 1s});
  w.say(PlayRadio{"st-01", "R"});
  w.say(StopRadio{"st-01", "R"});
  EXPECT_EQ(w.take(), (Lines{w.plain("st-01", "radio_stopped")}));
  w.pass(2s);
  EXPECT_EQ(w.take(), Lines{});
  w.say(PlayRadio{"st-01", "R"});
  w.say(UnregisterStreamer{"st-01"});
  w.say(PlayRadio{"st-02", "R"});
  w.pass(100s);
  const auto said = w.take();
  ASSERT_GE(said.size(), 2U);
  EXPECT_EQ(said[0], w.plain("st-02", "radio_started"));
  for (const auto& one : said) EXPECT_TRUE(one.starts_with("st-02")) << one;
}

TEST(PlayRadio, who_gave_up_meanwhile_is_not_made_master) {
  World w;
  w.database_answers = false;
  w.say(PlayRadio{"st-01", "R"});
  w.say(StopRadio{"st-01", "R"});
  w.database_answers = true;
  w.settle();
  EXPECT_EQ(w.take(), Lines{});
  EXPECT_EQ(w.radios.master("R"), std::nullopt);
}

TEST(PlayRadio, again_by_the_same_streamer_is_answered_again) {
  World w;
  w.say(PlayRadio{"st-01", "R"});
  w.pass(60s);
  w.take();
  w.say(PlayRadio{"st-01", "R"});
  EXPECT_EQ(w.take(), (Lines{w.plain("st-01", "radio_started"), w.play("st-01", 1, "0", "60")}));
}

TEST(PlayRadio, in_the_last_seconds_of_a_song_brings_the_next_one_too) {
  World w;
  w.say(PlayRadio{"st-01", "R"});
  w.pass(1s);
  w.say(StopRadio{"st-01", "R"});
  w.pass(176s);
  w.take();
  w.say(PlayRadio{"st-02", "R"});
  EXPECT_EQ(w.take(), (Lines{w.plain("st-02", "radio_started"), w.play("st-02", 1, "0", "177"),
                             w.play("st-02", 2, "3", "0")}));
}

TEST(PlayRadio, a_master_that_does_not_answer_within_a_second_loses_the_radio) {
  World w;
  w.say(PlayRadio{"st-01", "R"});
  w.say(RegisterListener{"R", "s1", {}, "st-01"});
  w.pass(10s);
  w.take();
  w.take_reports();
  w.say(PlayRadio{"st-02", "R"});
  w.say(PlayRadio{"st-03", "R"});
  EXPECT_EQ(w.pings("st-01"), 1U);
  w.take();
  w.pass(999ms);
  EXPECT_EQ(w.take(), Lines{});
  w.pass(1ms);
  EXPECT_EQ(w.take(), (Lines{w.plain("st-01", "radio_stopped"), w.plain("st-02", "radio_started"),
                             w.play("st-02", 1, "0", "11"), radio_exists("st-03", "st-02")}));
  EXPECT_EQ(w.take_reports(), (Lines{"stopped R 11"}));
  EXPECT_EQ(w.radios.master("R"), "st-02");
}

TEST(PlayRadio, an_old_master_that_is_heard_again_is_told_again_that_it_is_none) {
  World w;
  w.say(PlayRadio{"st-01", "R"});
  w.pass(10s);
  w.say(PlayRadio{"st-02", "R"});
  w.pass(1s);  // st-01 stood still, and what it was told may be lost
  w.take();
  w.say(Pong{"st-01"});
  EXPECT_EQ(w.take(), (Lines{w.plain("st-01", "radio_stopped")}));
  w.say(Pong{"st-01"});
  EXPECT_EQ(w.take(), Lines{});
  EXPECT_EQ(w.radios.master("R"), "st-02");
}

TEST(PlayRadio, a_master_that_is_still_looking_for_the_bus_keeps_its_radio) {
  World w;
  w.say(PlayRadio{"st-01", "R"});
  w.pass(10s);
  w.scheduler.bus_down();
  w.pass(10s);
  w.scheduler.bus_up();
  w.pass(1s);
  w.say(PlayRadio{"st-02", "R"});
  w.take();
  const auto pings = w.pings("st-01");
  w.pass(3s);
  EXPECT_EQ(w.take(), Lines{});
  EXPECT_EQ(pings, 0U);
  w.say(Pong{"st-01"});
  EXPECT_EQ(w.take(), (Lines{radio_exists("st-02", "st-01")}));
  w.say(PlayRadio{"st-02", "R"});
  w.pass(2s);
  EXPECT_EQ(w.radios.master("R"), "st-02") << "5 s after the bus came back";
}

TEST(PlayRadio, a_master_that_leaves_while_it_is_asked_hands_over) {
  World w;
  w.say(PlayRadio{"st-01", "R"});
  w.say(PlayRadio{"st-02", "R"});
  w.say(PlayRadio{"st-03", "R"});
  w.take();
  w.say(UnregisterStreamer{"st-01"});
  EXPECT_EQ(w.take(), (Lines{w.plain("st-02", "radio_started"), w.play("st-02", 1, "0", "0")}));
  w.say(Pong{"st-02"});
  EXPECT_EQ(w.take(), (Lines{radio_exists("st-03", "st-02")}));
}

TEST(PlayRadio, takeover_stops_the_old_master_first) {
  World w({.on_second_streamer = OnSecondStreamer::takeover});
  w.say(PlayRadio{"st-01", "R"});
  w.pass(20s);
  w.take();
  w.say(PlayRadio{"st-02", "R"});
  EXPECT_EQ(w.take(), (Lines{w.plain("st-01", "radio_stopped"), w.plain("st-02", "radio_started"),
                             w.play("st-02", 1, "0", "20")}));
  EXPECT_EQ(w.radios.master("R"), "st-02");
}

// ---- 5.4 ----

TEST(StopRadio, by_the_master_counts_its_listeners_out_and_the_programme_goes_on) {
  World w;
  w.say(PlayRadio{"st-01", "R"});
  w.say(RegisterListener{"R", "s1", {}, "st-01"});
  w.pass(5s);
  w.take();
  w.take_reports();
  w.say(StopRadio{"st-01", "R"});
  EXPECT_EQ(w.take(), (Lines{w.plain("st-01", "radio_stopped")}));
  EXPECT_EQ(w.take_reports(), (Lines{"stopped R 5"}));
  w.pass(200s);
  EXPECT_EQ(w.take_reports(true), (Lines{"song R 102"}));
}

TEST(StopRadio, by_another_is_answered_and_changes_nothing) {
  World w;
  w.say(PlayRadio{"st-01", "R"});
  w.take();
  w.say(StopRadio{"st-02", "R"});
  EXPECT_EQ(w.take(), (Lines{w.plain("st-02", "radio_stopped")}));
  EXPECT_EQ(w.radios.master("R"), "st-01");
  w.say(StopRadio{"st-01", "nope"});
  EXPECT_EQ(w.take(), Lines{});
}

// ---- 5.5 ----

TEST(Pings, go_out_every_15_s_and_silence_for_two_rounds_is_death) {
  World w;
  w.say(RegisterStreamer{"st-01"});
  w.say(RegisterStreamer{"st-02"});
  w.pass_alive(15s, {"st-02"});
  EXPECT_EQ(w.pings("st-01"), 1U);
  w.pass_alive(29s, {"st-02"});
  EXPECT_EQ(w.pings("st-01"), 2U);
  EXPECT_EQ(w.scheduler.counts().streamers, 2U);
  w.pass_alive(2s, {"st-02"});
  EXPECT_EQ(w.scheduler.counts().streamers, 1U);
  EXPECT_EQ(w.scheduler.counts().lost, 1U);
  EXPECT_TRUE(w.scheduler.roster().find("st-02"));
}

TEST(Pings, any_message_is_life) {
  World w;
  w.say(RegisterStreamer{"st-01"});
  for (int i = 0; i < 10; ++i) {
    w.pass(14s);
    w.say(UnregisterListener{"none", "st-01"});
  }
  EXPECT_EQ(w.scheduler.counts().streamers, 1U);
}

TEST(Pings, a_pong_of_somebody_unknown_registers_it_again_and_it_has_its_radios_back) {
  World w;
  w.say(RegisterStreamer{"st-01"});
  w.say(PlayRadio{"st-01", "R"});
  w.say(PlayRadio{"st-01", "S"});
  w.pass(60s);
  EXPECT_EQ(w.scheduler.counts().streamers, 0U);
  w.say(PlayRadio{"st-02", "S"});
  w.take();
  w.say(Pong{"st-01"});
  EXPECT_EQ(w.take(), (Lines{w.plain("st-01", "radio_started"), w.play("st-01", 1, "0", "60"),
                             w.plain("st-01", "radio_stopped", "S")}));
  EXPECT_EQ(w.radios.master("R"), "st-01");
  EXPECT_EQ(w.radios.master("S"), "st-02");
}

TEST(Pings, nobody_dies_while_the_bus_is_down_and_all_are_asked_at_once_afterwards) {
  World w;
  w.say(RegisterStreamer{"st-01"});
  w.say(RegisterStreamer{"st-02"});
  w.say(PlayRadio{"st-01", "R"});
  w.pass_alive(100s, {"st-01", "st-02"});
  w.take();
  w.scheduler.bus_down();
  w.pass(120s);  // the second song begins unheard
  EXPECT_EQ(w.take(), Lines{});
  EXPECT_EQ(w.scheduler.counts().streamers, 2U);
  w.scheduler.bus_up();
  EXPECT_EQ(w.pings("st-01"), 1U);
  EXPECT_EQ(w.pings("st-02"), 1U);
  w.take();
  w.say(Pong{"st-02"});
  EXPECT_EQ(w.take(), Lines{});
  w.say(Pong{"st-01"});
  EXPECT_EQ(w.take(), (Lines{w.play("st-01", 2, "0", "40")})) << "what it missed";
  w.say(Pong{"st-01"});
  EXPECT_EQ(w.take(), Lines{}) << "once";
}

TEST(Pings, what_was_said_before_a_streamer_found_the_bus_again_is_said_again) {
  World w;
  w.say(PlayRadio{"st-01", "R"});
  w.pass_alive(150s, {"st-01"});
  w.scheduler.bus_down();
  w.pass(24s);
  w.scheduler.bus_up();
  w.pass(2s);  // the next song is announced, to nobody
  w.take();
  w.say(Pong{"st-01"});
  EXPECT_EQ(w.take(), (Lines{w.play("st-01", 1, "0", "176"), w.play("st-01", 2, "4", "0")}));
}

TEST(Pings, a_streamer_that_stood_still_for_a_round_is_told_where_its_radios_are) {
  World w;
  w.say(PlayRadio{"st-01", "R"});
  w.pass(20s);
  w.say(Pong{"st-01"});
  w.take();
  w.pass(31s);
  w.say(Pong{"st-01"});
  EXPECT_EQ(w.take(), (Lines{w.play("st-01", 1, "0", "51")}));
}

TEST(Pings, a_short_outage_between_two_songs_disturbs_nobody) {
  World w;
  w.say(PlayRadio{"st-01", "R"});
  w.pass_alive(100s, {"st-01"});
  w.scheduler.bus_down();
  w.pass(5s);
  w.scheduler.bus_up();
  w.take();
  w.say(Pong{"st-01"});
  EXPECT_EQ(w.take(), Lines{});
}

TEST(Pings, a_scheduler_that_was_held_up_blames_nobody) {
  World w;
  w.say(RegisterStreamer{"st-01"});
  w.pass(31s);
  w.clock.advance(60s);  // suspended
  w.settle();
  EXPECT_EQ(w.scheduler.counts().streamers, 1U);
}

// ---- 6 ----

TEST(Users, are_asked_for_by_token_or_by_name_and_key) {
  World w;
  w.say(AskUser{"st-01", {"9f0c", {}, {}}});
  w.say(AskUser{"st-01", {{}, "ada", "k3y"}});
  ASSERT_EQ(w.asked.size(), 2U);
  EXPECT_EQ(w.asked[1].second, (Credentials{{}, "ada", "k3y"}));
  w.scheduler.user_found(w.asked[1].first, {42, false});
  w.scheduler.user_found(w.asked[0].first, {43, true});
  w.scheduler.user_found(w.asked[0].first, {44, true});
  EXPECT_EQ(
      w.take(),
      (Lines{
          R"(st-01 {"type":"user_authentication","username":"ada","api_key":"k3y","user_id":42,"hd":false})",
          R"(st-01 {"type":"user_authentication","auth_token":"9f0c","user_id":43,"hd":true})"}));
}

TEST(Users, nobody_is_answered_at_once) {
  World w;
  w.say(AskUser{"st-01", {}});
  w.say(AskUser{"st-01", {{}, "", ""}});
  w.say(AskUser{"st-01", {{}, "ada", {}}});
  EXPECT_TRUE(w.asked.empty());
  EXPECT_EQ(
      w.take(),
      (Lines{R"(st-01 {"type":"user_authentication","user_id":null,"hd":false})",
             R"(st-01 {"type":"user_authentication","username":"","api_key":"","user_id":null,"hd":false})",
             R"(st-01 {"type":"user_authentication","username":"ada","user_id":null,"hd":false})"}));
}

TEST(Users, have_an_answer_within_4_s_whatever_happens) {
  World w;
  w.say(AskUser{"st-01", {"slow", {}, {}}});
  w.pass(3999ms);
  EXPECT_EQ(w.take(), Lines{});
  w.pass(1ms);
  EXPECT_EQ(w.take(),
            (Lines{R"(st-01 {"type":"user_authentication","auth_token":"slow","user_id":null,"hd":false})"}));
  w.scheduler.user_found(w.asked[0].first, {42, true});
  EXPECT_EQ(w.take(), Lines{}) << "too late";
}

// ---- 7 ----

TEST(Listening, is_reported_with_whole_seconds) {
  World w;
  w.say(PlayRadio{"st-01", "R"});
  w.say(RegisterListener{"R", "s1", 42, "st-01"});
  w.say(RegisterListener{"R", "s1", 0, ""});
  w.pass(7s + 900ms);
  w.say(UnregisterListener{"s1", "st-01"});
  w.say(UnregisterListener{"s1", "st-01"});
  w.say(UnregisterListener{"s1"});
  EXPECT_EQ(w.take_reports(), (Lines{"start R 42", "start R nobody", "stop R 42 7", "stop R nobody 7"}));
}

TEST(Listening, a_session_id_that_comes_again_ends_the_old_session_first) {
  World w;
  w.say(PlayRadio{"st-01", "R"});
  w.say(PlayRadio{"st-01", "S"});
  w.say(RegisterListener{"R", "s1", 42, "st-01"});
  w.pass(5s);
  w.say(RegisterListener{"S", "s1", {}, "st-01"});
  EXPECT_EQ(w.take_reports(), (Lines{"start R 42", "stop R 42 5", "start S nobody"}));
}

TEST(Listening, begins_before_the_radio_has_a_master_but_not_on_what_is_no_radio) {
  World w;
  w.radios.create("R");
  w.settle();
  w.say(RegisterListener{"R", "s1", {}, "st-01"});
  w.say(RegisterListener{"nope", "s2", {}, "st-01"});
  w.database_answers = false;
  w.say(PlayRadio{"st-01", "nope"});
  w.say(RegisterListener{"nope", "s3", {}, "st-01"});
  w.database_answers = true;
  w.settle();
  EXPECT_EQ(w.take_reports(), (Lines{"start R nobody", "start nope nobody", "stop nope nobody 0"}));
  EXPECT_EQ(w.scheduler.counts().listeners, 1U);
}

TEST(Listening, makes_its_streamer_the_master_of_a_radio_that_has_none) {
  World w;
  w.radios.create("R");
  w.settle();
  w.pass(60s);
  w.say(RegisterListener{"R", "s1", {}, ""});
  EXPECT_EQ(w.radios.master("R"), std::nullopt) << "whose?";
  w.say(RegisterListener{"R", "s1", {}, "st-01"});
  EXPECT_EQ(w.radios.master("R"), "st-01") << "it streams what the scheduler before this one started";
  EXPECT_EQ(w.take(), (Lines{w.plain("st-01", "radio_started"), w.play("st-01", 1, "0", "60")}));
}

TEST(Listening, elsewhere_goes_on_when_the_master_dies) {
  World w;
  w.say(PlayRadio{"st-01", "R"});
  w.say(RegisterListener{"R", "s1", {}, "st-01"});
  w.say(RegisterListener{"R", "s1", {}, "st-02"});  // st-02 passes on what st-01 streams
  w.pass_alive(60s, {"st-02"});
  EXPECT_EQ(w.take_reports(), (Lines{"start R nobody", "start R nobody", "stopped R 45"}));
  EXPECT_EQ(w.scheduler.listeners().of_radio("R"), 1U);
  w.pass(60s);
  EXPECT_EQ(w.take_reports().size(), 1U) << "it died, too";
}

// ---- 9 ----

TEST(AppEvents, a_wake_up_fetches_and_so_do_10_s) {
  World w;
  w.settle();
  EXPECT_EQ(w.fetches, 1);
  w.pass(10s);
  EXPECT_EQ(w.fetches, 2);
  w.scheduler.app_received(R"({"event_type":"radio_updated"})");
  EXPECT_EQ(w.fetches, 3);
}

TEST(AppEvents, create_and_delete_radios) {
  World w;
  using Kind = AppEvent::Kind;
  w.scheduler.app_event({Kind::radio_added, "R"});
  w.scheduler.app_event({Kind::playlist_updated, "S", 1});
  w.scheduler.app_event({Kind::radio_added, "nope"});
  w.settle();
  EXPECT_TRUE(w.radios.exists("R"));
  EXPECT_TRUE(w.radios.exists("S"));
  EXPECT_FALSE(w.radios.exists("nope"));
  w.say(PlayRadio{"st-01", "R"});
  w.say(RegisterListener{"R", "s1", {}, "st-01"});
  w.pass(3s);
  w.take();
  w.scheduler.app_event({Kind::radio_deleted, "R"});
  EXPECT_EQ(w.take(), (Lines{w.plain("st-01", "radio_stopped")}));
  EXPECT_EQ(w.take_reports(), (Lines{"start R nobody", "stopped R 3"}));
  EXPECT_FALSE(w.radios.exists("R"));
  w.pass(400s);
}

// ---- ours ----

TEST(Features, bring_addresses_terms_and_prepared_items) {
  World w({.term = 7});
  w.scheduler.receive(RegisterStreamer{"st-01", {true}, "http://a:1"});
  EXPECT_EQ(w.take(),
            (Lines{R"(st-01 {"type":"streamers","streamers":[{"streamer":"st-01","address":"http://a:1"}],)"
                   R"("term":7,"sent_at":1800000300})"}));
  w.say(PlayRadio{"st-01", "R"});
  const auto said = w.take();
  ASSERT_GE(said.size(), 4U);
  EXPECT_EQ(said[0], R"(st-01 {"type":"radio_started","radio_uuid":"R","term":7,"sent_at":1800000300})");
  EXPECT_NE(said[1].find(R"("item":)"), std::string::npos);
  WallTime end = w.clock.wall();
  std::set<std::int64_t> items;
  for (const auto& line : said) {
    const auto message = parse_to_streamer(line.substr(line.find(' ') + 1));
    ASSERT_TRUE(message);
    EXPECT_EQ(message->stamp->term, 7);
    const auto* prepare = std::get_if<Prepare>(&message->message);
    if (!prepare) continue;
    items.insert(prepare->item);
    end = std::max(end, prepare->start_at + prepare->duration);
  }
  EXPECT_GE(items.size(), 2U) << "beside the one on air";
  EXPECT_GE(end - w.clock.wall(), 180s);
  w.say(PlayRadio{"st-02", "R"});
  w.say(Pong{"st-01"});
  EXPECT_EQ(w.take(), (Lines{radio_exists("st-02", "st-01")})) << "an original gets nothing of it";
}

TEST(Features, of_a_streamer_that_was_not_known_come_with_its_pong) {
  World w;
  w.say(PlayRadio{"st-01", "R"});
  w.take();
  w.say(Pong{"st-01", {true}, "http://a:1"});
  EXPECT_TRUE(w.scheduler.roster().find("st-01")->row.features.prepare);
  w.say(Pong{"st-01"});
  EXPECT_TRUE(w.scheduler.roster().find("st-01")->row.features.prepare);
}

TEST(Changes, are_given_until_they_are_written) {
  World w;
  w.say(PlayRadio{"st-01", "R"});
  w.say(RegisterListener{"R", "s1", 42, "st-01"});
  auto changes = w.scheduler.take_changes();
  EXPECT_EQ(changes.put_streamers, (std::vector<StreamerRow>{{"st-01"}}));
  ASSERT_EQ(changes.put_listeners.size(), 1U);
  EXPECT_TRUE(w.scheduler.take_changes().empty());
  w.say(UnregisterStreamer{"st-01"});
  w.scheduler.not_written(changes);
  changes = w.scheduler.take_changes();
  EXPECT_EQ(changes.removed_streamers, Lines{"st-01"});
  EXPECT_EQ(changes.removed_listeners, (std::vector<ListenerKey>{{"s1", "st-01"}}));
  EXPECT_TRUE(changes.put_listeners.empty());
}

}  // namespace
}  // namespace longwave::fleet
