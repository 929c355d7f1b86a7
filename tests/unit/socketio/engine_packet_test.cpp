// SPDX-License-Identifier: Apache-2.0
#include "dialects/socketio/engine_packet.hpp"

#include <gtest/gtest.h>

#include <string>

using namespace longwave;
using namespace longwave::socketio;
using namespace std::string_literals;

TEST(EnginePacket, EveryTypeIsADigit) {
  for (int i = 0; i < 7; ++i) {
    const auto packet = decode_engine_packet(std::to_string(i) + "data");
    ASSERT_TRUE(packet);
    EXPECT_EQ(*packet, (EnginePacket{static_cast<EngineType>(i), "data"}));
  }
  for (const auto* text : {"", "7", "9", "a", "-1", " 4", "b"})
    EXPECT_FALSE(decode_engine_packet(text)) << text;
}

TEST(EnginePayload, IsSeparatedPackets) {
  const auto packets = decode_payload(
      "4hello\x1e"
      "2\x1e"
      "4\xe2\x82\xac",
      10);
  ASSERT_TRUE(packets);
  EXPECT_EQ(*packets,
            (std::vector<EnginePacket>{
                {EngineType::message, "hello"}, {EngineType::ping}, {EngineType::message, "\xe2\x82\xac"}}));
}

TEST(EnginePayload, HasBinaryDataAsBase64) {
  const auto packets = decode_payload(
      "4hello\x1e"
      "bAQIDBA==",
      10);
  ASSERT_TRUE(packets);
  EXPECT_EQ((*packets)[1], (EnginePacket{EngineType::message, "\x01\x02\x03\x04", true}));
}

TEST(EnginePayload, RefusesWhatIsNone) {
  for (const auto& body : {""s, "abc"s, "4a\x1e"s, "\x1e"s,
                           "4a\x1e\x1e"
                           "4b"s,
                           "b*"s, "bA"s, "4\xff"s, "8"s}) {
    const auto packets = decode_payload(body, 10);
    ASSERT_FALSE(packets) << body;
    EXPECT_EQ(packets.error().code, Errc::invalid);
  }
}

TEST(EnginePayload, HasALimit) {
  EXPECT_TRUE(
      decode_payload("4\x1e"
                     "4\x1e"
                     "4",
                     3));
  const auto packets = decode_payload(
      "4\x1e"
      "4\x1e"
      "4\x1e"
      "4",
      3);
  ASSERT_FALSE(packets);
  EXPECT_EQ(packets.error().code, Errc::full);
}

TEST(EnginePayload, IsEncodedAsItIsDecoded) {
  std::string payload;
  append_to_payload(payload, *web::Frame::text("4one"));
  append_to_payload(payload, *web::Frame::binary("\x01\x02\x03\x04"));
  append_to_payload(payload, *web::Frame::text("6"));
  EXPECT_EQ(payload,
            "4one\x1e"
            "bAQIDBA==\x1e"
            "6");
}
