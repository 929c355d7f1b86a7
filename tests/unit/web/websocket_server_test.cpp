// SPDX-License-Identifier: Apache-2.0
#include "loopback.hpp"
#include "web/websocket.hpp"

#include <gtest/gtest.h>

namespace longwave::web {
namespace {

using test::Client;
using test::Loopback;
using namespace std::chrono_literals;

/// An endpoint that echoes, and keeps how the last session ended.
struct EchoServer : Loopback {
  explicit EchoServer(WebSocketOptions given = {})
      : socket(std::make_shared<const WebSocketOptions>(std::move(given))) {
    route({"GET"}, "/socket", [this](RequestContext&& context) {
      session = context.upgrade(socket);
      if (!session) return;
      session->on_message([session = session](std::string_view payload, bool is_binary) {
        if (is_binary) session->send_binary(payload);
        if (!is_binary) session->send_text(payload);
      });
      session->on_close([this](std::uint16_t code, std::string_view reason) {
        session = nullptr;
        ended.set_value({code, std::string{reason}});
      });
    });
    start();
  }
  ~EchoServer() { stop(); }  // before what its callbacks use goes
  std::pair<int, std::string> how_it_ended() {
    auto future = ended.get_future();
    if (future.wait_for(60s) != std::future_status::ready) return {0, "never"};
    return future.get();
  }
  std::shared_ptr<const WebSocketOptions> socket;
  WebSocketSession* session = nullptr;
  std::promise<std::pair<int, std::string>> ended;
};

TEST(WebSocketServer, echoes_messages_of_all_sizes) {
  EchoServer server;
  Client client(server.port);
  ASSERT_TRUE(client.open_web_socket("/socket"));
  for (const std::size_t size : {0u, 1u, 125u, 126u, 200u, 4096u, 65536u}) {
    const std::string payload(size, 'm');
    client.send_text(payload);
    const auto echoed = client.receive();
    EXPECT_EQ(echoed.opcode, op_text);
    EXPECT_EQ(echoed.payload, payload);
  }
  client.send(Client::masked(0x88, "\x03\xe8"));
  EXPECT_EQ(client.receive().code(), 1000);
  EXPECT_TRUE(client.ended());
  EXPECT_EQ(server.how_it_ended(), std::pair(1000, std::string{}));
}

TEST(WebSocketServer, takes_frames_that_come_with_the_handshake) {
  EchoServer server;
  Client client(server.port);
  client.send(
      "GET /socket HTTP/1.1\r\nHost: here\r\nUpgrade: WebSocket\r\nConnection: keep-alive, Upgrade\r\n"
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n" +
      Client::masked(0x81, "early"));
  client.until("\r\n\r\n");
  EXPECT_EQ(client.receive().payload, "early");
}

TEST(WebSocketServer, refuses_what_is_not_a_handshake) {
  EchoServer server({.protocols = {"rpc"}});
  struct {
    const char* headers;
    int status;
  } const cases[] = {
      {"", 426},
      {"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n", 426},
      {"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 8\r\nSec-WebSocket-Key: "
       "dGhlIHNhbXBsZSBub25jZQ==\r\n",
       426},
      {"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: "
       "short\r\n",
       400},
      {"Upgrade: websocket\r\nConnection: close\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: "
       "dGhlIHNhbXBsZSBub25jZQ==\r\n",
       426},
  };
  for (const auto& one : cases) {
    SCOPED_TRACE(one.headers);
    EXPECT_EQ(Client(server.port).get("/socket", one.headers).status, one.status);
  }
  Client client(server.port);
  EXPECT_TRUE(client.open_web_socket("/socket", "Sec-WebSocket-Protocol: chat, rpc\r\n"));
  EXPECT_NE(client.handshake.find("Sec-WebSocket-Protocol: rpc\r\n"), std::string::npos);
}

struct Violation {
  const char* name;
  std::string sent;
  int code;
};

TEST(WebSocketServer, closes_violations_with_their_code) {
  const Violation cases[] = {
      {"unmasked", encode_frame(op_text, "a"), 1002},
      {"not UTF-8", Client::masked(0x81, "\xff"), 1007},
      {"too big", Client::masked(0x82, std::string(2000, 'x')), 1009},
  };
  for (const auto& one : cases) {
    SCOPED_TRACE(one.name);
    EchoServer server({.message_limit = 1000});
    Client client(server.port);
    ASSERT_TRUE(client.open_web_socket("/socket"));
    client.send(one.sent);
    EXPECT_EQ(client.receive().code(), one.code);
    EXPECT_TRUE(client.ended());
    EXPECT_EQ(server.how_it_ended().first, one.code);
  }
}

TEST(WebSocketServer, a_broken_connection_ends_with_1006) {
  EchoServer server;
  {
    Client client(server.port);
    ASSERT_TRUE(client.open_web_socket("/socket"));
  }
  EXPECT_EQ(server.how_it_ended().first, 1006);
}

TEST(WebSocketServer, a_dead_peer_gets_3012) {
  EchoServer server({.ping_every = 30ms, .pong_within = 30ms});
  Client client(server.port);
  ASSERT_TRUE(client.open_web_socket("/socket"));
  EXPECT_EQ(client.receive().opcode, op_ping);
  EXPECT_EQ(client.receive().code(), close_code::no_pong);
  EXPECT_EQ(server.how_it_ended().first, 3012);
}

TEST(WebSocketServer, the_peer_that_never_answers_our_close_is_cut) {
  EchoServer server({.closing_timeout = 30ms});
  Client client(server.port);
  ASSERT_TRUE(client.open_web_socket("/socket"));
  server.on_loop([&] { server.session->close(1000, "enough"); });
  EXPECT_EQ(client.receive().code(), 1000);
  EXPECT_TRUE(client.ended());
}

TEST(WebSocketServer, what_is_sent_in_one_turn_arrives_in_order) {
  EchoServer server;
  Client client(server.port);
  ASSERT_TRUE(client.open_web_socket("/socket"));
  server.on_loop([&] {
    for (int i = 0; i < 1000; ++i) server.session->send_text(std::to_string(i));
    server.session->send_text(std::string(100'000, 'x'));
    server.session->send_text("end");
  });
  for (int i = 0; i < 1000; ++i) ASSERT_EQ(client.receive().payload, std::to_string(i));
  EXPECT_EQ(client.receive().payload.size(), 100'000u);
  EXPECT_EQ(client.receive().payload, "end");
}

TEST(WebSocketServer, a_stalled_reader_is_closed_as_slow_and_gets_nothing_more) {
  EchoServer server({.queue_limit = 1024 * 1024, .closing_timeout = 10s});
  Client client(server.port, 4096);
  ASSERT_TRUE(client.open_web_socket("/socket"));
  constexpr std::size_t size = 64 * 1024;
  const auto frame = Frame::binary(std::string(size, 'b'));
  std::size_t sent = 0;
  // Each task is a turn of its own, so that the kernel takes what it can before more is queued.
  bool open = true;
  while (open && sent < 1000) {
    server.on_loop([&] {
      open = server.session && server.session->is_open();
      if (!open) return;
      server.session->send(frame);
      ++sent;
      if (server.session) {
        EXPECT_LE(server.session->queued_bytes(), 1024u * 1024 + 100);
      }
    });
  }
  EXPECT_EQ(server.how_it_ended(), std::pair(3008, std::string{"slow"}));
  std::size_t arrived = 0;
  auto last = client.receive();
  while (last.opcode == op_binary) {
    EXPECT_EQ(last.payload.size(), size) << "framing stays intact";
    ++arrived;
    last = client.receive();
  }
  EXPECT_EQ(last.opcode, op_close);
  EXPECT_EQ(last.code(), 3008);
  EXPECT_LT(arrived, sent) << "what was queued is dropped";
}

TEST(WebSocketServer, much_in_one_turn_is_not_slow) {
  EchoServer server({.queue_limit = 64 * 1024});
  Client client(server.port, 1024 * 1024);
  ASSERT_TRUE(client.open_web_socket("/socket"));
  server.on_loop([&] {
    for (int i = 0; i < 10; ++i) server.session->send_binary(std::string(20'000, 'x'));
    EXPECT_TRUE(server.session->is_open());
  });
  for (int i = 0; i < 10; ++i) EXPECT_EQ(client.receive().payload.size(), 20'000u);
  server.on_loop([&] { server.session->send_binary(std::string(100'000, 'y')); });
  EXPECT_EQ(client.receive().payload.size(), 100'000u)
      << "nor is one message above the limit that the kernel takes";
}

TEST(WebSocketServer, one_frame_is_shared_by_all) {
  Loopback loopback;
  std::vector<WebSocketSession*> sessions;
  const auto options = std::make_shared<const WebSocketOptions>();
  loopback.route({"GET"}, "/socket",
                 [&](RequestContext&& context) { sessions.push_back(context.upgrade(options)); });
  loopback.start();
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 20; ++i) {
    clients.push_back(std::make_unique<Client>(loopback.port));
    ASSERT_TRUE(clients.back()->open_web_socket("/socket"));
  }
  loopback.on_loop([&] {
    const auto frame = Frame::text("to all");
    for (auto* session : sessions) session->send(frame);
    EXPECT_EQ(frame.use_count(), 21);
  });
  for (auto& client : clients) EXPECT_EQ(client->receive().payload, "to all");
}

}  // namespace
}  // namespace longwave::web
