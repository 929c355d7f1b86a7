// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"
#include "base/time.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace longwave::rules {

/// Weekdays as bits: bit 0 is Monday, bit 6 Sunday.
using Days = std::uint8_t;
inline constexpr Days every_day = 0x7f;

/// A moment on a station's own clock: its date, and the time since that date's midnight as a clock on the
/// wall shows it.
struct LocalTime {
  std::chrono::sys_days date;  ///< the calendar's day, not a moment in UTC
  Duration time{};             ///< 0 .. 24 h
  /// 0 Monday .. 6 Sunday.
  unsigned weekday() const { return std::chrono::weekday{date}.iso_encoding() - 1; }
};

/// A time zone with its clock changes from 1990 to 2100 looked up once: afterwards a conversion is
/// arithmetic. Immutable, shared between threads and between all radios of that zone. Inside the programme
/// everything is UTC; a zone is used where days and times of day are read (docs/programme.md, "Time").
class Zone {
 public:
  /// By its name in the IANA data base of the system ("Europe/Berlin"). Errors: not_found.
  Zone() = default;  ///< of no use: named() and utc() make one
  static Result<std::shared_ptr<const Zone>> named(std::string_view name);
  static std::shared_ptr<const Zone> utc();

  const std::string& name() const { return name_; }
  LocalTime local(WallTime at) const;
  /// The first moment at which the clock shows this. A time that a clock change leaves out is the moment of
  /// the change; of a time that comes twice, the first. `time` may be beyond 24 h, or negative: other days
  /// then.
  WallTime utc(std::chrono::sys_days date, Duration time) const;
  /// The first full hour by the station's clock that is later than `at`.
  WallTime next_hour(WallTime at) const;
  /// The one that `at` is in began then.
  WallTime hour_of(WallTime at) const;

 private:
  struct Change {
    WallTime at;
    Duration offset;
  };
  std::size_t segment(WallTime at) const;

  std::string name_;
  std::vector<Change> changes_;  ///< the first one stands for all time before it
};
using ZonePtr = std::shared_ptr<const Zone>;

}  // namespace longwave::rules
