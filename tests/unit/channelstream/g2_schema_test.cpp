// SPDX-License-Identifier: Apache-2.0
#include "dialects/channelstream/g2_schema.hpp"

#include "dialects/channelstream/event.hpp"
#include "dialects/channelstream/g2_wire.hpp"
#include "hub/publication.hpp"

#include <gtest/gtest.h>
#include <boost/json.hpp>

namespace longwave::channelstream::g2 {
namespace {

namespace json = boost::json;

template <class T>
std::string problems(const char* body) {
  T into;
  return json::serialize(read(json::parse(body), into));
}

struct Case {
  const char* body;
  const char* problems;
};

TEST(SchemaOfConnect, SaysWhatIsWrongFieldByField) {
  const std::string long_user(513, 'x');
  for (
      const auto& [body, wrong] : {
          Case{R"({})", R"({"username":["Missing data for required field."]})"},
          Case{R"([])", R"({"_schema":["Invalid input type."]})"},
          Case{R"("x")", R"({"_schema":["Invalid input type."]})"},
          Case{R"({"username":null})", R"({"username":["Field may not be null."]})"},
          Case{R"({"username":1})", R"({"username":["Not a valid string."]})"},
          Case{R"({"username":""})", R"({"username":["Length must be between 1 and 512."]})"},
          Case{R"({"username":"a","foo":1})", R"({"foo":["Unknown field."]})"},
          Case{R"({"username":"a","conn_id":"x"})", R"({"conn_id":["Not a valid UUID."]})"},
          Case{R"({"username":"a","channels":"x"})", R"({"channels":["Not a valid list."]})"},
          Case{R"({"username":"a","channels":["ok",1]})", R"({"channels":{"1":["Not a valid string."]}})"},
          Case{R"({"username":"a","channels":[""]})",
               R"({"channels":{"0":["Length must be between 1 and 256."]}})"},
          Case{R"({"username":"a","channels":["#bob"]})",
               R"({"channels":{"0":["Names that begin with # are users' own channels."]}})"},
          Case{R"({"username":"a","user_state":[]})", R"({"user_state":["Not a valid mapping type."]})"},
          Case{R"({"username":"a","user_state":{"k":[]}})",
               R"({"user_state":{"k":{"value":["Must be a string, a number, a boolean or null."]}}})"},
          Case{R"({"username":"a","channel_configs":{"c":{"notify_presence":"maybe"}}})",
               R"({"channel_configs":{"c":{"value":{"notify_presence":["Not a valid boolean."]}}}})"},
          Case{
              R"({"username":"a","channel_configs":{"c":{"history_size":-1}}})",
              R"({"channel_configs":{"c":{"value":{"history_size":["Must be greater than or equal to 0."]}}}})"},
          Case{
              R"({"username":"a","channel_configs":{"c":{"history_size":"x","z":0}}})",
              R"({"channel_configs":{"c":{"value":{"history_size":["Not a valid integer."],"z":["Unknown field."]}}}})"},
          Case{R"({"username":"a","info":{"include_users":2}})",
               R"({"info":{"include_users":["Not a valid boolean."]}})"},
          Case{R"({"username":"a","info":[]})", R"({"info":{"_schema":["Invalid input type."]}})"},
      }) {
    EXPECT_EQ(problems<Connect>(body), wrong) << body;
  }
  EXPECT_EQ(problems<Connect>((R"({"username":")" + long_user + "\"}").c_str()),
            R"({"username":["Length must be between 1 and 512."]})");
}

TEST(SchemaOfConnect, TakesWhatIsRightAndPutsDefaults) {
  Connect wanted;
  const auto body = json::parse(
      R"({"username":"ada","conn_id":"5B5D0C8693D34C3A9C2D7D6F3B1F2F10","channels":["b","a"],
          "channel_configs":{"a":{"store_history":"yes","history_size":"3"}},"info":{"include_history":0}})");
  EXPECT_TRUE(read(body, wanted).empty());
  EXPECT_EQ(wanted.conn_id, "5b5d0c86-93d3-4c3a-9c2d-7d6f3b1f2f10");
  EXPECT_EQ(wanted.channels, (std::vector<std::string>{"b", "a"}));
  ASSERT_EQ(wanted.channel_configs.size(), 1u);
  const auto settings = wanted.channel_configs[0].second.over({});
  EXPECT_EQ(settings, (ChannelSettings{.store_history = true, .history_size = 3}));
  EXPECT_FALSE(wanted.info.include_history);
  EXPECT_TRUE(wanted.info.include_users);
  EXPECT_FALSE(wanted.info.return_public_state);
}

TEST(SchemaOfSubscribe, NeedsAConnectionAndChannels) {
  Subscribe wanted;
  EXPECT_EQ(
      json::serialize(read(json::parse("{}"), std::nullopt, wanted)),
      R"({"conn_id":["Missing data for required field."],"channels":["Missing data for required field."]})");
  EXPECT_EQ(json::serialize(read(json::parse(R"({"channels":[]})"), "x", wanted)),
            R"({"conn_id":["Not a valid UUID."],"channels":["Shorter than minimum length 1."]})");
}

TEST(SchemaOfMessages, AreListsKeyedByIndex) {
  std::vector<Message> messages;
  for (const auto& [body, wrong] : {
           Case{R"({})", R"({"_schema":["Invalid input type."]})"},
           Case{R"([1])", R"({"0":{"_schema":["Invalid input type."]}})"},
           Case{R"([{"user":"a"},{}])", R"({"1":{"user":["Missing data for required field."]}})"},
           Case{R"([{"user":"a","message":"x"}])", R"({"0":{"message":["Not a valid mapping type."]}})"},
           Case{R"([{"user":"a","timestamp":"soon"}])", R"({"0":{"timestamp":["Not a valid datetime."]}})"},
           Case{R"([{"user":"a","pm_users":"x"}])", R"({"0":{"pm_users":["Not a valid list."]}})"},
       }) {
    messages.clear();
    EXPECT_EQ(json::serialize(read(json::parse(body), Verb::post, messages)), wrong) << body;
  }
  messages.clear();
  EXPECT_TRUE(read(json::parse(R"([{"user":"a","channel":null,"extra":1}])"), Verb::post, messages).empty());
  EXPECT_EQ(json::serialize(messages.at(0).others), R"({"extra":1})");
  messages.clear();
  EXPECT_EQ(json::serialize(read(json::parse(R"([{"channel":"a"}])"), Verb::patch, messages)),
            R"({"0":{"uuid":["Missing data for required field."]}})");
  messages.clear();
  EXPECT_EQ(
      json::serialize(read(json::parse(R"([{"uuid":"5b5d0c86-93d3-4c3a-9c2d-7d6f3b1f2f10","message":{}}])"),
                           Verb::remove, messages)),
      R"({"0":{"message":["Unknown field."]}})");
}

TEST(SchemaOfInfo, NeedsItsOneKey) {
  EXPECT_EQ(problems<InfoOptions>("{}"), R"({"info":["Missing data for required field."]})");
  EXPECT_EQ(problems<InfoOptions>(R"({"info":{"exclude_channels":["a"]}})"), "{}");
}

TEST(IsoTime, GoesBothWays) {
  for (const char* text :
       {"2020-06-27T20:44:49.123456", "2020-06-27T20:44:49", "1999-12-31T23:59:59.100000"}) {
    const auto time = parse_iso_time(text);
    ASSERT_TRUE(time) << text;
    EXPECT_EQ(iso_time(*time), text);
  }
  EXPECT_EQ(iso_time(*parse_iso_time("2020-06-27T20:44:49.1Z")), "2020-06-27T20:44:49.100000");
  EXPECT_EQ(iso_time(*parse_iso_time("2020-06-27 22:44+02:00")), "2020-06-27T20:44:00");
  for (const char* text :
       {"", "2020", "2020-13-01T00:00:00", "2020-06-27", "2020-06-27T25:00:00", "2020-06-27T20:44:4",
        "2020-06-27T20:44:49.", "2020-06-27T20:44:49+2", "9999-01-01T00:00:00", "2020-06-27T-1:44:49"}) {
    EXPECT_FALSE(parse_iso_time(text)) << text;
  }
}

TEST(Events, TimesThatNobodyCanCountAreLeftOut) {
  hub::Publication publication;
  publication.channel = "a";
  publication.method = "channel.message";
  publication.data =
      std::make_shared<const std::string>(R"({"user":"ada","at_ms":16050000000000,"data":{}})");
  const auto event = read_event(publication);
  ASSERT_TRUE(event);
  EXPECT_EQ(event->at, WallTime{});
  EXPECT_EQ(event->user, "ada");
}

TEST(Callbacks, AreNamesOnly) {
  for (const char* good : {"cb", "$", "_x", "a.b.c", "jQuery123_4"})
    EXPECT_TRUE(callback_is_good(good)) << good;
  for (const char* bad : {"", "1a", "a-b", "a(b", "a;", "a b", ".a", "<script>"})
    EXPECT_FALSE(callback_is_good(bad)) << bad;
  EXPECT_TRUE(callback_is_good(std::string(64, 'a')));
  EXPECT_FALSE(callback_is_good(std::string(65, 'a')));
}

TEST(Uuids, ComeInOneForm) {
  const std::string plain = "5b5d0c86-93d3-4c3a-9c2d-7d6f3b1f2f10";
  for (const char* text :
       {"5b5d0c86-93d3-4c3a-9c2d-7d6f3b1f2f10", "{5B5D0C86-93D3-4C3A-9C2D-7D6F3B1F2F10}",
        "urn:uuid:5b5d0c86-93d3-4c3a-9c2d-7d6f3b1f2f10", "5b5d0c8693d34c3a9c2d7d6f3b1f2f10"}) {
    EXPECT_EQ(normal_uuid(text), plain) << text;
  }
  for (const char* text : {"", "x", "5b5d0c86", "5b5d0c86-93d3-4c3a-9c2d-7d6f3b1f2f1g"})
    EXPECT_FALSE(normal_uuid(text));
}

}  // namespace
}  // namespace longwave::channelstream::g2
