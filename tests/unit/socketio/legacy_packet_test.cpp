// SPDX-License-Identifier: Apache-2.0
#include "dialects/socketio/legacy_packet.hpp"

#include <gtest/gtest.h>

namespace longwave::socketio::legacy {
namespace {

struct Case {
  const char* text;
  Type type;
  const char* id;
  bool wants_data;
  const char* endpoint;
  const char* data;
};

TEST(LegacyPacket, EveryTypeIsReadAndWrittenAsTheDocumentHasIt) {
  for (const auto& c : {
           Case{"0::/stream", Type::disconnect, "", false, "/stream", ""},
           Case{"0::", Type::disconnect, "", false, "", ""},
           Case{"1::", Type::connect, "", false, "", ""},
           Case{"1::/stream", Type::connect, "", false, "/stream", ""},
           Case{"2::", Type::heartbeat, "", false, "", ""},
           Case{"3:::hello", Type::message, "", false, "", "hello"},
           Case{"3:1::a:b:c", Type::message, "1", false, "", "a:b:c"},
           Case{"4:::{\"a\":1}", Type::json, "", false, "", "{\"a\":1}"},
           Case{"5:1+:/stream:{\"name\":\"join\",\"args\":[]}", Type::event, "1", true, "/stream",
                "{\"name\":\"join\",\"args\":[]}"},
           Case{"6::/stream:1+[\"ok\"]", Type::ack, "", false, "/stream", "1+[\"ok\"]"},
           Case{"7:::1+0", Type::error, "", false, "", "1+0"},
           Case{"7::/stream:2", Type::error, "", false, "/stream", "2"},
           Case{"8::", Type::noop, "", false, "", ""},
       }) {
    const auto packet = parse(c.text);
    ASSERT_TRUE(packet) << c.text;
    EXPECT_EQ(packet->type, c.type) << c.text;
    EXPECT_EQ(packet->id, c.id) << c.text;
    EXPECT_EQ(packet->wants_data, c.wants_data) << c.text;
    EXPECT_EQ(packet->endpoint, c.endpoint) << c.text;
    EXPECT_EQ(packet->data, c.data) << c.text;
    EXPECT_EQ(encode(*packet), c.text);
  }
}

TEST(LegacyPacket, AQueryOfAConnectIsTakenFromTheEndpoint) {
  for (const auto* text : {"1::/stream?username=a", "1::/stream:?username=a"}) {
    const auto packet = parse(text);
    ASSERT_TRUE(packet);
    EXPECT_EQ(packet->endpoint, "/stream");
    EXPECT_EQ(packet->data, "?username=a");
  }
}

TEST(LegacyPacket, WhatIsNoPacketIsRefused) {
  for (const std::string_view text : {"", "5", "9::", "x::", "55::", "5:x:", "5:+:", "5:1 :", "5::stream:{}",
                                      "5:1234567890123456789::", "3:::\xC3"}) {
    EXPECT_FALSE(parse(text)) << text;
  }
}

TEST(LegacyPacket, WhatTheServerSays) {
  EXPECT_EQ(event_packet("/stream", "join", R"([["a"]])"), R"(5::/stream:{"name":"join","args":[["a"]]})");
  EXPECT_EQ(event_packet("/stream", "x", "[]", "7"), R"(5:7+:/stream:{"name":"x","args":[]})");
  EXPECT_EQ(ack_packet("/stream", "1", R"(["ok"])"), R"(6::/stream:1+["ok"])");
  EXPECT_EQ(ack_packet("", "4", ""), "6:::4");
  EXPECT_EQ(error_packet("/stream", Reason::unauthorized), "7::/stream:2");
  EXPECT_EQ(error_packet("", Reason::client_not_handshaken, true), "7:::1+0");
}

TEST(LegacyPacket, Acks) {
  EXPECT_EQ(parse_ack("12+[1]")->id, "12");
  EXPECT_EQ(parse_ack("12+[1]")->args_json, "[1]");
  EXPECT_EQ(parse_ack("12")->args_json, "");
  EXPECT_FALSE(parse_ack("+[1]"));
  EXPECT_FALSE(parse_ack("a"));
}

TEST(LegacyPacket, NamesOfEvents) {
  EXPECT_TRUE(allowed_event_name("user connect_2"));
  for (const auto* name : {"", "_x", "1a", "a-b", "a.b"}) EXPECT_FALSE(allowed_event_name(name)) << name;
}

TEST(LegacyPayload, LengthsCountWhatABrowserCounts) {
  const std::string smile = "3:::\xF0\x9F\x98\x80";  // two units for a browser
  EXPECT_EQ(utf16_length(smile), 6U);
  const auto body = join_payload({smile, "2::"});
  EXPECT_EQ(body,
            "\xEF\xBF\xBD"
            "6\xEF\xBF\xBD" +
                smile +
                "\xEF\xBF\xBD"
                "3\xEF\xBF\xBD"
                "2::");
  EXPECT_EQ(*split_payload(body), (std::vector<std::string_view>{smile, "2::"}));
}

TEST(LegacyPayload, OnePacketIsNotFramedAndMayHoldTheMark) {
  const std::string text =
      "3:::a\xEF\xBF\xBD"
      "b";
  EXPECT_EQ(join_payload({text}), text);
  EXPECT_EQ(*split_payload(text), (std::vector<std::string_view>{text}));
  EXPECT_TRUE(split_payload("")->empty());
  const auto framed = join_payload({text, text});
  EXPECT_EQ(*split_payload(framed), (std::vector<std::string_view>{text, text}));
}

TEST(LegacyPayload, BrokenFramesAreRefused) {
  const std::string m = "\xEF\xBF\xBD";
  for (const auto& body :
       {m, m + "3", m + "x" + m + "2::", m + "4" + m + "2::", m + "2" + m + "2::", m + "3" + m + "2::x",
        m + "1" + m + "\xF0\x9F\x98\x80", m + "99999999999999999999" + m + "2::"}) {
    EXPECT_FALSE(split_payload(body)) << body;
  }
}

}  // namespace
}  // namespace longwave::socketio::legacy
