// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace longwave::web {
struct Request;
}

namespace longwave::rpc {

/// Which web pages may connect: browsers name the page's origin (RFC 6454), other programs name none and are
/// always let in. A page that came from this server itself (its Origin is the Host that was asked for, and
/// that is an address, "localhost" or one of `hosts`) may; others only if they are listed.
struct OriginRules {
  bool any = false;  ///< every page of the world may: for demonstrations
  /// Exactly as browsers write them: "https://radio.example", "http://localhost:3000".
  std::vector<std::string> origins = {};
  std::vector<std::string> hosts = {};  ///< names of this server: "radio.example"
};

/// Pure. Compares whole origins, without case; "null" is an origin like any other.
bool allows(const OriginRules& rules, const web::Request& request);

}  // namespace longwave::rpc
