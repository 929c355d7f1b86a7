// SPDX-License-Identifier: Apache-2.0
#include "base/clock.hpp"

namespace longwave {

Instant SystemClock::now() const {
  return std::chrono::time_point_cast<Duration>(std::chrono::steady_clock::now());
}
WallTime SystemClock::wall() const {
  return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
}

}  // namespace longwave
