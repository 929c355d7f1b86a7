// SPDX-License-Identifier: Apache-2.0
#include "redis/link.hpp"

#include "redis/scripts.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace longwave::redis {
namespace {

using namespace std::chrono_literals;

/// The outside of a link, in a few lines: what it wrote, and whether it wants to connect.
struct FakeWire final : Wire {
  void connect() override { ++connects; }
  void write(std::string bytes) override { written += bytes; }
  void close() override { ++closes; }
  void wake(Instant when) override { wakes = when; }
  std::string take() { return std::exchange(written, {}); }
  int connects = 0, closes = 0;
  std::string written;
  Instant wakes{};
};

struct LinkTest : testing::Test {
  explicit LinkTest(LinkOptions options = {}) : link(clock, wire, std::move(options), 1) {
    link.on_up([this](const auto&) { events.push_back("up"); });
    link.on_down([this](const std::string& why) { events.push_back("down: " + why); });
    link.on_message([this](const std::string& channel, std::string payload) {
      events.push_back(channel + "=" + payload);
    });
  }
  void go_up() {
    link.start();
    link.connected();
    link.received("+PONG\r\n");
    wire.take();
  }
  /// Lets time pass until the link wants to be woken.
  void wake() {
    if (wire.wakes > clock.now()) clock.advance(wire.wakes - clock.now());
    link.woken();
  }
  Link::Done note(const std::string& name) {
    return [this, name](Result<Reply> reply) {
      events.push_back(name + ": " + (reply ? reply->text : reply.error().message));
    };
  }
  using Events = std::vector<std::string>;

