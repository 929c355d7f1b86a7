// SPDX-License-Identifier: Apache-2.0
#include "hub/broker_redis.hpp"

#include "hub/message.hpp"
#include "unit/app/redis_node.hpp"
#include "unit/redis/real_redis.hpp"

#include <algorithm>

namespace longwave::hub {
namespace {

using Texts = std::vector<std::string>;

/// Two nodes on one Redis.
struct BrokerRedis : testing::Test {
  BrokerRedis() {
    a.until_up();
    b.until_up();
  }
  static Message message(const std::string& id) {
    return {.method = std::string(message_method),
            .data = std::make_shared<const std::string>("{}"),
            .id = id,
            .user = "ada",
            .remember = true};
  }
  static Result<Published> publish(RedisNode& node, const std::string& channel, Message what) {
    return node.ask<Published>([&](Broker& broker, Done<Published> done) {
      broker.publish(channel, what, {.history = 10}, std::move(done));
    });
  }
  static Result<void> want(RedisNode& node, const std::string& channel) {
    return node.ask<void>(
        [&](Broker& broker, Done<void> done) { broker.interest(channel, true, std::move(done)); });
  }
  static Result<History> missed(RedisNode& node, const std::string& channel, const Position& since) {
    return node.ask<History>([&](Broker& broker, Done<History> done) {
      broker.history(channel, {.since = since}, std::move(done));
    });
  }
  static PresenceMoves present(RedisNode& node, std::vector<PresenceRow> rows, std::size_t strangers = 0) {
    return *node.ask<PresenceMoves>([&](Broker& broker, Done<PresenceMoves> done) {
      broker.present("c", rows, strangers, std::move(done));
    });
  }
  static Presence presence(RedisNode& node) {
    return *node.ask<Presence>(
        [](Broker& broker, Done<Presence> done) { broker.presence("c", 100, std::move(done)); });
  }
  static bool happened(RedisNode& node, const std::string& event) {
    return std::find(node.events.begin(), node.events.end(), event) != node.events.end();
  }

