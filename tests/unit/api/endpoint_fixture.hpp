// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "access/jwt.hpp"
#include "access/users.hpp"
#include "api/auth.hpp"
#include "api/channel.hpp"
#include "api/context.hpp"
#include "api/endpoint.hpp"
#include "api/platform.hpp"
#include "api/rest.hpp"
#include "api/session.hpp"
#include "api/sockets.hpp"
#include "api/user.hpp"
#include "hub/memory_broker.hpp"
#include "store/store.hpp"
#include "unit/store/options.hpp"
#include "unit/web/loopback.hpp"

#include <gtest/gtest.h>
#include <boost/json.hpp>

#include <array>
#include <thread>

namespace longwave::api {

namespace json = boost::json;
using web::test::Client;
using web::test::Loopback;

constexpr const char* stranger =
    "X-Forwarded-For: 192.0.2.1\r\n";  // so that being on this machine doesn't count

/// All that /rpc needs, with a few methods; the gate goes by localhost:8000, whatever the port is.
class EndpointFixture : public ::testing::Test {
 protected:
  EndpointFixture() {
    sockets.attach(hub);
    context.clock = &loopback.clock;
    context.users = &users;
    context.sockets = &sockets;
    context.hub = &hub;
    context.hub_loop = loopback.loops[0].poster();
    context.tokens = &tokens;
    context.run = "r";
    add_session_methods(table, context);
    add_channel_methods(table, context);
    add_message_methods(table, context);
    add_user_methods(table, context);
    connect_channels(context);
    add_auth_methods(table, context);
    add_own_methods();
    users.on_ended([this](const std::vector<std::string>& ended) { sockets.sessions_ended(ended); });
    loopback.options.gate = [check = gate(rules, {.users = users,
                                                  .tokens = &tokens,
                                                  .clock = &loopback.clock,
                                                  .api_key = "a-key-of-programs"})](web::Request& request) {
      if (const auto* address = request.headers.find("Test-Address")) {  // as if it came from there
        request.peer.ip = *address;
        request.is_loopback = false;
      }
      return check(request);
    };
    EXPECT_TRUE(add_rpc_routes(
        loopback.router, sockets,
        [this](io::Loop& loop) -> const rpc::Surroundings& {
          return surroundings[&loop == &loopback.loops[0] ? 0 : 1];
        },
        &rates));
    EXPECT_TRUE(add_rest_routes(
        loopback.router,
        [this](io::Loop& loop) -> const rpc::Surroundings& {
          return surroundings[&loop == &loopback.loops[0] ? 0 : 1];
        },
        &rates));
    loopback.start();
  }
  ~EndpointFixture() override {
    for (std::thread& worker : workers) worker.join();
    store.close();  // its thread tells `sockets` of ended sessions after the caller has its answer
    loopback.stop();
  }

  rpc::Surroundings around(io::Loop& loop) {
    return {.table = table,
            .post = loop.poster(),
            .run =
                [this](rpc::Run, Task task) {
                  const std::lock_guard lock(mutex);
                  workers.emplace_back([task = std::move(task)]() mutable { task(); });
                },
            .clock = &loopback.clock};
  }

  void add_own_methods() {
    using namespace rpc;
    table.add({.name = "test.echo", .params = {any("value")}, .handler = [](Call call, Responder answer) {
                 answer.finish(call.params().at("value"));
               }});
    table.add({.name = "test.admin", .role = Role::admin, .handler = [](Call, Responder answer) {
                 answer.finish("yes");
               }});
    table.add({.name = "test.count",
               .params = {integer("to"), integer("bytes").otherwise("1")},
               .many = true,
               .handler = [this](const Call& call, Responder answer) {
                 produce(answer, std::make_shared<std::int64_t>(0), call.integer("to"),
                         std::string(static_cast<std::size_t>(call.integer("bytes")), 'x'));
               }});
    table.add({.name = "test.wait", .many = true, .handler = [this](Call, Responder answer) {
                 answer.item("begun");
                 answer.on_cancel([this] { cancelled.set_value(); });
                 waiting.push_back(std::move(answer));
               }});
  }

  void produce(rpc::Responder answer, std::shared_ptr<std::int64_t> next, std::int64_t to, std::string text) {
    while (*next < to) {
      answer.item(json::array{++*next, text});
      if (answer.paused()) {
        ++pauses;
        return answer.when_ready([this, answer, next, to, text] { produce(answer, next, to, text); });
      }
    }
    answer.finish("end");
  }

  Client::Answer post(Client& client, std::string_view body, std::string_view fields = "",
                      std::string_view type = "application/json") {
    client.send("POST /rpc HTTP/1.1\r\nHost: localhost:8000\r\nContent-Type: " + std::string(type) + "\r\n" +
                std::string(fields) + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
                std::string(body));
    return client.answer();
  }
  Client::Answer post(std::string_view body, std::string_view fields = "",
                      std::string_view type = "application/json") {
    Client client(loopback.port);
    return post(client, body, fields, type);
  }

