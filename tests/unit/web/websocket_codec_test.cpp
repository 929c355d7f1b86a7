// SPDX-License-Identifier: Apache-2.0
#include "web/websocket_codec.hpp"

#include "base/random.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace longwave::web {
namespace {

/// A frame as a client sends it.
std::string frame(unsigned first, std::string_view payload, bool masked = true) {
  auto wire = encode_frame(0, payload);
  wire[0] = static_cast<char>(first);
  if (!masked) return wire;
  const auto header = wire.size() - payload.size();
  wire[1] = static_cast<char>(wire[1] | 0x80);
  const std::string mask{"\x37\xfa\x21\x3d", 4};
  for (std::size_t i = 0; i < payload.size(); ++i)
    wire[header + i] = static_cast<char>(payload[i] ^ mask[i & 3]);
  return wire.insert(header, mask);
}

std::string name(const WebSocketEvent& event) {
  switch (event.kind) {
    case WebSocketEvent::Kind::text:
      return "text:" + std::string{event.payload};
    case WebSocketEvent::Kind::binary:
      return "binary:" + std::string{event.payload};
    case WebSocketEvent::Kind::ping:
      return "ping:" + std::string{event.payload};
    case WebSocketEvent::Kind::pong:
      return "pong:" + std::string{event.payload};
    case WebSocketEvent::Kind::close:
      return "close:" + std::to_string(event.code) + ":" + std::string{event.payload};
    case WebSocketEvent::Kind::error:
      return "error:" + std::to_string(event.code);
  }
  return "?";
}

constexpr std::size_t limit = 100'000;

void feed(WebSocketDecoder& decoder, std::string bytes, std::vector<std::string>& seen) {
  decoder.feed(bytes);
  while (const auto event = decoder.next()) seen.push_back(name(*event));
}

std::vector<std::string> whole(const std::string& bytes) {
  WebSocketDecoder decoder(limit);
  std::vector<std::string> seen;
  feed(decoder, bytes, seen);
  return seen;
}

std::vector<std::string> one_by_one(const std::string& bytes) {
  WebSocketDecoder decoder(limit);
  std::vector<std::string> seen;
  for (const char byte : bytes) feed(decoder, std::string(1, byte), seen);
  return seen;
}

using Events = std::vector<std::string>;
struct Case {
  const char* name;
  std::string bytes;
  Events expected;
};

std::string big(std::size_t size) {
  return std::string(size, '*');
}
std::string code(unsigned value, std::string_view reason = "") {
  return std::string{static_cast<char>(value >> 8), static_cast<char>(value & 0xff)} + std::string{reason};
}

// Named after the groups of the public Autobahn list.
std::vector<Case> cases() {
  const std::string greek = "\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5";
  std::vector<Case> list = {
      {"1.1.1 empty text", frame(0x81, ""), {"text:"}},
      {"1.1.2 text 125", frame(0x81, big(125)), {"text:" + big(125)}},
      {"1.1.3 text 126", frame(0x81, big(126)), {"text:" + big(126)}},
      {"1.1.4 text 127", frame(0x81, big(127)), {"text:" + big(127)}},
      {"1.1.6 text 65535", frame(0x81, big(65535)), {"text:" + big(65535)}},
      {"1.1.7 text 65536", frame(0x81, big(65536)), {"text:" + big(65536)}},
      {"1.2.1 empty binary", frame(0x82, ""), {"binary:"}},
      {"1.2.7 binary", frame(0x82, "\xfe\xff"), {"binary:\xfe\xff"}},
      {"2.1 empty ping", frame(0x89, ""), {"ping:"}},
      {"2.4 ping 125", frame(0x89, big(125)), {"ping:" + big(125)}},
      {"2.5 ping 126", frame(0x89, big(126)), {"error:1002"}},
      {"2.7 unasked pong", frame(0x8a, "x") + frame(0x81, "a"), {"pong:x", "text:a"}},
      {"2.10 ten pings",
       frame(0x89, "1") + frame(0x89, "2") + frame(0x89, "3"),
       {"ping:1", "ping:2", "ping:3"}},
      {"3.1 RSV1", frame(0xc1, "a"), {"error:1002"}},
      {"3.2 RSV2 behind text",
       frame(0x81, "a") + frame(0xa1, "b") + frame(0x89, ""),
       {"text:a", "error:1002"}},
      {"3.3 RSV3", frame(0x91, "a"), {"error:1002"}},
      {"3.7 RSV in close", frame(0xf8, ""), {"error:1002"}},
      {"4.1.1 opcode 3", frame(0x83, ""), {"error:1002"}},
      {"4.1.5 opcode 7", frame(0x87, "a"), {"error:1002"}},
      {"4.2.1 opcode 11", frame(0x8b, ""), {"error:1002"}},
      {"4.2.5 opcode 15", frame(0x8f, ""), {"error:1002"}},
      {"5.1 fragmented ping", frame(0x09, "a") + frame(0x80, "b"), {"error:1002"}},
      {"5.3 two fragments", frame(0x01, "one ") + frame(0x80, "two"), {"text:one two"}},
      {"5.6 ping between",
       frame(0x01, "one ") + frame(0x89, "p") + frame(0x80, "two"),
       {"ping:p", "text:one two"}},
      {"5.8 empty fragments", frame(0x01, "") + frame(0x00, "") + frame(0x80, ""), {"text:"}},
      {"5.9 continuation of nothing", frame(0x80, "x") + frame(0x81, "a"), {"error:1002"}},
      {"5.12 open continuation of nothing", frame(0x00, "x"), {"error:1002"}},
      {"5.15 end without beginning",
       frame(0x01, "a") + frame(0x80, "b") + frame(0x00, "c"),
       {"text:ab", "error:1002"}},
      {"5.18 text inside text", frame(0x01, "a") + frame(0x81, "b"), {"error:1002"}},
      {"5.19 pings between five fragments",
       frame(0x01, "1") + frame(0x00, "2") + frame(0x89, "p1") + frame(0x00, "3") + frame(0x89, "p2") +
           frame(0x80, "4"),
       {"ping:p1", "ping:p2", "text:1234"}},
      {"binary in fragments", frame(0x02, "\xff") + frame(0x80, "\xfe"), {"binary:\xff\xfe"}},
      {"6.2.1 UTF-8", frame(0x81, greek), {"text:" + greek}},
      {"6.2.3 UTF-8 cut anywhere",
       frame(0x01, greek.substr(0, 4)) + frame(0x80, greek.substr(4)),
       {"text:" + greek}},
      {"6.3.1 surrogate", frame(0x81, greek + "\xed\xa0\x80" + "edited"), {"error:1007"}},
      {"6.4.1 fails before the message ends", frame(0x01, greek + "\xf4\x90\x80\x80"), {"error:1007"}},
      {"6.5 NUL", frame(0x81, std::string(1, '\0')), {"text:" + std::string(1, '\0')}},
      {"6.6 half a character at the end", frame(0x81, "\xce"), {"error:1007"}},
      {"6.7 highest", frame(0x81, "\xf4\x8f\xbf\xbf"), {"text:\xf4\x8f\xbf\xbf"}},
      {"6.8 five bytes", frame(0x81, "\xf8\x88\x80\x80\x80"), {"error:1007"}},
      {"6.12 lone continuation", frame(0x81, "\x80"), {"error:1007"}},
      {"6.14 lone lead", frame(0x81, "\xc3 "), {"error:1007"}},
      {"6.18 overlong slash", frame(0x81, "\xc0\xaf"), {"error:1007"}},
      {"6.18 overlong in three", frame(0x81, "\xe0\x80\xaf"), {"error:1007"}},
      {"6.18 overlong in four", frame(0x81, "\xf0\x80\x80\xaf"), {"error:1007"}},
      {"6.21 surrogates", frame(0x81, "\xed\xbf\xbf"), {"error:1007"}},
      {"6.22 non-characters are text", frame(0x81, "\xef\xbf\xbe"), {"text:\xef\xbf\xbe"}},
      {"7.1.1 close after text", frame(0x81, "a") + frame(0x88, code(1000)), {"text:a", "close:1000:"}},
      {"7.1.3 nothing behind a close",
       frame(0x88, code(1000)) + frame(0x89, "") + frame(0x81, "a"),
       {"close:1000:"}},
      {"7.3.1 empty close", frame(0x88, ""), {"close:1005:"}},
      {"7.3.2 half a code", frame(0x88, "\x03"), {"error:1002"}},
      {"7.3.4 reason", frame(0x88, code(1000, "bye")), {"close:1000:bye"}},
      {"7.3.6 close too long", frame(0x88, code(1000, big(124))), {"error:1002"}},
      {"7.5.1 reason isn't UTF-8", frame(0x88, code(1000, "\xff")), {"error:1007"}},
      {"no mask", frame(0x81, "a", false), {"error:1002"}},
      {"length not shortest, 16 bits", std::string("\x81\xfe\x00\x05", 4) + "mmmm12345", {"error:1002"}},
      {"length not shortest, 64 bits",
       std::string("\x81\xff\x00\x00\x00\x00\x00\x00\xff\xff", 10) + "mmmm",
       {"error:1002"}},
      {"length with the highest bit",
       std::string("\x82\xff\x80\x00\x00\x00\x00\x00\x00\x00", 10) + "mmmm",
       {"error:1002"}},
      {"too big is known from the header", frame(0x82, big(limit + 1)).substr(0, 14), {"error:1009"}},
      {"too big over fragments", frame(0x02, big(limit)) + frame(0x80, "x").substr(0, 6), {"error:1009"}},
      {"just not too big", frame(0x02, big(limit - 1)) + frame(0x80, "*"), {"binary:" + big(limit)}},
  };
  for (const unsigned good :
       {1000u, 1001u, 1002u, 1003u, 1007u, 1008u, 1009u, 1010u, 1011u, 3000u, 3999u, 4000u, 4999u}) {
    list.push_back({"7.7 good code", frame(0x88, code(good)), {"close:" + std::to_string(good) + ":"}});
  }
  for (const unsigned bad : {0u, 999u, 1004u, 1005u, 1006u, 1016u, 1100u, 2000u, 2999u, 5000u, 65535u}) {
    list.push_back({"7.9 bad code", frame(0x88, code(bad)), {"error:1002"}});
  }
  return list;
}

TEST(WebSocketDecoder, cases_whole_and_byte_by_byte) {
  for (const auto& one : cases()) {
    SCOPED_TRACE(one.name);
    EXPECT_EQ(whole(one.bytes), one.expected);
    EXPECT_EQ(one_by_one(one.bytes), one.expected);
  }
}

TEST(WebSocketDecoder, any_split_gives_the_same_events) {
  const auto list = cases();
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    Random random(seed);
    std::string bytes;
    for (int i = 0; i < 6; ++i) {
      const auto& one = list[random.below(list.size())];
      if (one.bytes.size() < 1000) bytes += one.bytes;
    }
    // Some streams are damaged, so that errors in odd places are compared too.
    if (random.chance(0.3) && !bytes.empty()) {
      auto& byte = bytes[random.below(bytes.size())];
      byte = static_cast<char>(byte ^ static_cast<char>(1u << random.below(8)));
    }
    const auto expected = whole(bytes);
    WebSocketDecoder decoder(limit);
    std::vector<std::string> seen;
    for (std::size_t at = 0; at < bytes.size();) {
      const auto size = std::min<std::size_t>(1 + random.below(40), bytes.size() - at);
      feed(decoder, bytes.substr(at, size), seen);
      at += size;
    }
    ASSERT_EQ(seen, expected) << "seed " << seed;
  }
}

TEST(WebSocketEncoder, chooses_the_shortest_length_and_cuts_reasons_between_characters) {
  EXPECT_EQ(encode_frame(op_text, "ab"), std::string("\x81\x02"
                                                     "ab"));
  EXPECT_EQ(encode_frame(op_text, big(126)).substr(0, 4), std::string("\x81\x7e\x00\x7e", 4));
  EXPECT_EQ(encode_frame(op_binary, big(65536)).substr(0, 10), std::string("\x82\x7f\0\0\0\0\0\x01\0\0", 10));
  EXPECT_EQ(encode_close(1000, "bye"), std::string("\x88\x05\x03\xe8"
                                                   "bye"));
  EXPECT_EQ(encode_close(1005, "not sent"), std::string("\x88\x00", 2));
  std::string reason(122, 'a');
  reason += "\xc3\xa9";
  EXPECT_EQ(encode_close(1000, reason).size(), 2u + 2 + 122);
}

TEST(WebSocketHandshake, key_of_the_rfc) {
  EXPECT_EQ(accept_key("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

}  // namespace
}  // namespace longwave::web
