// SPDX-License-Identifier: Apache-2.0
#include "unit/fleet/world.hpp"

namespace longwave::fleet {
namespace {

using namespace std::chrono_literals;

// Section 15 of the sheet, in virtual time.
TEST(Scenario, section_15) {
  World w;
  w.say(RegisterStreamer{"st-01"});
  EXPECT_EQ(w.take(), Lines{});
  w.say(PlayRadio{"st-01", "R"});
  EXPECT_EQ(w.take(), (Lines{w.plain("st-01", "radio_started"), w.play("st-01", 1, "0", "0")}));
  w.say(RegisterListener{"R", "s1", 42, "st-01"});
  EXPECT_EQ(w.take_reports(true), (Lines{"song R 101", "start R 42"}));

  w.pass_alive(174s, {"st-01"});
  EXPECT_EQ(w.take(), Lines{});
  w.pass_alive(1s, {"st-01"});
  EXPECT_EQ(w.take(), (Lines{w.play("st-01", 2, "5", "0")}));
  w.pass_alive(5s, {"st-01"});
  EXPECT_EQ(w.take_reports(true), (Lines{"song R 102"}));

  w.say(PlayRadio{"st-02", "R"});
  EXPECT_EQ(w.take(), Lines{}) << "before the master has answered the ping";
  w.say(Pong{"st-01"});
  EXPECT_EQ(w.take(), (Lines{R"(st-02 {"type":"radio_exists","radio_uuid":"R","master_streamer":"st-01"})"}));

  w.pass_alive(46s, {"st-02"});  // st-01 is silent for two rounds
  EXPECT_EQ(w.take_reports(), (Lines{"stopped R 225"}));
  EXPECT_EQ(w.radios.master("R"), std::nullopt);
  w.pass_alive(200s, {"st-02"});
  EXPECT_EQ(w.take(), Lines{});
  EXPECT_EQ(w.take_reports(true), (Lines{"song R 103"})) << "songs still advance";

  w.say(PlayRadio{"st-02", "R"});
  EXPECT_EQ(w.take(), (Lines{w.plain("st-02", "radio_started"), w.play("st-02", 3, "0", "66")}));
  w.say(PlayRadio{"st-02", "nope"});
  EXPECT_EQ(w.take(), (Lines{w.plain("st-02", "radio_unknown", "nope")}));
  w.say(AskUser{"st-02", {"bad", {}, {}}});
  w.scheduler.user_found(w.asked.back().first, {});
  EXPECT_EQ(w.take(),
            (Lines{R"(st-02 {"type":"user_authentication","auth_token":"bad","user_id":null,"hd":false})"}));
}

}  // namespace
}  // namespace longwave::fleet
