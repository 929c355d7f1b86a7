// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "io/listener.hpp"
#include "io/network.hpp"
#include "web/forwarded.hpp"
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
  std::size_t header_limit = 16 * 1024;       ///< bytes of a header block; more: 431
  std::size_t request_line_limit = 8 * 1024;  ///< bytes; more: 414
  std::size_t body_limit = 1024 * 1024;       ///< bytes, unless the route says otherwise; more: 413
  std::size_t bodies_limit =
      64 * 1024 * 1024;                    ///< bytes of all bodies that are being read or handled; more: 503
  std::size_t connections_limit = 20'000;  ///< in total; more are closed at once
  /// From one address (an IPv6 network of 64 bits is one). Loopback, Unix sockets and trusted proxies are not
  /// counted. 0: no limit.
  std::size_t connections_per_address = 512;
  Duration header_timeout =
      std::chrono::seconds{10};  ///< for a whole header, from its first byte or the connect: 408
  Duration idle_timeout = std::chrono::seconds{75};  ///< of a kept-alive connection between requests
  /// A peer is looked at once a window: a body that came with fewer bytes a second is answered 408, an answer
  /// that was taken with fewer is cut. Body streams have rules of their own beside `write_timeout`.
  Duration rate_window = std::chrono::seconds{10};
  std::size_t body_rate = 256;                        ///< bytes a second; 0: any
  std::size_t read_rate = 256;                        ///< bytes a second; 0: any
  Duration write_timeout = std::chrono::seconds{30};  ///< without progress of an answer or stream: cut
  Duration linger_timeout = std::chrono::seconds{2};  ///< for the peer's FIN after our last byte
  /// Whose X-Forwarded-* (or Forwarded) fields and PROXY headers are believed.
  io::Networks trusted_proxies = {};
  ForwardedBy forwarded_by = ForwardedBy::x_forwarded;
  /// Asked for every connection before anything is read from it, with the address of the client as far as it
  /// is known then (a PROXY header's, else the socket's). False: closed. Called on every loop: thread-safe.
  std::function<bool(const io::PeerAddress&)> admit = {};
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

  /// The end that nobody notices much, from any thread, once: `draining()` is true from now on (readiness
  /// fails); requests are still answered, with `Connection: close`; new WebSockets and body streams are
  /// refused with 503; those that are open are told (close with the endpoint's shutdown_code), spread evenly
  /// over `window`. When none is left, or the window is over, follows shutdown(grace, done).
  void drain(Duration window, Duration grace, Task done);
  bool draining() const;

  /// The listening sockets, in the order of listen(), for the program that comes after this one (copies,
  /// which stay open when this server closes its own). Between shutdown's first step and the next program's
  /// accept, connects wait in their backlog. Before the loops start, or on the first loop.
  std::vector<int> duplicate_listeners() const;

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
