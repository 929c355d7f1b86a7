// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/task.hpp"
#include "base/time.hpp"

#include <cstddef>
#include <memory>
#include <stop_token>
#include <string>

namespace longwave::io {

/// What a worker does. `work` gets a stop token: long work looks at it between steps. It must not throw: a
/// job is a boundary and turns what it meets into a value that it posts to its caller.
struct Job {
  int priority = 0;                   ///< class; lower runs first
  Instant deadline = Instant::max();  ///< within a class the earliest runs first, then the oldest
  UniqueFunction<void(std::stop_token)> work;
};

/// Cancels a job. Copies mean the same job; may outlive the pool. Destroying it cancels nothing.
class JobHandle {
 public:
  JobHandle() = default;
  /// True: it hadn't begun and never will (its captures are destroyed by the pool, at the latest when its
  /// turn comes). False: it runs (its stop token says so now) or is over. From any thread.
  bool cancel();

 private:
  friend class Pool;
  struct State;
  std::shared_ptr<State> state_;
};

/// Worker threads for what blocks or computes. Jobs are ordered by (priority, deadline, age). Results go back
/// by the caller's own Post, inside the work. Thread-safe.
///
/// While work waits, a worker whose job has used no CPU (less than a thousandth) for `patience` is stuck, as
/// on a disk that doesn't answer: another takes its place, at most `spare_workers` in all; it leaves when it
/// is no longer needed.
class Pool {
 public:
  static constexpr std::size_t spare_workers = 16;

  Pool(std::string name, std::size_t threads, Duration patience = std::chrono::seconds{1});
  /// As stop().
  ~Pool();

  /// After stop() the job is destroyed unrun and the handle is empty.
  JobHandle submit(Job job);
  /// Requests stop of what runs, destroys what waits, joins: a stuck job is waited for.
  void stop();

  std::size_t threads() const;
  std::size_t waiting() const;
  /// Waiting and running: 0 means that whatever was submitted is over.
  std::size_t busy() const;
  /// Workers that were found stuck and haven't come back.
  std::size_t stuck() const;

 private:
  struct Core;
  std::unique_ptr<Core> core_;
};

}  // namespace longwave::io
