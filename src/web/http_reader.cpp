// SPDX-License-Identifier: Apache-2.0
#include "web/http_reader.hpp"

#include "base/text.hpp"
#include "web/header_scan.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <utility>

namespace longwave::web {

namespace http = boost::beast::http;

struct HttpReader::Parser {
  http::request_parser<http::string_body> beast;
};

HttpReader::HttpReader(std::size_t header_limit) : header_limit_(header_limit) {}
HttpReader::~HttpReader() = default;

HttpReader::Step HttpReader::fail(int status, std::string what) {
  stage_ = Stage::failed;
  status_ = status;
  failure_ = std::move(what);
  keep_alive_ = false;
  return Step::failed;
}

void HttpReader::start_next() {
  parser_.reset();
  request_ = Request{};
  searched_ = 0;
  stage_ = Stage::head;
}

HttpReader::Step HttpReader::next() {
  switch (stage_) {
    case Stage::head:
      return read_head();
    case Stage::awaiting_limit:
      return Step::head;
    case Stage::body:
      return read_body();
    case Stage::complete:
      return Step::complete;
    case Stage::failed:
      break;
  }
  return Step::failed;
}

HttpReader::Step HttpReader::read_head() {
  // RFC 9112 section 2.2: empty lines before the request line are ignored.
  while (buffer_.size() >= 2 && buffer_[0] == '\r' && buffer_[1] == '\n') buffer_.erase(0, 2);
  const auto end = find_header_end(buffer_, searched_);
  if (end == buffer_.npos ? buffer_.size() > header_limit_ : end > header_limit_) {
    return fail(431, "the header is larger than " + std::to_string(header_limit_) + " bytes");
  }
  if (end == buffer_.npos) {
    searched_ = buffer_.size();
    return Step::need_more;
  }
  const auto block = std::string_view{buffer_}.substr(0, end);
  if (const char* problem = scan_header_block(block)) return fail(400, problem);
  const auto step = parse_head(block);
  buffer_.erase(0, end);
  searched_ = 0;
  return step;
}

HttpReader::Step HttpReader::parse_head(std::string_view block) {
  parser_ = std::make_unique<Parser>();
  auto& beast = parser_->beast;
  beast.header_limit(static_cast<std::uint32_t>(header_limit_ + 1));
  beast.body_limit(boost::none);  // ours is known when the route is
  boost::system::error_code error;
  beast.put(boost::asio::buffer(block.data(), block.size()), error);
  if (error == http::error::bad_version) return fail(505, "only HTTP/1.0 and HTTP/1.1 are spoken here");
  if (error || !beast.is_header_done()) return fail(400, "not a well-formed HTTP request");

  const auto& message = beast.get();
  request_ = Request{};
  request_.method = std::string{message.method_string()};
  request_.version = static_cast<int>(message.version());
  for (const auto& field : message) {
    request_.headers.add(std::string{field.name_string()}, std::string{field.value()});
  }
  keep_alive_ = beast.keep_alive();
  if (beast.chunked() && request_.version < 11) return fail(400, "Transfer-Encoding in HTTP/1.0");
  if (!request_.headers.has("Host") && request_.version >= 11) return fail(400, "no Host");
  const std::string_view target{message.target().data(), message.target().size()};
  if (target == "*" && request_.method == "OPTIONS") {
    request_.target = request_.path = "*";
  } else if (!parse_target(target, request_)) {
    return fail(400, "the request target is malformed");
  }
  stage_ = Stage::awaiting_limit;
  return Step::head;
}

bool HttpReader::has_body() const {
  if (!parser_) return false;
  const auto& beast = parser_->beast;
  return beast.chunked() || beast.content_length().value_or(0) > 0;
}

bool HttpReader::expects_continue() const {
  return request_.version >= 11 && text::ascii_iequals(request_.headers.get("Expect"), "100-continue");
}

bool HttpReader::allow_body(std::size_t limit) {
  body_limit_ = limit;
  stage_ = Stage::body;
  if (parser_->beast.content_length().value_or(0) <= limit) return true;
  fail(413, "the body is larger than " + std::to_string(limit) + " bytes");
  return false;
}

HttpReader::Step HttpReader::read_body() {
  auto& beast = parser_->beast;
  beast.eager(true);
  while (!beast.is_done() && !buffer_.empty()) {
    boost::system::error_code error;
    const auto used = beast.put(boost::asio::buffer(buffer_.data(), buffer_.size()), error);
    buffer_.erase(0, used);
    if (beast.get().body().size() > body_limit_) {
      return fail(413, "the body is larger than " + std::to_string(body_limit_) + " bytes");
    }
    if (error == http::error::need_more) break;
    if (error) return fail(400, "the body is malformed");
  }
  if (!beast.is_done()) {
    // A chunk's head line that never ends must not be kept for ever.
    if (buffer_.size() > header_limit_) return fail(400, "the body is malformed");
    return Step::need_more;
  }
  request_.body = std::move(beast.get().body());
  stage_ = Stage::complete;
  return Step::complete;
}

}  // namespace longwave::web
