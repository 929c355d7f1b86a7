// SPDX-License-Identifier: Apache-2.0
#include "api/platform.hpp"

#include "api/platform_lists.hpp"
#include "endpoint_fixture.hpp"

#include <algorithm>

namespace longwave::api {
namespace {

class PlatformTest : public EndpointFixture {
 protected:
  PlatformTest() {
    context.store = &store;
    context.clock = &hand;
    context.started = hand.now();
    add_platform_methods(table, context);
    loopback.on_loop([&] { start(); });
  }
  /// The hub's hooks lead to it: it goes where the hub runs.
  ~PlatformTest() override {
    loopback.on_loop([&] { platform.reset(); });
  }

  void start() {
    platform.emplace(context, PlatformOptions{.node = "n1", .address = "127.0.0.1:8000", .process = [] {
                                                return ProcessFigures{.cpu_s = 2.5, .memory_bytes = 1000};
                                              }});
    context.platform = &*platform;
  }
  json::value call(std::string_view method, const json::object& params = {}, std::string_view fields = "") {
    const auto body =
        json::serialize(json::object{{"jsonrpc", "2.0"}, {"id", 1}, {"method", method}, {"params", params}});
    return json::parse(post(body, fields).body);
  }
  json::value rule(std::string_view pattern) {
    const auto answer = call("platform.rules");
    for (const auto& one : answer.at("result").at("rules").as_array())
      if (one.at("pattern") == json::value(pattern)) return one;
    return nullptr;
  }
  std::size_t kept() {
    std::size_t rows = 0;
    store.write_now([&](store::Session& session) {
      session.each<std::string>("SELECT pattern FROM platform_rule", [&](const std::string&) { ++rows; });
    });
    return rows;
  }

