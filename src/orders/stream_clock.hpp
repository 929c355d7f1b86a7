// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/time.hpp"

#include <chrono>

namespace longwave::orders {

/// Where a station's stream is now. One value per station, made when its programme is opened and given to
/// both sides, so that programmer and player mean the same sample by the same instant.
///
/// While a process lives, stream time is paced by the monotonic clock alone: a step of the wall clock (NTP, a
/// machine without a clock battery) or a suspended machine never moves a sound that somebody hears. What such
/// a step changes is the epoch, the wall time that belongs to position 0 (docs/schedule.md, "Clock").
struct StreamClock {
  Instant anchor{};     ///< an instant of this process
  Samples at_anchor{};  ///< the position of the stream at that instant

  /// Rounded down to a whole sample.
  Samples position(Instant now) const { return at_anchor + to_samples(now - anchor); }
  /// The earliest instant at which position() is at least `at`.
  Instant instant(Samples at) const {
    const auto guess = anchor + to_duration(at - at_anchor);
    return position(guess) < at ? guess + Duration{1} : guess;
  }
  friend bool operator==(const StreamClock&, const StreamClock&) = default;
};

}  // namespace longwave::orders
