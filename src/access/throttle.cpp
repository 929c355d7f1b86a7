// SPDX-License-Identifier: Apache-2.0
#include "access/throttle.hpp"

#include <algorithm>

namespace longwave::access {

std::optional<Duration> Throttle::begin(const std::string& key) {
  const Instant now = clock_.now();
  if (!entries_.contains(key)) make_room();
  Entry& entry = entries_[key];
  if (entry.failures > 0 && now - entry.last > rules_.forget) entry = {};
  if (now < entry.free_at) return entry.free_at - now;
  entry.last = now;
  if (++entry.failures >= rules_.attempts) {
    const int doublings = std::min(entry.failures - rules_.attempts, 20);
    entry.free_at = now + std::min(rules_.first_wait * (1 << doublings), rules_.longest_wait);
  }
  return std::nullopt;
}

void Throttle::success(const std::string& key) {
  entries_.erase(key);
}

void Throttle::make_room() {
  if (entries_.size() < rules_.keys) return;
  const Instant now = clock_.now();
  std::erase_if(entries_, [&](const auto& entry) { return now - entry.second.last > rules_.forget; });
  if (entries_.size() < rules_.keys) return;
  entries_.erase(std::min_element(entries_.begin(), entries_.end(), [](const auto& a, const auto& b) {
    return a.second.last < b.second.last;
  }));
}

}  // namespace longwave::access
