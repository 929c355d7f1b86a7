// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"
#include "io/listener.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace longwave::app {

/// One value of --listen: an address and what is particular about it, "0.0.0.0:443+tls",
/// "10.0.0.1:9000+proxy", "unix:/run/longwave.sock+mode=660".
struct Listening {
  io::Endpoint endpoint;
  std::optional<bool> tls;  ///< nullopt: when there is a certificate and it isn't a Unix socket
  bool proxy = false;       ///< connections begin with a PROXY header

  /// Fails with `invalid` and a sentence.
  static Result<Listening> parse(std::string_view text);
};

/// Only this machine reaches it.
bool is_loopback(const io::Endpoint& endpoint);

/// Listening sockets that whoever started this process has bound (LISTEN_PID, LISTEN_FDS: systemd's socket
/// activation, or the program that was here before an upgrade), by descriptor. Reads and removes the
/// variables: what we start doesn't inherit them. Once, at start.
std::vector<int> take_inherited_sockets();

/// Finds the socket that listens where `wanted` says (its port 0 fits any) and takes it out of the list; -1:
/// none.
int take_matching(std::vector<int>& sockets, const io::Endpoint& wanted);

}  // namespace longwave::app
