// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "io/connector.hpp"
#include "io/stream.hpp"
#include "io/timer.hpp"
#include "io/tls_client.hpp"
#include "redis/address.hpp"
#include "redis/link.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace longwave::io {
class Loop;
}

namespace longwave::redis {

/// AUTH, SELECT and CLIENT SETNAME, as the address wants them.
std::vector<Command> greeting_for(const Address& address, const std::string& client_name);

/// A link on a socket of a loop: TCP, TLS or Unix. Belongs to the loop's thread; it may be destroyed when
/// that has stopped.
class Connection final : Wire, io::StreamHandler {
 public:
  /// `tls` is needed for an address with TLS, and outlives this.
  Connection(io::Loop& loop, const Clock& clock, Address address, const io::TlsClientContext* tls,
             LinkOptions options, std::uint64_t seed);
  ~Connection();

  Link& link() { return link_; }

 private:
  void connect() override;
  void write(std::string bytes) override;
  void close() override;
  void wake(Instant when) override;
  void on_bytes(std::span<char> bytes) override;
  void on_end() override;
  void on_lost(std::string_view why) override;

  Address address_;
  const io::TlsClientContext* tls_;
  io::Connector connector_;
  io::Timer timer_;
  io::Stream stream_;
  Link link_;
};

}  // namespace longwave::redis
