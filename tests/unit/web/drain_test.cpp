// SPDX-License-Identifier: Apache-2.0
#include "loopback.hpp"
#include "web/websocket.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

namespace longwave::web {
namespace {

using namespace test;

struct Draining : testing::Test {
  Draining() {
    loopback.route({"GET"}, "/hello",
                   [](RequestContext&& context) { context.respond(Response::text(200, "hello")); });
    loopback.route({"GET"}, "/socket", [this](RequestContext&& context) { context.upgrade(options); });
    loopback.route({"GET"}, "/stream", [this](RequestContext&& context) {
      streams.push_back(context.start_stream({}));
      if (!streams.back().open()) return;
      streams.back().write(io::SharedBytes::own("begun"));
    });
    loopback.start();
  }
  ~Draining() override {
    loopback.stop();
    streams.clear();
  }
  std::future<void> drain(Duration window) {
    auto done = std::make_shared<std::promise<void>>();
    loopback.server->drain(window, 1s, [done] { done->set_value(); });
    return done->get_future();
  }
  std::shared_ptr<const WebSocketOptions> options = std::make_shared<const WebSocketOptions>();
  std::vector<BodyStream> streams;
  Loopback loopback;
};

TEST_F(Draining, lasting_connections_end_one_after_the_other_and_requests_are_answered) {
  constexpr int count = 10;
  std::vector<std::unique_ptr<Client>> sockets;
  for (int i = 0; i < count; ++i) {
    sockets.push_back(std::make_unique<Client>(loopback.port));
    ASSERT_TRUE(sockets.back()->open_web_socket("/socket"));
  }
  Client listener(loopback.port);
  EXPECT_EQ(listener.get("/stream").status, 200);
  const auto began = std::chrono::steady_clock::now();
  auto done = drain(2s);
  EXPECT_TRUE(loopback.server->draining());
  Client late(loopback.port);
  const auto answer = late.get("/hello");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.header("Connection"), "close");
  EXPECT_EQ(Client(loopback.port).get("/stream").status, 503);
  Client refused(loopback.port);
  EXPECT_FALSE(refused.open_web_socket("/socket"));
  EXPECT_NE(refused.handshake.find("503"), std::string::npos);
  std::vector<std::chrono::steady_clock::duration> ends;
  for (auto& socket : sockets) {
    EXPECT_EQ(socket->receive().code(), close_code::shutdown);
    ends.push_back(std::chrono::steady_clock::now() - began);
    socket.reset();
  }
  EXPECT_GT(ends.back() - ends.front(), 350ms) << "spread over the window";
  EXPECT_EQ(listener.until("0\r\n\r\n"), "5\r\nbegun\r\n0\r\n\r\n") << "a whole body";
  EXPECT_EQ(done.wait_for(60s), std::future_status::ready);
}

TEST_F(Draining, nobody_to_wait_for_means_no_waiting) {
  const auto began = std::chrono::steady_clock::now();
  EXPECT_EQ(drain(120s).wait_for(60s), std::future_status::ready);
  EXPECT_LT(std::chrono::steady_clock::now() - began, 60s);
}

TEST_F(Draining, a_copy_of_the_listening_socket_keeps_the_connects_that_came_meanwhile) {
  std::vector<int> copies;
  loopback.on_loop([&] { copies = loopback.server->duplicate_listeners(); });
  ASSERT_EQ(copies.size(), 1u);
  EXPECT_EQ(drain(0s).wait_for(60s), std::future_status::ready);
  Client waiting(loopback.port);
  waiting.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n");
  Loopback next;
  next.route({"GET"}, "/hello",
             [](RequestContext&& context) { context.respond(Response::text(200, "next")); });
  next.server.emplace(next.loops, next.clock, next.router, next.options);
  io::Listener::Options listen;
  listen.endpoint.host = "127.0.0.1";
  listen.inherited = copies[0];
  const auto endpoint = next.server->listen(listen);
  ASSERT_TRUE(endpoint) << endpoint.error().message;
  EXPECT_EQ(endpoint->port, loopback.port);
  next.loops.start();
  EXPECT_EQ(waiting.answer().body, "next");
}

}  // namespace
}  // namespace longwave::web
