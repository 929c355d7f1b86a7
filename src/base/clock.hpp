// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/time.hpp"

#include <atomic>

namespace longwave {

/// Where time comes from. A constructor parameter of everything that needs it; nothing else reads a clock.
/// Implementations may be called from any thread.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Instant now() const = 0;
  virtual WallTime wall() const = 0;
};

class SystemClock final : public Clock {
 public:
  Instant now() const override;
  WallTime wall() const override;
};

/// For tests and simulation: time moves only when told to.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(WallTime start = WallTime{std::chrono::seconds{1'800'000'000}}) : start_(start) {}
  Instant now() const override { return Instant{Duration{elapsed_.load()}}; }
  WallTime wall() const override { return start_ + Duration{elapsed_.load()}; }
  void advance(Duration d) { elapsed_ += d.count(); }

 private:
  WallTime start_;
  std::atomic<Duration::rep> elapsed_{0};
};

}  // namespace longwave
