// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"
#include "io/stream.hpp"

#include <array>
#include <optional>
#include <string_view>
#include <vector>

namespace longwave::io {

/// An IP address as 16 bytes; IPv4 stands in ::ffff:0:0/96. nullopt: not a numeric address.
using AddressBytes = std::array<unsigned char, 16>;
std::optional<AddressBytes> parse_address(std::string_view numeric);
/// As it is written: IPv4 with dots.
std::string address_text(const AddressBytes& address);

/// A set of networks: "10.0.0.0/8", "2001:db8::/32", single addresses, and "unix" for the peers of Unix
/// sockets.
class Networks {
 public:
  /// Fails with `invalid` and the entry's text.
  Result<void> add(std::string_view entry);
  bool empty() const { return ranges_.empty() && !unix_; }
  bool contains(const AddressBytes& address) const;
  /// `ip` as in PeerAddress: empty is a Unix socket.
  bool contains(std::string_view ip) const;

 private:
  struct Range {
    AddressBytes address;
    int bits;
  };
  std::vector<Range> ranges_;
  bool unix_ = false;
};

}  // namespace longwave::io
