// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "io/stream.hpp"
#include "web/headers.hpp"

#include <any>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace longwave::web {

/// An HTTP request as the handlers see it: well-formed, decoded, complete.
struct Request {
  std::string method;                                      ///< as sent: "GET"
  std::string target;                                      ///< as sent, in origin form: "/art/ab%20c?size=96"
  std::string path;                                        ///< decoded: "/art/ab c"; always begins with '/'
  std::vector<std::pair<std::string, std::string>> query;  ///< decoded, in order
  std::vector<std::pair<std::string, std::string>>
      parameters;  ///< from the route's pattern: {"hash", "ab c"}
  Headers headers;
  std::string body;
  int version = 11;  ///< 10 or 11

  /// The client: the socket's peer, or who a trusted proxy says it speaks for.
  io::PeerAddress peer;
  bool is_loopback = false;  ///< `peer` is this machine and no trusted proxy stood between
  bool tls = false;          ///< towards the client, as far as trusted proxies tell
  bool forwarded = false;    ///< a trusted proxy stood between, and `peer`, `tls` and Host are what it said

  /// What the gate found out about the caller. The room that provides the gate owns the type.
  std::any identity;
  /// What the route's on_head gave.
  std::shared_ptr<void> held;
  /// Fields that the gate wants on whatever is answered, unless the handler sets them itself.
  Headers answer_headers;

  /// The value of a query parameter; nullopt if it isn't there.
  std::optional<std::string_view> query_value(std::string_view name) const;
  /// A parameter of the route's pattern; "" if the pattern has none of that name.
  std::string_view parameter(std::string_view name) const;
  /// RFC 6265; the first cookie of that name.
  std::optional<std::string_view> cookie(std::string_view name) const;
  std::string_view host() const { return headers.get("Host"); }
};

/// Splits a request target into path and query and decodes them. False if it is malformed: a broken
/// %-sequence, a NUL, not starting with '/'. Absolute-form targets ("http://host/path") are reduced to their
/// path first.
bool parse_target(std::string_view target, Request& into);

}  // namespace longwave::web
