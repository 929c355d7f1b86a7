// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "access/jwt_keys.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace longwave::access {

/// What a token has to say besides being signed and in its time.
struct TokenRules {
  std::string issuer = {};    ///< `iss` must be this; empty: anything
  std::string audience = {};  ///< `aud` must be this or contain it; empty: a token must name none
  Duration leeway = std::chrono::seconds{30};  ///< for clocks that differ, on `nbf` and `iat` only
};

/// A token that was checked. It speaks of one user, and of one channel or of the connection.
struct Token {
  std::string user = {};                 ///< `sub`; empty: nobody in particular
  std::string name = {};                 ///< `name`: shown to others
  std::string id = {};                   ///< `jti`
  std::optional<WallTime> expires = {};  ///< `exp`
  std::string channel = {};  ///< `channel`: a subscription token for it; empty: for the connection
  std::vector<std::string> channels =
      {};  ///< `channels`: what a connection may join besides, `*` at the end is any
};

/// Checks JSON Web Tokens (RFC 7519, with the advice of RFC 8725): compact form, at most 8 KiB; HS256, RS256
/// and ES256; `exp`, `nbf`, `iat`, `aud`, `iss`; `crit` is refused. Immutable; any thread. Takes some
/// microseconds for HS256, up to 150 for the others.
class Tokens {
 public:
  explicit Tokens(JwtKeys keys, TokenRules rules = {}) : keys_(std::move(keys)), rules_(std::move(rules)) {}

  /// False: no token is ever valid.
  bool enabled() const { return !keys_.empty(); }
  /// invalid: no token of ours (the message says what is wrong with it); refused: it was one, but its time is
  /// over.
  Result<Token> check(std::string_view token, WallTime now) const;

 private:
  JwtKeys keys_;
  TokenRules rules_;
};

/// It has the form of a token: three parts with dots between. Keys of auth.login have none.
bool looks_like_jwt(std::string_view text);

}  // namespace longwave::access
