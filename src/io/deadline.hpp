// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/time.hpp"

#include <array>
#include <cstdint>
#include <optional>

namespace longwave::io {

class Loop;
class DeadlineWheel;

/// A coarse time-out inside an object that exists in thousands (a connection): no allocation, 40 bytes.
/// Derive from it or hold it as a base; it must be destroyed on the wheel's thread and unhooks itself.
class Deadline {
 public:
  Deadline() = default;
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;
  bool armed() const { return wheel_ != nullptr; }
  void disarm();

 protected:
  virtual ~Deadline() { disarm(); }
  /// The time has come (up to one tick late, never early). The deadline is disarmed; it may arm itself again
  /// or be destroyed.
  virtual void on_deadline(Instant now) = 0;

 private:
  friend class DeadlineWheel;
  Deadline* next_ = nullptr;
  Deadline** link_ = nullptr;  // what points to this one
  DeadlineWheel* wheel_ = nullptr;
  std::int64_t tick_ = 0;
};

/// Hashed timing wheel: arm, re-arm and disarm cost a few stores. A pure machine: time is given to it.
class DeadlineWheel {
 public:
  static constexpr Duration tick = std::chrono::milliseconds{20};

  ~DeadlineWheel();
  /// Re-arms if it is armed.
  void arm(Deadline& deadline, Instant when);
  /// Calls every deadline that is due.
  void advance(Instant now);
  /// When advance() is next worth calling; may be early by wheel turns, never late. nullopt if nothing is
  /// armed.
  std::optional<Instant> next() const;

 private:
  friend class Deadline;
  static constexpr std::size_t slots = 512;  // 10.24 s a turn
  void link(Deadline** head, Deadline& deadline);

  std::array<Deadline*, slots> slots_{};
  std::int64_t done_ = -1;  // the last tick that was handled
  std::size_t count_ = 0;
};

/// Arms it on the loop's own wheel. Own thread only.
void arm(Loop& loop, Deadline& deadline, Instant when);
void arm(Loop& loop, Deadline& deadline, Duration delay);

}  // namespace longwave::io
