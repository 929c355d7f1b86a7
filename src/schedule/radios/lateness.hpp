// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/time.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace longwave::radios {

/// How late events were handled, counted against what is heard: what `play.delay` absorbs isn't late. Of the
/// last minute, and since the beginning.
struct LatenessFigures {
  std::uint64_t events = 0;                 ///< ever
  std::uint64_t late = 0;                   ///< of these, by more than 20 ms
  std::uint64_t very_late = 0;              ///< of these, by more than 100 ms
  std::uint64_t last_minute = 0;            ///< events
  Duration p50{}, p99{}, p9999{}, worst{};  ///< of the last minute; rounded up by at most a fifth
};

class Lateness {
 public:
  void add(Instant now, Duration late);
  LatenessFigures figures(Instant now) const;

 private:
  static constexpr std::size_t slots = 6;     // of 10 s
  static constexpr std::size_t buckets = 96;  // four to an octave, from 8 µs to two minutes
  struct Slot {
    std::int64_t number = -1;
    std::array<std::uint32_t, buckets> counts{};
    Duration worst{};
  };
  std::array<Slot, slots> slots_{};
  std::uint64_t events_ = 0, late_ = 0, very_late_ = 0;
};

}  // namespace longwave::radios
