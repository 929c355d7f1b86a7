// SPDX-License-Identifier: Apache-2.0
#include "web/websocket_link.hpp"

#include "base/log.hpp"
#include "io/loop.hpp"

#include <atomic>
#include <exception>
#include <utility>

namespace longwave::web {

namespace {
std::atomic<std::uint64_t> last_id = 0;
}

WebSocketLink::WebSocketLink(io::Stream stream, WebSocketPeer peer)
    : stream_(std::move(stream)), peer_(std::move(peer)), id_(++last_id) {}

void WebSocketLink::start(std::string first) {
  stream_.start(*this);
  settle();
  if (first.empty()) return;
  // The session's callbacks are set when the handler has returned.
  home().defer([this, first = std::move(first)]() mutable {
    if (!over_) take(first);
  });
}

struct WebSocketLink::Callbacks final : WebSocketHandler {
  void on_message(std::string_view payload, bool is_binary) override {
    if (message) message(payload, is_binary);
  }
  void on_drained() override {
    if (drained) drained();
  }
  void on_close(std::uint16_t code, std::string_view reason) override {
    if (close) close(code, reason);
  }
  UniqueFunction<void(std::string_view, bool)> message;
  UniqueFunction<void(std::uint16_t, std::string_view)> close;
  Task drained;
};

WebSocketLink::~WebSocketLink() = default;

WebSocketLink::Callbacks& WebSocketLink::callbacks() {
  if (!callbacks_) callbacks_ = std::make_unique<Callbacks>();
  handler_ = callbacks_.get();
  return *callbacks_;
}

void WebSocketLink::on_bytes(std::span<char> bytes) {
  take(bytes);
}

void WebSocketLink::take(std::span<char> bytes) {
  peer_.feed(bytes, home().now());
  std::string out;
  while (const auto message = peer_.next(out)) {
    if (!out.empty()) control(std::exchange(out, {}));
    if (!handler_) continue;
    try {
      handler_->on_message(message->payload, message->is_binary);
    } catch (const std::exception& failure) {
      log::error("a WebSocket's message handler failed: {}", failure.what());
      close_with(1011, "internal error");
    }
    if (over_) return;
  }
  control(std::move(out));
  hold_limit();
  if (!peer_.open()) settle();
}

void WebSocketLink::hold_limit() {
  const auto limit = peer_.options().queue_limit;
  if (over_ || !peer_.open() || stream_.queued_bytes() <= limit) return;
  stream_.flush();
  if (over_ || !peer_.open() || stream_.queued_bytes() <= limit) return;
  stream_.drop_unsent();
  close_with(peer_.options().slow_code, "slow");
}

void WebSocketLink::control(std::string bytes) {
  if (!bytes.empty()) stream_.write(std::move(bytes));
}

void WebSocketLink::send_frame(const SharedFrame& frame) {
  if (!peer_.open() || over_) return;
  const auto limit = peer_.options().queue_limit;
  auto bytes = peer_.wire(frame, deflater());
  const auto size = bytes.bytes.size();
  if (stream_.queued_bytes() + size <= limit) return stream_.write(std::move(bytes));
  // Much in one turn isn't a slow client, nor is one large message: what counts is what the kernel doesn't
  // take now.
  stream_.flush();
  if (over_ || !peer_.open()) return;
  const bool fits = stream_.queued_bytes() == 0 || stream_.queued_bytes() + size <= limit;
  if (fits) {
    stream_.write(std::move(bytes));
    stream_.flush();
    if (over_ || !peer_.open() || stream_.queued_bytes() <= limit) return;
  }
  stream_.drop_unsent();
  close_with(peer_.options().slow_code, "slow");
}

void WebSocketLink::close_with(std::uint16_t code, std::string_view reason) {
  if (over_ || !peer_.open()) return;
  std::string out;
  peer_.close(code, reason, home().now(), out);
  control(std::move(out));
  settle();
}

void WebSocketLink::settle() {
  if (over_) return;
  if (!peer_.open() && !std::exchange(told_, true)) {
    home().defer([this] {
      const auto kept = std::move(callbacks_);
      if (auto* handler = std::exchange(handler_, nullptr)) handler->on_close(peer_.code(), peer_.reason());
    });
  }
  if (peer_.state() == WebSocketPeer::State::finished && peer_.ends_first() &&
      !std::exchange(finishing_, true))
    stream_.finish();
  if (peer_.due() == Instant::max()) return disarm();
  io::arm(home(), *this, peer_.due());
}

void WebSocketLink::on_deadline(Instant now) {
  std::string out;
  if (peer_.on_time(now, out)) return cut();
  control(std::move(out));
  settle();
}

void WebSocketLink::on_drained() {
  if (peer_.open() && handler_) handler_->on_drained();
}

void WebSocketLink::on_end() {
  if (finishing_) stream_.flush();  // a peer that half-closes behind its close frame still gets our answer
  if (over_) return;
  peer_.lost();
  settle();
  retire();
}

void WebSocketLink::on_lost(std::string_view) {
  if (over_) return;
  peer_.lost();
  settle();
  retire();
}

void WebSocketLink::retire() {
  if (std::exchange(over_, true)) return;
  disarm();
  stream_ = io::Stream{};
  gone();
}

void WebSocketLink::silence() {
  told_ = true;
  // One of them may be running.
  handler_ = nullptr;
  home().defer([kept = std::move(callbacks_)] {});
}

void WebSocketLink::cut() {
  if (over_) return;
  if (!peer_.open()) stream_.flush();  // our close frame, if it was made in this turn
  if (over_) return;
  peer_.lost();
  settle();
  retire();
}

// ---- the public face

namespace {
WebSocketLink& self(WebSocketSession& session) {
  return static_cast<WebSocketLink&>(session);
}
const WebSocketLink& self(const WebSocketSession& session) {
  return static_cast<const WebSocketLink&>(session);
}
}  // namespace

void WebSocketSession::on_message(UniqueFunction<void(std::string_view, bool)> callback) {
  self(*this).callbacks().message = std::move(callback);
}
void WebSocketSession::on_close(UniqueFunction<void(std::uint16_t, std::string_view)> callback) {
  self(*this).callbacks().close = std::move(callback);
}
void WebSocketSession::on_drained(Task callback) {
  self(*this).callbacks().drained = std::move(callback);
}
void WebSocketSession::use(WebSocketHandler& handler) {
  self(*this).handler_ = &handler;
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
  return self(*this).home();
}

}  // namespace longwave::web