  /// A client's WebSocket, open.
  std::unique_ptr<Client> socket(std::string_view fields = "", int receive_buffer = 0) {
    auto client = std::make_unique<Client>(loopback.port, receive_buffer);
    EXPECT_TRUE(open(*client, fields)) << client->handshake;
    return client;
  }
  static bool open(Client& client, std::string_view fields) {
    client.send(
        "GET /rpc HTTP/1.1\r\nHost: localhost:8000\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
        std::string(fields) + "\r\n");
    client.handshake = client.until("\r\n\r\n");
    return client.handshake.find("101 ") != std::string::npos;
  }
  /// Makes a publication on the hub's loop and waits until it is on its way.
  void publish(const std::string& channel, const std::string& data) {
    loopback.on_loop([&] { hub.publish(channel, "test.event", std::make_shared<const std::string>(data)); });
  }
  static json::value ask(Client& client, std::string_view text) {
    client.send_text(text);
    return json::parse(client.receive().payload);
  }

  Loopback loopback{2};
  std::mutex mutex;
  std::vector<std::thread> workers;
  std::vector<rpc::Responder> waiting;
  std::promise<void> cancelled;
  std::atomic<int> pauses{0};

  rpc::Table table;
  std::array<rpc::Surroundings, 2> surroundings{around(loopback.loops[0]), around(loopback.loops[1])};
  Context context;
  store::Store store{store::test_options(), {access::migrations(), platform_migrations()}};
  ManualClock calendar;
  access::Users users{store, calendar, access::PasswordCost::least()};
  access::Tokens tokens{token_keys()};
  static access::JwtKeys token_keys() {
    access::JwtKeys keys;
    EXPECT_TRUE(keys.add_secret("0123456789abcdef0123456789abcdef"));
    return keys;
  }
  ManualClock rate_clock;  // stands still: what is spent comes back only when a test says so
  access::Rates rates{rate_clock,
                      {.connection_calls = {10, 200},
                       .connection_bytes = {1000, 200'000'000},
                       .address_calls = {10, 20},
                       .address_bytes = {1000, 10'000},
                       .address_connects = {1, 10}},
                      7};
  access::Gate rules{access::GateRules{.port = 8000, .loopback = true}};
  hub::MemoryBroker broker{"e", loopback.clock};
  Sockets sockets{loopback.loops, [this](Task task) { loopback.loops[0].post(std::move(task)); },
                  [this]() -> hub::Hub& { return hub; },
                  [this](std::size_t group) -> const rpc::Surroundings& { return surroundings[group]; },
                  &rates};
  hub::Hub hub{broker, loopback.clock};
};

/// A client's stream: reads its events (or lines) one by one.
struct Stream {
  Stream(std::uint16_t port, bool lines, std::string_view query, std::string_view fields = "",
         int receive_buffer = 0)
      : client(port, receive_buffer), lines(lines) {
    client.send("GET /rpc/stream" + std::string(query) + " HTTP/1.1\r\nHost: localhost:8000\r\n" +
                (lines ? "Accept: application/x-ndjson\r\n" : "Accept: text/event-stream\r\n") +
                std::string(fields) + "\r\n");
    head = client.until("\r\n\r\n");
  }
  struct Event {
    std::string name, id, data;
  };
  /// The next that isn't a ping; data is empty at the end.
  Event next() {
    for (;;) {
      Event event;
      std::string text = client.until(lines ? "\n" : "\n\n");
      if (text.empty()) return event;
      if (lines) {
        event.data = text.substr(0, text.size() - 1);
        if (event.data.empty()) continue;
        const auto parsed = json::parse(event.data);
        if (!parsed.is_object()) return event;
        const auto& read = parsed.get_object();
        if (read.contains("session")) event.name = "open";
        if (const auto* closed = read.if_contains("close")) {
          event.name = "close";
          event.data = json::serialize(*closed);
        }
        return event;
      }
      for (std::size_t at = 0, end; (end = text.find('\n', at)) != text.npos; at = end + 1) {
        const std::string line = text.substr(at, end - at);
        if (line.starts_with("event: ")) event.name = line.substr(7);
        if (line.starts_with("id: ")) event.id = line.substr(4);
        if (line.starts_with("data: ")) event.data = line.substr(6);
      }
      if (!event.id.empty()) last_id = event.id;
      if (!event.data.empty()) return event;
    }
  }
  json::value message() { return json::parse(next().data); }
  std::string session() {
    const auto open = next();
    EXPECT_EQ(open.name, "open");
    return std::string(json::parse(open.data).at("session").as_string());
  }

  Client client;
  bool lines;
  std::string head, last_id;
};

}  // namespace longwave::api
