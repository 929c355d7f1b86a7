// SPDX-License-Identifier: Apache-2.0
#include "dialects/musicdb/sockets.hpp"

#include "access/password.hpp"
#include "base/assert.hpp"
#include "base/log.hpp"
#include "dialects/musicdb/connection.hpp"
#include "io/loop.hpp"
#include "web/context.hpp"
#include "web/websocket.hpp"

#include <algorithm>
#include <unordered_map>

namespace longwave::musicdb {
namespace {

constexpr std::uint16_t normal = 1000;
constexpr std::uint16_t policy_violation = 1008;
constexpr int most_wrong_keys = 5;
constexpr int most_complaints = 20;  // lines in the log about one connection

std::shared_ptr<const web::WebSocketOptions> socket_options() {
  static const auto options = std::make_shared<const web::WebSocketOptions>(web::WebSocketOptions{
      .message_limit = message_limit,
      .queue_limit = 64 * 1024 * 1024,  // all artists with their albums are one packet
      .closing_timeout = close_timeout,
      .slow_code = policy_violation,
      .no_pong_code = normal,
      .shutdown_code = normal,
  });
  return options;
}

}  // namespace

/// What one net loop knows.
struct Sockets::Lane {
  Lane(std::size_t index, io::Loop& loop) : index(index), loop(loop) {}
  std::size_t index;
  io::Loop& loop;
  std::uint64_t next = 1;
  std::unordered_map<std::uint64_t, std::unique_ptr<Socket>> sockets = {};
};

class Sockets::Socket final : public web::WebSocketHandler, private Hooks {
 public:
  Socket(Sockets& owner, Lane& lane, std::uint64_t number, web::WebSocketSession& session, std::string from)
      : owner_(owner),
        lane_(lane),
        id_{lane.index, number},
        session_(session),
        from_(std::move(from)),
        connection_(*this, lane.loop.now()) {}

  /// The handshake is over: the HTTP server has kept the time of opening.
  void begin() { connection_.handshake_finished(); }

  void send(const web::SharedFrame& frame) {
    if (connection_.active()) session_.send(frame);
  }
  void close(std::uint16_t code, std::string_view reason) {
    connection_.close_begun(lane_.loop.now());
    session_.close(code, reason);
  }

  void on_message(std::string_view payload, bool is_binary) override {
    if (!connection_.message(payload, is_binary)) complain("a binary message was ignored");
  }
  void on_drained() override {}
  void on_close(std::uint16_t, std::string_view) override {
    connection_.ended();
    lane_.sockets.erase(id_.number);  // this
  }

 private:
  void on_connect() override {
    owner_.station_loop_([core = owner_.core_, id = id_] { core->connected(id); });
  }
  void on_disconnect() override {
    owner_.station_loop_([core = owner_.core_, id = id_] { core->disconnected(id); });
  }
  void on_text(std::string_view text) override {
    auto packet = read_packet(text);
    if (!packet) return complain(packet.error().message);
    if (!access::equal_in_constant_time(packet->key, owner_.key_)) return wrong_key();
    auto shared = std::make_shared<Packet>(std::move(*packet));
    owner_.station_loop_([core = owner_.core_, id = id_, shared] { core->receive(id, std::move(*shared)); });
  }

  void wrong_key() {
    complain("a packet with a wrong key was dropped");
    if (++wrong_keys_ >= most_wrong_keys) close(policy_violation, "wrong key");
  }
  /// Never with what was sent: it may hold the key.
  void complain(std::string_view what) {
    if (++complaints_ <= most_complaints) log::warn("musicdb: {}: {}", from_, what);
  }

  Sockets& owner_;
  Lane& lane_;
  ClientId id_;
  web::WebSocketSession& session_;
  std::string from_;
  Connection connection_;
  int wrong_keys_ = 0;
  int complaints_ = 0;
};

Sockets::Sockets(io::LoopGroup& loops, std::string key, Post station_loop)
    : key_(std::move(key)), station_loop_(std::move(station_loop)) {
  for (std::size_t i = 0; i < loops.size(); ++i) lanes_.push_back(std::make_unique<Lane>(i, loops[i]));
}

Sockets::~Sockets() = default;

Sockets::Lane& Sockets::here() {
  const auto found =
      std::find_if(lanes_.begin(), lanes_.end(), [](const auto& lane) { return lane->loop.here(); });
  LW_ASSERT(found != lanes_.end(), "a WebSocket belongs to a net loop");
  return **found;
}

void Sockets::accept(web::RequestContext&& context) {
  auto& lane = here();
  auto from = context.request().peer.ip;
  auto* session = context.upgrade(socket_options());
  if (!session) return;
  const auto number = lane.next++;
  auto& socket =
      *lane.sockets.emplace(number, std::make_unique<Socket>(*this, lane, number, *session, std::move(from)))
           .first->second;
  session->use(socket);
  socket.begin();
}

void Sockets::send(ClientId client, Text packet) {
  auto& lane = *lanes_[client.loop];
  lane.loop.post([&lane, number = client.number, packet = std::move(packet)] {
    const auto found = lane.sockets.find(number);
    if (found != lane.sockets.end()) found->second->send(web::Frame::text(*packet));
  });
}

void Sockets::send_all(Text packet) {
  for (const auto& lane : lanes_) {
    lane->loop.post([&lane = *lane, packet] {
      if (lane.sockets.empty()) return;
      const auto frame = web::Frame::text(*packet);
      for (const auto& [number, socket] : lane.sockets) socket->send(frame);
    });
  }
}

void Sockets::close(ClientId client, std::uint16_t code, std::string_view reason) {
  auto& lane = *lanes_[client.loop];
  lane.loop.post([&lane, number = client.number, code, reason = std::string(reason)] {
    const auto found = lane.sockets.find(number);
    if (found != lane.sockets.end()) found->second->close(code, reason);
  });
}

void Sockets::close_connections() {
  for (const auto& lane : lanes_) {
    lane->loop.post([&lane = *lane] {
      for (const auto& [number, socket] : lane.sockets) socket->close(normal, "Server shutdown");
    });
  }
}

}  // namespace longwave::musicdb
