// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "io/network.hpp"

#include <cstddef>
#include <map>
#include <mutex>
#include <utility>

namespace longwave::web {

/// How many connections each address has; an IPv6 network of 64 bits is one address, because that is what one
/// customer gets. Any thread; outlives its places.
class AddressCounts {
 public:
  using Entry = std::pair<const io::AddressBytes, std::size_t>;

  /// One connection's place. Empty: not counted.
  class Place {
   public:
    Place() = default;
    Place(Place&& other) noexcept : counts_(std::exchange(other.counts_, nullptr)), entry_(other.entry_) {}
    Place& operator=(Place&& other) noexcept {
      std::swap(counts_, other.counts_);
      std::swap(entry_, other.entry_);
      return *this;
    }
    ~Place() {
      if (counts_) counts_->leave(*entry_);
    }

   private:
    friend class AddressCounts;
    AddressCounts* counts_ = nullptr;
    Entry* entry_ = nullptr;
  };

  /// False when the address has `limit` connections already.
  bool enter(io::AddressBytes address, std::size_t limit, Place& place);

 private:
  void leave(Entry& entry);

  std::mutex mutex_;
  std::map<io::AddressBytes, std::size_t> counts_;
};

}  // namespace longwave::web
