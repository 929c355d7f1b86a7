// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dialects/socketio/engine_session.hpp"
#include "io/stream.hpp"
#include "web/router.hpp"

#include <any>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace longwave::io {
class LoopGroup;
class Loop;
}  // namespace longwave::io

namespace longwave::socketio {

/// The request that opened a session.
struct Handshake {
  std::vector<std::pair<std::string, std::string>> query;
  web::Headers headers;
  io::PeerAddress peer;
  bool is_loopback = false;
  bool tls = false;
  bool is_websocket = false;  ///< opened without polling first
  std::any identity;          ///< what the gate found

  std::optional<std::string_view> query_value(std::string_view name) const;
};

struct EngineOptions {
  std::string path = "/engine.io/";
  EngineLimits limits = {};
  std::size_t sessions_limit = 20'000;  ///< in total; more: 503
  /// Sessions that were opened over polling and whose client hasn't come back yet, per loop; more: 503.
  std::size_t fresh_limit = 2'000;
  /// Zero, but for servers of test suites whose clients lose a packet that comes together with the one before
  /// it: each packet of a WebSocket waits that long, also the first.
  Duration spacing = Duration::zero();
  /// Asked for every request before anything else; a response is sent instead. Called on every loop.
  std::function<std::optional<web::Response>(web::Request&)> gate = {};
  /// Fields for every answer that says something to a page of another origin, and for preflights. Called on
  /// every loop. Empty: none, so pages of other origins can't read the answers.
  std::function<void(const web::Request&, web::Headers&)> cors = {};
};

struct EngineShared;

/// Names a session from any thread, also after its end.
struct EngineRef {
  std::uint32_t group = 0;
  std::uint64_t serial = 0;
  friend auto operator<=>(const EngineRef&, const EngineRef&) = default;
};

/// A client's session, whatever its transport. Belongs to its loop (the one that opened it); lives until its
/// handler's on_end has returned.
class EngineConnection {
 public:
  virtual EngineRef ref() const = 0;
  virtual const std::string& id() const = 0;
  virtual const std::shared_ptr<const Handshake>& handshake() const = 0;
  virtual EngineSession::Transport transport() const = 0;
  virtual io::Loop& loop() const = 0;
  /// A packet: message("…") or web::Frame::binary(…); one frame may go to any number of connections.
  virtual void send(const web::SharedFrame& frame) = 0;
  /// The text may not contain packet_separator, which would split it for a client that polls (JSON never
  /// does).
  virtual void send_message(std::string_view text) = 0;
  /// on_end follows later, never from inside this call.
  virtual void close() = 0;

 protected:
  ~EngineConnection() = default;
};

/// Who uses a connection. Owned by it, called on its loop.
class EngineHandler {
 public:
  virtual ~EngineHandler() = default;
  /// The view is valid during the call. An exception ends the session.
  virtual void on_message(std::string_view data, bool is_binary) = 0;
  /// Once; the handler and the connection are destroyed after it.
  virtual void on_end(EngineEnd end) = 0;
};

/// Called on the loop of the new connection, after the open packet was queued.
using EngineAccept = std::function<std::unique_ptr<EngineHandler>(EngineConnection&)>;

/// An Engine.IO endpoint, revision 4, at one path: polling, WebSocket, upgrade. JSONP, cookies and revision 3
/// are not spoken (400). A session lives on the loop that opened it; requests and WebSockets of the same
/// session that come to other loops are passed on to it.
///
/// Made before the loops start, destroyed after they have stopped:
///   io::LoopGroup loops{2};  web::Router router;  Engine engine{loops, options, accept};
///   engine.add_routes(router); web::Server server{loops, clock, router, options};
class Engine {
 public:
  Engine(io::LoopGroup& loops, EngineOptions options, EngineAccept accept);
  ~Engine();

  /// Fails as Router::add() does.
  Result<void> add_routes(web::Router& router);

  /// Runs `use` on the connection's loop, if it still is there. Any thread.
  void post_to(EngineRef ref, UniqueFunction<void(EngineConnection&, EngineHandler&)> use);
  /// *loop of the connection* Runs `use` when the calls that are under way have returned, if it still is
  /// there.
  void defer(EngineRef ref, UniqueFunction<void(EngineHandler&)> use);
  /// *loop of the connection* Null when it is gone.
  EngineHandler* find(EngineRef ref);

  /// Ends every session and opens none any more (503), so that no poll holds up the web server's shutdown.
  /// Any thread.
  void close_all();

  /// From any thread.
  std::size_t sessions() const;

 private:
  std::unique_ptr<EngineShared> shared_;
};

/// "4" and the text, as a frame.
web::SharedFrame message_frame(std::string_view text);

/// Random, for ids that nobody can guess; base64url.
std::string random_id(std::size_t bytes);

}  // namespace longwave::socketio
