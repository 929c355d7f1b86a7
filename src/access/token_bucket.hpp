// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/time.hpp"

#include <cstdint>
#include <optional>

namespace longwave::access {

/// How much of something is allowed: so much a second on average, `burst` at once. A burst of 0: no limit.
struct Rate {
  double per_second = 0;
  double burst = 0;
  bool limited() const { return burst > 0; }
};

/// A token bucket of 8 bytes, full when made; what it holds is decided by the rate that is given with each
/// question. Pure. Time goes by in milliseconds; a bucket that nobody asked for 49 days may count as asked
/// just now.
class TokenBucket {
 public:
  /// Takes `tokens` (more than a burst count as a burst). nullopt: taken; else nothing was, and they are
  /// there after that time.
  std::optional<Duration> take(const Rate& rate, double tokens, Instant now);
  /// What take() would say.
  std::optional<Duration> wait(const Rate& rate, double tokens, Instant now) const;

 private:
  double spent(const Rate& rate, Instant now) const;

  float spent_ = 0;          // of the burst, at at_ms_
  std::uint32_t at_ms_ = 0;  // modulo 2^32
};

}  // namespace longwave::access
