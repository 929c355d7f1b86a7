// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/time.hpp"

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace longwave::fleet {

/// What waits under a name for the same while each: its end is found without looking through all of it.
template <class T>
class Expiring {
 public:
  /// `until` is not before that of any other. The name isn't there yet.
  T& add(const std::string& name, Instant until, T value) {
    order_.emplace_back(until, name);
    return all_.insert_or_assign(name, std::pair{until, std::move(value)}).first->second.second;
  }
  T* find(const std::string& name) {
    const auto place = all_.find(name);
    return place == all_.end() ? nullptr : &place->second.second;
  }
  std::optional<T> take(const std::string& name) {
    auto node = all_.extract(name);
    if (node.empty()) return std::nullopt;
    return std::move(node.mapped().second);
  }
  std::vector<std::pair<std::string, T>> take_due(Instant now) {
    std::vector<std::pair<std::string, T>> due;
    while (next() && *next() <= now) {
      auto name = std::move(order_.front().second);
      order_.pop_front();
      auto value = take(name);
      due.emplace_back(std::move(name), std::move(*value));
    }
    return due;
  }
  std::vector<std::pair<std::string, T>> take_all() {
    std::vector<std::pair<std::string, T>> taken;
    for (auto& [name, one] : all_) taken.emplace_back(name, std::move(one.second));
    clear();
    return taken;
  }
  std::optional<Instant> next() {
    while (!order_.empty()) {
      const auto place = all_.find(order_.front().second);
      if (place != all_.end() && place->second.first == order_.front().first) return order_.front().first;
      order_.pop_front();
    }
    return std::nullopt;
  }
  template <class Use>
  void each(Use use) {
    for (auto& [name, one] : all_) use(name, one.second);
  }
  std::size_t size() const { return all_.size(); }
  void clear() {
    all_.clear();
    order_.clear();
  }

 private:
  std::map<std::string, std::pair<Instant, T>> all_;
  std::deque<std::pair<Instant, std::string>> order_;  // what was taken meanwhile still stands in it
};

}  // namespace longwave::fleet
