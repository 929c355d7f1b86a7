// SPDX-License-Identifier: Apache-2.0
#include "dialects/socketio/client.hpp"

#include "io/loop.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <utility>

namespace longwave::socketio {

namespace {
namespace json = boost::json;
}

Client::Client(ServerState& server, EngineConnection& connection)
    : server_(server),
      connection_(connection),
      decoder_(server.options.packets),
      connect_due_(connection.loop().now() + server.options.connect_timeout) {
  settle();
}

ClientSocket* Client::find(std::uint64_t serial) {
  for (const auto& [nsp, socket] : sockets_)
    if (socket->serial_ == serial) return socket.get();
  return nullptr;
}

void Client::on_message(std::string_view data, bool is_binary) {
  auto packet = is_binary ? decoder_.binary(data) : decoder_.text(data);
  if (!packet) return close("parse error", false);
  if (*packet) handle(std::move(**packet));
}

void Client::handle(Packet packet) {
  if (packet.type == PacketType::connect) return connect(packet);
  const auto found = sockets_.find(packet.nsp);
  if (found != sockets_.end() && found->second->state_ == ClientSocket::State::joined)
    return found->second->receive(std::move(packet));
  const bool was_ours = found != sockets_.end() ? found->second->state_ == ClientSocket::State::gone
                                                : left_.contains(packet.nsp);
  if (!was_ours) close("parse error", false);
}

void Client::connect(const Packet& packet) {
  const auto& name = packet.nsp;
  if (const auto found = sockets_.find(name); found != sockets_.end()) {
    if (found->second->state_ != ClientSocket::State::gone) return close("parse error", false);
    sweep();
  }
  const auto declared = server_.namespaces.find(name);
  if (declared == server_.namespaces.end()) return refuse(name, "Invalid namespace");
  if (sockets_.size() >= server_.options.namespaces_limit) return refuse(name, "Too many namespaces");
  left_.erase(name);
  auto socket = std::make_unique<ClientSocket>(*this, declared->second, name, next_serial_++);
  auto& joining = *socket;
  sockets_.emplace(name, std::move(socket));
  settle();
  joining.join(packet.data.is_object() ? packet.data.get_object() : json::object());
}

void Client::refuse(const std::string& nsp, std::string_view message) {
  const Packet packet{.type = PacketType::connect_error, .nsp = nsp, .data = {{"message", message}}};
  for (const auto& frame : encode_packet(packet)) connection_.send(frame);
}

void Client::left(ClientSocket& socket) {
  const auto node = sockets_.extract(socket.nsp());
  node.mapped()->leave("client namespace disconnect", false);
  settle();
}

void Client::disconnect_all() {
  std::vector<std::uint64_t> serials;
  for (const auto& [nsp, socket] : sockets_) serials.push_back(socket->serial_);
  for (const auto serial : serials)
    if (auto* socket = find(serial)) socket->disconnect(false);
  close("server namespace disconnect", false);
}

void Client::sweep_later() {
  if (std::exchange(sweeping_, true)) return;
  server_.engine->defer(connection_.ref(), [](EngineHandler& handler) {
    auto& client = static_cast<Client&>(handler);
    client.sweeping_ = false;
    client.sweep();
    client.settle();
  });
}

void Client::sweep() {
  for (auto at = sockets_.begin(); at != sockets_.end();) {
    const auto each = at++;
    if (each->second->state_ != ClientSocket::State::gone) continue;
    auto node = sockets_.extract(each);
    if (left_.size() < server_.options.namespaces_limit) left_.insert(node.key());
    node.mapped()->leave("server namespace disconnect", false);
  }
}

void Client::close(std::string_view why, bool may_return) {
  if (why_.empty()) {
    why_ = why;
    may_return_ = may_return;
  }
  connection_.close();
}

void Client::on_end(EngineEnd end) {
  disarm();
  const auto why = why_.empty() ? to_text(end) : why_;
  for (auto& [nsp, socket] : std::exchange(sockets_, {}))
    socket->leave(why, may_return_ && end != EngineEnd::violation);
}

void Client::settle() {
  const auto now = connection_.loop().now();
  if (!sockets_.empty()) {
    connect_due_ = Instant::max();
  } else if (connect_due_ == Instant::max()) {
    connect_due_ = now + server_.options.connect_timeout;
  }
  auto due = connect_due_;
  for (const auto& [nsp, socket] : sockets_) due = std::min(due, socket->due());
  due == Instant::max() ? disarm() : io::arm(connection_.loop(), *this, due);
}

void Client::on_deadline(Instant now) {
  if (now >= connect_due_) return close("forced close", false);
  std::vector<std::uint64_t> serials;
  for (const auto& [nsp, socket] : sockets_) serials.push_back(socket->serial_);
  for (const auto serial : serials)
    if (auto* socket = find(serial)) socket->on_time(now);
  settle();
}

}  // namespace longwave::socketio
