// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/time.hpp"
#include "schedule/radios/state.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace longwave::radios {

/// One time event of one radio. It counts only while the radio's generation is the one it was made in:
/// deleting a radio's events is adding one to its generation.
struct Event {
  WallTime at{};
  std::uint64_t order = 0;  ///< ties in order of insertion
  std::uint32_t radio = 0;
  std::uint32_t generation : 28 = 0;
  std::uint32_t kind : 4 = 0;
};
static_assert(sizeof(Event) == 24);

/// All events of all radios, the nearest on top.
class EventHeap {
 public:
  void push(WallTime at, std::uint32_t radio, std::uint32_t generation, EventKind kind) {
    Event event{at, ++order_, radio, 0, 0};
    event.generation = generation & 0xfffffffU;
    event.kind = static_cast<std::uint32_t>(kind) & 0xfU;
    events_.push_back(event);
    std::push_heap(events_.begin(), events_.end(), later);
  }
  bool empty() const { return events_.empty(); }
  const Event& top() const { return events_.front(); }
  Event pop() {
    std::pop_heap(events_.begin(), events_.end(), later);
    const auto event = events_.back();
    events_.pop_back();
    return event;
  }
  /// The wall clock was set: everything moves with it, the order stays.
  void shift(Duration by) {
    for (auto& event : events_) event.at += by;
  }
  const std::vector<Event>& all() const { return events_; }

 private:
  static bool later(const Event& a, const Event& b) { return a.at != b.at ? a.at > b.at : a.order > b.order; }
  std::vector<Event> events_;
  std::uint64_t order_ = 0;
};

}  // namespace longwave::radios