  redis::RealRedis redis;
  RedisNode a{redis.address(), "n1"}, b{redis.address(), "n2"};
};

TEST_F(BrokerRedis, what_one_publishes_the_other_hears) {
  ASSERT_TRUE(want(b, "chat:main"));
  auto private_one = message("2");
  private_one.audience = std::make_shared<const Audience>(Audience{.except = {"eve"}, .from = 5});
  (void)publish(a, "chat:main", message("1"));
  (void)publish(a, "chat:main", private_one);
  b.until([&] { return b.heard.size() == 2; });
  ASSERT_EQ(b.heard.size(), 2U);
  EXPECT_EQ(b.heard[0].offset, 1U);
  EXPECT_EQ(b.heard[1].offset, 2U);
  EXPECT_EQ(*b.heard[1].audience, (Audience{.except = {"eve"}})) << "connection 5 of the other node";
}

TEST_F(BrokerRedis, a_lost_connection_loses_nothing) {
  ASSERT_TRUE(want(a, "c"));
  const auto first = publish(a, "c", message("1"));
  a.until([&] { return a.heard.size() == 1; });
  std::uint64_t times = 0;
  for (const char* kind : {"pubsub", "normal"}) {
    (void)redis.cli(std::string("CLIENT KILL TYPE ") + kind);
    ++times;
    for (RedisNode* node : {&a, &b}) {
      node->until([&] { return node->broker().state().lost() == times; });
      node->until_up();
    }
  }
  EXPECT_TRUE(publish(b, "c", message("2")));
  a.until([&] { return a.heard.size() == 2 && a.heard.back().offset == 2; });
  const auto history = missed(a, "c", first->position);
  EXPECT_TRUE(history->complete);
  EXPECT_EQ(history->publications.size(), 1U);
}

TEST_F(BrokerRedis, without_redis_calls_are_unavailable_and_a_restart_is_a_new_epoch) {
  ASSERT_TRUE(want(a, "c"));
  const auto before = publish(a, "c", message("1"));
  a.until([&] { return a.heard.size() == 1; });
  redis.kill();
  a.until([&] { return happened(a, "lost"); });
  EXPECT_EQ(publish(a, "c", message("2")).error().code, Errc::unavailable);
  EXPECT_EQ(missed(a, "c", {}).error().code, Errc::unavailable);
  EXPECT_EQ(want(a, "d").error().code, Errc::unavailable);
  EXPECT_NE(a.broker().state().problem(), "");
  redis.start();
  a.until_up();
  EXPECT_EQ(a.broker().state().problem(), "");
  EXPECT_EQ(a.broker().state().lost(), 1U);
  EXPECT_EQ(a.broker().state().back(), 2U);
  const auto after = publish(a, "c", message("3"));
  EXPECT_EQ(after->position.offset, 1U);
  EXPECT_NE(after->position.epoch, before->position.epoch);
  EXPECT_FALSE(missed(a, "c", before->position)->complete);
  a.until([&] { return a.heard.size() == 2; });
  ASSERT_EQ(a.heard.size(), 2U);
  EXPECT_EQ(a.heard[1].epoch, after->position.epoch) << "it had subscribed again by itself";
}

TEST_F(BrokerRedis, saved_messages_outlive_a_restart_in_a_new_epoch) {
  const auto before = publish(a, "c", message("kept"));
  EXPECT_EQ(redis.cli("SAVE"), "OK\n");
  (void)publish(a, "c", message("lost"));
  redis.kill();
  redis.start();
  a.until([&] { return a.broker().state().back() == 2; });
  const auto after = publish(a, "c", message("3"));
  EXPECT_EQ(after->position.offset, 2U) << "a number that was given before …";
  EXPECT_NE(after->position.epoch, before->position.epoch) << "… is of another epoch now";
  const auto found = a.ask<Publication>(
      [](Broker& broker, Done<Publication> done) { broker.find("c", "kept", std::move(done)); });
  EXPECT_TRUE(found);
}

TEST_F(BrokerRedis, what_redis_dropped_is_not_recovered_silently) {
  const auto first = publish(a, "c", message("1"));
  for (const char* id : {"2", "3"}) (void)publish(a, "c", message(id));
  EXPECT_TRUE(missed(a, "c", first->position)->complete);
  EXPECT_EQ(redis.cli("HDEL longwave:kept:c 2"), "1\n");
  EXPECT_FALSE(missed(a, "c", first->position)->complete);
  EXPECT_EQ(redis.cli("DEL longwave:channel:c"), "1\n");
  EXPECT_FALSE(missed(a, "c", first->position)->complete);
  const auto anew = publish(a, "c", message("4"));
  EXPECT_EQ(anew->position.offset, 1U);
  EXPECT_NE(anew->position.epoch, first->position.epoch);
}

TEST_F(BrokerRedis, people_of_all_nodes) {
  ASSERT_TRUE(want(b, "c"));
  EXPECT_EQ(present(a, {{"u:ada", "ada", "Ada", 2}}, 3).came.size(), 1U);
  b.until([&] { return happened(b, "presence c"); });
  EXPECT_EQ(present(b, {{"u:ada", "ada", "Ada", 1}, {"u:bob", "bob", "Bob", 1}}, 4).came.size(), 1U);
  const auto all = presence(a);
  EXPECT_EQ(all.named, 2U);
  EXPECT_EQ(all.total, 9U);
  EXPECT_EQ(all.connections, 11U);
  ASSERT_EQ(all.users.size(), 2U);
  EXPECT_EQ(all.users[0], (PresenceRow{"u:ada", "ada", "Ada", 3}));
  EXPECT_EQ(present(a, {{"u:ada", "", "", 0}}).gone.size(), 0U) << "she is still on the other node";
  EXPECT_EQ(present(b, {{"u:ada", "", "", 0}}, 4).gone.size(), 1U);
  EXPECT_EQ(presence(a).total, 5U);
}

TEST_F(BrokerRedis, the_people_of_a_dead_node_run_out_once) {
  (void)present(a, {{"u:ada", "ada", "Ada", 2}}, 3);
  (void)present(b, {{"u:bob", "bob", "Bob", 1}});
  // 61 s later, as Redis sees it.
  EXPECT_EQ(redis.cli("ZADD longwave:presence-ends:c XX CH 1 n1:u:ada 1 n1:"), "2\n");
  EXPECT_EQ(presence(b).total, 1U);
  EXPECT_EQ(presence(b).connections, 1U);
  const auto moves = present(b, {{"u:bob", "bob", "Bob", 1}});
  ASSERT_EQ(moves.gone.size(), 1U);
  EXPECT_EQ(moves.gone[0].key, "u:ada");
  EXPECT_EQ(present(b, {{"u:bob", "bob", "Bob", 1}}).gone.size(), 0U);
}

TEST_F(BrokerRedis, nodes_talk_to_the_others) {
  a.on_loop<bool>([&] {
    a.broker().tell_nodes("rules", "{\"a\":1}\nline 2");
    return true;
  });
  b.until([&] { return happened(b, "told rules={\"a\":1}\nline 2"); });
  EXPECT_FALSE(a.on_loop<bool>([&] { return happened(a, "told rules={\"a\":1}\nline 2"); }));
}

TEST_F(BrokerRedis, a_flush_of_scripts_and_strange_messages_harm_nothing) {
  ASSERT_TRUE(want(b, "c"));
  EXPECT_EQ(redis.cli("SCRIPT FLUSH"), "OK\n");
  EXPECT_EQ(redis.cli("PUBLISH longwave:live:c nonsense"), "1\n");
  EXPECT_EQ(redis.cli("PUBLISH longwave:live:c 'm 7 e 1 2 3'"), "1\n");
  EXPECT_EQ(redis.cli("PUBLISH longwave:nodes nonsense"), "2\n");
  EXPECT_TRUE(publish(a, "c", message("1")));
  b.until([&] { return b.heard.size() == 1; });
}

TEST_F(BrokerRedis, what_it_leaves_in_redis_has_an_end) {
  auto with_key = message("1");
  with_key.key = "k";
  (void)publish(a, "c", with_key);
  (void)present(a, {{"u:ada", "ada", "Ada", 2}}, 3);
  (void)a.ask<StateChange>([](Broker& broker, Done<StateChange> done) {
    broker.set_state("ada", {.values = {{"x", "1"}}, .public_keys = {{"x"}}}, std::move(done));
  });
  const std::string names = redis.cli("--raw KEYS '*'");
  EXPECT_EQ(std::count(names.begin(), names.end(), '\n'), 11) << names;
  for (std::size_t at = 0; at < names.size();) {
    const auto end = names.find('\n', at);
    const std::string name = names.substr(at, end - at);
    EXPECT_TRUE(name.starts_with("longwave:")) << name;
    EXPECT_GT(std::stol(redis.cli("--raw PTTL '" + name + "'")), 0) << name;
    at = end + 1;
  }
}

TEST_F(BrokerRedis, a_large_channel_is_cut_by_size) {
  auto large = message("x");
  large.data = std::make_shared<const std::string>(50'000, 'x');
  for (int i = 0; i < 60; ++i) ASSERT_TRUE(publish(a, "c", large));
  const long kept = std::stol(redis.cli("--raw HLEN longwave:kept:c"));
  EXPECT_GT(kept, 35);
  EXPECT_LT(kept, 43) << "of 60 publications of 50 KB, 2 MiB are kept";
}

TEST_F(BrokerRedis, a_replica_is_no_place_to_write) {
  EXPECT_EQ(redis.cli("REPLICAOF 127.0.0.1 1"), "OK\n");
  EXPECT_EQ(publish(a, "c", message("1")).error().code, Errc::unavailable);
  a.until([&] { return happened(a, "lost"); });
  EXPECT_EQ(redis.cli("REPLICAOF NO ONE"), "OK\n");
  a.until([&] { return a.broker().state().back() >= 2; });
  EXPECT_TRUE(publish(a, "c", message("1")));
}

}  // namespace
}  // namespace longwave::hub
