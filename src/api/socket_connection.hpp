// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/connection.hpp"
#include "web/websocket.hpp"

namespace longwave::api {

/// A conversation over a WebSocket: a message is a text frame.
class SocketConnection final : public Connection, private web::WebSocketHandler {
 public:
  /// The owner is told when the WebSocket has ended.
  SocketConnection(hub::ClientId id, web::WebSocketSession& session, const rpc::Surroundings& surroundings,
                   std::shared_ptr<const rpc::Caller> caller, access::Rates* rates, ConnectionOwner& owner);
  ~SocketConnection() override;

  void close(std::uint16_t code, std::string_view reason) override;
  std::size_t queued_bytes() const override;
  std::string_view transport() const override { return "websocket"; }

 protected:
  void transmit(std::string_view text) override;
  void transmit(Wording& wording, bool marked) override;
  io::Loop& loop() const override;

 private:
  void on_message(std::string_view payload, bool is_binary) override;
  void on_drained() override;
  void on_close(std::uint16_t code, std::string_view reason) override;

  web::WebSocketSession& session_;
  ConnectionOwner& owner_;
};

}  // namespace longwave::api
