// SPDX-License-Identifier: Apache-2.0
#include "web/websocket_peer.hpp"

#include <algorithm>
#include <utility>

namespace longwave::web {

namespace {
// When both sides have said close, only the peer's FIN is missing.
constexpr Duration fin_within = std::chrono::seconds{2};
}  // namespace

WebSocketPeer::WebSocketPeer(std::shared_ptr<const WebSocketOptions> options, Instant now, Side side)
    : options_(std::move(options)),
      masks_(side.masks),
      decoder_(options_->message_limit, side.masks ? Role::client : Role::server, side.deflate),
      heard_(now),
      due_(Instant::max()),
      deflate_(side.deflate) {
  if (options_->ping_every > Duration::zero()) due_ = now + options_->ping_every;
}

void WebSocketPeer::end(State state, std::uint16_t code, std::string_view reason) {
  state_ = state;
  code_ = code;
  if (!reason.empty()) reason_ = std::make_unique<std::string>(reason);
}

void WebSocketPeer::finish(Instant now) {
  state_ = State::finished;
  due_ = now + std::min<Duration>(options_->closing_timeout, fin_within);
}

std::string WebSocketPeer::as_sent(std::string frame) {
  return masks_ ? mask_frame(frame, masks_->next()) : frame;
}

io::SharedBytes WebSocketPeer::wire(const SharedFrame& frame, Deflater& deflater) {
  const auto& ours = options_->deflate;
  const bool compress = deflate_.on && frame->payload().size() >= ours.threshold;
  const auto bytes = compress ? frame->wire(deflate_.send_bits, ours.level, deflater) : frame->wire();
  if (!masks_) return {frame, bytes};
  return io::SharedBytes::own(mask_frame(bytes, masks_->next()));
}

void WebSocketPeer::feed(std::span<char> bytes, Instant now) {
  heard_ = now;
  if (state_ != State::finished) decoder_.feed(bytes);
}

std::optional<WebSocketPeer::Message> WebSocketPeer::next(std::string& out) {
  while (state_ != State::finished) {
    const auto event = decoder_.next();
    if (!event) break;
    using Kind = WebSocketEvent::Kind;
    switch (event->kind) {
      case Kind::text:
      case Kind::binary:
        if (open()) return Message{event->payload, event->kind == Kind::binary};
        break;
      case Kind::ping:
        if (open()) out += as_sent(encode_frame(op_pong, event->payload));
        break;
      case Kind::pong:
        break;
      case Kind::close:
      case Kind::error:
        // Their close answers ours or is answered with the same code; a violation gets the code it deserves.
        violated_ = event->kind == Kind::error;
        if (open()) {
          out += as_sent(encode_close(event->code, violated_ ? event->payload : std::string_view{}));
          end(State::finished, event->code, event->payload);
        }
        finish(heard_);
        break;
    }
  }
  return std::nullopt;
}

void WebSocketPeer::close(std::uint16_t code, std::string_view reason, Instant now, std::string& out) {
  if (!open()) return;
  out += as_sent(encode_close(code, reason));
  end(State::closing, code, reason);
  due_ = now + options_->closing_timeout;
}

void WebSocketPeer::lost() {
  if (open()) end(State::finished, close_code::abnormal, {});
  state_ = State::finished;
}

bool WebSocketPeer::on_time(Instant now, std::string& out) {
  if (now < due_) return false;
  if (!open()) return true;
  if (ping_out_) {
    const auto asked = due_ - options_->pong_within;
    ping_out_ = false;
    if (heard_ < asked) {
      close(options_->no_pong_code, "no pong", now, out);
      return false;
    }
  }
  if (now - heard_ >= options_->ping_every) {
    out += as_sent(encode_frame(op_ping, {}));
    ping_out_ = true;
    due_ = now + options_->pong_within;
  } else {
    due_ = heard_ + options_->ping_every;
  }
  return false;
}

}  // namespace longwave::web
