// SPDX-License-Identifier: Apache-2.0
#include "web/websocket_peer.hpp"

#include "loopback.hpp"

#include <gtest/gtest.h>

namespace longwave::web {
namespace {

using test::Client;
using namespace std::chrono_literals;

struct Bench {
  explicit Bench(WebSocketOptions options = {})
      : peer(std::make_shared<const WebSocketOptions>(std::move(options)), now) {}

  std::string feed(std::string bytes) {
    std::string messages;
    peer.feed(bytes, now);
    while (const auto message = peer.next(out)) messages += std::string{message->payload} + ";";
    return messages;
  }
  /// Lets time pass in steps of the machine's own wishes.
  bool pass(Duration time) {
    const auto end = now + time;
    while (peer.due() <= end) {
      now = std::max(now, peer.due());
      if (peer.on_time(now, out)) return true;
    }
    now = end;
    return false;
  }
  std::string sent() { return std::exchange(out, {}); }

  Instant now{1000s};
  std::string out;
  WebSocketPeer peer;
};

std::string close_frame(unsigned code) {
  return std::string{static_cast<char>(code >> 8), static_cast<char>(code & 0xff)};
}

TEST(WebSocketPeer, answers_pings_and_closes) {
  Bench bench;
  EXPECT_EQ(bench.feed(Client::masked(0x89, "are you there") + Client::masked(0x81, "hello")), "hello;");
  EXPECT_EQ(bench.sent(), encode_frame(op_pong, "are you there"));
  EXPECT_EQ(bench.feed(Client::masked(0x88, close_frame(4001) + "done") + Client::masked(0x81, "late")), "");
  EXPECT_EQ(bench.sent(), encode_close(4001, ""));
  EXPECT_EQ(bench.peer.state(), WebSocketPeer::State::finished);
  EXPECT_EQ(bench.peer.code(), 4001);
  EXPECT_EQ(bench.peer.reason(), "done");
}

TEST(WebSocketPeer, our_close_waits_for_theirs_but_not_for_ever) {
  Bench bench({.ping_every = 0s, .closing_timeout = 5s});
  bench.peer.close(3001, "bye", bench.now, bench.out);
  EXPECT_EQ(bench.sent(), encode_close(3001, "bye"));
  EXPECT_EQ(bench.feed(Client::masked(0x81, "ignored") + Client::masked(0x89, "x")), "");
  EXPECT_EQ(bench.sent(), "");
  EXPECT_EQ(bench.peer.state(), WebSocketPeer::State::closing);
  EXPECT_FALSE(bench.pass(4s));
  Bench answered = Bench({.ping_every = 0s});
  answered.peer.close(1000, "", answered.now, answered.out);
  answered.feed(Client::masked(0x88, close_frame(1000)));
  EXPECT_EQ(answered.peer.state(), WebSocketPeer::State::finished);
  EXPECT_EQ(answered.peer.code(), 1000);
  EXPECT_TRUE(bench.pass(2s));
  EXPECT_EQ(bench.peer.code(), 3001);
}

TEST(WebSocketPeer, a_violation_ends_it_with_its_code) {
  Bench bench;
  EXPECT_EQ(
      bench.feed(Client::masked(0x81, "ok") + Client::masked(0x81, "\xff") + Client::masked(0x81, "more")),
      "ok;");
  EXPECT_EQ(bench.peer.code(), 1007);
  EXPECT_EQ(static_cast<unsigned char>(bench.sent()[3]), 1007 & 0xff);
  EXPECT_EQ(bench.peer.state(), WebSocketPeer::State::finished);
}

TEST(WebSocketPeer, silence_is_asked_and_ends_with_3012) {
  Bench bench({.ping_every = 25s, .pong_within = 8s, .closing_timeout = 1s});
  EXPECT_FALSE(bench.pass(24s));
  EXPECT_EQ(bench.sent(), "");
  EXPECT_FALSE(bench.pass(2s));
  EXPECT_EQ(bench.sent(), encode_frame(op_ping, ""));
  EXPECT_FALSE(bench.pass(6s));
  EXPECT_TRUE(bench.peer.open());
  EXPECT_FALSE(bench.pass(1s));
  EXPECT_FALSE(bench.peer.open());
  EXPECT_EQ(bench.peer.code(), 3012);
  EXPECT_EQ(bench.sent(), encode_close(3012, "no pong"));
  EXPECT_TRUE(bench.pass(1s));
}

TEST(WebSocketPeer, any_traffic_counts_as_life) {
  Bench bench({.ping_every = 25s, .pong_within = 8s});
  bench.pass(20s);
  bench.feed(Client::masked(0x81, "x"));
  bench.pass(20s);
  EXPECT_EQ(bench.sent(), "") << "40 s, but never 25 s of silence";
  bench.pass(6s);
  EXPECT_EQ(bench.sent(), encode_frame(op_ping, ""));
  bench.feed(Client::masked(0x82, "not a pong"));
  EXPECT_FALSE(bench.pass(10s));
  EXPECT_TRUE(bench.peer.open());
  for (int i = 0; i < 20; ++i) {
    bench.pass(10s);
    bench.feed(Client::masked(0x8a, ""));
  }
  EXPECT_TRUE(bench.peer.open());
}

}  // namespace
}  // namespace longwave::web
