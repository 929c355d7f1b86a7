// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.hpp"
#include "base/time.hpp"
#include "schedule/reason.hpp"

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

namespace longwave::schedule {

/// One item that was on air, or that should have been.
struct HistoryRow {
  std::int64_t id = 0;  ///< per station, ascending, never given twice: what pages count by
  EntryId entry;
  TrackId track;
  std::int64_t artist = 0;
  Samples start_at{};  ///< in stream time
  Samples end_at{};    ///< equal to start_at: nothing of it was heard (it failed)
  WallTime started{};
  WallTime ended{};
  Reason reason;
  std::string added_by;
  int heard_by = 0;       ///< the largest number of listeners it had
  bool complete = false;  ///< heard to its end; known while it is fresh, not kept
  std::string problem;    ///< empty, or why it failed, what the watchdog did, "while off the air"
};

/// What the separation rules ask about.
struct Heard {
  TrackId track;
  std::int64_t artist = 0;
  Samples end{};  ///< separation counts from here to the start of the next
};

/// The last hours of a station in memory: what the AutoDJ must keep away from.
class RecentPlays {
 public:
  /// In order of time.
  void add(const Heard& heard) { plays_.push_back(heard); }
  /// Forgets what ended before `at`, but never the last one.
  void forget_before(Samples at) {
    while (plays_.size() > 1 && plays_.front().end < at) plays_.pop_front();
  }
  /// The last one ended at another time than was thought.
  void last_ended(Samples at) {
    if (!plays_.empty()) plays_.back().end = at;
  }
  const std::deque<Heard>& plays() const { return plays_; }

 private:
  std::deque<Heard> plays_;
};

}  // namespace longwave::schedule
