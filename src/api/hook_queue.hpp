// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/random.hpp"
#include "base/time.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>

namespace longwave::api {

struct HookLimits {
  std::size_t events = 10'000;  ///< that wait; one more is dropped
  std::size_t bytes = 8 * 1024 * 1024;
  std::size_t batch_events = 100;  ///< in one request
  std::size_t batch_bytes = 256 * 1024;
  int attempts = 8;                                      ///< of one request; then its events are dropped
  Duration first_wait = std::chrono::milliseconds{500};  ///< after a failure; doubles
  Duration longest_wait = std::chrono::seconds{30};
};

struct HookCounts {
  std::uint64_t sent = 0;      ///< events that were taken (2xx)
  std::uint64_t dropped = 0;   ///< for want of room, or after too many attempts
  std::uint64_t failures = 0;  ///< requests that weren't taken
  std::size_t waiting = 0;
};

/// Events on their way to a web hook: in order, some of them together, again after a failure. A machine
/// without threads and sockets; whoever owns it guards it.
class HookQueue {
 public:
  HookQueue(Random& random, HookLimits limits = {}) : random_(random), limits_(limits) {}

  /// JSON text. False: there was no room, it is dropped and counted.
  bool push(std::string event);

  struct Batch {
    std::uint64_t serial;  ///< the same when it is tried again
    int attempt;           ///< from 1
    std::string events;    ///< JSON, between [ and ]
  };
  /// The next request, if there is one and it is time; the same again until taken() or failed().
  std::optional<Batch> next(Instant now);
  /// When next() has something at last; null if nothing waits.
  std::optional<Instant> due() const;
  void taken();
  void failed(Instant now);
  /// Everything that waits is dropped.
  void give_up();

  HookCounts counts() const;

 private:
  void end_batch();

  Random& random_;
  HookLimits limits_;
  std::deque<std::string> waiting_;
  std::size_t bytes_ = 0;
  std::size_t batch_ = 0;  // events at the front of the queue that are being sent; 0: none
  std::uint64_t serial_ = 0;
  int attempt_ = 0;
  Instant not_before_{};
  HookCounts counts_;
};

}  // namespace longwave::api
