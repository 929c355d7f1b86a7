// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "web/request.hpp"
#include "web/response.hpp"

#include <string>
#include <string_view>

namespace longwave::web {

/// A response as it leaves: the header block and the body, which is shared, never copied.
struct Prepared {
  std::string head;
  io::SharedBytes body;
  bool keep_alive = false;
};

struct PrepareOptions {
  const Headers& default_headers;
  std::string_view date;  ///< IMF-fixdate
  bool keep_alive = true;
};

/// Turns a handler's answer into what the request asked for: 304 for a matching If-None-Match, a range (206,
/// 416), gzip, HEAD without a body; adds Date, Content-Length and Connection (RFC 9110 sections 8, 13, 14).
/// Pure.
Prepared prepare(Response response, const Request& request, const PrepareOptions& options);

/// The header block of an answer whose length isn't known. `chunked` false: it ends with the connection.
std::string prepare_stream_head(int status, Headers headers, bool chunked, const PrepareOptions& options);

/// "Sun, 06 Nov 1994 08:49:37 GMT"
std::string http_date(std::int64_t unix_seconds);

/// A byte range of a body (RFC 9110 section 14.1.2).
struct ByteRange {
  enum class Kind { whole, part, unsatisfiable } kind = Kind::whole;
  std::size_t first = 0;
  std::size_t size = 0;
};
/// `whole` also for what may be ignored: other units, malformed values, more than one range.
ByteRange parse_range(std::string_view value, std::size_t body_size);

}  // namespace longwave::web
