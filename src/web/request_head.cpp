// SPDX-License-Identifier: Apache-2.0
#include "web/request_head.hpp"

#include "base/text.hpp"
#include "web/header_scan.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace longwave::web {

namespace {

using Problem = std::optional<HeadProblem>;

Problem bad(const char* what) {
  return HeadProblem{400, what};
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// RFC 9110 section 8.6: digits and nothing else, no list of equal numbers.
std::optional<std::uint64_t> parse_length(std::string_view text) {
  std::uint64_t length = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), length);
  if (failed != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return length;
}

/// RFC 9112 section 2.3. A higher minor version of 1 is one that we understand as 1.1.
Problem read_version(std::string_view text, Request& request) {
  if (text.size() != 8 || !text.starts_with("HTTP/") || !is_digit(text[5]) || text[6] != '.' ||
      !is_digit(text[7])) {
    return bad("the request line doesn't end with an HTTP version");
  }
  if (text[5] != '1') return HeadProblem{505, "only HTTP/1.0 and HTTP/1.1 are spoken here"};
  request.version = text[7] == '0' ? 10 : 11;
  return std::nullopt;
}

/// Of "http://host:1/path" the authority (RFC 9112 section 3.2.2).
std::optional<std::string_view> authority_of(std::string_view target) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!text::ascii_iequals(target.substr(0, scheme.size()), scheme)) continue;
    target.remove_prefix(scheme.size());
    return target.substr(0, target.find_first_of("/?"));
  }
  return std::nullopt;
}

Problem read_request_line(std::string_view line, Request& request, std::string_view& authority) {
  const auto first = line.find(' ');
  const auto last = line.rfind(' ');
  if (first == line.npos || first == last) return bad("the request line isn't METHOD TARGET VERSION");
  const auto method = line.substr(0, first);
  const auto target = line.substr(first + 1, last - first - 1);
  if (!is_token(method)) return bad("the method isn't a token");
  if (const auto problem = read_version(line.substr(last + 1), request)) return problem;
  request.method = method;
  const bool plain =
      std::all_of(target.begin(), target.end(), [](char c) { return c > ' ' && c < 0x7f && c != '#'; });
  if (target.empty() || !plain) return bad("the request target has a byte that must be escaped");
  if (target == "*") {
    if (method != "OPTIONS") return bad("the target * belongs to OPTIONS");
    request.target = request.path = "*";
    return std::nullopt;
  }
  if (method == "CONNECT") return HeadProblem{501, "there are no tunnels here"};
  if (const auto named = authority_of(target)) {
    if (named->empty() || !valid_host(*named)) return bad("the authority of the request target is malformed");
    authority = *named;
    // RFC 9112 section 3.2.4: an absolute target without a path means * for OPTIONS, else the root.
    const bool bare = named->data() + named->size() == target.data() + target.size();
    if (bare && method == "OPTIONS") {
      request.target = request.path = "*";
      return std::nullopt;
    }
  }
  if (!parse_target(target, request)) return bad("the request target is malformed");
  return std::nullopt;
}

void read_fields(std::string_view block, Headers& headers) {
  for (;;) {
    const auto end = block.find("\r\n");
    if (end == 0 || end == block.npos) return;
    const auto line = block.substr(0, end);
    const auto colon = line.find(':');
    headers.add(std::string{line.substr(0, colon)}, std::string{text::trim(line.substr(colon + 1))});
    block.remove_prefix(end + 2);
  }
}

Problem read_host(Request& request, std::string_view authority) {
  const auto* host = request.headers.find("Host");
  if (!host && request.version >= 11) return bad("no Host");
  if (host && !valid_host(*host)) return bad("Host is malformed");
  if (!authority.empty()) request.headers.set("Host", std::string{authority});
  return std::nullopt;
}

Problem read_framing(const Request& request, Framing& framing) {
  framing.chunked = request.headers.has("Transfer-Encoding");  // the scan lets nothing but chunked through
  if (framing.chunked && request.version < 11) return bad("Transfer-Encoding in HTTP/1.0");
  if (const auto* declared = request.headers.find("Content-Length")) {
    const auto length = parse_length(*declared);
    if (!length) return bad("Content-Length isn't a number");
    framing.length = *length;
  }
  const bool close = request.headers.has_token("Connection", "close");
  framing.keep_alive =
      !close && (request.version >= 11 || request.headers.has_token("Connection", "keep-alive"));
  return std::nullopt;
}

}  // namespace

bool valid_host(std::string_view host) {
  const auto end = host.starts_with('[') ? host.find(']') + 1 : std::min(host.find(':'), host.size());
  const auto name = host.substr(0, end);
  auto port = host.substr(name.size());
  if (name.starts_with('[')) {
    if (name.size() < 4 || name.find_first_not_of("0123456789abcdefABCDEF:.", 1) != name.size() - 1)
      return false;
  } else {
    const bool plain = std::all_of(name.begin(), name.end(), [](char c) {
      return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
             std::string_view{"-._~%!$&'()*+;="}.find(c) != std::string_view::npos;
    });
    if (!plain || (name.empty() && !port.empty())) return false;
  }
  if (port.empty()) return true;
  if (port.front() != ':') return false;
  port.remove_prefix(1);
  unsigned number = 0;
  const auto [stopped, failed] = std::from_chars(port.data(), port.data() + port.size(), number);
  return port.empty() || (failed == std::errc{} && stopped == port.data() + port.size() && number <= 65535);
}

bool known_method(std::string_view method) {
  static constexpr std::array<std::string_view, 9> known{"GET",     "HEAD",    "POST",  "PUT",  "DELETE",
                                                         "CONNECT", "OPTIONS", "TRACE", "PATCH"};
  return std::find(known.begin(), known.end(), method) != known.end();
}

std::optional<HeadProblem> parse_request_head(std::string_view block, Request& request, Framing& framing) {
  int status = 400;
  if (const char* problem = scan_header_block(block, &status)) return HeadProblem{status, problem};
  const auto line_end = block.find("\r\n");
  std::string_view authority;
  if (const auto problem = read_request_line(block.substr(0, line_end), request, authority)) return problem;
  read_fields(block.substr(line_end + 2), request.headers);
  if (const auto problem = read_host(request, authority)) return problem;
  return read_framing(request, framing);
}

}  // namespace longwave::web
