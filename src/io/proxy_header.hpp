// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "io/stream.hpp"

#include <cstddef>
#include <optional>
#include <string_view>

namespace longwave::io {

/// The header that a proxy writes in front of a connection's bytes to tell whose they are: the PROXY protocol
/// of HAProxy, versions 1 (a line of text) and 2 (binary), docs/going-public.md.
struct ProxyHeader {
  enum class State { more, done, malformed } state = State::more;
  std::size_t size = 0;  ///< bytes of the header, when done
  std::optional<PeerAddress>
      client;  ///< nullopt: the proxy speaks for itself (LOCAL, UNKNOWN, not an IP address)
};

inline constexpr std::size_t proxy_header_limit = 16 + 2048;

/// Looks at what has come so far. Strict: canonical numbers, one space, CR LF. Pure.
ProxyHeader parse_proxy_header(std::string_view bytes);

}  // namespace longwave::io
