// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "web/connections.hpp"
#include "web/websocket_link.hpp"

namespace longwave::web {

/// A connection that a client has upgraded to a WebSocket.
class WebSocketConnection final : public Connection, public WebSocketLink {
 public:
  WebSocketConnection(Connections& owner, io::Stream stream, std::shared_ptr<const WebSocketOptions> options,
                      DeflateTerms terms);

  void shut_down() override { close_with(options().shutdown_code, "the server shuts down"); }
  void cut() override { WebSocketLink::cut(); }
  bool lasting() const override { return true; }

 private:
  io::Loop& home() const override { return owner_.loop(); }
  Deflater& deflater() override { return owner_.deflater(); }
  void gone() override;
};

}  // namespace longwave::web
