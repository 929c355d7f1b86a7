// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dialects/socketio/returning.hpp"
#include "dialects/socketio/server.hpp"
#include "io/deadline.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

/// Inside the Server: a connection with its sockets.
namespace longwave::socketio {

class Client;

struct ServerState {
  explicit ServerState(ServerOptions given) : options(std::move(given)), returning(options.returning_limit) {}

  ServerOptions options;
  std::unordered_map<std::string, NamespaceOptions> namespaces = {};
  Returning returning;
  std::unique_ptr<Engine> engine = {};
  std::weak_ptr<ServerState> self = {};
};

/// A client in a namespace.
class ClientSocket final : public Socket {
 public:
  ClientSocket(Client& client, const NamespaceOptions& options, std::string nsp, std::uint64_t serial);

  const std::string& id() const override { return id_; }
  const std::string& nsp() const override { return nsp_; }
  SocketRef ref() const override;
  const Handshake& handshake() const override;
  io::Loop& loop() const override;
  bool connected() const override { return state_ == State::joined; }
  void emit(std::string_view event, const boost::json::array& args, const Attachments& attachments) override;
  void emit(std::string_view event, const boost::json::array& args, const Attachments& attachments,
            Duration within, OnAck on_ack) override;
  void emit(const Prepared& event) override;
  void on_event(UniqueFunction<void(Event)> handler) override { on_event_ = std::move(handler); }
  void on_disconnect(UniqueFunction<void(std::string_view)> handler) override {
    on_disconnect_ = std::move(handler);
  }
  void disconnect(bool connection) override;
  std::any& data() override { return data_; }
  bool recovered() const override { return seen_ != nullptr; }
  const Seen& seen() const override;
  Trail& trail() override { return trail_; }

 private:
  friend class Client;
  enum class State : std::uint8_t { joining, joined, gone };
  struct Awaited {
    OnAck on_ack;
    Instant due;
  };

  void join(const boost::json::object& auth);
  void ask_owner(const boost::json::object& auth);
  void decide(const Result<void>& result);
  void receive(Packet packet);
  void receive_event(Packet packet);
  void answer(std::uint64_t id, const boost::json::array& args, Attachments attachments);
  void send(const std::vector<web::SharedFrame>& frames);
  Instant due() const;
  void on_time(Instant now);
  /// The last call: tells everybody.
  void leave(std::string_view why, bool may_return);

  Client& client_;
  const NamespaceOptions& options_;
  std::string nsp_;
  std::uint64_t serial_;
  std::string id_;
  std::string pid_;
  State state_ = State::joining;
  std::vector<web::SharedFrame> held_;  // emitted before the client is let in
  std::size_t held_bytes_ = 0;
  std::unordered_map<std::uint64_t, Awaited> awaited_;
  std::uint64_t next_ack_ = 0;
  UniqueFunction<void(Event)> on_event_;
  UniqueFunction<void(std::string_view)> on_disconnect_;
  std::any data_;
  Trail trail_;
  std::unique_ptr<Seen> seen_;
};

class Client final : public EngineHandler, private io::Deadline {
 public:
  Client(ServerState& server, EngineConnection& connection);

  ServerState& server() { return server_; }
  EngineConnection& connection() { return connection_; }
  ClientSocket* find(std::uint64_t serial);
  /// The client has left a namespace.
  void left(ClientSocket& socket);
  /// We leave all of them, and the connection.
  void disconnect_all();
  /// The socket is left: to be told and forgotten outside of everybody's calls.
  void sweep_later();
  void settle();
  /// Ends the connection; sockets are told this.
  void close(std::string_view why, bool may_return);

 private:
  void on_message(std::string_view data, bool is_binary) override;
  void on_end(EngineEnd end) override;
  void on_deadline(Instant now) override;
  void handle(Packet packet);
  void connect(const Packet& packet);
  void refuse(const std::string& nsp, std::string_view message);
  void sweep();

  ServerState& server_;
  EngineConnection& connection_;
  PacketDecoder decoder_;
  std::map<std::string, std::unique_ptr<ClientSocket>, std::less<>> sockets_;
  std::set<std::string, std::less<>> left_;  // by us: what was under way for them is no violation
  std::uint64_t next_serial_ = 1;
  Instant connect_due_;
  std::string_view why_ = {};
  bool may_return_ = true;
  bool sweeping_ = false;
};

}  // namespace longwave::socketio