  ManualClock hand;
  std::optional<Platform> platform;
};

constexpr const char* subscribe_platform =
    R"({"jsonrpc":"2.0","id":1,"method":"channel.subscribe","params":[["platform"]]})";

TEST_F(PlatformTest, nothing_of_it_is_for_others_than_administrators) {
  for (const char* method : {"nodes", "connections", "channels", "users", "rules"})
    EXPECT_EQ(call(std::string("platform.") + method, {}, stranger).at("error").at("code"), -32003) << method;
  EXPECT_EQ(call("platform.close", {{"node", "n1"}, {"connection", 1}}, stranger).at("error").at("code"),
            -32003);
  EXPECT_EQ(call("platform.configure", {{"pattern", "x"}}, stranger).at("error").at("code"), -32003);
  for (const char* method : {"nodes", "connections", "channels", "users", "rules"})
    EXPECT_TRUE(call(std::string("platform.") + method).as_object().contains("result")) << method;
}

TEST_F(PlatformTest, a_node_tells_how_it_is) {
  auto answer = call("platform.nodes");
  auto& node = answer.at("result").at("nodes").at(0).as_object();
  EXPECT_TRUE(node.at("uptime_ms").is_int64());
  node["uptime_ms"] = 0;
  node["version"] = "";
  EXPECT_EQ(json::serialize(answer.at("result")),
            R"({"nodes":[{"node":"n1","version":"","address":"127.0.0.1:8000","uptime_ms":0,"connections":0,)"
            R"("channels":0,"memory_bytes":1000,"broker":"memory","broker_well":true,"published":0,)"
            R"("deliveries":0,"recovered":0,"unrecovered":0,"gaps":0,"resets":0,"refused":0}]})");
}

TEST_F(PlatformTest, connections_are_told_with_what_loops_know_and_can_be_closed) {
  const auto client = socket();
  ask(*client, R"({"jsonrpc":"2.0","id":1,"method":"session.name","params":["Mara"]})");
  while (!ask(*client, R"({"jsonrpc":"2.0","id":7,"method":"channel.subscribe","params":[["server"]]})")
              .as_object()
              .contains("id")) {
  }
  auto answer = call("platform.connections").at("result");
  ASSERT_EQ(answer.at("total"), 1);
  auto& row = answer.at("connections").at(0).as_object();
  const auto id = row.at("connection").as_int64();
  EXPECT_TRUE(row.at("since_ms").is_int64());
  row["connection"] = 0;
  row["since_ms"] = 0;
  row["queued_bytes"] = 0;  // perhaps the answer is still on its way
  EXPECT_EQ(
      json::serialize(row),
      R"({"node":"n1","connection":0,"user":null,"name":"Mara","role":"admin","address":"127.0.0.1",)"
      R"("transport":"websocket","since_ms":0,"queued_bytes":0,"channels":["server"],"channel_count":1})");

  EXPECT_EQ(
      call("platform.connections", {{"search", "MAR"}}).at("result").at("connections").as_array().size(), 1U);
  EXPECT_EQ(
      call("platform.connections", {{"search", "serv"}}).at("result").at("connections").as_array().size(),
      1U);
  EXPECT_EQ(
      call("platform.connections", {{"search", "ben"}}).at("result").at("connections").as_array().size(), 0U);
  EXPECT_EQ(
      json::serialize(call("platform.users").at("result")),
      R"({"users":[{"user":null,"name":"Mara","connections":1,"channels":1}],"strangers":0,"total":1})");

  EXPECT_EQ(call("platform.close", {{"node", "n1"}, {"connection", 1'000'000}}).at("error").at("code"),
            -32004);
  EXPECT_EQ(call("platform.close", {{"node", "elsewhere"}, {"connection", id}}).at("error").at("code"),
            -32004);
  EXPECT_EQ(json::serialize(call("platform.close", {{"node", "n1"}, {"connection", id}}).at("result")), "{}");
  Client::Received received;
  while ((received = client->receive()).opcode == 1) {
  }
  EXPECT_EQ(received.code(), 3502);
}

TEST_F(PlatformTest, channels_are_told_with_the_rule_in_force) {
  const auto client = socket();
  client->send_text(R"({"jsonrpc":"2.0","id":7,"method":"channel.subscribe","params":[["server"]]})");
  while (!json::parse(client->receive().payload).as_object().contains("id")) {
  }
  publish("server", "1");
  const auto answer = call("platform.channels").at("result");
  ASSERT_EQ(answer.at("channels").as_array().size(), 1U);
  const auto& row = answer.at("channels").at(0);
  EXPECT_EQ(row.at("channel"), "server");
  EXPECT_EQ(row.at("subscribers"), 1);
  EXPECT_EQ(row.at("offset"), 1);
  EXPECT_EQ(row.at("pattern"), "server");
  EXPECT_EQ(row.at("own"), false);
  EXPECT_EQ(row.at("config").at("publish"), "server");
  EXPECT_EQ(call("platform.channels", {{"search", "nothing"}}).at("result").at("channels").as_array().size(),
            0U);
}

TEST_F(PlatformTest, a_rule_is_changed_kept_and_set_back) {
  const auto before = rule("chat:*");
  ASSERT_TRUE(before.is_object()) << "a built-in rule";
  EXPECT_EQ(before.at("own"), false);

  const auto done = call("platform.configure",
                         {{"pattern", "chat:*"}, {"config", {{"history_size", 7}, {"publish", "dj"}}}});
  EXPECT_EQ(done.at("result").at("own"), true);
  EXPECT_EQ(done.at("result").at("config").at("history_size"), 7);
  EXPECT_EQ(done.at("result").at("config").at("publish"), "dj");
  EXPECT_EQ(done.at("result").at("config").at("subscribe"), before.at("config").at("subscribe"))
      << "what is left out stays";
  EXPECT_EQ(kept(), 1U) << "the answer comes when it is on disk";
  EXPECT_EQ(rule("chat:*").at("config").at("history_size"), 7);

  const auto wrong =
      call("platform.configure", {{"pattern", "chat:*"}, {"config", {{"history_size", "many"}}}});
  EXPECT_TRUE(wrong.as_object().contains("error"));
  EXPECT_EQ(rule("chat:*").at("config").at("history_size"), 7);

  const auto back = call("platform.configure", {{"pattern", "chat:*"}});
  EXPECT_EQ(back.at("result").at("own"), false);
  EXPECT_EQ(back.at("result").at("config"), before.at("config"));
  EXPECT_EQ(kept(), 0U);
}

TEST_F(PlatformTest, a_rule_of_one_channel_wins_and_survives_a_start) {
  call("platform.configure", {{"pattern", "chat:quiet"}, {"config", {{"publish", "server"}}}});
  EXPECT_EQ(rule("chat:quiet").at("config").at("publish"), "server");
  loopback.on_loop([&] {
    platform.reset();
    EXPECT_TRUE(hub.configure("chat:quiet", std::nullopt, true)) << "as if the program had ended";
    start();
    EXPECT_EQ(hub.config("chat:quiet")->publish, hub::Who::server);
    EXPECT_NE(hub.config("chat:main")->publish, hub::Who::server);
  });
  EXPECT_EQ(rule("chat:quiet").at("own"), true);
}

TEST_F(PlatformTest, samples_are_made_while_somebody_looks) {
  const auto second = [&] {
    hand.advance(std::chrono::seconds{1});
    loopback.on_loop([&] { platform->tick(); });
  };
  second();
  second();
  loopback.on_loop([&] { EXPECT_EQ(hub.counts().published, 0U) << "nobody looks"; });

  const auto client = socket();
  client->send_text(subscribe_platform);
  while (!json::parse(client->receive().payload).as_object().contains("id")) {
  }
  second();
  second();  // a rate needs two
  for (;;) {
    const auto told = json::parse(client->receive().payload);
    if (told.as_object().contains("id")) continue;
    ASSERT_EQ(told.at("method"), "platform.sampled");
    const auto& sample = told.at("params").at("data");
    EXPECT_EQ(sample.at("node"), "n1");
    EXPECT_EQ(sample.at("connections"), 1);
    EXPECT_EQ(sample.at("memory_bytes"), 1000);
    EXPECT_EQ(sample.at("broker_well"), true);
    break;
  }
}

TEST(PlatformLists, of_several_nodes_are_put_together) {
  const auto object = [](const char* text) { return json::parse(text).as_object(); };
  EXPECT_EQ(
      json::serialize(joined_answers(
          "channels", {},
          {object(
               R"({"channels":[{"channel":"a","subscribers":1,"people":1},{"channel":"b","subscribers":2,"people":2}],"total":2})"),
           object(R"({"channels":[{"channel":"a","subscribers":4,"people":3}],"total":1})")})),
      R"({"channels":[{"channel":"a","subscribers":5,"people":4},{"channel":"b","subscribers":2,"people":2}],"total":2})");
  EXPECT_EQ(
      json::serialize(joined_answers(
          "connections", object(R"({"limit":2})"),
          {object(R"({"connections":[{"node":"n1","connection":1,"since_ms":5}],"total":1})"),
           object(
               R"({"connections":[{"node":"n2","connection":1,"since_ms":9},{"node":"n2","connection":2,"since_ms":1}],"total":2})")})),
      R"({"connections":[{"node":"n2","connection":1,"since_ms":9},{"node":"n1","connection":1,"since_ms":5}],"total":3})");
  EXPECT_EQ(
      json::serialize(joined_answers(
          "users", {},
          {object(
               R"({"users":[{"user":"ada","name":"Ada","connections":1,"channels":1}],"strangers":2,"total":1})"),
           object(
               R"({"users":[{"user":"ada","name":"Ada","connections":2,"channels":1}],"strangers":1,"total":1})")})),
      R"({"users":[{"user":"ada","name":"Ada","connections":3,"channels":1}],"strangers":3,"total":2})");
  EXPECT_EQ(joined_answers("connections", {}, {object(R"({"connections":"nonsense"})")}).at("total"), 0)
      << "what another node says wrongly is passed over";
}

}  // namespace
}  // namespace longwave::api
