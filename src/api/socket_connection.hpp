// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/connection.hpp"

namespace longwave::web {
class WebSocketSession;
}

namespace longwave::api {

/// A conversation over a WebSocket: a message is a text frame.
class SocketConnection final : public Connection {
 public:
  /// `gone` is called once, on the loop, when the WebSocket has ended; it destroys this object.
  SocketConnection(hub::ClientId id, web::WebSocketSession& session, const rpc::Surroundings& surroundings,
                   rpc::Caller caller, access::Rates* rates, Task gone);
  ~SocketConnection() override;

  void close(std::uint16_t code, std::string_view reason) override;
  std::size_t queued_bytes() const override;

 protected:
  void transmit(std::string_view text) override;
  void transmit(Wording& wording, bool marked) override;
  io::Loop& loop() const override;

 private:
  web::WebSocketSession& session_;
};

}  // namespace longwave::api
