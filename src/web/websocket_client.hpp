// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"
#include "io/tls_client.hpp"
#include "web/headers.hpp"
#include "web/websocket.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace longwave::web {

/// "ws://host:port/path?query", "wss://…", or "ws+unix:/run/longwave.sock:/path" for a Unix socket.
struct WebSocketUrl {
  bool secure = false;
  std::string host;
  std::uint16_t port = 80;
  std::string target = "/";  ///< path and query
  std::string unix_path;     ///< instead of host and port

  /// Fails with `invalid`; a fragment is refused (RFC 6455 section 3).
  static Result<WebSocketUrl> parse(std::string_view text);
  /// As it stands in the Host field: without the scheme's own port.
  std::string authority() const;
};

struct WebSocketClientOptions {
  /// Limits, ping and closing of the session; `protocols` are offered, in this order.
  WebSocketOptions session = {};
  std::string origin = {};  ///< Origin field; empty: none
  Headers headers = {};     ///< further fields of the request (Authorization, Cookie …)
  io::TlsClientOptions tls = {};
  Duration open_timeout = std::chrono::seconds{10};  ///< for name, connection, TLS and handshake together
  std::size_t header_limit = 16 * 1024;              ///< bytes of the server's answer
};

/// What the server answered to the opening handshake.
struct WebSocketAnswer {
  int status = 0;  ///< 101 when the socket is open; 0: nothing that can be read came
  std::string reason;
  Headers headers;
  std::string protocol;  ///< the subprotocol that was chosen, or ""
};

/// Opens WebSockets to a server (RFC 6455 section 4.1), one at a time, and owns the one that is open. Belongs
/// to its loop: made, used and destroyed there (or when the loop doesn't run). Destroying it cuts the
/// connection at once, and no callback comes after that; close the session first to end it properly.
class WebSocketClient {
 public:
  /// The session, open, on whose callbacks nothing has come yet: set on_message and on_close inside. It lives
  /// until its on_close has returned, or as long as the client. Or why there is none: `unavailable` (no
  /// connection, TLS failed, time is over), `refused` (a status other than 101; see answer()), `invalid`
  /// (the answer breaks the protocol).
  using Opened = UniqueFunction<void(Result<WebSocketSession*>)>;

  WebSocketClient(io::Loop& loop, WebSocketClientOptions options);
  ~WebSocketClient();
  WebSocketClient(const WebSocketClient&) = delete;
  WebSocketClient& operator=(const WebSocketClient&) = delete;

  /// `opened` is called once, never from inside this call. An earlier attempt or open session is cut
  /// silently; one that is closing goes on with that, silently. May be called from a callback of the session,
  /// also from its on_close (to connect again).
  void open(WebSocketUrl url, Opened opened);
  /// Cuts whatever there is, silently.
  void abort();

  /// Of the latest handshake.
  const WebSocketAnswer& answer() const;
  /// Null when none is open.
  WebSocketSession* session() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace longwave::web
