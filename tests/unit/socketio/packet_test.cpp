// SPDX-License-Identifier: Apache-2.0
#include "dialects/socketio/packet.hpp"

#include <gtest/gtest.h>
#include <boost/json.hpp>

#include <string>
#include <vector>

using namespace longwave;
using namespace longwave::socketio;
namespace json = boost::json;

namespace {

struct Row {
  const char* text;  // behind the "4" of Engine.IO
  Packet packet;
};

json::value J(std::string_view text) {
  return json::parse({text.data(), text.size()});
}

// The tables of the protocol document.
std::vector<Row> document() {
  using T = PacketType;
  return {
      {"0", {.type = T::connect}},
      {R"(0{"sid":"wZX3oN0bSVIhsaknAAAI"})",
       {.type = T::connect, .data = J(R"({"sid":"wZX3oN0bSVIhsaknAAAI"})")}},
      {"0/admin,", {.type = T::connect, .nsp = "/admin"}},
      {R"(0/admin,{"sid":"oSO0OpakMV_3jnilAAAA"})",
       {.type = T::connect, .nsp = "/admin", .data = J(R"({"sid":"oSO0OpakMV_3jnilAAAA"})")}},
      {R"(4{"message":"Not authorized"})",
       {.type = T::connect_error, .data = J(R"({"message":"Not authorized"})")}},
      {R"(2["foo"])", {.data = J(R"(["foo"])")}},
      {R"(2/admin,["bar"])", {.nsp = "/admin", .data = J(R"(["bar"])")}},
      {R"(212["foo"])", {.id = 12, .data = J(R"(["foo"])")}},
      {"312[]", {.type = T::ack, .id = 12, .data = J("[]")}},
      {R"(2/admin,13["foo"])", {.nsp = "/admin", .id = 13, .data = J(R"(["foo"])")}},
      {R"(3/admin,13["bar"])", {.type = T::ack, .nsp = "/admin", .id = 13, .data = J(R"(["bar"])")}},
      {R"(314["bar"])", {.type = T::ack, .id = 14, .data = J(R"(["bar"])")}},
      {"1", {.type = T::disconnect}},
      {"1/admin,", {.type = T::disconnect, .nsp = "/admin"}},
      {R"(51-["baz",{"_placeholder":true,"num":0}])",
       {.data = J(R"(["baz",{"_placeholder":true,"num":0}])"), .attachments = {"\x01\x02\x03\x04"}}},
      {R"(52-/admin,["baz",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}])",
       {.nsp = "/admin",
        .data = J(R"(["baz",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}])"),
        .attachments = {"\x01\x02", "\x03\x04"}}},
      {R"(51-14["foo",{"_placeholder":true,"num":0}])",
       {.id = 14, .data = J(R"(["foo",{"_placeholder":true,"num":0}])"), .attachments = {"\x01"}}},
      {R"(61-15["bar",{"_placeholder":true,"num":0}])",
       {.type = T::ack,
        .id = 15,
        .data = J(R"(["bar",{"_placeholder":true,"num":0}])"),
        .attachments = {"\x01"}}},
  };
}

bool refused(std::string_view text) {
  PacketDecoder decoder;
  return !decoder.text(text);
}

}  // namespace

TEST(Packet, IsReadAsTheDocumentSays) {
  for (const auto& [text, packet] : document()) {
    PacketDecoder decoder;
    auto read = decoder.text(text);
    ASSERT_TRUE(read) << text;
    for (const auto& attachment : packet.attachments) {
      ASSERT_FALSE(*read) << text << ": not complete yet";
      read = decoder.binary(attachment);
      ASSERT_TRUE(read) << text;
    }
    ASSERT_TRUE(*read) << text;
    EXPECT_EQ((*read)->type, packet.type) << text;
    EXPECT_EQ((*read)->nsp, packet.nsp) << text;
    EXPECT_EQ((*read)->id, packet.id) << text;
    EXPECT_EQ((*read)->data, packet.data) << text;
    EXPECT_EQ((*read)->attachments, packet.attachments) << text;
  }
}

