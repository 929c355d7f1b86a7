// SPDX-License-Identifier: Apache-2.0
#include "base/assert.hpp"
#include "io/loop.hpp"
#include "web/http_connection.hpp"

#include <utility>

namespace longwave::web {

void HttpConnection::read_body(Exchange& exchange, BodyTaker taker) {
  if (exchange.stage != Exchange::Stage::waiting) return;
  LW_ASSERT(body_ && !body_->taker.on_part, "a body is read once, on a route that says `streamed`");
  body_->taker = std::move(taker);
  if (body_->expects_continue) stream_.write(std::string{"HTTP/1.1 100 Continue\r\n\r\n"});
  coming_.begin(owner_.loop().now(), received_);
  due_ = owner_.loop().now() + owner_.options().rate_window;
  watch();
  if (std::exchange(paused_, false)) stream_.resume();
  take_parts();
}

// The callbacks may answer, which ends the body and with it this function.
void HttpConnection::take_parts() {
  const auto body = body_;
  std::string part;
  while (body == body_ && !body->held) {
    const auto step = reader_.next_part(part);
    if (step == HttpReader::Step::failed) return fail_body(reader_.failure_status(), reader_.failure());
    const bool over = step == HttpReader::Step::complete;
    if (over) {
      body->over = true;
      coming_.end();
      disarm();
      reader_.start_next();
    }
    if (!part.empty()) {
      const bool more = body->taker.on_part(part);
      if (body != body_) return;
      body->held = !more && !over;
    }
    if (over) return body->taker.on_end();
    if (part.empty()) return;
  }
  // The kernel's window tells the client to wait, and nobody calls it slow.
  if (body != body_ || !body->held) return;
  coming_.end();
  if (!std::exchange(paused_, true)) stream_.pause();
}

void HttpConnection::resume_body(Exchange& exchange) {
  if (exchange.stage != Exchange::Stage::waiting || !body_is_coming() || !body_->held) return;
  body_->held = false;
  coming_.begin(owner_.loop().now(), received_);
  watch();
  const auto body = body_;
  take_parts();
  if (body == body_ && !body->held && std::exchange(paused_, false)) stream_.resume();
}

void HttpConnection::fail_body(int status, const std::string& text) {
  const auto exchange = exchange_;
  exchange->stage = Exchange::Stage::done;
  if (auto task = std::exchange(exchange->on_gone, {})) task();
  send(Response::text(status, std::string(reason_phrase(status)) + ": " + text + "\n"), exchange->request,
       false);
}

}  // namespace longwave::web
