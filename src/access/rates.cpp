// SPDX-License-Identifier: Apache-2.0
#include "access/rates.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <cstring>
#include <string>

namespace longwave::access {
namespace {

constexpr Rate patience{.per_second = 1, .burst = 100};  // refusals

std::uint64_t mix(std::uint64_t x) {  // the finalizer of splitmix64
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

}  // namespace

AddressBuckets::AddressBuckets(const RateRules& rules, std::uint64_t seed, std::size_t rows)
    : rates_{rules.address_connects, rules.address_calls, rules.address_bytes}, seed_(seed) {
  const bool limited =
      std::any_of(rates_.begin(), rates_.end(), [](const Rate& rate) { return rate.limited(); });
  if (limited) rows_.resize(rows);
}

std::optional<AddressBuckets::Key> AddressBuckets::key_of(std::string_view address) {
  char text[INET6_ADDRSTRLEN];
  if (address.empty() || address.size() >= sizeof text) return std::nullopt;
  std::memcpy(text, address.data(), address.size());
  text[address.size()] = '\0';
  Key key{};
  in_addr v4{};
  in6_addr v6{};
  if (inet_pton(AF_INET, text, &v4) == 1) {
    if (ntohl(v4.s_addr) >> 24 == 127) return std::nullopt;
    key = {ntohl(v4.s_addr), 4};
  } else if (inet_pton(AF_INET6, text, &v6) == 1) {
    if (IN6_IS_ADDR_V4MAPPED(&v6)) {
      std::memcpy(&v4, v6.s6_addr + 12, 4);
      if (ntohl(v4.s_addr) >> 24 == 127) return std::nullopt;
      return Key{ntohl(v4.s_addr), 4};
    }
    if (IN6_IS_ADDR_LOOPBACK(&v6)) return std::nullopt;
    std::memcpy(&key[0], v6.s6_addr, 8);  // the network
    key[1] = 6;
  } else {
    return std::nullopt;
  }
  return key;
}

std::size_t AddressBuckets::row_of(const Key& key) const {
  return mix(mix(key[0] ^ seed_) + key[1]) % rows_.size();
}

AddressBuckets::Entry& AddressBuckets::entry(const Key& key, std::size_t row, Instant now) {
  Row& entries = rows_[row];
  auto found = std::find_if(entries.begin(), entries.end(), [&](const Entry& e) { return e.key == key; });
  if (found == entries.end()) {
    found = std::min_element(entries.begin(), entries.end(),
                             [](const Entry& a, const Entry& b) { return a.asked < b.asked; });
    *found = Entry{.key = key, .asked = now, .buckets = {}};
  }
  found->asked = now;
  return *found;
}

std::optional<Duration> AddressBuckets::take(Kind kind, std::string_view address, double amount,
                                             Instant now) {
  const auto which = static_cast<std::size_t>(kind);
  if (!rates_[which].limited()) return std::nullopt;
  const auto key = key_of(address);
  if (!key) return std::nullopt;
  const auto row = row_of(*key);
  const std::lock_guard lock(locks_[row % locks_.size()]);
  return entry(*key, row, now).buckets[which].take(rates_[which], amount, now);
}

bool Rates::admit(std::string_view address) {
  return !addresses_.take(AddressBuckets::Kind::connects, address, 1, clock_.now());
}

std::optional<Duration> Rates::take(TokenBucket* own, const Rate& own_rate, AddressBuckets::Kind kind,
                                    std::string_view address, double amount) {
  const Instant now = clock_.now();
  if (own)
    if (auto wait = own->take(own_rate, amount, now)) return wait;
  return addresses_.take(kind, address, amount, now);
}

std::optional<Duration> Rates::message(ConnectionBuckets* own, std::string_view address, std::size_t bytes) {
  return take(own ? &own->bytes : nullptr, rules_.connection_bytes, AddressBuckets::Kind::bytes, address,
              static_cast<double>(bytes));
}

std::optional<Duration> Rates::call(ConnectionBuckets* own, std::string_view address) {
  return take(own ? &own->calls : nullptr, rules_.connection_calls, AddressBuckets::Kind::calls, address, 1);
}

bool Rates::bear(ConnectionBuckets& own) {
  return !own.refusals.take(patience, 1, clock_.now());
}

}  // namespace longwave::access
