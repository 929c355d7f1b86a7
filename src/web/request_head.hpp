// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "web/request.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace longwave::web {

/// How the message goes on behind its head (RFC 9112 sections 6 and 9.3).
struct Framing {
  bool chunked = false;
  std::uint64_t length = 0;  ///< of a body that isn't chunked
  bool keep_alive = true;
};

struct HeadProblem {
  int status;  ///< 400, 431, 501, 505
  const char* what;
};

/// Takes a request's head apart, strictly (RFC 9112 sections 2 to 7, docs/conformance-http.md): `block` is
/// what find_header_end() cut out, with the empty line. Fills method, target, path, query, version and
/// headers; the authority of an absolute target takes the place of Host. Pure.
std::optional<HeadProblem> parse_request_head(std::string_view block, Request& request, Framing& framing);

/// uri-host [":" port] of RFC 9110 section 7.2, also empty: no user, no path, no list.
bool valid_host(std::string_view host);

/// The methods of RFC 9110 and PATCH: others are answered 501.
bool known_method(std::string_view method);

}  // namespace longwave::web
