// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/time.hpp"

#include <cstddef>
#include <vector>

namespace longwave::schedule {

/// One item of the history, and the largest number of listeners it had.
struct ItemHeard {
  WallTime from{}, to{};
  int listeners = 0;
};

/// Listeners over time: for each `step` from `from` on, the most that any item had which was on air in it.
/// `step` is above zero; `count` steps are told.
std::vector<int> listeners_over_time(const std::vector<ItemHeard>& items, WallTime from, Duration step,
                                     std::size_t count);

}  // namespace longwave::schedule
