// SPDX-License-Identifier: Apache-2.0
#include "schedule/radios/lateness.hpp"

#include <algorithm>
#include <bit>
#include <chrono>

namespace longwave::radios {

using namespace std::chrono_literals;

namespace {

std::int64_t slot_number(Instant now) {
  return now.time_since_epoch() / 10s;
}

/// Two bits behind the highest one of the microseconds, from 8 on.
std::size_t bucket(Duration late) {
  const auto us = static_cast<std::uint64_t>(std::max<std::int64_t>(late / 1us, 0));
  if (us < 8) return 0;
  const auto octave = static_cast<unsigned>(std::bit_width(us)) - 1;
  return 1 + (octave - 3) * 4 + ((us >> (octave - 2)) & 3U);
}

/// The end of what is counted there.
Duration upper(std::size_t bucket) {
  if (bucket == 0) return 8us;
  const auto octave = (bucket - 1) / 4 + 3;
  return std::chrono::microseconds{((bucket - 1) % 4 + 5) << (octave - 2)};
}

}  // namespace

void Lateness::add(Instant now, Duration late) {
  const auto number = slot_number(now);
  auto& slot = slots_[static_cast<std::size_t>(number) % slots];
  if (slot.number != number) slot = Slot{.number = number};
  slot.counts[std::min(bucket(late), buckets - 1)]++;
  slot.worst = std::max(slot.worst, late);
  ++events_;
  late_ += late > 20ms ? 1U : 0U;
  very_late_ += late > 100ms ? 1U : 0U;
}

LatenessFigures Lateness::figures(Instant now) const {
  LatenessFigures figures{.events = events_, .late = late_, .very_late = very_late_};
  std::array<std::uint64_t, buckets> counts{};
  for (const auto& slot : slots_) {
    if (slot.number <= slot_number(now) - static_cast<std::int64_t>(slots)) continue;
    for (std::size_t i = 0; i < buckets; ++i) counts[i] += slot.counts[i];
    figures.worst = std::max(figures.worst, slot.worst);
  }
  for (const auto count : counts) figures.last_minute += count;
  const auto at = [&](std::uint64_t parts) {  // of 10,000
    std::uint64_t below = 0;
    for (std::size_t i = 0; i < buckets; ++i) {
      below += counts[i];
      if (below * 10'000 >= figures.last_minute * parts) return std::min(upper(i), figures.worst);
    }
    return figures.worst;
  };
  if (figures.last_minute == 0) return figures;
  figures.p50 = at(5'000);
  figures.p99 = at(9'900);
  figures.p9999 = at(9'999);
  return figures;
}

}  // namespace longwave::radios
