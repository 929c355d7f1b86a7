// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace longwave::access {

/// The signatures we take. A key has exactly one of them, and the token's header can't choose another (RFC
/// 8725 sections 3.1 and 3.2): so neither `none` nor "RS256's public key as HS256's secret" gets through.
enum class JwtAlgorithm {
  hs256,  ///< HMAC with SHA-256: a secret of at least 32 bytes (RFC 7518 section 3.2)
  rs256,  ///< RSASSA-PKCS1-v1_5 with SHA-256: an RSA key of at least 2048 bits
  es256,  ///< ECDSA with P-256 and SHA-256
};

/// The keys that tokens are checked with. Filled at start, immutable afterwards: then any thread. Errors say
/// what is wrong with the text, and never show it.
class JwtKeys {
 public:
  JwtKeys();
  ~JwtKeys();
  JwtKeys(JwtKeys&&) noexcept;
  JwtKeys& operator=(JwtKeys&&) noexcept;

  /// A shared secret, for HS256.
  Result<void> add_secret(std::string secret, std::string kid = {});
  /// A public key in PEM (`-----BEGIN PUBLIC KEY-----`): RSA for RS256, P-256 for ES256. Private keys are
  /// refused: they have no business here.
  Result<void> add_pem(std::string_view text, std::string kid = {});
  /// A JWK Set (RFC 7517): `oct`, `RSA` and `EC` keys, with their `kid`. Keys of other kinds, or for
  /// encryption (`use`), are passed over; a set without any that fits is an error.
  Result<void> add_jwks(std::string_view json);

  bool empty() const;
  std::size_t size() const;

  /// Whether one of the keys for this algorithm, and of this `kid` if the token names one, has signed it.
  /// Constant time in the signature.
  bool verify(JwtAlgorithm algorithm, std::string_view kid, std::string_view text,
              std::string_view signature) const;

 private:
  struct Key;
  Result<void> add(Key key);
  std::vector<std::unique_ptr<const Key>> keys_;
};

}  // namespace longwave::access
