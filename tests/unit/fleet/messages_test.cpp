// SPDX-License-Identifier: Apache-2.0
#include "fleet/messages.hpp"

#include "unit/golden.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace longwave::fleet {
namespace {

using namespace std::chrono_literals;

TEST(Messages, each_golden_message_of_a_streamer_is_read_and_written_alike) {
  std::set<std::string_view> types;
  const auto golden = golden_json("scheduler/from_streamer.json");
  for (const auto& one : golden.as_array()) {
    const std::string text(one.at("json").as_string());
    const auto message = parse_from_streamer(text);
    ASSERT_TRUE(message) << text << ": " << message.error().message;
    EXPECT_EQ(format(*message), text);
    types.insert(type_of(*message));
  }
  EXPECT_EQ(types.size(), std::variant_size_v<FromStreamer>);
}

TEST(Messages, each_golden_message_to_a_streamer_is_read_and_written_alike) {
  std::set<std::string_view> types;
  const auto golden = golden_json("scheduler/to_streamer.json");
  for (const auto& one : golden.as_array()) {
    const std::string text(one.at("json").as_string());
    const auto message = parse_to_streamer(text);
    ASSERT_TRUE(message) << text << ": " << message.error().message;
    EXPECT_EQ(format(message->message, message->stamp), text);
    types.insert(type_of(message->message));
  }
  EXPECT_EQ(types.size(), std::variant_size_v<ToStreamer>);
}

TEST(Messages, keys_may_come_in_any_order_with_others_among_them) {
  const auto message =
      parse_from_streamer(R"({"radio_uuid":"r","x":{"type":"pong"},"streamer":"s","type":"play_radio"})");
  ASSERT_TRUE(message);
  EXPECT_EQ(std::get<PlayRadio>(*message), (PlayRadio{"s", "r"}));
}

TEST(Messages, user_0_is_nobody) {
  const auto message =
      parse_from_streamer(R"({"type":"register_listener","radio_uuid":"r","session_id":"1","user_id":0})");
  ASSERT_TRUE(message);
  EXPECT_EQ(std::get<RegisterListener>(*message).user_id, std::nullopt);
}

TEST(Messages, credentials_are_echoed_as_they_came) {
  const auto asked = parse_from_streamer(
      R"({"type":"user_authentication","streamer":"s","auth_token":null,"username":"Å\"","api_key":""})");
  ASSERT_TRUE(asked);
  EXPECT_EQ(format(ToStreamer(UserAnswer{std::get<AskUser>(*asked).credentials, {}, false})),
            R"({"type":"user_authentication","username":"Å\"","api_key":"","user_id":null,"hd":false})");
}

TEST(Messages, what_is_missing_or_wrong_is_named_without_values) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "the message is no JSON object"},
      {"[]", "the message is no JSON object"},
      {"{", "the message is no JSON object"},
      {"{}", "type is missing"},
      {R"({"type":7})", "type isn't a string"},
      {R"({"type":"dance","streamer":"s"})", "the type isn't known"},
      {R"({"type":"pong"})", "pong: streamer is missing"},
      {R"({"type":"pong","streamer":""})", "pong: streamer is missing"},
      {R"({"type":"pong","streamer":["secret"]})", "pong: streamer isn't a string"},
      {R"({"type":"play_radio","streamer":"s"})", "play_radio: radio_uuid is missing"},
      {R"({"type":"register_listener","radio_uuid":"r","session_id":"1","user_id":"x"})",
       "register_listener: user_id isn't an integer"},
      {R"({"type":"user_authentication","streamer":"s","auth_token":12})",
       "user_authentication: auth_token isn't a string"},
  };
  for (const auto& [text, sentence] : cases) {
    const auto message = parse_from_streamer(text);
    ASSERT_FALSE(message) << text;
    EXPECT_EQ(message.error().message, sentence) << text;
  }
  EXPECT_FALSE(parse_from_streamer(R"({"type":"pong","streamer":")" + std::string(256, 'x') + "\"}"));
  EXPECT_FALSE(parse_from_streamer(std::string(longest_message + 1, ' ')));
  EXPECT_FALSE(parse_to_streamer(R"({"type":"play","radio_uuid":"r","filename":"f","delay":"soon"})"));
  EXPECT_FALSE(
      parse_to_streamer(R"({"type":"ping","term":1,"sent_at":9799999995.25})"));  // nanoseconds overflow
}

TEST(Messages, seconds_are_written_to_the_microsecond_and_short) {
  Play play{.radio_uuid = "r", .filename = "f", .delay = 1500ms, .offset = 1ns, .crossfade = 100s};
  EXPECT_EQ(
      format(ToStreamer(play)),
      R"({"type":"play","radio_uuid":"r","filename":"f","delay":1.5,"offset":0,"crossfade_duration":100})");
  play.delay = -250ms;
  EXPECT_EQ(std::get<Play>(parse_to_streamer(format(ToStreamer(play)))->message).delay, -250ms);
}

TEST(Messages, events_of_the_web_application) {
  const auto wake = parse_app_event(R"({"event_type":"radio_updated"})");
  ASSERT_TRUE(wake);
  EXPECT_EQ(wake->kind, AppEvent::Kind::wake_up);
  const auto event =
      parse_app_event(R"({"type":"playlist_updated","radio_uuid":"r","playlist_id":3,"created":"x"})");
  ASSERT_TRUE(event);
  EXPECT_EQ(*event, (AppEvent{AppEvent::Kind::playlist_updated, "r", 3, 0}));
  EXPECT_FALSE(parse_app_event(R"({"type":"radio_added"})"));
  EXPECT_FALSE(parse_app_event(R"({"type":"radio_bought","radio_uuid":"r"})"));
}

}  // namespace
}  // namespace longwave::fleet
