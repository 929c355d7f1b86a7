// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "schedule/modes.hpp"
#include "schedule/random_rules.hpp"
#include "schedule/station_programme.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// What people do with a station. `by` is a display name, empty for nobody. An index is 0-based over the
/// whole queue. Each command is answered when it is on disk; one that fails has changed nothing. Errors every
/// command may have: unavailable.
namespace longwave::schedule {

enum class Where {
  requests,  ///< behind the last request, before what the AutoDJ chose
  index,     ///< at `at`; on a radio never before what is on air
  next,      ///< right behind what is on air (or marked)
  last,      ///< the very end, behind the AutoDJ's picks
  after,     ///< behind `entry`
  random,    ///< anywhere behind what is on air
};

/// Errors: not_found (the track, or `entry`), conflict (it can't be played), full, invalid (no tracks).
struct Add {
  std::vector<TrackId> tracks;
  std::optional<std::size_t> at;  ///< given: as Where::index
  std::string by;
  Where where = Where::requests;
  EntryId entry{};       ///< for Where::after
  bool replace = false;  ///< everything leaves the list first (as Clear{everything}), then these are it
};
/// A song by the station's random rules, of one album if that is given. Errors: not_found (there is none).
struct AddRandom {
  Where where = Where::last;
  std::optional<std::int64_t> album;
  EntryId entry{};
  std::string by;
};
/// Of the item on air: a skip; with `detach`, it is heard to its end all the same. Errors: not_found.
struct Remove {
  EntryId entry;
  std::string by;
  bool detach = false;
};
/// Takes [begin, end) out of the list; the item on air among it is heard to its end. Errors: invalid (no such
/// range).
struct RemoveRange {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::string by;
};
/// Several by their ids, all or none; the item on air among them is skipped, or with `detach` heard to its
/// end. Errors: not_found.
struct RemoveEntries {
  std::vector<EntryId> entries;
  bool detach = false;
  std::string by;
};
/// Errors: not_found, conflict (it is on air; a player's list has no such rule).
struct Move {
  EntryId entry;
  std::size_t to = 0;  ///< its index afterwards
  std::string by;
};
/// Moves [begin, end) so that its first is at index `to` afterwards. Errors: invalid.
struct MoveRange {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::size_t to = 0;
  std::string by;
};
/// Errors: invalid (no such index).
struct Swap {
  std::size_t a = 0;
  std::size_t b = 0;
  std::string by;
};
/// Puts [begin, end) (end cut to the list's) into an order by chance; the item on air stays in its place.
struct Shuffle {
  std::size_t begin = 0;
  std::size_t end = static_cast<std::size_t>(-1);
  std::string by;
};
/// Everything but the item on air; with `everything`, that too: the list is empty, the cursor -1, and what is
/// heard is heard to its end.
struct Clear {
  std::string by;
  bool everything = false;
};
/// The queue becomes this list, called `name`, with its cursor at `position`; what is on air is heard to its
/// end, then the entry behind `position` follows. Tracks that aren't in the library are left out. Errors:
/// full.
struct LoadList {
  std::string name;
  std::vector<TrackId> tracks;
  int position = -1;
  std::string by;
};
/// The list that the queue is has another name from now on.
struct NameList {
  std::string name;
};

/// Cuts the item on air as soon as the next is ready; without effect when it is being cut, or the next begins
/// within seconds anyway. Errors: conflict (nothing is on air).
struct Skip {
  std::string by;
};
/// Starts: a paused station goes on, a stopped one begins at its cursor (the first entry when there is none).
/// With `entry` or `index`: what is heard is cut as soon as that entry is ready, which begins `offset` into
/// it. Errors: not_found (no such entry), conflict (there is nothing to play).
struct Play {
  std::optional<std::size_t> index;
  EntryId entry{};
  Samples offset{};
  std::string by;
};
/// The item on air is held where it is. Errors: conflict (stopped).
struct Pause {
  std::string by;
};
/// The item on air is over; the cursor stays, Play begins there anew.
struct Stop {
  std::string by;
};
/// To the entry that follows (Next goes on also with `single`). While playing, what is heard is cut; paused,
/// the station stays so, at the beginning of that entry; stopped, only the cursor moves. Errors: conflict
/// (there is none: the end of the list without repeat and AutoDJ).
struct Next {
  std::string by;
};
/// To the entry before the cursor. Errors: conflict (there is none).
struct Previous {
  std::string by;
};
/// Says what comes next, without a cut: the cursor. Errors: not_found.
struct Mark {
  std::size_t index = 0;
  std::string by;
};
/// Within the item on air. Errors: conflict (nothing is on air), invalid (behind its end).
struct Seek {
  Samples position{};
  std::string by;
};
/// What isn't given stays. Errors: invalid (crossfade_s outside 0..60).
struct SetModes {
  std::optional<bool> repeat, random;
  std::optional<Switch> single, consume;
  std::optional<bool> autodj;
  std::optional<int> crossfade_s;
};
/// A channel that isn't there yet ("left", "right") is there from then on. Errors: invalid (outside 0..100,
/// no name, or more than 16).
struct SetVolume {
  std::string channel = "master";
  int value = 100;
};
/// Errors: invalid.
struct SetRandom {
  RandomRules rules;
};

/// The programme becomes this one, with a new version. What was chosen by the old one goes at once. `base`:
/// only if the present version is this one. Errors: conflict.
struct SetProgramme {
  StationProgrammePtr programme;
  std::optional<std::uint64_t> base;
};

/// The station has another name for people. Errors: invalid.
struct Rename {
  std::string name;
};
/// 1 to 80 characters, without control characters.
Result<void> usable_station_name(std::string_view name);

using Command = std::variant<Add, AddRandom, Remove, RemoveRange, RemoveEntries, Move, MoveRange, Swap,
                             Shuffle, Clear, LoadList, NameList, Skip, Play, Pause, Stop, Next, Previous,
                             Mark, Seek, SetModes, SetVolume, SetRandom, SetProgramme, Rename>;

struct Answer {
  std::vector<EntryId> entries;  ///< what was added
  std::uint64_t version = 0;     ///< of the queue afterwards
  int cursor = -1;               ///< afterwards
};

}  // namespace longwave::schedule
