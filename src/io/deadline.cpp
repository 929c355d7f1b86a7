// SPDX-License-Identifier: Apache-2.0
#include "io/deadline.hpp"

#include "base/assert.hpp"

#include <algorithm>

namespace longwave::io {

namespace {
constexpr auto tick_length = DeadlineWheel::tick.count();
std::int64_t tick_at_or_after(Instant when) {
  const auto t = when.time_since_epoch().count();
  return t / tick_length + (t % tick_length > 0 ? 1 : 0);
}
}  // namespace

void Deadline::disarm() {
  if (!wheel_) return;
  *link_ = next_;
  if (next_) next_->link_ = link_;
  --wheel_->count_;
  next_ = nullptr;
  link_ = nullptr;
  wheel_ = nullptr;
}

DeadlineWheel::~DeadlineWheel() {
  for (auto& slot : slots_) {
    while (slot) slot->disarm();
  }
}

void DeadlineWheel::link(Deadline** head, Deadline& deadline) {
  deadline.next_ = *head;
  deadline.link_ = head;
  if (deadline.next_) deadline.next_->link_ = &deadline.next_;
  *head = &deadline;
  deadline.wheel_ = this;
  ++count_;
}

void DeadlineWheel::arm(Deadline& deadline, Instant when) {
  deadline.disarm();
  deadline.tick_ = std::max(tick_at_or_after(when), done_ + 1);
  link(&slots_[static_cast<std::size_t>(deadline.tick_) % slots], deadline);
}

void DeadlineWheel::advance(Instant now) {
  const auto last = now.time_since_epoch().count() / tick_length;
  if (last <= done_) return;
  Deadline* due = nullptr;  // linked like a slot, so that a callback may disarm or destroy what waits here
  const auto first = std::max(done_ + 1, last - static_cast<std::int64_t>(slots) + 1);
  for (auto at = first; at <= last; ++at) {
    auto* deadline = slots_[static_cast<std::size_t>(at) % slots];
    while (deadline) {
      auto* following = deadline->next_;
      if (deadline->tick_ <= last) {
        deadline->disarm();
        link(&due, *deadline);
      }
      deadline = following;
    }
  }
  done_ = last;
  while (due) {
    auto* deadline = due;
    deadline->disarm();
    deadline->on_deadline(now);
  }
}

std::optional<Instant> DeadlineWheel::next() const {
  if (count_ == 0) return std::nullopt;
  for (std::size_t i = 0; i < slots; ++i) {
    const auto at = done_ + 1 + static_cast<std::int64_t>(i);
    if (slots_[static_cast<std::size_t>(at) % slots]) return Instant{tick * at};
  }
  LW_ASSERT(false, "a deadline is counted but in no slot");
  return std::nullopt;
}

}  // namespace longwave::io
