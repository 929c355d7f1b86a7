// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

/// Secrets, through libsodium. Every function may be called from any thread.
namespace longwave::access {

/// What a password costs: argon2id. Tests take the cheapest.
struct PasswordCost {
  unsigned long long operations;
  std::size_t memory_bytes;
  static PasswordCost interactive();
  static PasswordCost least();
};

/// argon2id with a salt of its own, as one printable string. Takes tens of milliseconds and 64 MiB: never on
/// a loop. Throws std::bad_alloc when there isn't the memory.
std::string hash_password(std::string_view password, PasswordCost cost);
/// Constant time in the password. As costly as hash_password.
bool verify_password(const std::string& hash, std::string_view password);

/// `bytes` random bytes as base64url: cookies, keys.
std::string random_token(std::size_t bytes = 32);
/// A password that a person can read out: four groups of four letters and digits without look-alikes (79
/// bits).
std::string readable_password();

/// What is stored of a token: its BLAKE2b-256, as hex.
std::string token_digest(std::string_view token);
bool equal_in_constant_time(std::string_view a, std::string_view b);

}  // namespace longwave::access
