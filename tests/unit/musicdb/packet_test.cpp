// SPDX-License-Identifier: Apache-2.0
#include "dialects/musicdb/packet.hpp"

#include <gtest/gtest.h>
#include <boost/json.hpp>

namespace longwave::musicdb {
namespace {

namespace json = boost::json;

constexpr const char* whole =
    R"({"method":"request","fncname":"GetSong","fncsig":"UpdateSong","arguments":{"songid":1},"pass":{"a":[1]},"key":"k"})";

TEST(MusicDbPacket, IsReadWithAllSixKeys) {
  const auto packet = read_packet(whole);
  ASSERT_TRUE(packet);
  EXPECT_EQ(packet->method, Method::request);
  EXPECT_EQ(packet->function, "GetSong");
  EXPECT_EQ(packet->signature.as_string(), "UpdateSong");
  EXPECT_EQ(packet->arguments.at("songid").as_int64(), 1);
  EXPECT_EQ(packet->key, "k");
}

TEST(MusicDbPacket, WithoutOneOfTheKeysIsDropped) {
  for (const char* name : {"method", "fncname", "fncsig", "arguments", "pass", "key"}) {
    auto object = json::parse(whole).as_object();
    object.erase(name);
    const auto packet = read_packet(json::serialize(object));
    ASSERT_FALSE(packet) << name;
    EXPECT_NE(packet.error().message.find(name), std::string::npos);
  }
}

TEST(MusicDbPacket, NullIsAValueOfEveryKeyButTheMethod) {
  const auto packet = read_packet(
      R"({"method":"call","fncname":"Bounce","fncsig":null,"arguments":null,"pass":null,"key":null})");
  ASSERT_TRUE(packet);
  EXPECT_EQ(packet->key, "");
  EXPECT_TRUE(packet->signature.is_null());
}

TEST(MusicDbPacket, WhatIsNoPacketIsDropped) {
  for (const char* text :
       {"", "{", "[]", "7", "null",
        R"({"method":"notification","fncname":"","fncsig":null,"arguments":null,)"
        R"("pass":null,"key":""})",
        R"({"method":"call","fncname":"a","fncsig":7,"arguments":null,"pass":null,"key":""})",
        R"({"method":"call","fncname":"a","fncsig":null,"arguments":null,"pass":1e400,"key":""})"}) {
    EXPECT_FALSE(read_packet(text)) << text;
  }
  EXPECT_FALSE(read_packet(std::string(10'000, '[')));
}

TEST(MusicDbPacket, AnAnswerCarriesSignatureAndPass) {
  const auto text = write_packet(response, "GetSong", json::value("UpdateSong"), json::object{{"a", 1}},
                                 json::array{1, nullptr});
  EXPECT_EQ(json::parse(*text), json::parse(R"({"method":"response","fncname":"GetSong","fncsig":"UpdateSong",
    "arguments":{"a":1},"pass":[1,null]})"));
}

}  // namespace
}  // namespace longwave::musicdb
