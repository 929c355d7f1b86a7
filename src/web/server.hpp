// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "io/listener.hpp"
#include "web/router.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace longwave::io {
class LoopGroup;
class Loop;
}  // namespace longwave::io

namespace longwave::web {

/// Runs before every handler, when the header is complete and before the body is asked for; may put what it
/// found into request.identity. A response is sent instead of running the handler. Called from several
/// threads.
using Gate = std::function<std::optional<Response>(Request&)>;

struct ServerOptions {
  std::size_t header_limit = 16 * 1024;  ///< bytes of a header block; more: 431
  std::size_t body_limit = 1024 * 1024;  ///< bytes, unless the route says otherwise; more: 413
  Duration header_timeout =
      std::chrono::seconds{10};  ///< for a whole header, from its first byte or the connect: 408
  Duration body_timeout = std::chrono::seconds{30};   ///< without progress of a body: 408
  Duration idle_timeout = std::chrono::seconds{75};   ///< of a kept-alive connection between requests
  Duration write_timeout = std::chrono::seconds{30};  ///< without progress of an answer: cut
  Duration linger_timeout = std::chrono::seconds{2};  ///< for the peer's FIN after our last byte
  /// Added to every answer that doesn't set them itself.
  Headers default_headers = {
      {"Content-Security-Policy",
       "default-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self'; connect-src 'self'; "
       "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'"},
      {"X-Content-Type-Options", "nosniff"},
      {"Referrer-Policy", "same-origin"}};
  Gate gate = {};
};

struct ServerCounts {
  std::size_t connections = 0;  ///< HTTP, streams and WebSockets
  std::size_t web_sockets = 0;
  std::uint64_t requests = 0;
};

/// HTTP/1.1 and WebSocket for one table of routes, over the loops of a group. A connection is owned by its
/// loop.
///
/// Member order that is right: loops, clock and router first, then the server, so that it is destroyed before
/// them:
///   io::LoopGroup loops{2};  SystemClock clock;  Router router;  Server server{loops, clock, router,
///   options}; server.listen(endpoint);  loops.start();  …  server.shutdown(drain, done);  …  loops.stop();
class Server {
 public:
  Server(io::LoopGroup& loops, const Clock& clock, const Router& router, ServerOptions options);
  /// After the loops have stopped.
  ~Server();

  /// Before the loops start, or on the first loop.
  Result<io::Endpoint> listen(io::Listener::Options options);

  /// The ordered end, from any thread: stop accepting; idle connections close, requests under way are
  /// answered, with `Connection: close`; body streams and WebSockets are told (close with the endpoint's
  /// shutdown_code); what is queued leaves; after `drain` the rest is cut. `done` is called on the first loop
  /// when nothing is left.
  void shutdown(Duration drain, Task done);

  /// From any thread.
  ServerCounts counts() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace longwave::web
