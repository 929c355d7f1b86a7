// SPDX-License-Identifier: Apache-2.0
#include "access/token_bucket.hpp"

#include <algorithm>

namespace longwave::access {
namespace {

std::uint32_t in_ms(Instant now) {
  return static_cast<std::uint32_t>(to_ms(now.time_since_epoch()));
}

}  // namespace

double TokenBucket::spent(const Rate& rate, Instant now) const {
  const std::uint32_t passed_ms = in_ms(now) - at_ms_;
  return std::max(0.0, static_cast<double>(spent_) - passed_ms * rate.per_second / 1000);
}

std::optional<Duration> TokenBucket::wait(const Rate& rate, double tokens, Instant now) const {
  if (!rate.limited()) return std::nullopt;
  const double missing = spent(rate, now) + std::min(tokens, rate.burst) - rate.burst;
  if (missing <= 0) return std::nullopt;
  if (rate.per_second <= 0) return std::chrono::hours{24};
  const auto wait = std::chrono::duration<double>(missing / rate.per_second);
  return std::chrono::ceil<std::chrono::milliseconds>(
      std::min<std::chrono::duration<double>>(wait, std::chrono::hours{24}));
}

std::optional<Duration> TokenBucket::take(const Rate& rate, double tokens, Instant now) {
  if (!rate.limited()) return std::nullopt;
  if (auto later = wait(rate, tokens, now)) return later;
  const double after = spent(rate, now) + std::min(tokens, rate.burst);
  spent_ = static_cast<float>(after);
  at_ms_ = in_ms(now);
  return std::nullopt;
}

}  // namespace longwave::access
