// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "io/stream.hpp"
#include "web/headers.hpp"

#include <string>
#include <string_view>

namespace longwave::web {

/// What a handler answers. The server adds Date, Content-Length, Connection and the safety headers, answers
/// HEAD without the body, turns a matching If-None-Match into 304, serves ranges and compresses text, so that
/// handlers don't.
struct Response {
  int status = 200;
  Headers headers = {};
  /// Shared with whoever else has it; nothing is copied.
  io::SharedBytes body;

  /// With quotes; sets ETag, and answers If-None-Match and If-Range.
  std::string etag;
  /// Offers byte ranges (RFC 9110 section 14) of the body.
  bool ranges = false;
  /// The same body gzipped beforehand; empty: text is compressed on the fly when that pays.
  io::SharedBytes gzipped;

  static Response text(int status, std::string body);
  static Response json(std::string body, int status = 200);
  static Response bytes(std::string content_type, io::SharedBytes body);
  static Response empty(int status);
  static Response redirect(int status, std::string location);
};

/// "Not Found" for 404; "" for what isn't known.
std::string_view reason_phrase(int status);

}  // namespace longwave::web
