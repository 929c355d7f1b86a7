// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.hpp"
#include "base/time.hpp"
#include "schedule/history.hpp"
#include "schedule/modes.hpp"
#include "schedule/programmes.hpp"
#include "schedule/queue.hpp"
#include "schedule/random_rules.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace longwave::schedule {

/// What is kept of a station between two runs of the program, and what changes of it. Plain values, written
/// and read by tables.hpp.

/// The item that is on air, or held.
struct Running {
  EntryId entry;
  Samples start_at{};  ///< its sound at stream time t is t - start_at
  Samples end_at{};
  Samples began_at{};  ///< when it was first heard; later than start_at if it was paused or sought in
  Samples held{-1};    ///< not negative: it stands at this position of itself
  EntryPtr detached;   ///< set when it isn't in the list
  friend bool operator==(const Running&, const Running&) = default;
};

/// The order by chance of a station that plays at random.
struct Round {
  std::vector<EntryId> coming;  ///< what is left of it, in order
  std::vector<EntryId> played;  ///< what was played of it, in order
};

struct StationRow {
  StationId id;
  std::string slug;  ///< of addresses and channels: "main"
  std::string name;
  WallTime epoch{};  ///< the wall time that belongs to position 0 of the stream
  Kind kind = Kind::radio;
  Transport state = Transport::playing;  ///< what was asked for
  Modes modes;
  Volume volume{{"master", 100}};
  std::string list = "Default";  ///< name of the list that the queue is
  RandomRules random;
  Blacklists blacklists;
  Round round;  ///< empty while `random` is off
  std::uint64_t version = 0;
  int cursor = -1;
  bool marked = false;            ///< the entry at the cursor comes next; else it is (or was) on air
  std::int64_t next_entry = 1;    ///< the id the next entry gets
  std::int64_t next_history = 1;  ///< the id the next row of the history gets
  std::optional<Running> running;
  std::string radio_uuid;         ///< its name as a radio of a platform; given once
  StationProgrammePtr programme;  ///< null: it has none
};

/// Everything of a station.
struct Saved {
  StationRow station;
  std::vector<Entry> entries;        ///< by key
  std::vector<HistoryRow> history;   ///< the last rows, oldest first
  std::vector<LastPlay> last_plays;  ///< only with a programme
};

/// One write: exactly what changed.
struct Delta {
  StationRow station;         ///< always written
  bool whole = false;         ///< `put` is all entries there are: others are to be deleted
  std::vector<EntryPtr> put;  ///< insert or replace
  std::vector<EntryId> removed;
  std::vector<HistoryRow> history;  ///< insert or replace
  /// Null: the programme is as it was. `programme_before`: what is stored, null: not known.
  StationProgrammePtr programme, programme_before;
};

}  // namespace longwave::schedule
