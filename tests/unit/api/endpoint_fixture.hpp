// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "access/users.hpp"
#include "api/auth.hpp"
#include "api/channel.hpp"
#include "api/context.hpp"
#include "api/endpoint.hpp"
#include "api/sockets.hpp"
#include "hub/memory_broker.hpp"
#include "store/store.hpp"
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
    context.clock = &loopback.clock;
    context.users = &users;
    context.sockets = &sockets;
    context.hub = &hub;
    context.hub_loop = loopback.loops[0].poster();
    add_channel_methods(table, context);
    add_auth_methods(table, context);
    add_own_methods();
    users.on_ended([this](const std::vector<std::string>& ended) { sockets.sessions_ended(ended); });
    loopback.options.gate = gate(rules, users);
    EXPECT_TRUE(add_rpc_routes(loopback.router, sockets, [this](io::Loop& loop) -> const rpc::Surroundings& {
      return surroundings[&loop == &loopback.loops[0] ? 0 : 1];
    }));
    loopback.start();
  }
  ~EndpointFixture() override {
    for (std::thread& worker : workers) worker.join();
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
  store::Store store{{}, {access::migrations()}};
  access::Users users{store, loopback.clock, access::PasswordCost::least()};
  access::Gate rules{access::GateRules{.port = 8000, .loopback = true}};
  hub::MemoryBroker broker{"e"};
  Sockets sockets{loopback.loops, [this](Task task) { loopback.loops[0].post(std::move(task)); },
                  [this]() -> hub::Hub& { return hub; },
                  [this](std::size_t group) -> const rpc::Surroundings& { return surroundings[group]; }};
  hub::Hub hub{broker, sockets};
};

}  // namespace longwave::api
