// SPDX-License-Identifier: Apache-2.0
#include "web/http_reader.hpp"

#include "base/text.hpp"
#include "web/header_scan.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>

#include <charconv>
#include <optional>
#include <utility>

namespace longwave::web {

namespace http = boost::beast::http;

namespace {
/// RFC 9110 section 8.6: digits only. Beast would also take a list of equal numbers.
std::optional<std::uint64_t> parse_length(std::string_view text) {
  std::uint64_t length = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), length);
  if (failed != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return length;
}
}  // namespace

HttpReader::HttpReader(std::size_t header_limit) : header_limit_(header_limit) {}

HttpReader::Step HttpReader::fail(int status, std::string what) {
  stage_ = Stage::failed;
  status_ = status;
  failure_ = std::move(what);
  keep_alive_ = false;
  return Step::failed;
}

void HttpReader::start_next() {
  chunked_ = false;
  length_ = 0;
  chunks_ = {};
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
  http::request_parser<http::empty_body> beast;
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
  chunked_ = beast.chunked();
  if (const auto* declared = request_.headers.find("Content-Length")) {
    const auto length = parse_length(*declared);
    if (!length) return fail(400, "Content-Length isn't a number");
    length_ = *length;
  }
  if (chunked_ && request_.version < 11) return fail(400, "Transfer-Encoding in HTTP/1.0");
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

bool HttpReader::expects_continue() const {
  return request_.version >= 11 && text::ascii_iequals(request_.headers.get("Expect"), "100-continue");
}

bool HttpReader::allow_body(std::size_t limit) {
  body_limit_ = limit;
  stage_ = Stage::body;
  if (length_ <= limit) return true;
  body_too_large();
  return false;
}

HttpReader::Step HttpReader::body_too_large() {
  return fail(413, "the body is larger than " + std::to_string(body_limit_) + " bytes");
}

HttpReader::Step HttpReader::read_body() {
  if (chunked_) {
    buffer_.erase(0, chunks_.take(buffer_, request_.body, body_limit_));
    if (chunks_.state() == ChunkedDecoder::State::too_large) return body_too_large();
    if (chunks_.state() == ChunkedDecoder::State::malformed) return fail(400, "the chunks are malformed");
    if (chunks_.state() == ChunkedDecoder::State::more) return Step::need_more;
  } else {
    const auto wanted = static_cast<std::size_t>(length_) - request_.body.size();
    request_.body.append(buffer_, 0, wanted);
    buffer_.erase(0, wanted);
    if (request_.body.size() < length_) return Step::need_more;
  }
  stage_ = Stage::complete;
  return Step::complete;
}

}  // namespace longwave::web
