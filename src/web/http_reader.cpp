// SPDX-License-Identifier: Apache-2.0
#include "web/http_reader.hpp"

#include "base/text.hpp"
#include "web/header_scan.hpp"

#include <algorithm>
#include <utility>

namespace longwave::web {

namespace {
constexpr int max_empty_lines = 4;
}

HttpReader::HttpReader(std::size_t header_limit, std::size_t line_limit)
    : header_limit_(header_limit), line_limit_(std::min(line_limit, header_limit)) {}

HttpReader::Step HttpReader::fail(int status, std::string what) {
  stage_ = Stage::failed;
  status_ = status;
  failure_ = std::move(what);
  keep_alive_ = false;
  return Step::failed;
}

void HttpReader::start_next() {
  framing_ = {};
  chunks_ = {};
  request_ = Request{};
  searched_ = 0;
  parted_ = 0;
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
  // RFC 9112 section 2.2: an empty line or two before the request line are ignored, not a stream of them.
  for (; buffer_.starts_with("\r\n"); ++empty_lines_) {
    if (empty_lines_ == max_empty_lines) return fail(400, "empty lines instead of a request");
    buffer_.erase(0, 2);
  }
  const auto end = find_header_end(buffer_, searched_);
  if (std::min(buffer_.find('\n'), std::min(end, buffer_.size())) > line_limit_) {
    return fail(414, "the request line is longer than " + std::to_string(line_limit_) + " bytes");
  }
  if (std::min(end, buffer_.size()) > header_limit_) {
    return fail(431, "the header is larger than " + std::to_string(header_limit_) + " bytes");
  }
  if (end == buffer_.npos) {
    searched_ = buffer_.size();
    return Step::need_more;
  }
  request_ = Request{};
  if (const auto problem = parse_request_head(std::string_view{buffer_}.substr(0, end), request_, framing_)) {
    return fail(problem->status, problem->what);
  }
  keep_alive_ = framing_.keep_alive;
  buffer_.erase(0, end);
  searched_ = 0;
  empty_lines_ = 0;
  stage_ = Stage::awaiting_limit;
  return Step::head;
}

bool HttpReader::expects_continue() const {
  return request_.version >= 11 && text::ascii_iequals(request_.headers.get("Expect"), "100-continue");
}

bool HttpReader::allow_body(std::size_t limit) {
  body_limit_ = limit;
  stage_ = Stage::body;
  if (framing_.length <= limit) return true;
  body_too_large();
  return false;
}

HttpReader::Step HttpReader::body_too_large() {
  return fail(413, "the body is larger than " + std::to_string(body_limit_) + " bytes");
}

HttpReader::Step HttpReader::next_part(std::string& part) {
  part.clear();
  if (stage_ != Stage::body) return next();
  if (framing_.chunked) {
    buffer_.erase(0, chunks_.take(buffer_, part, body_limit_ - parted_));
    if (chunks_.state() == ChunkedDecoder::State::too_large) return body_too_large();
    if (chunks_.state() == ChunkedDecoder::State::malformed) return fail(400, "the chunks are malformed");
  } else {
    const auto wanted = static_cast<std::size_t>(framing_.length) - parted_;
    if (buffer_.size() <= wanted) {
      part.swap(buffer_);
    } else {
      part.assign(buffer_, 0, wanted);
      buffer_.erase(0, wanted);
    }
  }
  parted_ += part.size();
  const bool over =
      framing_.chunked ? chunks_.state() == ChunkedDecoder::State::done : parted_ == framing_.length;
  if (!over) return Step::need_more;
  stage_ = Stage::complete;
  return Step::complete;
}

HttpReader::Step HttpReader::read_body() {
  if (framing_.chunked) {
    buffer_.erase(0, chunks_.take(buffer_, request_.body, body_limit_));
    if (chunks_.state() == ChunkedDecoder::State::too_large) return body_too_large();
    if (chunks_.state() == ChunkedDecoder::State::malformed) return fail(400, "the chunks are malformed");
    if (chunks_.state() == ChunkedDecoder::State::more) return Step::need_more;
  } else {
    const auto wanted = static_cast<std::size_t>(framing_.length) - request_.body.size();
    request_.body.append(buffer_, 0, wanted);
    buffer_.erase(0, wanted);
    if (request_.body.size() < framing_.length) return Step::need_more;
  }
  stage_ = Stage::complete;
  return Step::complete;
}

}  // namespace longwave::web
