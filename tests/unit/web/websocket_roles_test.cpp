// SPDX-License-Identifier: Apache-2.0
#include "base/random.hpp"
#include "web/websocket_codec.hpp"
#include "web/websocket_peer.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace longwave::web {
namespace {

constexpr std::size_t limit = 100'000;
constexpr std::uint8_t fin = 0x80;

std::string with_first(unsigned first, std::string_view payload) {
  auto wire = encode_frame(0, payload);
  wire[0] = static_cast<char>(first);
  return wire;
}

std::string compressed(std::string_view payload, std::uint8_t bits = 15) {
  Deflater deflater;
  return deflater.compress(payload, bits, 6);
}

using Events = std::vector<std::string>;

void read(WebSocketDecoder& decoder, std::string bytes, Events& seen) {
  decoder.feed(bytes);
  while (const auto event = decoder.next()) {
    static constexpr const char* names[] = {"text:", "binary:", "ping:", "pong:", "close:", "error:"};
    std::string name = names[static_cast<int>(event->kind)];
    if (event->code != 0) name += std::to_string(event->code);
    seen.push_back(event->kind == WebSocketEvent::Kind::error ? name : name + std::string{event->payload});
  }
}

Events as(Role role, DeflateTerms terms, const std::string& bytes) {
  WebSocketDecoder decoder(limit, role, terms);
  Events seen;
  read(decoder, bytes, seen);
  return seen;
}

constexpr DeflateTerms fresh{.on = true};
constexpr DeflateTerms takeover{.on = true, .peer_takes_over = true};

TEST(WebSocketRoles, a_client_takes_no_masked_frame_and_a_server_no_other) {
  const auto plain = encode_frame(op_text, "a");
  EXPECT_EQ(as(Role::client, {}, plain), Events{"text:a"});
  EXPECT_EQ(as(Role::server, {}, plain), Events{"error:1002"});
  EXPECT_EQ(as(Role::server, {}, mask_frame(plain, 0x12345678)), Events{"text:a"});
  EXPECT_EQ(as(Role::client, {}, mask_frame(plain, 0x12345678)), Events{"error:1002"});
}

TEST(WebSocketRoles, masks_of_all_lengths) {
  for (const std::size_t size : {0, 1, 7, 8, 125, 126, 65535, 65536}) {
    const std::string text(size, 'm');
    EXPECT_EQ(as(Role::server, {}, mask_frame(encode_frame(op_binary, text), 0xdeadbeef)),
              Events{"binary:" + text});
  }
}

struct Case {
  const char* name;
  DeflateTerms terms;
  std::string bytes;
  Events expected;
};

TEST(WebSocketRoles, compressed_messages) {
  const std::string greek = "\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5";
  const std::string long_text(5000, 'z');
  const auto body = compressed(long_text);
  const auto half = body.size() / 2;
  const std::string hello{"\xf2\x48\xcd\xc9\xc9\x07\x00", 7};
  const std::string hello_again{"\xf2\x00\x11\x00\x00", 5};
  const auto bomb = compressed(std::string(limit + 1, 'b'));
  const std::vector<Case> cases = {
      {"whole", fresh, with_first(0xc1, body), {"text:" + long_text}},
      {"binary", fresh, with_first(0xc2, body), {"binary:" + long_text}},
      {"plain ones go on",
       fresh,
       with_first(0x81, "a") + with_first(0xc1, body) + with_first(0x81, "b"),
       {"text:a", "text:" + long_text, "text:b"}},
      {"in fragments with a ping between",
       fresh,
       with_first(0x41, body.substr(0, half)) + with_first(0x89, "p") + with_first(0x80, body.substr(half)),
       {"ping:p", "text:" + long_text}},
      {"an empty fragment at either end",
       fresh,
       with_first(0x41, "") + with_first(0x00, body) + with_first(0x80, ""),
       {"text:" + long_text}},
      {"empty", fresh, with_first(0xc1, std::string(1, '\0')) + with_first(0xc1, ""), {"text:", "text:"}},
      {"the window is taken over",
       takeover,
       with_first(0xc1, hello) + with_first(0x81, "plain") + with_first(0xc1, hello_again),
       {"text:Hello", "text:plain", "text:Hello"}},
      {"or isn't",
       fresh,
       with_first(0xc1, hello) + with_first(0xc1, hello_again),
       {"text:Hello", "error:1007"}},
      {"RSV1 that wasn't agreed", {}, with_first(0xc1, hello), {"error:1002"}},
      {"RSV1 on a continuation",
       fresh,
       with_first(0x41, body.substr(0, half)) + with_first(0xc0, body.substr(half)),
       {"error:1002"}},
      {"RSV1 on a ping", fresh, with_first(0xc9, "a"), {"error:1002"}},
      {"RSV1 on a pong", fresh, with_first(0xca, "a"), {"error:1002"}},
      {"RSV1 on a close", fresh, with_first(0xc8, ""), {"error:1002"}},
      {"RSV2 beside it", fresh, with_first(0xe1, hello), {"error:1002"}},
      {"RSV3 beside it", fresh, with_first(0xd1, hello), {"error:1002"}},
      {"exactly the limit",
       fresh,
       with_first(0xc2, compressed(std::string(limit, 'b'))),
       {"binary:" + std::string(limit, 'b')}},
      {"more than the limit", fresh, with_first(0xc2, bomb), {"error:1009"}},
      {"more than the limit in fragments",
       fresh,
       with_first(0x42, bomb.substr(0, 90)) + with_first(0x80, bomb.substr(90)),
       {"error:1009"}},
      {"broken data", fresh, with_first(0xc1, "\xff\xff\xff"), {"error:1007"}},
      {"half a message", fresh, with_first(0xc1, body.substr(0, half)), {"error:1007"}},
      {"not UTF-8", fresh, with_first(0xc1, compressed("a\xff")), {"error:1007"}},
      {"half a character", fresh, with_first(0xc1, compressed(greek.substr(0, 3))), {"error:1007"}},
      {"bytes that aren't UTF-8 in a binary one",
       fresh,
       with_first(0xc2, compressed("a\xff")),
       {"binary:a\xff"}},
      {"a character across messages isn't one",
       fresh,
       with_first(0xc1, compressed("\xce")) + with_first(0xc1, compressed("\xba")),
       {"error:1007"}},
  };
  for (const auto& one : cases) {
    EXPECT_EQ(as(Role::client, one.terms, one.bytes), one.expected) << one.name;
    WebSocketDecoder decoder(limit, Role::client, one.terms);
    Events pieces;
    for (const char byte : one.bytes) read(decoder, std::string(1, byte), pieces);
    EXPECT_EQ(pieces, one.expected) << one.name << ", byte by byte";
  }
}

/// What one end sends in a random conversation, and what the other must see.
struct Conversation {
  std::string bytes;
  Events expected;
};

Conversation conversation(Random& random, Role receiver, const DeflateTerms& terms) {
  Conversation made;
  Deflater deflater;
  const auto add = [&](unsigned first, std::string_view payload) {
    auto wire = with_first(first, payload);
    made.bytes += receiver == Role::server ? mask_frame(wire, std::uint32_t(random.below(1ull << 32))) : wire;
  };
  for (auto messages = 1 + random.below(6); messages > 0; --messages) {
    std::string text(random.below(3) == 0 ? random.below(70'000) : random.below(300), 'a');
    for (auto& c : text) c = static_cast<char>('a' + random.below(4));
    const bool squeeze = terms.on && random.chance(0.6);
    const auto payload = squeeze ? deflater.compress(text, terms.receive_bits, 1) : text;
    const bool binary = random.chance(0.5);
    std::size_t at = 0;
    unsigned first = (binary ? op_binary : op_text) | (squeeze ? rsv1 : 0u);
    while (random.chance(0.5)) {
      const auto size = random.below(payload.size() - at + 1);
      add(first, payload.substr(at, size));
      at += size;
      first = 0;
      if (!random.chance(0.3)) continue;
      add(fin | op_ping, "between");
      made.expected.push_back("ping:between");
    }
    add(fin | first, payload.substr(at));
    made.expected.push_back((binary ? "binary:" : "text:") + text);
  }
  add(fin | op_close, std::string{"\x03\xe8", 2} + "bye");
  made.expected.push_back("close:1000bye");
  return made;
}

TEST(WebSocketRoles, any_split_gives_the_same_events_in_either_role) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    Random random(seed);
    DeflateTerms terms;
    terms.on = random.chance(0.7);
    terms.peer_takes_over = random.chance(0.5);
    terms.receive_bits = static_cast<std::uint8_t>(8 + random.below(8));
    const auto role = random.chance(0.5) ? Role::server : Role::client;
    const auto made = conversation(random, role, terms);
    WebSocketDecoder decoder(limit, role, terms);
    Events seen;
    for (std::size_t at = 0; at < made.bytes.size();) {
      const auto size = 1 + random.below(random.chance(0.5) ? 20 : 70'000);
      read(decoder, made.bytes.substr(at, size), seen);
      at += size;
    }
    ASSERT_EQ(seen, made.expected) << "seed " << seed;
  }
}

// ---- two machines and nothing between them

struct SeededMasks final : Masks {
  std::uint32_t next() override { return static_cast<std::uint32_t>(random.below(1ull << 32)); }
  Random random{5};
};

struct Ends {
  explicit Ends(DeflateTerms of_client = {}, DeflateTerms of_server = {}, WebSocketOptions options = {})
      : shared(std::make_shared<const WebSocketOptions>(std::move(options))),
        client(shared, now, {of_client, &masks}),
        server(shared, now, {of_server, nullptr}) {}

  /// What `from` sends reaches `to`; the messages of it, and what `to` answers by itself into `back`.
  static Events carry(std::string bytes, WebSocketPeer& to, Instant now, std::string& back) {
    Events seen;
    to.feed(bytes, now);
    while (const auto message = to.next(back)) seen.emplace_back(message->payload);
    return seen;
  }
  std::string sent(WebSocketPeer& by, const SharedFrame& frame) {
    return std::string{by.wire(frame, deflater).bytes};
  }

  Instant now{std::chrono::seconds{1}};
  SeededMasks masks;
  Deflater deflater;
  std::shared_ptr<const WebSocketOptions> shared;
  WebSocketPeer client;
  WebSocketPeer server;
};

TEST(WebSocketRoles, both_ends_talk_and_close) {
  Ends ends(fresh, fresh);
  const auto text = Frame::text(std::string(3000, 'x'));
  std::string back;
  auto wire = ends.sent(ends.client, text);
  EXPECT_LT(wire.size(), 100u) << "compressed";
  EXPECT_NE(wire[1] & 0x80, 0) << "masked";
  EXPECT_EQ(Ends::carry(wire, ends.server, ends.now, back), Events{std::string(text->payload())});
  wire = ends.sent(ends.server, text);
  EXPECT_EQ(wire[1] & 0x80, 0);
  EXPECT_EQ(Ends::carry(wire, ends.client, ends.now, back), Events{std::string(text->payload())});
  EXPECT_EQ(back, "");
  const auto brief = Frame::text("below the threshold");
  EXPECT_EQ(ends.sent(ends.server, brief), brief->wire());

  std::string close;
  ends.client.close(1000, "enough", ends.now, close);
  Ends::carry(close, ends.server, ends.now, back);
  EXPECT_EQ(ends.server.state(), WebSocketPeer::State::finished);
  EXPECT_EQ(ends.server.code(), 1000);
  EXPECT_TRUE(ends.server.ends_first());
  std::string nothing;
  Ends::carry(back, ends.client, ends.now, nothing);
  EXPECT_EQ(ends.client.state(), WebSocketPeer::State::finished);
  EXPECT_FALSE(ends.client.ends_first()) << "a client waits for its server's FIN (RFC 6455 section 7.1.1)";
  EXPECT_EQ(ends.client.code(), 1000);
  EXPECT_TRUE(ends.client.on_time(ends.client.due(), nothing)) << "but not for ever";
}

TEST(WebSocketRoles, a_client_masks_each_frame_anew_and_answers_pings_masked) {
  Ends ends;
  const auto frame = Frame::text("the same");
  EXPECT_NE(ends.sent(ends.client, frame), ends.sent(ends.client, frame));
  std::string pong;
  Ends::carry(encode_frame(op_ping, "here?"), ends.client, ends.now, pong);
  EXPECT_EQ(as(Role::server, {}, pong), Events{"pong:here?"});
}

TEST(WebSocketRoles, a_client_ends_first_when_its_server_breaks_the_rules) {
  Ends ends;
  std::string back;
  Ends::carry(mask_frame(encode_frame(op_text, "masked"), 1), ends.client, ends.now, back);
  EXPECT_TRUE(ends.client.ends_first());
  EXPECT_EQ(as(Role::server, {}, back)[0].substr(0, 10), "close:1002");
}

}  // namespace
}  // namespace longwave::web
