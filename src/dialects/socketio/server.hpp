// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dialects/socketio/engine.hpp"
#include "dialects/socketio/socket.hpp"

#include <boost/json/object.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

namespace longwave::socketio {

/// Lets a client in or refuses it (the message of the error goes to it as CONNECT_ERROR). To be called once,
/// on the socket's loop or any other thread; harmless when the client has gone meanwhile. Destroyed uncalled,
/// it refuses.
class Admission {
 public:
  explicit Admission(UniqueFunction<void(Result<void>)> decide) : decide_(std::move(decide)) {}
  Admission(Admission&&) = default;
  Admission& operator=(Admission&&) = default;
  ~Admission();
  void operator()(Result<void> result);

 private:
  UniqueFunction<void(Result<void>)> decide_;
};

struct NamespaceOptions {
  /// A client wants in. `auth`: the object it sent ({} if none). May emit and set handlers before admitting:
  /// what is emitted leaves behind the CONNECT packet. If it returns without having called `admit`, it will
  /// be called later.
  std::function<void(Socket& socket, const boost::json::object& auth, Admission admit)> on_connect;

  /// How long a client that lost its connection may come back as if nothing had been; zero: never, and no
  /// `pid` is told.
  Duration recovery_time = Duration::zero();
  /// Null: every returning client whose marks are known is let back. Must outlive the server.
  Recovery* recovery = nullptr;
};

struct ServerOptions {
  EngineOptions engine = {.path = "/socket.io/"};
  Duration connect_timeout = std::chrono::seconds{45};  ///< for a client that joins no namespace
  PacketLimits packets = {};
  std::size_t namespaces_limit = 32;     ///< per connection, those that are being joined included
  std::size_t acks_limit = 1'000;        ///< awaited answers per socket
  std::size_t returning_limit = 10'000;  ///< clients that may come back, in all; the oldest is forgotten
};

struct ServerState;

/// A Socket.IO server, revision 5, over Engine.IO at one path. Life and threads as of Engine; namespaces are
/// declared before the loops start.
class Server {
 public:
  Server(io::LoopGroup& loops, ServerOptions options);
  ~Server();

  /// "/" or "/name". What isn't declared is answered "Invalid namespace".
  void of(std::string name, NamespaceOptions options);

  /// Fails as Router::add() does.
  Result<void> add_routes(web::Router& router);

  /// Runs `use` on the socket's loop, if it still is there and let in. Any thread.
  void post_to(SocketRef ref, UniqueFunction<void(Socket&)> use);

  /// As of Engine.
  void close_all();

  /// Connections, from any thread.
  std::size_t connections() const;

 private:
  std::shared_ptr<ServerState> state_;  // weakly held by acks and admissions that outlive it
};

}  // namespace longwave::socketio
