// SPDX-License-Identifier: Apache-2.0
#include "web/address_counts.hpp"

#include <algorithm>

namespace longwave::web {

bool AddressCounts::enter(io::AddressBytes address, std::size_t limit, Place& place) {
  const auto mapped = *io::parse_address("0.0.0.0");
  if (!std::equal(address.begin(), address.begin() + 12, mapped.begin())) {
    std::fill(address.begin() + 8, address.end(), 0);
  }
  const std::lock_guard lock(mutex_);
  auto& entry = *counts_.try_emplace(address, 0).first;
  if (entry.second >= limit) return false;
  ++entry.second;
  place.counts_ = this;
  place.entry_ = &entry;
  return true;
}

void AddressCounts::leave(Entry& entry) {
  const std::lock_guard lock(mutex_);
  if (--entry.second == 0) counts_.erase(entry.first);
}

}  // namespace longwave::web
