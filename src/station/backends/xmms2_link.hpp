// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "io/connector.hpp"
#include "io/stream.hpp"
#include "io/timer.hpp"
#include "station/backends/xmms2_client.hpp"

#include <span>
#include <string>
#include <string_view>

namespace longwave::io {
class Loop;
}

namespace longwave::station::xmms2 {

/// Where a daemon may be: a path, `unix:///path`, or `tcp://` with a loopback address (port 9667 if none is
/// said). Whoever reaches a daemon owns its account, so anything else is refused: `invalid`.
Result<io::Endpoint> address_of(std::string_view text);

/// A client with its socket. Belongs to its loop.
class Link final : private Wire, private io::StreamHandler {
 public:
  Link(io::Loop& loop, const Clock& clock, io::Endpoint daemon, ClientOptions options = {});
  /// On the loop, or when that has stopped.
  ~Link();

  Client& client() { return client_; }

 private:
  void connect() override;
  void write(std::string bytes) override;
  void close() override;
  void wake(Instant when) override;
  void on_bytes(std::span<char> bytes) override;
  void on_end() override;
  void on_lost(std::string_view why) override;

  io::Endpoint daemon_;
  io::Connector connector_;
  io::Timer timer_;
  io::Stream stream_;
  Client client_;
};

}  // namespace longwave::station::xmms2
