// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"
#include "io/listener.hpp"

#include <string>
#include <string_view>

namespace longwave::redis {

/// Where a Redis is and as whom to speak to it.
struct Address {
  io::Endpoint endpoint;
  bool tls = false;
  int db = 0;
  std::string user;  ///< of an ACL; empty: the default user
  std::string password;

  /// "redis://[user[:password]@]host[:port][/db]", "rediss://…" (TLS), "unix:/path[?db=N]". User and password
  /// may be percent-encoded. Fails with `invalid`; the message never contains the text, for there may be a
  /// password in it.
  static Result<Address> parse(std::string_view text);
  /// For people: without user and password.
  std::string text() const;
};

}  // namespace longwave::redis
