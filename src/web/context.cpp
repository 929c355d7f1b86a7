// SPDX-License-Identifier: Apache-2.0
#include "web/context.hpp"

#include "base/assert.hpp"
#include "io/loop.hpp"
#include "web/http_connection.hpp"
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
  if (!exchange_->connection || !exchange_->connection->start_stream(*exchange_, std::move(head))) return {};
  exchange_->on_gone = {};
  return BodyStream{exchange_};
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

void RequestContext::on_gone(Task task) {
  on_loop(exchange_);
  exchange_->on_gone = std::move(task);
}

BodyStream& BodyStream::operator=(BodyStream&& other) noexcept {
  if (this != &other) {
    BodyStream old{std::move(exchange_)};
    exchange_ = std::move(other.exchange_);
  }
  return *this;
}

BodyStream::~BodyStream() {
  if (!open()) return;
  exchange_->on_gone = {};
  exchange_->on_shutdown = {};
  exchange_->connection->cut();
}

bool BodyStream::open() const {
  return exchange_ && exchange_->connection && exchange_->stage == Exchange::Stage::streaming;
}

void BodyStream::write(io::SharedBytes bytes) {
  if (open()) exchange_->connection->write_stream(*exchange_, std::move(bytes));
}

std::size_t BodyStream::queued_bytes() const {
  return open() ? exchange_->connection->stream().queued_bytes() : 0;
}

std::optional<Instant> BodyStream::stalled_since() const {
  return open() ? exchange_->connection->stream().stalled_since() : std::nullopt;
}

void BodyStream::flush() {
  if (open()) exchange_->connection->stream().flush();
}

void BodyStream::on_shutdown(Task task) {
  if (open()) exchange_->on_shutdown = std::move(task);
}

void BodyStream::on_close(Task task) {
  if (open()) exchange_->on_gone = std::move(task);
}

void BodyStream::finish() {
  if (open()) exchange_->connection->finish_stream(*exchange_);
}

}  // namespace longwave::web
