// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/task.hpp"
#include "base/time.hpp"

#include <memory>

namespace longwave::io {

class Loop;

/// A precise timer of a loop, one-shot or repeating. Belongs to the loop's thread (it may be made before
/// run()). Destroying or re-arming it cancels what was armed: after cancel() the task does not run. The task
/// may destroy or re-arm its own timer. For the thousands of coarse time-outs of connections use
/// io/deadline.hpp.
class Timer {
 public:
  explicit Timer(Loop& loop);
  ~Timer();
  Timer(Timer&&) noexcept;
  Timer& operator=(Timer&&) noexcept;

  void at(Instant when, Task task);
  void after(Duration delay, Task task);
  /// First after one period, then on the grid of the start (no drift); beats that were missed are not made up
  /// for.
  void every(Duration period, Task task);
  void cancel();
  bool armed() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace longwave::io
