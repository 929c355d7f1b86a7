// SPDX-License-Identifier: Apache-2.0
#include "api/hook_queue.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace longwave::api {

bool HookQueue::push(std::string event) {
  if (waiting_.size() >= limits_.events || bytes_ + event.size() > limits_.bytes) {
    ++counts_.dropped;
    return false;
  }
  bytes_ += event.size();
  waiting_.push_back(std::move(event));
  return true;
}

std::optional<Instant> HookQueue::due() const {
  return waiting_.empty() ? std::nullopt : std::optional(not_before_);
}

std::optional<HookQueue::Batch> HookQueue::next(Instant now) {
  if (waiting_.empty() || now < not_before_) return std::nullopt;
  if (batch_ == 0) {
    ++serial_;
    attempt_ = 0;
    std::size_t bytes = 0;
    while (batch_ < std::min(limits_.batch_events, waiting_.size())) {
      bytes += waiting_[batch_].size();
      if (batch_ > 0 && bytes > limits_.batch_bytes) break;
      ++batch_;
    }
  }
  Batch batch{serial_, attempt_ + 1, {}};
  for (std::size_t i = 0; i < batch_; ++i) batch.events += (i == 0 ? "" : ",") + waiting_[i];
  return batch;
}

void HookQueue::end_batch() {
  for (; batch_ > 0; --batch_) {
    bytes_ -= waiting_.front().size();
    waiting_.pop_front();
  }
  not_before_ = {};
}

void HookQueue::taken() {
  counts_.sent += batch_;
  end_batch();
}

void HookQueue::failed(Instant now) {
  ++counts_.failures;
  if (++attempt_ >= limits_.attempts) {
    counts_.dropped += batch_;
    return end_batch();
  }
  Duration wait = limits_.first_wait;
  for (int i = 1; i < attempt_ && wait < limits_.longest_wait; ++i) wait *= 2;
  wait = std::min(wait, limits_.longest_wait);
  // Somewhere in its second half: what was away isn't asked by all nodes in one moment.
  not_before_ =
      now + wait / 2 + Duration{std::llround(random_.unit() * static_cast<double>(wait.count()) / 2)};
}

void HookQueue::give_up() {
  counts_.dropped += waiting_.size();
  waiting_.clear();
  batch_ = bytes_ = 0;
}

HookCounts HookQueue::counts() const {
  auto counts = counts_;
  counts.waiting = waiting_.size();
  return counts;
}

}  // namespace longwave::api
