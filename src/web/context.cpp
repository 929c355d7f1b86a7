// SPDX-License-Identifier: Apache-2.0
#include "web/context.hpp"

#include "base/assert.hpp"
#include "io/loop.hpp"
#include "web/http_connection.hpp"
#include "web/stream_connection.hpp"
#include "web/websocket.hpp"

#include <utility>

namespace longwave::web {

namespace {
void on_loop(const std::shared_ptr<Exchange>& exchange) {
  LW_ASSERT(io::Loop::current() == exchange->loop, "a connection is used on its loop");
}
}  // namespace

RequestContext::~RequestContext() {
  if (!exchange_ || exchange_->answered) return;
  respond(Response::text(500, "Internal Server Error\n"));
}

Request& RequestContext::request() {
  return exchange_->request;
}
io::Loop& RequestContext::loop() {
  return *exchange_->loop;
}

void RequestContext::respond(Response response) {
  if (std::exchange(exchange_->answered, true)) return;
  if (io::Loop::current() == exchange_->loop) {
    if (exchange_->connection) exchange_->connection->respond(*exchange_, std::move(response));
    return;
  }
  (*exchange_->post)([exchange = exchange_, response = std::move(response)]() mutable {
    if (exchange->connection) exchange->connection->respond(*exchange, std::move(response));
  });
}

BodyStream RequestContext::start_stream(StreamHead head) {
  on_loop(exchange_);
  exchange_->answered = true;
  exchange_->on_gone = {};
  auto* stream =
      exchange_->connection ? exchange_->connection->start_stream(*exchange_, std::move(head)) : nullptr;
  return stream ? BodyStream{*stream} : BodyStream{};
}

WebSocketSession* RequestContext::upgrade(std::shared_ptr<const WebSocketOptions> options) {
  on_loop(exchange_);
  exchange_->answered = true;
  exchange_->on_gone = {};
  return exchange_->connection ? exchange_->connection->upgrade(*exchange_, std::move(options)) : nullptr;
}

bool RequestContext::wants_upgrade() {
  return request().headers.has_token("Upgrade", "websocket");
}

void RequestContext::read_body(BodyTaker taker) {
  on_loop(exchange_);
  if (exchange_->connection) exchange_->connection->read_body(*exchange_, std::move(taker));
}

void RequestContext::resume_body() {
  // Always later: on_part may still be about to say that it wants no more.
  (*exchange_->post)([exchange = exchange_] {
    if (exchange->connection) exchange->connection->resume_body(*exchange);
  });
}

void RequestContext::on_gone(Task task) {
  on_loop(exchange_);
  exchange_->on_gone = std::move(task);
}

}  // namespace longwave::web
