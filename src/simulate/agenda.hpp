// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/task.hpp"
#include "base/time.hpp"

#include <cstdint>
#include <limits>
#include <map>
#include <utility>

namespace longwave::simulate {

/// What is to happen in virtual time, in order; ties in order of insertion.
class Agenda {
 public:
  void at(WallTime when, Task task) { tasks_.emplace(std::pair(when, ++order_), std::move(task)); }
  WallTime next() const { return tasks_.empty() ? WallTime::max() : tasks_.begin()->first.first; }
  /// Runs the first task if it is due.
  bool run_one(WallTime now) {
    if (next() > now) return false;
    auto task = std::move(tasks_.begin()->second);
    tasks_.erase(tasks_.begin());
    task();
    return true;
  }

 private:
  std::map<std::pair<WallTime, std::uint64_t>, Task> tasks_;
  std::uint64_t order_ = 0;
};

}  // namespace longwave::simulate
