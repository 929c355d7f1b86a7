// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "web/chunked.hpp"
#include "web/request_head.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace longwave::web {

/// Reads the requests of one HTTP/1 connection (RFC 9112): bytes in, complete requests out. Pure. A body is
/// taken only after the caller has seen the head and said how much it allows.
///
///   reader.feed(bytes);
///   for (;;) switch (reader.next()) {
///     case need_more: return;                 // feed() again
///     case head:      reader.allow_body(n);   // or refuse and end the connection
///     case complete:  use reader.request(); reader.start_next();   // pipelined bytes stay
///     case failed:    answer reader.failure_status(), end the connection
///   }
class HttpReader {
 public:
  enum class Step { need_more, head, complete, failed };

  explicit HttpReader(std::size_t header_limit, std::size_t line_limit = 8 * 1024);

  void feed(std::string_view bytes) { buffer_.append(bytes); }
  Step next();
  void start_next();

  /// After `head`: without the body.
  Request& request() { return request_; }
  /// After `head`. False: the declared length is more than that, and next() fails with 413.
  bool allow_body(std::size_t limit);
  /// After allow_body(), in place of next(), for who doesn't want the body as a whole: puts what has come of
  /// it since into `part`. `complete` with the last of it; then start_next().
  Step next_part(std::string& part);
  bool has_body() const { return framing_.chunked || framing_.length > 0; }
  bool expects_continue() const;
  bool keep_alive() const { return keep_alive_; }

  int failure_status() const { return status_; }
  const std::string& failure() const { return failure_; }

  /// Nothing of a next request has come.
  bool idle() const { return stage_ == Stage::head && buffer_.empty(); }
  std::size_t body_bytes() const { return request_.body.size(); }
  bool in_body() const { return stage_ == Stage::body; }
  std::size_t buffered() const { return buffer_.size(); }
  /// What came behind a request that ended HTTP (an upgrade).
  std::string take_rest() { return std::move(buffer_); }

 private:
  enum class Stage { head, awaiting_limit, body, complete, failed };
  Step read_head();
  Step read_body();
  Step body_too_large();
  Step fail(int status, std::string what);

  std::size_t header_limit_;
  std::size_t line_limit_;
  std::size_t body_limit_ = 0;
  std::size_t parted_ = 0;  // bytes of this body that next_part() has given
  std::string buffer_;
  std::size_t searched_ = 0;
  int empty_lines_ = 0;
  Framing framing_;
  ChunkedDecoder chunks_;
  Request request_;
  Stage stage_ = Stage::head;
  bool keep_alive_ = true;
  int status_ = 0;
  std::string failure_;
};

}  // namespace longwave::web
