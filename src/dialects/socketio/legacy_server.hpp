// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dialects/socketio/engine.hpp"
#include "dialects/socketio/legacy_session.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

/// The server side of Socket.IO 0.9 (docs/protocols/channelstream.md, "socket.io 0.9"): handshake, WebSocket
/// and xhr-polling at `/<resource>/1/…`. It stands beside the Engine of modern clients: the paths differ.
namespace longwave::socketio::legacy {

struct ServerOptions {
  std::string resource = "socket.io";                                  ///< first segment of the paths
  std::vector<std::string> transports = {"websocket", "xhr-polling"};  ///< offered, in this order
  SessionOptions session = {};
  std::size_t sessions_limit = 20'000;  ///< handshakes that wait for their transport included
  /// Asked at the handshake; an error is answered 403 with its message, which clients report as `error`.
  /// Called on every loop.
  std::function<Result<void>(const web::Request&)> admit = {};
  /// Fields for every answer to a page of another origin. Called on every loop.
  std::function<void(const web::Request&, web::Headers&)> cors = {};
};

/// Names a session from any thread, also after its end.
struct Ref {
  std::uint32_t group = 0;  ///< its loop
  std::uint64_t serial = 0;
  friend auto operator<=>(const Ref&, const Ref&) = default;
};

/// What the User of a session has; belongs to the session's loop and lives as long as the session.
class Client {
 public:
  virtual Ref ref() const = 0;
  virtual const Handshake& handshake() const = 0;
  virtual Session& session() = 0;

 protected:
  ~Client() = default;
};

/// Makes the User of a new session; called on its loop.
using Accept = std::function<std::unique_ptr<User>(Client&)>;

/// A session lives on the loop where its first transport came; polls that come to other loops are passed on
/// to it. Made before the loops start, destroyed after they have stopped.
class Server {
 public:
  Server(io::LoopGroup& loops, ServerOptions options, Accept accept);
  ~Server();

  /// Fails as Router::add() does.
  Result<void> add_routes(web::Router& router);

  /// Runs `use` on the session's loop, if it still is there. Any thread.
  void post_to(Ref ref, UniqueFunction<void(Session&)> use);
  /// Runs a task on one of the loops; *find()* works there for many sessions at once.
  void post(std::uint32_t group, Task task);
  Session* find(Ref ref);
  /// From any thread.
  std::size_t sessions() const;

  struct State;

 private:
  std::unique_ptr<State> state_;
};

}  // namespace longwave::socketio::legacy
