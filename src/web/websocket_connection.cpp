// SPDX-License-Identifier: Apache-2.0
#include "web/websocket_connection.hpp"

#include "base/log.hpp"
#include "base/text.hpp"
#include "io/loop.hpp"

#include <algorithm>
#include <exception>
#include <utility>

namespace longwave::web {

Handshake answer_handshake(const Request& request, const WebSocketOptions& options,
                           const PrepareOptions& prepare) {
  const auto& headers = request.headers;
  const auto key = text::unbase64(headers.get("Sec-WebSocket-Key"));
  if (request.method != "GET" || request.version < 11 || !headers.has_token("Upgrade", "websocket") ||
      !headers.has_token("Connection", "Upgrade")) {
    auto refusal = Response::text(426, "This address speaks WebSocket.\n");
    refusal.headers.add("Upgrade", "websocket");
    return {{}, std::move(refusal)};
  }
  if (text::trim(headers.get("Sec-WebSocket-Version")) != "13") {
    auto refusal = Response::text(426, "Only version 13 of the WebSocket protocol is spoken here.\n");
    refusal.headers.add("Sec-WebSocket-Version", "13");
    return {{}, std::move(refusal)};
  }
  if (!key || key->size() != 16) return {{}, Response::text(400, "Sec-WebSocket-Key isn't a key.\n")};
  std::string head = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n";
  head += "Sec-WebSocket-Accept: " + accept_key(headers.get("Sec-WebSocket-Key")) + "\r\n";
  for (const auto offered : text::split(headers.get("Sec-WebSocket-Protocol"), ',')) {
    const auto name = text::trim(offered);
    if (std::find(options.protocols.begin(), options.protocols.end(), name) == options.protocols.end())
      continue;
    head.append("Sec-WebSocket-Protocol: ").append(name).append("\r\n");
    break;
  }
  head.append("Date: ").append(prepare.date).append("\r\n\r\n");
  return {std::move(head), std::nullopt};
}

WebSocketConnection::WebSocketConnection(Connections& owner, io::Stream stream,
                                         std::shared_ptr<const WebSocketOptions> options)
    : Connection(owner),
      stream_(std::move(stream)),
      peer_(std::move(options), owner.loop().now()),
      id_(++owner.counters().sessions) {
  ++owner.counters().web_sockets;
}

void WebSocketConnection::start(std::string first) {
  stream_.start(*this);
  settle();
  if (first.empty()) return;
  // The session's callbacks are set when the handler has returned.
  owner_.loop().defer([this, first = std::move(first)]() mutable {
    if (!over_) take(first);
  });
}

void WebSocketConnection::on_bytes(std::span<char> bytes) {
  take(bytes);
}

void WebSocketConnection::take(std::span<char> bytes) {
  peer_.feed(bytes, owner_.loop().now());
  std::string out;
  while (const auto message = peer_.next(out)) {
    if (!out.empty()) control(std::exchange(out, {}));
    if (!on_message_) continue;
    try {
      on_message_(message->payload, message->is_binary);
    } catch (const std::exception& failure) {
      log::error("a WebSocket's message handler failed: {}", failure.what());
      close_with(1011, "internal error");
    }
    if (over_) return;
  }
  control(std::move(out));
  if (!peer_.open()) settle();
}

void WebSocketConnection::control(std::string bytes) {
  if (!bytes.empty()) stream_.write(std::move(bytes));
}

void WebSocketConnection::send_frame(const SharedFrame& frame) {
  if (!peer_.open() || over_) return;
  const auto limit = peer_.options().queue_limit;
  const auto size = frame->wire().size();
  if (stream_.queued_bytes() + size <= limit) return stream_.write(io::SharedBytes{frame, frame->wire()});
  // Much in one turn isn't a slow client, nor is one large message: what counts is what the kernel doesn't
  // take now.
  stream_.flush();
  if (over_ || !peer_.open()) return;
  const bool fits = stream_.queued_bytes() == 0 || stream_.queued_bytes() + size <= limit;
  if (fits) {
    stream_.write(io::SharedBytes{frame, frame->wire()});
    stream_.flush();
    if (over_ || !peer_.open() || stream_.queued_bytes() <= limit) return;
  }
  stream_.drop_unsent();
  close_with(peer_.options().slow_code, "slow");
}

void WebSocketConnection::close_with(std::uint16_t code, std::string_view reason) {
  if (over_ || !peer_.open()) return;
  std::string out;
  peer_.close(code, reason, owner_.loop().now(), out);
  control(std::move(out));
  settle();
}

void WebSocketConnection::settle() {
  if (over_) return;
  if (!peer_.open() && !std::exchange(told_, true)) {
    owner_.loop().defer([this] {
      on_message_ = {};
      on_drained_ = {};
      if (auto told = std::exchange(on_close_, {})) told(peer_.code(), peer_.reason());
    });
  }
  if (peer_.state() == WebSocketPeer::State::finished && !std::exchange(finishing_, true)) stream_.finish();
  if (peer_.due() == Instant::max()) return disarm();
  io::arm(owner_.loop(), *this, peer_.due());
}

void WebSocketConnection::on_deadline(Instant now) {
  std::string out;
  if (peer_.on_time(now, out)) return cut();
  control(std::move(out));
  settle();
}

void WebSocketConnection::on_drained() {
  if (peer_.open() && on_drained_) on_drained_();
}

void WebSocketConnection::on_end() {
  if (finishing_) stream_.flush();  // a peer that half-closes behind its close frame still gets our answer
  if (over_) return;
  peer_.lost();
  settle();
  retire();
}

void WebSocketConnection::on_lost(std::string_view) {
  if (over_) return;
  peer_.lost();
  settle();
  retire();
}

void WebSocketConnection::retire() {
  if (std::exchange(over_, true)) return;
  --owner_.counters().web_sockets;
  disarm();
  stream_ = io::Stream{};
  owner_.retire(*this);  // destroyed after the on_close that settle() deferred
}

void WebSocketConnection::shut_down() {
  close_with(peer_.options().shutdown_code, "the server shuts down");
}

void WebSocketConnection::cut() {
  if (over_) return;
  peer_.lost();
  settle();
  retire();
}

// ---- the public face

namespace {
WebSocketConnection& self(WebSocketSession& session) {
  return static_cast<WebSocketConnection&>(session);
}
const WebSocketConnection& self(const WebSocketSession& session) {
  return static_cast<const WebSocketConnection&>(session);
}
}  // namespace

void WebSocketSession::on_message(UniqueFunction<void(std::string_view, bool)> callback) {
  self(*this).on_message_ = std::move(callback);
}
void WebSocketSession::on_close(UniqueFunction<void(std::uint16_t, std::string_view)> callback) {
  self(*this).on_close_ = std::move(callback);
}
void WebSocketSession::on_drained(Task callback) {
  self(*this).on_drained_ = std::move(callback);
}
void WebSocketSession::send(const SharedFrame& frame) {
  self(*this).send_frame(frame);
}
void WebSocketSession::close(std::uint16_t code, std::string_view reason) {
  self(*this).close_with(code, reason);
}
bool WebSocketSession::is_open() const {
  return self(*this).peer_.open() && !self(*this).over_;
}
std::size_t WebSocketSession::queued_bytes() const {
  const auto& stream = self(*this).stream_;
  return stream ? stream.queued_bytes() : 0;
}
std::uint64_t WebSocketSession::id() const {
  return self(*this).id_;
}
io::Loop& WebSocketSession::loop() const {
  return self(*this).owner_.loop();
}

}  // namespace longwave::web
