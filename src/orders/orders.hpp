// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.hpp"
#include "base/time.hpp"

#include <string>
#include <variant>

/// The messages between the programmer of a station (schedule/, knows the rules) and its player (station/,
/// knows the sound). They are values without references, so that they can cross a thread, a Redis channel or
/// a simulation. All positions are stream time: samples since the station's epoch, the wall time at which its
/// stream began.
namespace longwave::orders {

/// Make this track ready: analyse it if it never was. Answered by Prepared or Failed.
struct Prepare {
  EntryId item;
  TrackId track;
  Samples by{};  ///< what is needed sooner goes first; in the past: at once
};

/// Let this be what is heard from `start_at` on, beginning `offset` into it, replacing whatever was planned
/// from there. `start_at` may be in the past (a restart: the item then is entered at the right second) or too
/// soon to be prepared or already sent; the player then begins as soon as it can, and Started says when that
/// is. Two items are ordered ahead, so that the player can prepare the joint.
struct Play {
  EntryId item;
  TrackId track;
  Samples start_at{};
  Samples offset{};
  Samples duration{};  ///< of the whole item; it ends at start_at - offset + duration
  /// false: this begins at start_at only if the item before it ends there by itself.
  /// true: cut whatever is heard at start_at (a skip).
  bool cut = false;
  /// false: what begins later than ordered begins with its first second all the same, and everything behind
  /// it moves. true: it is entered at the second that it would be at by then, and nothing else moves.
  bool keeps_time = false;
};

/// Nothing is planned from `at` on (the item that is heard ends there too, if it hasn't; Ended says at once
/// where that really is).
struct Stop {
  Samples at{};
  bool rest = false;  ///< on purpose: what follows is silence, or the hold track, and nobody worries
};

using ToPlayer = std::variant<Prepare, Play, Stop>;

/// The track can be played, and this is its exact length in the stream: silence at head and tail trimmed
/// away.
struct Prepared {
  EntryId item;
  Samples duration{};
};

/// Can't be played: the programmer chooses something else and keeps the reason for the history.
struct Failed {
  EntryId item;
  std::string reason;
};

/// This item is what is heard from `at` on (may lie a few seconds ahead: the player sends early). If `at` is
/// not the time that was ordered, everything behind it moves by the difference, unless it keeps its time. The
/// item's sound at stream time t is at t - at + offset.
struct Started {
  EntryId item;
  Samples at{};
  Samples offset{};
};

/// The item is over; `heard_by` is the largest number of listeners it had.
struct Ended {
  EntryId item;
  Samples at{};
  int heard_by = 0;
  std::string problem;  ///< empty, or what the watchdog did and why
};

using FromPlayer = std::variant<Prepared, Failed, Started, Ended>;

/// The Bus between one programmer and one player: in this process a pair of queues, between processes Redis.
/// Delivery is asynchronous, in order, on the receiver's loop.
class ProgrammerPort {  // what the programmer's side implements
 public:
  virtual ~ProgrammerPort() = default;
  virtual void receive(StationId station, const FromPlayer& message) = 0;
};
class PlayerPort {  // what the player's side implements
 public:
  virtual ~PlayerPort() = default;
  virtual void receive(StationId station, const ToPlayer& message) = 0;
};

}  // namespace longwave::orders
