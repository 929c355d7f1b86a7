// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/random.hpp"
#include "schedule/history.hpp"
#include "schedule/programmes.hpp"
#include "schedule/queue.hpp"
#include "schedule/rules/choose.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace longwave::schedule {

/// `text` is what `why` says in the programme's names.
Reason reason_of(const rules::Why& why, std::string text, std::int64_t show, int slot, Duration offset);

/// A station's programme at work: what the programmer asks, in the words of the rules. Belongs to one
/// programmer.
class ByProgramme {
 public:
  using Plays = std::vector<rules::Play>;

  /// What was played before the program started.
  void restore(const std::vector<LastPlay>& last_plays, const std::vector<HistoryRow>& history);
  /// Another programme (null: none), or another library.
  void set(const StationProgramme* programme, const Catalogue* catalogue);
  bool works() const { return works_; }
  const rules::Programme& rules() const { return rules_; }

  /// An item is over; told again when something of it has changed.
  void note(const HistoryRow& row);
  /// It can't be played: not chosen until set() is called again.
  void avoid(TrackId track);
  const std::set<TrackId>& avoided() const { return avoided_; }

  /// What was heard, as far as the rules ask about it.
  const Plays& heard() const { return heard_; }
  /// An entry that plays, or will, in that time.
  rules::Play play(const Entry& entry, WallTime start, WallTime end, Duration offset) const;

  std::optional<rules::Chosen> choose(const Plays& before, WallTime at, Random& random);
  /// What is due by time or count there. Is taken only with take().
  std::optional<rules::Chosen> timed(const Plays& before, WallTime at, const Random& random);
  void take(const Plays& before, WallTime at, Random& random);
  /// It is what the programme would have there, too. `strictly`: it also keeps the distances.
  bool fits(const Entry& entry, const Plays& before, WallTime at, bool strictly) const;
  std::optional<WallTime> exact_after(WallTime at) const;
  /// It begins on the second: the hour's jingle, and events that aren't for the end of a song.
  bool on_the_second(const rules::Chosen& chosen) const;
  /// An event or the hour's jingle.
  static bool has_its_time(const Entry& entry);

  Reason reason(const rules::Chosen& chosen) const;

 private:
  void name_heard();
  void note_last(std::int64_t playlist, TrackId track, WallTime at);

  bool works_ = false;
  rules::Programme rules_;
  rules::Prepared prepared_;
  std::uint32_t edition_ = 0;
  Plays heard_;
  std::int64_t noted_ = 0;                                                   ///< row of the history
  std::map<std::pair<std::int64_t, std::int64_t>, std::uint32_t> last_;      ///< (playlist, track): seconds
  std::map<std::int64_t, std::pair<std::uint32_t, std::uint32_t>> keys_of_;  ///< of a track: title, album
  std::set<TrackId> avoided_;
};

}  // namespace longwave::schedule
