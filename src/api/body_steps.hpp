// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/task.hpp"

#include <cstddef>
#include <deque>
#include <utility>

namespace longwave::api {

/// What a streamed body asks to be done, one step after the other, while more of it comes. Tells when the
/// client has to wait and when it may go on. Pure; belongs to the connection's loop. Inside api/ only.
class BodySteps {
 public:
  static constexpr std::size_t high = 1u << 20;     ///< bytes that wait; beyond it the client does
  static constexpr std::size_t piece = 256u << 10;  ///< bytes that a step carries, about

  /// `step` calls its argument, once, when it is done: on this loop, at once or later. `resume` is called
  /// when the client may go on.
  using Step = UniqueFunction<void(Task next)>;
  void on_room(Task resume) { resume_ = std::move(resume); }

  void push(std::size_t bytes, Step step) {
    waiting_ += bytes;
    steps_.push_back({bytes, std::move(step)});
    pump();
  }
  bool has_room() {
    full_ = waiting_ > high;
    return !full_;
  }
  bool idle() const { return !running_ && steps_.empty(); }
  /// What hasn't begun never will.
  void clear() { steps_.clear(); }

 private:
  void pump() {
    while (!running_ && !steps_.empty()) {
      running_ = true;
      auto [bytes, step] = std::move(steps_.front());
      steps_.pop_front();
      inside_ = true;
      step([this, size = bytes] {
        waiting_ -= size;
        running_ = false;
        if (std::exchange(full_, full_ && waiting_ > high / 2) && !full_ && resume_) resume_();
        if (!inside_) pump();
      });
      inside_ = false;
    }
  }

  struct Waiting {
    std::size_t bytes;
    Step step;
  };
  std::deque<Waiting> steps_;
  Task resume_;
  std::size_t waiting_ = 0;
  bool running_ = false;
  bool inside_ = false;
  bool full_ = false;
};

}  // namespace longwave::api
