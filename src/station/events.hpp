// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "audio/format.hpp"
#include "base/ids.hpp"
#include "base/time.hpp"

#include <cstdint>
#include <string>

/// What the players tell the rest of the program: typed values, emitted on the station loop.
namespace longwave::station {

/// Sessions of listeners of /listen, whom nobody asked for, are numbers above it.
inline constexpr std::uint64_t unasked_session = std::uint64_t{1} << 62;

/// A listener's first byte has been queued. `position` is the stream time of that byte: what the page needs
/// to know which item its currentTime falls into.
struct ListenerStarted {
  StationId station;
  audio::Format format = audio::Format::mp3_128;
  std::string token;  ///< the page's own; empty for other players
  Samples position{};
  /// As Broadcaster::answer() was given it; else a number of its own, greater than `unasked_session`.
  std::uint64_t session = 0;
};

struct ListenerEnded {
  StationId station;
  audio::Format format = audio::Format::mp3_128;
  std::string token;
  bool dropped = false;  ///< more than 20 s behind
  std::uint64_t session = 0;
};

/// The numbers now; at most every 250 ms per station.
struct ListenersChanged {
  StationId station;
  int mp3 = 0;
  int opus = 0;
  int total() const { return mp3 + opus; }
};

/// This is what is heard now (item 0: the fallback). Comes when its first sample is due, not when it is sent.
struct Heard {
  StationId station;
  EntryId item;
  TrackId track;
  Samples at{};
};

struct WatchdogActed {
  StationId station;
  audio::Format format = audio::Format::mp3_128;
  EntryId item;
  std::string problem;
};

/// Counts since the start, and what is at present. A snapshot, from any thread.
struct StationMetrics {
  std::int64_t stations = 0;
  std::int64_t listeners_mp3 = 0;
  std::int64_t listeners_opus = 0;
  std::int64_t mounts_live = 0;
  std::int64_t listeners_started = 0;
  std::int64_t listeners_dropped = 0;  ///< more than 20 s behind
  std::int64_t listeners_refused = 0;  ///< over the limit
  std::int64_t bytes_sent = 0;         ///< handed to the connections
  std::int64_t frames_made = 0;        ///< put on mounts
  std::int64_t joints_made = 0;
  std::int64_t joints_failed = 0;  ///< replaced by a hard cut
  std::int64_t joints_late = 0;    ///< not there in time, replaced by a hard cut
  std::int64_t items_started = 0;
  std::int64_t items_late = 0;  ///< began later than ordered because they weren't ready
  std::int64_t fallbacks = 0;   ///< times a mount had to send its fallback
  std::int64_t watchdog_actions = 0;
};

}  // namespace longwave::station
