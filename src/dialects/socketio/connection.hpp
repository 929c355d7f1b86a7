// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/task.hpp"
#include "dialects/socketio/engine.hpp"
#include "io/deadline.hpp"
#include "io/timer.hpp"
#include "web/context.hpp"
#include "web/websocket.hpp"

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

/// Inside the Engine: what one loop has of sessions and of WebSockets. A WebSocket may live on another loop
/// than its session; then what it hears and what it is to send crosses in order, gathered per loop turn.
namespace longwave::socketio {

struct Group;
class Connection;

/// What all loops share; immutable but for the counters.
struct EngineShared {
  EngineOptions options;
  EngineAccept accept;
  std::shared_ptr<const web::WebSocketOptions> socket_options;
  std::vector<std::unique_ptr<Group>> groups = {};
  std::atomic<std::size_t> sessions{0};
  std::atomic<std::uint64_t> next_wire{1};
  std::atomic<bool> closing{false};

  std::mutex posts_mutex = {};
  std::unordered_map<std::string, int> posts = {};  // that are under way, by session
};

/// A POST from its head to its answer, so that two at a time are seen although their bodies come one after
/// the other.
struct PostUnderWay {
  PostUnderWay(EngineShared& of, std::string session);
  ~PostUnderWay();
  EngineShared& shared;
  std::string sid;
  bool overlaps = false;
};

/// A WebSocket of a session. Owned by the group of its own loop until it has closed.
class Wire final : public web::WebSocketHandler {
 public:
  Wire(Group& group, std::uint64_t id, web::WebSocketSession& socket, EngineRef session);
  std::uint64_t id() const { return id_; }
  web::WebSocketSession& socket() { return socket_; }

 private:
  void on_message(std::string_view payload, bool is_binary) override;
  void on_drained() override {}
  void on_close(std::uint16_t code, std::string_view reason) override;

  Group& group_;
  std::uint64_t id_;
  web::WebSocketSession& socket_;
  EngineRef session_;
};

/// Where a session's WebSocket is; null group: there is none.
struct WireRef {
  Group* group = nullptr;
  std::uint64_t id = 0;
  explicit operator bool() const { return group != nullptr; }
};

/// A session: the shell around EngineSession.
class Connection final : public EngineConnection, private EngineOutlet, private io::Deadline {
 public:
  Connection(Group& group, std::uint64_t serial, std::string id, std::shared_ptr<const Handshake> handshake,
             WireRef wire);
  ~Connection() override;
  /// The first words and the handler.
  void start();
  std::string open_packet() const { return machine_.open_packet(id_); }

  void poll(web::RequestContext&& context, std::uint64_t number);
  void poll_lost(std::uint64_t number);
  void post(web::RequestContext&& context);
  /// A further WebSocket came. False: close it.
  bool probe(WireRef wire);
  void heard(std::uint64_t wire, std::string_view payload, bool is_binary);
  void wire_lost(std::uint64_t wire);
  /// The end, told outside of everybody's calls.
  void tell_end(EngineEnd end);
  bool over() const { return machine_.finished() && !handler_; }
  EngineHandler* handler() { return handler_.get(); }

  EngineRef ref() const override;
  const std::string& id() const override { return id_; }
  const std::shared_ptr<const Handshake>& handshake() const override { return handshake_; }
  EngineSession::Transport transport() const override { return machine_.transport(); }
  io::Loop& loop() const override;
  void send(const web::SharedFrame& frame) override;
  void send_message(std::string_view text) override { send(message_frame(text)); }
  void close() override;

 private:
  void answer_poll(std::string payload) override;
  void transmit(const web::SharedFrame& frame) override;
  void send_probe(const web::SharedFrame& frame) override;
  void upgraded() override;
  void close_socket(bool orderly) override;
  void close_probe() override;
  void received(std::string_view data, bool is_binary) override;
  void ended(EngineEnd end) override;
  void on_deadline(Instant now) override;

  void settle();
  void send_spaced();

  Group& group_;
  std::uint64_t serial_;
  std::string id_;
  std::shared_ptr<const Handshake> handshake_;
  EngineSession machine_;
  std::unique_ptr<EngineHandler> handler_;
  std::optional<web::RequestContext> poll_;
  std::uint64_t poll_number_ = 0;
  WireRef wire_;
  WireRef probe_;
  Instant armed_ = Instant::max();
  std::deque<web::SharedFrame> spaced_;  // by EngineOptions::spacing
  std::unique_ptr<io::Timer> spacing_;
  bool fresh_;
  bool dropping_ = false;
};

/// What one loop has. Belongs to its thread, but for post().
struct Group {
  Group(EngineShared& shared_state, std::size_t number, io::Loop& own_loop);
  ~Group();

  Connection* find(std::string_view sid);
  Connection* find(std::uint64_t serial);
  Connection& open(std::shared_ptr<const Handshake> handshake, web::WebSocketSession* socket);
  void drop(std::uint64_t serial);
  WireRef add_wire(web::WebSocketSession& socket, EngineRef session);

  /// Runs the task on the other group's loop: at once if that is this one, else in the order of crossing.
  void cross(Group& to, Task task);
  web::WebSocketSession* socket(std::uint64_t wire);
  void send(WireRef to, const web::SharedFrame& frame);
  void close(WireRef wire, std::uint16_t code);

  EngineShared& shared;
  std::size_t index;
  io::Loop& loop;
  std::unordered_map<std::uint64_t, std::unique_ptr<Connection>> connections;
  std::unordered_map<std::string, Connection*> by_id;
  std::unordered_map<std::uint64_t, std::unique_ptr<Wire>> wires;
  std::vector<std::vector<Task>> outgoing;  // by group
  std::uint64_t next_serial = 1;
  std::size_t fresh = 0;
};

/// 400 and the like, as the reference server says it: {"code":…,"message":…}.
enum class EngineRefusal : std::uint8_t {
  unknown_transport,
  unknown_session,
  bad_method,
  bad_request,
  forbidden,
  unsupported_version,
};
web::Response refusal(EngineRefusal why);

/// Answers with the fields of the CORS hook.
void respond(const EngineShared& shared, web::RequestContext& context, web::Response response);

}  // namespace longwave::socketio
