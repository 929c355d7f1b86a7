// SPDX-License-Identifier: Apache-2.0
#include "api/socket_connection.hpp"

#include "web/websocket.hpp"

namespace longwave::api {

SocketConnection::SocketConnection(hub::ClientId id, web::WebSocketSession& session,
                                   const rpc::Surroundings& surroundings,
                                   std::shared_ptr<const rpc::Caller> caller, access::Rates* rates,
                                   ConnectionOwner& owner)
    : Connection(id, surroundings, std::move(caller), rates), session_(session), owner_(owner) {
  session.use(*this);
}

void SocketConnection::on_message(std::string_view payload, bool is_binary) {
  if (is_binary) return session_.close(web::close_code::unsupported, "messages are text");
  receive(payload);
}
void SocketConnection::on_drained() {
  peer().drained();
}
void SocketConnection::on_close(std::uint16_t, std::string_view) {
  owner_.leave(id());
}

SocketConnection::~SocketConnection() {
  peer().end();  // calls that are still open must not answer into what is half gone
}

void SocketConnection::close(std::uint16_t code, std::string_view reason) {
  session_.close(code, reason);
}
std::size_t SocketConnection::queued_bytes() const {
  return session_.queued_bytes();
}
void SocketConnection::transmit(std::string_view text) {
  session_.send_text(text);
}
void SocketConnection::transmit(Wording& wording, bool) {
  session_.send_text(wording.frame());
}
io::Loop& SocketConnection::loop() const {
  return session_.loop();
}

}  // namespace longwave::api
