// SPDX-License-Identifier: Apache-2.0
#include "web/http_connection.hpp"

#include "base/log.hpp"
#include "base/text.hpp"
#include "io/loop.hpp"
#include "web/websocket_connection.hpp"
#include "web/websocket_handshake.hpp"

#include <fmt/core.h>

#include <exception>
#include <utility>

namespace longwave::web {

namespace {
// What a client may send ahead of its answers.
constexpr std::size_t pipelined_bytes = 64 * 1024;
}  // namespace

HttpConnection::HttpConnection(Connections& owner, io::Stream stream)
    : Connection(owner), stream_(std::move(stream)), reader_(owner.options().header_limit) {}

HttpConnection::~HttpConnection() {
  if (exchange_) exchange_->connection = nullptr;
}

void HttpConnection::start() {
  stream_.start(*this);
  io::arm(owner_.loop(), *this, owner_.options().header_timeout);
}

// ---- reading

void HttpConnection::on_bytes(std::span<char> bytes) {
  if (phase_ == Phase::lingering || phase_ == Phase::over) return;
  if (phase_ == Phase::streaming) return;
  const bool was_idle = phase_ == Phase::reading && reader_.idle();
  reader_.feed({bytes.data(), bytes.size()});
  if (phase_ == Phase::reading) {
    if (was_idle || reader_.in_body()) watch_reading();
    return advance();
  }
  if (reader_.buffered() > pipelined_bytes) {
    paused_ = true;
    stream_.pause();
  }
}

void HttpConnection::advance() {
  if (advancing_) return;  // a handler answered at once: the loop below goes on
  advancing_ = true;
  while (phase_ == Phase::reading) {
    const auto step = reader_.next();
    if (step == HttpReader::Step::need_more) {
      if (peer_ended_) retire();
      break;
    }
    if (step == HttpReader::Step::head) {
      on_head();
    } else if (step == HttpReader::Step::complete) {
      ++owner_.counters().requests;
      dispatch(*route_, std::move(parameters_));
    } else {
      refuse(reader_.failure_status(), reader_.failure());
    }
  }
  advancing_ = false;
}

// The gate, the route and the limits are settled before a byte of the body is asked for.
void HttpConnection::on_head() {
  auto& request = reader_.request();
  request.peer = stream_.peer();
  request.is_loopback = request.peer.is_loopback;
  request.tls = stream_.tls();
  const bool reusable = reader_.keep_alive() && !reader_.has_body();
  if (const auto& gate = owner_.options().gate) {
    if (auto refusal = gate(request)) return send(std::move(*refusal), request, reusable);
  }
  auto match = owner_.router().match(request.method,
                                     std::string_view{request.target}.substr(0, request.target.find('?')));
  if (!match.route) {
    auto response = match.allow.empty() ? Response::text(404, "Not Found\n")
                                        : Response::text(405, "Method Not Allowed\n");
    if (!match.allow.empty()) response.headers.add("Allow", match.allow);
    return send(std::move(response), request, reusable);
  }
  if (request.headers.has("Expect") && request.version >= 11 && !reader_.expects_continue()) {
    return send(Response::text(417, "Expectation Failed\n"), request, reusable);
  }
  if (!reader_.allow_body(match.route->body_limit.value_or(owner_.options().body_limit))) {
    return refuse(reader_.failure_status(), reader_.failure());
  }
  route_ = match.route;
  parameters_ = std::move(match.parameters);
  keep_alive_ = reader_.keep_alive();
  if (reader_.has_body()) {
    if (reader_.expects_continue()) stream_.write(std::string{"HTTP/1.1 100 Continue\r\n\r\n"});
    io::arm(owner_.loop(), *this, owner_.options().rate_window);
  }
}

void HttpConnection::dispatch(const Route& route,
                              std::vector<std::pair<std::string, std::string>> parameters) {
  disarm();
  phase_ = Phase::handling;
  exchange_ = std::make_shared<Exchange>();
  exchange_->post = owner_.post();
  exchange_->loop = &owner_.loop();
  exchange_->connection = this;
  exchange_->request = std::move(reader_.request());
  exchange_->request.parameters = std::move(parameters);
  reader_.start_next();
  try {
    route.handler(RequestContext{exchange_});
  } catch (const std::exception& failure) {
    log::error("{} failed: {}", route.pattern, failure.what());  // its context has answered 500
  }
}

// ---- answering

PrepareOptions HttpConnection::prepare_options(bool keep_alive) {
  return {owner_.options().default_headers, owner_.date(), keep_alive};
}

void HttpConnection::refuse(int status, std::string text) {
  auto body = fmt::format("{}: {}\n", reason_phrase(status), text);
  send(Response::text(status, std::move(body)), reader_.request(), false);
}

void HttpConnection::send(Response response, const Request& request, bool keep_alive) {
  if (owner_.shutting_down() || peer_ended_) keep_alive = false;
  auto prepared = prepare(std::move(response), request, prepare_options(keep_alive));
  stream_.write(std::move(prepared.head));
  stream_.write(std::move(prepared.body));
  if (!exchange_) reader_.start_next();
  request_over(keep_alive);
}

void HttpConnection::respond(Exchange& exchange, Response response) {
  if (exchange.stage != Exchange::Stage::waiting) return;
  exchange.stage = Exchange::Stage::done;
  send(std::move(response), exchange.request, keep_alive_);
}

void HttpConnection::request_over(bool keep_alive) {
  if (exchange_) {
    exchange_->connection = nullptr;
    exchange_->on_gone = {};
    exchange_->on_shutdown = {};
    exchange_.reset();
  }
  if (!keep_alive) return linger();
  phase_ = Phase::reading;
  if (std::exchange(paused_, false)) stream_.resume();
  watch_reading();
  advance();
}

bool HttpConnection::start_stream(Exchange& exchange, StreamHead head) {
  if (exchange.stage != Exchange::Stage::waiting) return false;
  exchange.stage = Exchange::Stage::streaming;
  exchange.chunked = head.chunked && exchange.request.version >= 11;
  if (head.send_buffer_bytes > 0) stream_.limit_send_buffer(head.send_buffer_bytes);
  keep_alive_ = keep_alive_ && exchange.chunked && !owner_.shutting_down();
  stream_.write(prepare_stream_head(head.status, std::move(head.headers), exchange.chunked,
                                    prepare_options(keep_alive_)));
  if (exchange.request.method == "HEAD") {
    exchange.stage = Exchange::Stage::done;
    request_over(keep_alive_);
    return false;
  }
  phase_ = Phase::streaming;
  watch_writing();
  return true;
}

void HttpConnection::write_stream(Exchange& exchange, io::SharedBytes bytes) {
  if (exchange.stage != Exchange::Stage::streaming || bytes.bytes.empty() ||
      exchange.request.method == "HEAD")
    return;
  if (exchange.chunked) stream_.write(fmt::format("{:x}\r\n", bytes.bytes.size()));
  stream_.write(std::move(bytes));
  if (exchange.chunked) stream_.write(io::SharedBytes{nullptr, "\r\n"});
  watch_writing();
}

void HttpConnection::finish_stream(Exchange& exchange) {
  if (exchange.stage != Exchange::Stage::streaming) return;
  exchange.stage = Exchange::Stage::done;
  if (exchange.chunked && exchange.request.method != "HEAD")
    stream_.write(io::SharedBytes{nullptr, "0\r\n\r\n"});
  request_over(keep_alive_);
}

WebSocketSession* HttpConnection::upgrade(Exchange& exchange,
                                          std::shared_ptr<const WebSocketOptions> options) {
  if (exchange.stage != Exchange::Stage::waiting) return nullptr;
  auto answer = answer_handshake(exchange.request, *options, prepare_options(true));
  if (answer.refusal) {
    respond(exchange, std::move(*answer.refusal));
    return nullptr;
  }
  exchange.stage = Exchange::Stage::done;
  stream_.write(std::move(answer.head));
  auto rest = reader_.take_rest();
  auto connection =
      std::make_unique<WebSocketConnection>(owner_, std::move(stream_), std::move(options), answer.terms);
  auto& session = *connection;
  owner_.add(std::move(connection));
  session.start(std::move(rest));
  retire();
  if (owner_.shutting_down()) session.shut_down();
  return &session;
}

// ---- time

void HttpConnection::watch_reading() {
  const auto& options = owner_.options();
  const auto limit = reader_.in_body() ? options.rate_window
                     : reader_.idle()  ? options.idle_timeout
                                       : options.header_timeout;
  io::arm(owner_.loop(), *this, limit);
}

void HttpConnection::watch_writing() {
  if (!armed()) io::arm(owner_.loop(), *this, owner_.options().write_timeout);
}

bool HttpConnection::write_stalled(Instant now) const {
  const auto since = stream_.stalled_since();
  return since && now - *since >= owner_.options().write_timeout;
}

void HttpConnection::on_deadline(Instant now) {
  switch (phase_) {
    case Phase::reading:
      if (stream_.queued_bytes() > 0) {  // the last answer is still leaving
        if (write_stalled(now)) return cut();
        return watch_writing();
      }
      if (reader_.idle()) return linger();
      return refuse(408, reader_.in_body() ? "the body came too slowly" : "the header came too slowly");
    case Phase::handling:
      break;
    case Phase::streaming:
      if (write_stalled(now)) return cut();
      if (stream_.queued_bytes() > 0) watch_writing();
      break;
    case Phase::lingering:
      if (stream_.queued_bytes() > 0) {
        if (write_stalled(now)) return cut();
        io::arm(owner_.loop(), *this, owner_.options().linger_timeout);
      } else if (!std::exchange(drained_, true)) {
        io::arm(owner_.loop(), *this, owner_.options().linger_timeout);
      } else {
        retire();
      }
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
      break;
    case Phase::streaming:
    case Phase::lingering:
      if (phase_ == Phase::lingering && stream_.queued_bytes() > 0) break;
      tell_gone();
      retire();
      break;
    case Phase::over:
      break;
  }
}

void HttpConnection::on_drained() {
  if (phase_ == Phase::lingering && peer_ended_) retire();
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
  io::arm(owner_.loop(), *this, owner_.options().linger_timeout);
}

void HttpConnection::retire() {
  if (phase_ == Phase::over) return;
  phase_ = Phase::over;
  disarm();
  stream_ = io::Stream{};
  if (exchange_) {
    exchange_->connection = nullptr;
    exchange_.reset();
  }
  owner_.retire(*this);
}

void HttpConnection::shut_down() {
  if (phase_ == Phase::reading && reader_.idle()) return linger();
  if (phase_ == Phase::streaming) {
    // The stream is closed before its owner hears of it, so that letting go of it isn't taken for a failure.
    const auto exchange = exchange_;
    keep_alive_ = false;
    if (auto last_words = std::exchange(exchange->on_shutdown, {})) return last_words();
    auto task = std::exchange(exchange->on_gone, {});
    finish_stream(*exchange);
    if (task) task();
  }
}

void HttpConnection::cut() {
  if (phase_ == Phase::over) return;
  tell_gone();
  if (stream_) stream_.abort();
  retire();
}

}  // namespace longwave::web
