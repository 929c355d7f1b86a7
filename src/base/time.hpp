// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <ratio>

namespace longwave {

using Duration = std::chrono::nanoseconds;
/// Monotonic: for deadlines and for pacing. Never goes back, has no meaning outside the process.
using Instant = std::chrono::time_point<std::chrono::steady_clock, Duration>;
/// UTC: for what is stored, shown or compared with a calendar.
using WallTime = std::chrono::time_point<std::chrono::system_clock, Duration>;

/// A length of sound, or a position in a station's stream, in samples of 44,100 a second: the one unit in
/// which programme and player count, exact over weeks.
using Samples = std::chrono::duration<std::int64_t, std::ratio<1, 44100>>;

inline std::int64_t to_ms(Duration d) {
  return std::chrono::floor<std::chrono::milliseconds>(d).count();
}
inline std::int64_t to_ms(Samples s) {
  return s.count() >= 0 ? s.count() * 10 / 441 : -((-s.count() * 10 + 440) / 441);
}
inline std::int64_t unix_ms(WallTime t) {
  return to_ms(t.time_since_epoch());
}
inline WallTime from_unix_ms(std::int64_t ms) {
  return WallTime{std::chrono::milliseconds{ms}};
}

/// A span of time as sound, rounded down to a whole sample.
inline Samples to_samples(Duration d) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(d);
  const auto rest = d - seconds;
  return Samples{seconds.count() * 44100 + rest.count() * 44100 / 1'000'000'000};
}
inline Duration to_duration(Samples s) {
  const auto seconds = s.count() / 44100;
  const auto rest = s.count() % 44100;
  return Duration{seconds * 1'000'000'000 + rest * 1'000'000'000 / 44100};
}

}  // namespace longwave
