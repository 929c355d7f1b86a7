// SPDX-License-Identifier: Apache-2.0
#include "web/http_connection.hpp"

#include "base/log.hpp"
#include "base/text.hpp"
#include "io/loop.hpp"
#include "web/forwarded.hpp"
#include "web/request_head.hpp"
#include "web/stream_connection.hpp"
#include "web/websocket_connection.hpp"
#include "web/websocket_handshake.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <exception>
#include <utility>

namespace longwave::web {

HttpConnection::HttpConnection(Connections& owner, io::Stream stream)
    : Connection(owner),
      stream_(std::move(stream)),
      reader_(owner.options().header_limit, owner.options().request_line_limit) {}

HttpConnection::~HttpConnection() {
  if (exchange_) exchange_->connection = nullptr;
}

void HttpConnection::start() {
  stream_.start(*this);
  expect(owner_.options().header_timeout);
}

void HttpConnection::take_back(bool keep_alive, std::string first) {
  stream_.start(*this);
  if (!keep_alive || owner_.shutting_down()) return linger();
  reader_.feed(first);
  expect_request();
  // Later: the body may have been ended from anywhere.
  owner_.loop().defer([this] {
    if (phase_ == Phase::reading) advance();
  });
}

// ---- reading

void HttpConnection::on_bytes(std::span<char> bytes) {
  if (phase_ == Phase::lingering || phase_ == Phase::over) return;
  received_ += bytes.size();
  const bool was_idle = phase_ == Phase::reading && reader_.idle();
  reader_.feed({bytes.data(), bytes.size()});
  if (phase_ == Phase::reading) {
    if (was_idle) expect_request();
    return advance();
  }
  if (body_is_coming() && body_->taker.on_part) return take_parts();
  if (reader_.buffered() > pipelined_bytes) {
    paused_ = true;
    stream_.pause();
  }
}

void HttpConnection::advance() {
  if (advancing_) return;  // a handler answered at once: the loop below goes on
  advancing_ = true;
  while (phase_ == Phase::reading && answers_fit()) {
    const auto step = reader_.next();
    const bool body = step == HttpReader::Step::complete || reader_.in_body();
    if (body && !charge_body()) {
      refuse(503, "too many bodies at a time");
    } else if (step == HttpReader::Step::need_more) {
      if (peer_ended_) retire();
      break;
    } else if (step == HttpReader::Step::head) {
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

// Answers that a client doesn't read must not pile up: its next request waits until it has.
bool HttpConnection::answers_fit() {
  if (stream_.queued_bytes() <= answers_bytes) return true;
  stream_.flush();
  if (phase_ != Phase::reading) return false;
  choked_ = stream_.queued_bytes() > answers_bytes;
  if (choked_ && !std::exchange(paused_, true)) stream_.pause();
  return !choked_;
}

bool HttpConnection::charge_body() {
  const auto bytes = reader_.body_bytes();
  auto& all = owner_.counters().body_bytes;
  const auto before = all.fetch_add(bytes - charged_);
  return before + (bytes - std::exchange(charged_, bytes)) <= owner_.options().bodies_limit;
}

// The gate, the route and the limits are settled before a byte of the body is asked for.
void HttpConnection::on_head() {
  auto& request = reader_.request();
  request.peer = stream_.peer();
  request.is_loopback = request.peer.is_loopback;
  request.forwarded = stream_.proxied();
  request.tls = stream_.tls();
  apply_forwarded(request, owner_.options().trusted_proxies, owner_.options().forwarded_by);
  const bool reusable = reader_.keep_alive() && !reader_.has_body();
  if (const auto& gate = owner_.options().gate) {
    if (auto refusal = gate(request)) return send(std::move(*refusal), request, reusable);
  }
  auto match = owner_.router().match(request.method,
                                     std::string_view{request.target}.substr(0, request.target.find('?')));
  if (!match.route) return answer_unrouted(request, match, reusable);
  if (request.headers.has("Expect") && request.version >= 11 && !reader_.expects_continue()) {
    return send(Response::text(417, "Expectation Failed\n"), request, reusable);
  }
  if (!reader_.allow_body(match.route->body_limit.value_or(owner_.options().body_limit))) {
    return refuse(reader_.failure_status(), reader_.failure());
  }
  if (match.route->on_head) request.held = match.route->on_head(request);
  route_ = match.route;
  parameters_ = std::move(match.parameters);
  keep_alive_ = reader_.keep_alive();
  if (match.route->streamed) {
    ++owner_.counters().requests;
    body_ = std::make_shared<StreamedBody>();
    body_->expects_continue = reader_.has_body() && reader_.expects_continue();
    return dispatch(*route_, std::move(parameters_));
  }
  if (reader_.has_body()) {
    if (reader_.expects_continue()) stream_.write(std::string{"HTTP/1.1 100 Continue\r\n\r\n"});
    coming_.begin(owner_.loop().now(), received_);
    watch();
  }
}

void HttpConnection::answer_unrouted(Request& request, const Router::Match& match, bool reusable) {
  if (request.path == "*") {
    auto response = Response::empty(204);
    response.headers.add("Allow", "GET, HEAD, POST, OPTIONS");
    return send(std::move(response), request, reusable);
  }
  if (!known_method(request.method)) return send(Response::text(501, "Not Implemented\n"), request, reusable);
  auto response =
      match.allow.empty() ? Response::text(404, "Not Found\n") : Response::text(405, "Method Not Allowed\n");
  if (!match.allow.empty()) response.headers.add("Allow", match.allow);
  send(std::move(response), request, reusable);
}

void HttpConnection::dispatch(const Route& route,
                              std::vector<std::pair<std::string, std::string>> parameters) {
  disarm();
  coming_.end();
  phase_ = Phase::handling;
  exchange_ = std::make_shared<Exchange>();
  exchange_->post = owner_.post();
  exchange_->loop = &owner_.loop();
  exchange_->connection = this;
  exchange_->request = std::move(reader_.request());
  exchange_->request.parameters = std::move(parameters);
  if (!body_) reader_.start_next();
  try {
    route.handler(RequestContext{exchange_});
  } catch (const std::exception& failure) {
    log::error("{} failed: {}", route.pattern, failure.what());  // its context has answered 500
  }
}

// ---- answering

namespace {
void add_missing(Headers& headers, const Headers& wanted) {
  for (const auto& [name, value] : wanted) {
    if (!headers.has(name)) headers.add(name, value);
  }
}
}  // namespace

PrepareOptions HttpConnection::prepare_options(bool keep_alive) {
  return {owner_.options().default_headers, owner_.date(), keep_alive};
}

void HttpConnection::refuse(int status, std::string text) {
  auto body = fmt::format("{}: {}\n", reason_phrase(status), text);
  send(Response::text(status, std::move(body)), reader_.request(), false);
}

void HttpConnection::send(Response response, const Request& request, bool keep_alive) {
  if (owner_.shutting_down() || owner_.draining() || peer_ended_) keep_alive = false;
  add_missing(response.headers, request.answer_headers);
  auto prepared = prepare(std::move(response), request, prepare_options(keep_alive));
  written_ += prepared.head.size() + prepared.body.bytes.size();
  stream_.write(std::move(prepared.head));
  stream_.write(std::move(prepared.body));
  if (!exchange_) reader_.start_next();
  request_over(keep_alive);
}

void HttpConnection::respond(Exchange& exchange, Response response) {
  if (exchange.stage != Exchange::Stage::waiting) return;
  exchange.stage = Exchange::Stage::done;
  send(std::move(response), exchange.request, keep_alive_ && !body_is_coming());
}

void HttpConnection::request_over(bool keep_alive) {
  if (exchange_) {
    exchange_->connection = nullptr;
    exchange_->on_gone = {};
    exchange_.reset();
  }
  body_.reset();
  owner_.counters().body_bytes -= std::exchange(charged_, 0);
  if (!keep_alive) return linger();
  phase_ = Phase::reading;
  if (std::exchange(paused_, false)) stream_.resume();
  expect_request();
  advance();
}

namespace {
Response draining() {
  auto response = Response::text(503, "This server is about to end. Try again in a moment.\n");
  response.headers.add("Retry-After", "1");
  return response;
}
}  // namespace

StreamConnection* HttpConnection::start_stream(Exchange& exchange, StreamHead head) {
  if (exchange.stage != Exchange::Stage::waiting) return nullptr;
  const bool wants_head_only = exchange.request.method == "HEAD";
  if (owner_.draining() && exchange.request.method == "GET") {
    respond(exchange, draining());
    return nullptr;
  }
  exchange.stage = Exchange::Stage::done;
  const bool chunked = head.chunked && exchange.request.version >= 11;
  if (head.send_buffer_bytes > 0) stream_.limit_send_buffer(head.send_buffer_bytes);
  keep_alive_ = keep_alive_ && chunked && !owner_.shutting_down() && !owner_.draining();
  add_missing(head.headers, exchange.request.answer_headers);
  stream_.write(
      prepare_stream_head(head.status, std::move(head.headers), chunked, prepare_options(keep_alive_)));
  if (wants_head_only) {
    request_over(keep_alive_);
    return nullptr;
  }
  auto connection = std::make_unique<StreamConnection>(owner_, std::move(stream_), chunked, keep_alive_);
  auto& streaming = *connection;
  owner_.add(std::move(connection), std::move(place_));
  streaming.start(reader_.take_rest());
  retire();
  if (owner_.shutting_down()) {
    streaming.shut_down();
    return nullptr;
  }
  return &streaming;
}

WebSocketSession* HttpConnection::upgrade(Exchange& exchange,
                                          std::shared_ptr<const WebSocketOptions> options) {
  if (exchange.stage != Exchange::Stage::waiting) return nullptr;
  if (owner_.draining()) {
    respond(exchange, draining());
    return nullptr;
  }
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
  owner_.add(std::move(connection), std::move(place_));
  session.start(std::move(rest));
  retire();
  if (owner_.shutting_down()) session.shut_down();
  return &session;
}

}  // namespace longwave::web
