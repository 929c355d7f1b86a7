// SPDX-License-Identifier: Apache-2.0
#include "dialects/socketio/legacy_shell.hpp"
#include "io/loop.hpp"

#include <utility>

namespace longwave::socketio::legacy {

Conversation::Conversation(Server::State& owner, std::uint32_t group, std::uint64_t serial, std::string id,
                           std::shared_ptr<const Handshake> handshake)
    : owner_(owner),
      group_(group),
      serial_(serial),
      id_(std::move(id)),
      handshake_(std::move(handshake)),
      user_(owner.accept(*this)),
      session_(owner.options.session, now(), *this, *user_) {
  rearm();
}

Instant Conversation::now() const {
  return owner_.groups[group_].loop->now();
}

void Conversation::rearm() {
  if (session_.over()) return disarm();
  io::arm(*owner_.groups[group_].loop, *this, session_.due());
}

void Conversation::on_deadline(Instant at) {
  session_.on_time(at);
  rearm();
}

void Conversation::open(web::WebSocketSession& socket) {
  socket_ = &socket;
  socket.use(*this);
  session_.open_socket(now());
  rearm();
}

void Conversation::on_message(std::string_view payload, bool is_binary) {
  if (!is_binary) session_.text(payload, now());
  rearm();
}

void Conversation::on_close(std::uint16_t, std::string_view) {
  socket_ = nullptr;
  session_.socket_lost();
}

void Conversation::poll(web::RequestContext context, std::uint64_t number) {
  auto body = session_.poll(now());
  poll_.emplace(std::move(context));
  poll_number_ = number;
  if (body) answer_poll(std::move(*body));
  rearm();
}

void Conversation::poll_gone(std::uint64_t number) {
  if (!poll_ || poll_number_ != number) return;
  poll_.reset();
  session_.poll_gone();
}

void Conversation::post(web::RequestContext context) {
  const bool taken = session_.post(context.request().body, now());
  auto answer = owner_.answer(context.request(), taken ? 200 : 400, taken ? "1" : "");
  context.respond(std::move(answer));
  rearm();
}

void Conversation::send(const web::SharedFrame& frame) {
  if (socket_) socket_->send(frame);
}

void Conversation::close_socket() {
  if (socket_) socket_->close(web::close_code::normal);
}

void Conversation::answer_poll(std::string body) {
  if (!poll_) return;
  auto context = std::move(*poll_);
  poll_.reset();
  context.respond(owner_.answer(context.request(), 200, std::move(body)));
}

void Conversation::ended() {
  owner_.forget(*this);
}

}  // namespace longwave::socketio::legacy
