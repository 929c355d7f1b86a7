// SPDX-License-Identifier: Apache-2.0
// What an HTTP connection waits for and for how long, and how it ends.
#include "web/http_connection.hpp"

#include "io/loop.hpp"

#include <algorithm>
#include <utility>

namespace longwave::web {

namespace {
constexpr auto first_request_at_the_end = std::chrono::seconds{1};
}

// ---- time

void HttpConnection::expect(Duration limit) {
  due_ = owner_.loop().now() + limit;
  watch();
}

void HttpConnection::expect_request() {
  expect(reader_.idle() ? owner_.options().idle_timeout : owner_.options().header_timeout);
}

// While bytes should move, either way, the peer is looked at once a window.
void HttpConnection::watch() {
  const bool moving = reader_.in_body() || stream_.queued_bytes() > 0;
  const auto look = owner_.loop().now() + owner_.options().rate_window;
  io::arm(owner_.loop(), *this, moving ? std::min(due_, look) : due_);
}

/// True if that ended the connection.
bool HttpConnection::cut_if_too_slow(Instant now) {
  const auto& options = owner_.options();
  const auto queued = stream_.queued_bytes();
  if (queued == 0) going_.end();
  if (queued > 0 && !going_.watching()) going_.begin(now, written_ - queued);
  const bool stalled = stream_.stalled_since() && now - *stream_.stalled_since() >= options.write_timeout;
  if (stalled || going_.too_slow(now, written_ - queued, options.rate_window, options.read_rate)) {
    cut();
    return true;
  }
  if (coming_.too_slow(now, received_, options.rate_window, options.body_rate)) {
    coming_.end();
    body_ ? fail_body(408, "the body came too slowly") : refuse(408, "the body came too slowly");
    return true;
  }
  return false;
}

void HttpConnection::on_deadline(Instant now) {
  if (phase_ == Phase::over || cut_if_too_slow(now)) return;
  switch (phase_) {
    case Phase::reading:
      if (reader_.in_body() || stream_.queued_bytes() > 0 || now < due_) {
        due_ = std::max(due_, now + owner_.options().rate_window);
        return watch();
      }
      if (reader_.idle()) return linger();
      return refuse(408, "the header came too slowly");
    case Phase::lingering:
      if (stream_.queued_bytes() > 0) return expect(owner_.options().rate_window);
      if (!std::exchange(drained_, true)) return expect(owner_.options().linger_timeout);
      return retire();
    case Phase::handling:
      if (body_is_coming()) watch();
      break;
    case Phase::over:
      break;
  }
}

// ---- the end

void HttpConnection::on_end() {
  peer_ended_ = true;
  switch (phase_) {
    case Phase::reading:
      // A peer may stop sending and still wait for the answer to what it sent; half a request has no answer.
      if (stream_.queued_bytes() > 0) return linger();
      return retire();
    case Phase::handling:
      if (!body_is_coming()) break;
      tell_gone();
      retire();
      break;
    case Phase::lingering:
      if (stream_.queued_bytes() > 0) break;
      tell_gone();
      retire();
      break;
    case Phase::over:
      break;
  }
}

void HttpConnection::on_drained() {
  going_.end();
  if (phase_ == Phase::lingering && peer_ended_) return retire();
  if (phase_ != Phase::reading || !std::exchange(choked_, false)) return;
  if (std::exchange(paused_, false)) stream_.resume();
  advance();
}

void HttpConnection::on_lost(std::string_view) {
  if (phase_ == Phase::over) return;
  tell_gone();
  retire();
}

void HttpConnection::tell_gone() {
  if (!exchange_) return;
  const auto exchange = std::move(exchange_);
  exchange->connection = nullptr;
  exchange->stage = Exchange::Stage::done;
  if (auto task = std::exchange(exchange->on_gone, {})) task();
}

// Half-closes and reads on until the peer has seen our last bytes: closing at once with unread input would
// reset the connection and could take the answer with it.
void HttpConnection::linger() {
  phase_ = Phase::lingering;
  stream_.finish();
  if (std::exchange(paused_, false)) stream_.resume();
  if (peer_ended_ && stream_.queued_bytes() == 0) return retire();
  expect(owner_.options().linger_timeout);
}

void HttpConnection::retire() {
  if (phase_ == Phase::over) return;
  phase_ = Phase::over;
  disarm();
  owner_.counters().body_bytes -= std::exchange(charged_, 0);
  stream_ = io::Stream{};
  body_.reset();
  if (exchange_) {
    exchange_->connection = nullptr;
    exchange_.reset();
  }
  owner_.retire(*this);
}

void HttpConnection::shut_down() {
  if (phase_ != Phase::reading || !reader_.idle()) return;
  // Who has just been let in is about to ask something; who has been answered and is silent isn't.
  if (received_ == 0) return expect(first_request_at_the_end);
  linger();
}

void HttpConnection::cut() {
  if (phase_ == Phase::over) return;
  tell_gone();
  if (stream_) stream_.abort();
  retire();
}

}  // namespace longwave::web
