// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/task.hpp"
#include "io/stream.hpp"

#include <optional>

namespace longwave::io {

class Loop;

/// Reads the PROXY header of a new connection, and not a byte more, on the loop it will belong to. `done`
/// gets the socket and the client (nullopt: the proxy itself); what is malformed, or too slow, is closed.
/// Owned by itself and the loop: ends with either.
using ProxyRead = UniqueFunction<void(int fd, std::optional<PeerAddress> client)>;
void read_proxy_header(Loop& loop, int fd, ProxyRead done);

}  // namespace longwave::io
