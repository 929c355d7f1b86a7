// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "audio/format.hpp"
#include "base/time.hpp"
#include "station/timeline.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace longwave::station {

struct WatchdogLimits {
  Duration stalled = std::chrono::seconds{1};
  Duration silent = std::chrono::seconds{2};
  Duration unplanned = std::chrono::milliseconds{500};
  int silence_db = -60;
};

/// Looks at what a mount really sends and compares it with the clock, the plan and the level map. It decodes
/// nothing and trusts nothing that decided what to send: it is told frame by frame what left, and asks itself
/// what should have. Pure; one per live mount.
class Watchdog {
 public:
  struct Verdict {
    enum class Kind { stalled, silent, unplanned } kind;
    EntryId item;         ///< of the frame it is about (0: the fallback)
    std::string problem;  ///< in words for the history
  };

  Watchdog(audio::Format format, WatchdogLimits limits) : format_(format), limits_(limits) {}

  /// A frame left; `planned` is what the plan has at its time (0: nothing, the fallback is right). `rest`: it
  /// is of the silence that somebody wanted (paused, stopped).
  void sent(const SentFrame& frame, EntryId planned, bool rest = false);
  /// `due` is the frame up to which the mount should be by now. At most one verdict per trouble: after it the
  /// count begins anew.
  std::optional<Verdict> check(Instant now, std::int64_t next, std::int64_t due);
  void reset();

 private:
  Duration length(std::int64_t frames) const;

  audio::Format format_;
  WatchdogLimits limits_;
  std::int64_t seen_next_ = -1;
  Instant advanced_{};
  std::int64_t silent_frames_ = 0;
  std::int64_t unplanned_frames_ = 0;
  EntryId item_;
};

}  // namespace longwave::station