  ManualClock clock;
  FakeWire wire;
  Link link;
  Events events;
};

TEST_F(LinkTest, pipelines_and_answers_in_order) {
  go_up();
  link.call({"GET", "a"}, note("a"));
  link.call({"GET", "b"}, note("b"));
  EXPECT_EQ(wire.take(), "*2\r\n$3\r\nGET\r\n$1\r\na\r\n*2\r\n$3\r\nGET\r\n$1\r\nb\r\n");
  link.received("$1\r\n1\r\n$");
  link.received("2\r\n22\r");
  EXPECT_EQ(events, (Events{"up", "a: 1"}));
  link.received("\n");
  EXPECT_EQ(events, (Events{"up", "a: 1", "b: 22"}));
  EXPECT_EQ(link.waiting(), 0U);
}

TEST_F(LinkTest, refuses_calls_while_it_is_down) {
  link.call({"GET", "a"}, note("a"));
  link.start();
  link.call({"GET", "b"}, note("b"));
  EXPECT_EQ(events, (Events{"a: Redis can't be reached at present", "b: Redis can't be reached at present"}));
  EXPECT_EQ(wire.take(), "");
}

TEST_F(LinkTest, connects_again_after_growing_pauses) {
  link.start();
  Duration before{};
  for (int i = 1; i <= 12; ++i) {
    ASSERT_EQ(wire.connects, i);
    link.lost("refused");
    const Duration pause = wire.wakes - clock.now();
    EXPECT_GE(pause, i == 1 ? 25ms : std::min<Duration>(before / 2, 1500ms)) << i;
    EXPECT_LE(pause, 3s) << i;
    before = pause;
    wake();
  }
  EXPECT_GE(before, 1500ms);
  EXPECT_EQ(events, (Events{"down: refused"})) << "told once";
  link.connected();
  link.received("+PONG\r\n");
  link.lost("gone");
  EXPECT_LE(wire.wakes - clock.now(), 50ms) << "after a success it begins anew";
  EXPECT_EQ(events, (Events{"down: refused", "up", "down: gone"}));
}

TEST_F(LinkTest, what_waits_is_answered_when_the_connection_is_lost) {
  go_up();
  link.call({"GET", "a"}, note("a"));
  link.lost("reset");
  EXPECT_EQ(events, (Events{"up", "a: Redis was lost: reset", "down: reset"}));
  wake();
  link.connected();
  link.received("+PONG\r\n$1\r\nx\r\n");
  EXPECT_EQ(events.back(), "down: an answer came that nobody had asked for");
}

TEST_F(LinkTest, a_redis_that_does_not_answer_is_given_up) {
  go_up();
  link.call({"GET", "a"}, note("a"));
  clock.advance(4s);
  link.woken();
  EXPECT_EQ(wire.closes, 0);
  clock.advance(1s);
  link.woken();
  EXPECT_EQ(wire.closes, 1);
  EXPECT_EQ(events.back(), "down: no answer in time");
}

TEST_F(LinkTest, silence_is_broken_by_a_ping) {
  go_up();
  wake();
  EXPECT_EQ(wire.take(), "*1\r\n$4\r\nPING\r\n");
  link.received("+PONG\r\n");
  EXPECT_TRUE(link.up());
  wake();
  EXPECT_EQ(wire.take(), "*1\r\n$4\r\nPING\r\n");
  wake();
  EXPECT_FALSE(link.up());
}

TEST_F(LinkTest, what_is_not_resp_ends_the_connection) {
  go_up();
  link.received("HTTP/1.1 400 Bad Request\r\n\r\n");
  EXPECT_FALSE(link.up());
  EXPECT_EQ(wire.closes, 1);
}

TEST_F(LinkTest, an_array_that_claims_too_much_ends_the_connection) {
  go_up();
  link.received("*1073741824\r\n");
  EXPECT_FALSE(link.up());
}

TEST_F(LinkTest, an_answer_may_drop_the_link_and_make_calls) {
  go_up();
  link.call({"SET", "a", "1"}, [&](Result<Reply> reply) {
    EXPECT_EQ(reply->error_word(), "READONLY");
    link.drop("it became a replica");
  });
  link.call({"GET", "b"}, [&](Result<Reply> reply) {
    EXPECT_FALSE(reply);
    link.call({"GET", "c"}, note("c"));
  });
  link.received("-READONLY You can't write against a read only replica.\r\n$1\r\nb\r\n");
  EXPECT_EQ(events, (Events{"up", "c: Redis can't be reached at present", "down: it became a replica"}));
}

TEST_F(LinkTest, stop_cancels_and_is_quiet) {
  go_up();
  link.call({"GET", "a"}, note("a"));
  link.stop();
  EXPECT_EQ(events, (Events{"up", "a: Longwave ends"}));
  link.lost("late news");
  link.woken();
  EXPECT_EQ(wire.connects, 1);
}

struct SmallLinkTest : LinkTest {
  SmallLinkTest() : LinkTest({.waiting_bytes = 100, .reply_bytes = 1000}) {}
};

TEST_F(SmallLinkTest, too_much_waiting_is_refused) {
  go_up();
  link.call({"SET", "a", std::string(200, 'x')}, note("first"));
  link.call({"GET", "a"}, note("second"));
  EXPECT_EQ(events, (Events{"up", "second: too much waits for Redis at present"}));
  link.received("+OK\r\n");
  link.call({"GET", "a"}, note("third"));
  EXPECT_EQ(link.waiting(), 1U);
}

TEST_F(SmallLinkTest, too_large_an_answer_ends_the_connection) {
  go_up();
  link.received("$5000\r\n" + std::string(999, 'x'));
  EXPECT_FALSE(link.up());
}

struct GreetingTest : LinkTest {
  GreetingTest() : LinkTest({.greeting = {{"AUTH", "ada", "secret"}, {"SELECT", "3"}}}) {}
};

TEST_F(GreetingTest, comes_first_and_must_be_accepted) {
  link.start();
  link.connected();
  EXPECT_EQ(
      wire.take(),
      "*3\r\n$4\r\nAUTH\r\n$3\r\nada\r\n$6\r\nsecret\r\n*2\r\n$6\r\nSELECT\r\n$1\r\n3\r\n*1\r\n$4\r\nPING"
      "\r\n");
  link.received("+OK\r\n+OK\r\n");
  EXPECT_FALSE(link.up());
  link.received("+PONG\r\n");
  EXPECT_TRUE(link.up());
  link.lost("reset");
  wake();
  link.connected();
  link.received("-WRONGPASS invalid username-password pair or user is disabled.\r\n-NOAUTH\r\n-NOAUTH\r\n");
  EXPECT_FALSE(link.up());
  EXPECT_EQ(events, (Events{"up", "down: reset",
                            "down: WRONGPASS invalid username-password pair or user is disabled."}));
}

struct PubSubTest : LinkTest {
  PubSubTest() : LinkTest({.pubsub = true}) {}
};

TEST_F(PubSubTest, messages_come_between_answers) {
  go_up();
  link.call({"SUBSCRIBE", "a"}, note("a"));
  link.call({"SUBSCRIBE", "b"}, note("b"));
  link.received("*3\r\n$9\r\nsubscribe\r\n$1\r\na\r\n:1\r\n*3\r\n$7\r\nmessage\r\n$1\r\na\r\n$2\r\nhi\r\n");
  link.received("*3\r\n$9\r\nsubscribe\r\n$1\r\nb\r\n:2\r\n*3\r\n$7\r\nmessage\r\n$1\r\nb\r\n$0\r\n\r\n");
  EXPECT_EQ(events, (Events{"up", "a: ", "a=hi", "b: ", "b="}));
}

struct ScriptTest : LinkTest {
  ScriptRunner runner{link};
  Script one{"return 1"};
  const std::string by_sha1 =
      "*3\r\n$7\r\nEVALSHA\r\n$40\r\ne0e1f9fabfc9d4800c877a703b823ac0578ff8db\r\n$1\r\n0\r\n";
  const std::string by_text = "*4\r\n$4\r\nEVAL\r\n$8\r\nreturn 1\r\n$1\r\n0\r\n$1\r\n";
};

TEST_F(ScriptTest, run_by_their_sha1) {
  go_up();
  runner.run(one, {}, {}, note("a"));
  EXPECT_EQ(wire.take(), by_sha1);
  link.received("+x\r\n");
  EXPECT_EQ(events, (Events{"up", "a: x"}));
}

TEST_F(ScriptTest, unknown_ones_are_sent_whole_in_the_order_of_the_calls) {
  go_up();
  runner.run(one, {}, {"a"}, note("a"));
  runner.run(one, {}, {"b"}, note("b"));
  wire.take();
  link.received("-NOSCRIPT No matching script.\r\n");
  runner.run(one, {}, {"c"}, note("c"));
  EXPECT_EQ(wire.take(), "") << "b's answer isn't known yet";
  link.received("-NOSCRIPT No matching script.\r\n");
  EXPECT_EQ(wire.take(), by_text + "a\r\n" + by_text + "b\r\n" + by_text + "c\r\n");
  link.received("+1\r\n+2\r\n+3\r\n");
  EXPECT_EQ(events, (Events{"up", "a: 1", "b: 2", "c: 3"}));
}

TEST_F(ScriptTest, held_ones_fail_with_the_link) {
  go_up();
  runner.run(one, {}, {}, note("a"));
  runner.run(one, {}, {}, note("b"));
  link.received("-NOSCRIPT No matching script.\r\n");
  link.lost("reset");
  EXPECT_EQ(events.size(), 4U);
  EXPECT_EQ(events.back(), "down: reset");
}

}  // namespace
}  // namespace longwave::redis
