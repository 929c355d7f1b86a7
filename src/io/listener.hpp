// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"
#include "io/stream.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace longwave::io {

class Loop;
class Networks;
class TlsContext;

/// Where to listen: an address and port, or a Unix socket's path. Port 0 lets the system choose.
struct Endpoint {
  std::string host;  ///< numeric IPv4 or IPv6, or a name that resolves to one; empty for a Unix socket
  std::uint16_t port = 0;
  std::string unix_path;
  int unix_mode = 0660;  ///< of the socket's file
  /// "127.0.0.1:8000", "[::1]:8000", "localhost:8000", ":8000" (all addresses), "unix:/run/longwave.sock".
  static Result<Endpoint> parse(std::string_view text);
  std::string text() const;
  /// Where a bound socket listens: a numeric address, or a path.
  static Endpoint bound(int fd);
};

/// Accepts connections on its own loop and hands them out round-robin: `accept` is called on the loop that
/// the new stream belongs to, from several threads.
class Listener {
 public:
  using Accept = std::function<void(Loop&, Stream)>;

  struct Options {
    Endpoint endpoint;
    const TlsContext* tls = nullptr;
    /// A listening socket that somebody else bound (systemd, the program before this one); taken over. -1:
    /// bind.
    int inherited = -1;
    /// Every connection begins with a PROXY header, version 1 or 2, and comes from one of these networks;
    /// others are closed. Null: no such header is expected.
    const Networks* proxies = nullptr;
    int backlog = 1024;
  };

  /// Binds and listens at once; accepting begins when `own` runs. Fails with `unavailable` and a sentence
  /// that names the address. `own` and `targets` outlive the listener.
  static Result<std::unique_ptr<Listener>> open(Loop& own, std::vector<Loop*> targets, Options options,
                                                Accept accept);

  /// On the own loop, or when that doesn't run.
  ~Listener();
  /// Stops accepting and closes the socket. On the own loop.
  void close();
  /// A copy of the listening socket, for another program: open over exec, not closed with this listener; the
  /// file of a Unix socket then stays as well. On the own loop, or when that doesn't run.
  int duplicate();
  /// With the port that the system chose.
  const Endpoint& endpoint() const;

 private:
  struct State;
  explicit Listener(std::shared_ptr<State> state) : state_(std::move(state)) {}
  std::shared_ptr<State> state_;
};

}  // namespace longwave::io
