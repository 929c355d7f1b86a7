// SPDX-License-Identifier: Apache-2.0
#include "schedule/listening.hpp"

#include <algorithm>

namespace longwave::schedule {

std::vector<int> listeners_over_time(const std::vector<ItemHeard>& items, WallTime from, Duration step,
                                     std::size_t count) {
  std::vector<int> most(count);
  const auto until = from + step * static_cast<Duration::rep>(count);
  for (const auto& item : items) {
    if (item.to <= from || item.from >= until || item.to <= item.from) continue;
    const auto first = static_cast<std::size_t>(std::max(item.from - from, Duration{0}) / step);
    // The last instant of an item isn't in it.
    const auto last = static_cast<std::size_t>((std::min(item.to, until) - from - Duration{1}) / step);
    for (auto i = first; i <= last; ++i) most[i] = std::max(most[i], item.listeners);
  }
  return most;
}

}  // namespace longwave::schedule
