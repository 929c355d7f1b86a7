// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "access/token_bucket.hpp"
#include "base/clock.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <vector>

namespace longwave::access {

/// What one connection, and one address, may do (docs/access.md). All unlimited unless set.
struct RateRules {
  Rate connection_calls, connection_bytes;
  Rate address_calls, address_bytes, address_connects;
};

/// The buckets of addresses: a table of fixed size, so that a flood from ever new addresses costs no memory.
/// An IPv6 network of 64 bits counts as one address. When a place in the table is needed, the address heard
/// of least recently is forgotten, which only makes the server more lenient towards it. Any thread.
class AddressBuckets {
 public:
  enum class Kind { connects, calls, bytes };

  /// `seed`: so that nobody can choose addresses that share a row of the table.
  AddressBuckets(const RateRules& rules, std::uint64_t seed, std::size_t rows = 512);

  /// nullopt: allowed. Loopback, and what is no address (a Unix socket), is never counted.
  std::optional<Duration> take(Kind kind, std::string_view address, double amount, Instant now);
  std::size_t memory_bytes() const { return rows_.size() * sizeof(Row); }

 private:
  using Key = std::array<std::uint64_t, 2>;
  struct Entry {
    Key key{};
    Instant asked{};
    std::array<TokenBucket, 3> buckets;
  };
  static constexpr std::size_t entries_per_row = 8;
  using Row = std::array<Entry, entries_per_row>;

  static std::optional<Key> key_of(std::string_view address);
  Entry& entry(const Key& key, std::size_t row, Instant now);
  std::size_t row_of(const Key& key) const;

  std::array<Rate, 3> rates_;
  std::uint64_t seed_;
  std::vector<Row> rows_;
  std::array<std::mutex, 16> locks_;  // of every 16th row
};

/// The buckets of one connection. Belongs to its loop.
struct ConnectionBuckets {
  TokenBucket calls, bytes;
  TokenBucket refusals;  ///< how often it may be refused before it is closed
};

/// The rates of this server. Any thread.
class Rates {
 public:
  Rates(const Clock& clock, RateRules rules, std::uint64_t seed)
      : clock_(clock), rules_(rules), addresses_(rules, seed) {}

  /// A new connection from this address.
  bool admit(std::string_view address);

  /// A message of so many bytes, before it is looked at. `own` is null for what has no connection of its own;
  /// an empty address isn't counted. nullopt: allowed; else when to come back.
  std::optional<Duration> message(ConnectionBuckets* own, std::string_view address, std::size_t bytes);
  /// One call or notification.
  std::optional<Duration> call(ConnectionBuckets* own, std::string_view address);
  /// A refusal was given. False: this goes on for too long.
  bool bear(ConnectionBuckets& own);

 private:
  std::optional<Duration> take(TokenBucket* own, const Rate& own_rate, AddressBuckets::Kind kind,
                               std::string_view address, double amount);

  const Clock& clock_;
  RateRules rules_;
  AddressBuckets addresses_;
};

}  // namespace longwave::access
