// SPDX-License-Identifier: Apache-2.0
#include "station/watchdog.hpp"

#include <fmt/core.h>

namespace longwave::station {

Duration Watchdog::length(std::int64_t frames) const {
  const auto& format = audio::info(format_);
  return Duration{frames * format.frame_samples * 1'000'000'000 / format.sample_rate};
}

void Watchdog::sent(const SentFrame& frame, EntryId planned, bool rest) {
  if (frame.item != item_) silent_frames_ = 0;
  item_ = frame.item;
  silent_frames_ = frame.level_db < limits_.silence_db && !rest ? silent_frames_ + 1 : 0;
  // The fallback is never planned, and right whenever it is sent: the player says so itself.
  unplanned_frames_ = frame.item != planned && frame.item ? unplanned_frames_ + 1 : 0;
}

std::optional<Watchdog::Verdict> Watchdog::check(Instant now, std::int64_t next, std::int64_t due) {
  using Kind = Verdict::Kind;
  if (next != seen_next_ || next >= due) {
    seen_next_ = next;
    advanced_ = now;
  }
  if (now - advanced_ >= limits_.stalled) {
    const auto stood = std::chrono::duration<double>(now - advanced_).count();
    advanced_ = now;
    return Verdict{Kind::stalled, item_, fmt::format("no sound came for {:.1f} s", stood)};
  }
  if (length(silent_frames_) > limits_.silent) {
    const auto silent = std::chrono::duration<double>(length(silent_frames_)).count();
    silent_frames_ = 0;
    return Verdict{Kind::silent, item_, fmt::format("silent for {:.1f} s", silent)};
  }
  if (length(unplanned_frames_) > limits_.unplanned) {
    unplanned_frames_ = 0;
    return Verdict{Kind::unplanned, item_, "sound was sent that was not planned"};
  }
  return std::nullopt;
}

void Watchdog::reset() {
  seen_next_ = -1;
  silent_frames_ = 0;
  unplanned_frames_ = 0;
}

}  // namespace longwave::station
