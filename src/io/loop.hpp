// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/task.hpp"
#include "base/time.hpp"

#include <cstddef>
#include <memory>
#include <thread>
#include <vector>

namespace longwave::io {

struct LoopCore;  // the Asio side; only src/io/*.cpp look inside

/// One event loop, run by one thread. Everything that is registered with it (timers, streams, listeners)
/// belongs to that thread. A *turn* is: wait, handle all input that is ready, then the flush point: first the
/// deferred tasks, then one gathered write per stream that has something queued.
///
/// Lifetime: what is registered with a loop must be destroyed before the loop, on its thread or after run()
/// has returned. Tasks that never ran are destroyed with the loop.
class Loop {
 public:
  Loop();
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  /// Handles events until stop(). The calling thread becomes the loop's thread. An exception that leaves a
  /// task is a bug and ends the process.
  void run();
  /// run() returns after the task that runs now. From any thread; also before run(). The last step of a
  /// shutdown, never the whole of it.
  void stop();

  /// Runs the task on the loop's thread, in the order of posting. From any thread.
  void post(Task task);
  /// post() as a value that may outlive the loop: what is posted after the loop's end is destroyed unrun.
  Post poster();
  /// True on the loop's own thread while it runs.
  bool here() const;
  /// The loop that this thread runs; null on other threads.
  static Loop* current();

  /// Own thread only: runs at the flush point of this turn, after all input that was ready has been handled.
  /// A task deferred by a deferred task runs in the same flush.
  void defer(Task task);

  /// Monotonic time, read from the system.
  Instant now() const;

  LoopCore& core() { return *core_; }

 private:
  std::shared_ptr<LoopCore> core_;
};

/// `count` loops, each on a thread of its own. Started by start(), stopped and joined by stop() or the
/// destructor.
class LoopGroup {
 public:
  explicit LoopGroup(std::size_t count);
  ~LoopGroup();

  void start();
  /// Stops every loop and joins the threads. What belongs to the loops may then be destroyed from here.
  void stop();

  std::size_t size() const { return loops_.size(); }
  Loop& operator[](std::size_t index) { return *loops_[index]; }

 private:
  std::vector<std::unique_ptr<Loop>> loops_;
  std::vector<std::thread> threads_;
};

}  // namespace longwave::io
