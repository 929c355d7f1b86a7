// SPDX-License-Identifier: Apache-2.0
#include "redis/connection.hpp"

#include "io/loop.hpp"
#include "redis/scripts.hpp"
#include "unit/redis/real_redis.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <optional>
#include <string>
#include <vector>

namespace longwave::redis {
namespace {

using namespace std::chrono_literals;

/// A link to a real Redis; each test runs the loop until its condition is met.
struct ConnectionTest : testing::Test {
  ConnectionTest() { loops.start(); }
  ~ConnectionTest() override { loops.stop(); }
  void connect(const std::string& text, LinkOptions options = {}) {
    const auto address = Address::parse(text);
    ASSERT_TRUE(address) << address.error().message;
    options.greeting = greeting_for(*address, "longwave-test");
    options.first_pause = 10ms;
    connection.emplace(loop, clock, *address, nullptr, std::move(options), 1);
    link().on_down([this](const std::string& said) { why = said; });
    loop.post([this] { link().start(); });
  }
  /// Looks at the condition on the loop's thread, again and again.
  void until(std::function<bool()> condition) {
    std::promise<bool> met;
    std::optional<io::Timer> timer(std::in_place, loop);  // destroyed where it belongs
    loop.post([&] {
      timer->every(10ms, [&, turns = 0]() mutable {
        const bool now = condition();
        if (!now && ++turns < 2000) return;
        timer->cancel();
        loop.post([&, now] {
          timer.reset();
          met.set_value(now);
        });
      });
    });
    ASSERT_TRUE(met.get_future().get()) << "not within 20 s";
  }
  Reply ask(const Command& command) {
    std::promise<Reply> answer;
    loop.post([&] {
      link().call(command, [&](Result<Reply> reply) {
        answer.set_value(reply ? *reply : Reply{Reply::Kind::error, 0, reply.error().message, {}});
      });
    });
    return answer.get_future().get();
  }
  Link& link() { return connection->link(); }

  SystemClock clock;
  io::LoopGroup loops{1};
  io::Loop& loop = loops[0];
  std::optional<Connection> connection;
  std::string why;  // of the loop's thread
};

TEST_F(ConnectionTest, speaks_to_a_real_redis) {
  RealRedis redis;
  connect(redis.address());
  until([&] { return link().up(); });
  const std::string bytes("\0\r\n\xff", 4);
  EXPECT_EQ(ask({"SET", "key", bytes}).text, "OK");
  EXPECT_EQ(ask({"GET", "key"}).text, bytes);
  EXPECT_EQ(ask({"GET", "none"}).kind, Reply::Kind::nil);
  EXPECT_EQ(ask({"INCR", "n"}).integer, 1);
  EXPECT_EQ(ask({"INCR", "key"}).kind, Reply::Kind::error);
  EXPECT_EQ(ask({"MGET", "n", "none"}).items.size(), 2U);
  EXPECT_EQ(redis.cli("STRLEN key"), "4\n");
  EXPECT_NE(redis.cli("CLIENT LIST").find("name=longwave-test"), std::string::npos);
}

TEST_F(ConnectionTest, comes_back_after_a_restart) {
  RealRedis redis;
  connect(redis.address());
  until([&] { return link().up(); });
  redis.kill();
  until([&] { return !link().up(); });
  EXPECT_EQ(ask({"PING"}).text, "Redis can't be reached at present");
  redis.start();
  until([&] { return link().up(); });
  EXPECT_EQ(ask({"PING"}).text, "PONG");
}

TEST_F(ConnectionTest, knows_who_it_is) {
  RealRedis redis({"--user", "default", "off", "--user", "ada", "on", ">secret", "~*", "&*", "+@all"});
  connect("unix:" + redis.socket_path());
  until([&] { return !why.empty(); });
  std::promise<std::string> said;
  loop.post([&] { said.set_value(why); });
  EXPECT_EQ(said.get_future().get().substr(0, 6), "NOAUTH");
}

TEST_F(ConnectionTest, scripts_outlive_a_flush) {
  RealRedis redis;
  connect(redis.address());
  until([&] { return link().up(); });
  const Script script("return redis.call('RPUSH', KEYS[1], ARGV[1])");
  ScriptRunner runner(link());
  int answered = 0;
  for (int round = 0; round < 3; ++round) {
    loop.post([&] {
      for (int i = 0; i < 100; ++i) {
        runner.run(script, {"list"}, {std::to_string(answered + i)}, [&](Result<Reply> reply) {
          EXPECT_TRUE(reply && reply->kind == Reply::Kind::integer);
          ++answered;
        });
        if (i == 50) link().call({"SCRIPT", "FLUSH"}, [](const auto&) {});
      }
    });
    until([&] { return answered == 100 * (round + 1); });
  }
  const Reply list = ask({"LRANGE", "list", "0", "-1"});
  ASSERT_EQ(list.items.size(), 300U);
  for (std::size_t i = 0; i < 300; ++i) EXPECT_EQ(list.items[i].text, std::to_string(i));
}

}  // namespace
}  // namespace longwave::redis