TEST(Packet, IsWrittenAsTheDocumentSays) {
  for (const auto& [text, packet] : document()) {
    const auto frames = encode_packet(packet);
    ASSERT_EQ(frames.size(), 1 + packet.attachments.size());
    EXPECT_EQ(frames.front()->payload(), "4" + std::string(text));
    for (std::size_t i = 0; i < packet.attachments.size(); ++i)
      EXPECT_EQ(frames[i + 1]->payload(), packet.attachments[i]);
  }
}

TEST(Packet, ANamespaceMayEndTheText) {
  PacketDecoder decoder;
  EXPECT_EQ((*decoder.text("0/custom"))->nsp, "/custom");
  EXPECT_EQ((*decoder.text("1/custom"))->nsp, "/custom");
}

TEST(Packet, MalformedOnesAreRefused) {
  for (const auto* text : {
           "",
           "abc",
           "7",
           "9[]",
           "-",  // no type
           "0[]",
           "0\"a\"",
           "0{",
           "0{}x",  // CONNECT takes an object or nothing
           "1{}",
           "1[]",  // DISCONNECT takes nothing
           "2",
           "2{}",
           "2[]",
           "2\"a\"",
           "2[null]",
           "2[{}]",
           "2[true]",
           "2[\"a\",1e400]",  // can't be written again
           "213[13e999,null]",
           "2abc[\"a\"]",
           "2[\"a\"",
           R"(2["connect"])",
           R"(2["disconnect"])",
           R"(2["connect_error"])",
           R"(2["newListener"])",
           "3[]",
           "3",
           "31",
           "31{}",
           "3a[]",  // ACK takes an id and an array
           "4",
           "4[]",
           "41",  // CONNECT_ERROR takes an object or a text
           R"(5["a"])",
           R"(5-["a"])",
           R"(5a-["a"])",
           R"(51["a"])",
           R"(565-["a"])",  // attachments: a number
           R"(51-["a",{"_placeholder":true,"num":1}])",
           R"(51-["a",{"_placeholder":true,"num":-1}])",
           R"(51-["a",{"_placeholder":true}])",
           R"(51-["a",[{"b":{"_placeholder":true,"num":"0"}}]])",
           R"(21234567890123456["a"])",  // an id that a double can't hold
       })
    EXPECT_TRUE(refused(text)) << text;
  EXPECT_TRUE(refused("2/" + std::string(300, 'a') + R"(,["a"])"));
  EXPECT_TRUE(refused("2" + std::string(100, '[') + std::string(100, ']')));
}

TEST(Packet, NumbersNameEventsToo) {
  PacketDecoder decoder;
  EXPECT_TRUE(decoder.text("2[1,2]"));
}

TEST(Packet, AttachmentsComeInTurn) {
  PacketDecoder alone;
  EXPECT_FALSE(alone.binary("x")) << "of nothing";
  PacketDecoder broken;
  ASSERT_TRUE(broken.text(R"(51-["a",{"_placeholder":true,"num":0}])"));
  EXPECT_FALSE(broken.text(R"(2["a"])")) << "a text in between";
  PacketDecoder none;
  EXPECT_TRUE(*none.text(R"(50-["a"])"));
  PacketDecoder plain;
  EXPECT_TRUE(*plain.text(R"(2["a",{"_placeholder":true,"num":7}])")) << "without attachments it is data";
}

TEST(Packet, HasABoundInBytes) {
  PacketDecoder decoder({.bytes = 100});
  EXPECT_FALSE(decoder.text("2[\"" + std::string(100, 'a') + "\"]"));
  ASSERT_TRUE(decoder.text(R"(52-["a"])"));
  ASSERT_TRUE(decoder.binary(std::string(50, 'a')));
  EXPECT_FALSE(decoder.binary(std::string(50, 'a')));
}

TEST(Packet, MarksAnAttachment) {
  EXPECT_EQ(json::serialize(attached(3)), R"({"_placeholder":true,"num":3})");
}
