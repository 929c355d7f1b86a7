// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/time.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace longwave::rules {
struct Programme;
struct Why;
}  // namespace longwave::rules

namespace longwave::radios {

/// The streamer that builds the stream of a radio.
struct Master {
  std::string streamer;
  bool prepares = false;  ///< it registered with the feature "prepare": gets Prepare messages too
};

/// "Start `file` `delay` after you read this, `offset` into it" (sheet, section 3). The views live as long as
/// the call.
struct Play {
  std::string_view radio;
  std::string_view streamer;  ///< the master it is for
  std::string_view file;      ///< 9 characters and an extension
  Duration delay{};           ///< never negative: lateness of this process is in the offset then
  Duration offset{};
  Duration crossfade{};
  std::int64_t item = 0;  ///< the same number as in Prepare; original streamers don't get it
  WallTime start{};  ///< when its first sound is due: now + delay, or earlier when this is late or a join
};

/// "From `start_at` on this will be played" for streamers that prepare: sent until `Settings::ahead` and
/// `Settings::ahead_items` are covered. It replaces everything that was prepared from `start_at` on; a Play
/// with the same item confirms it.
struct Prepare {
  std::string_view radio;
  std::string_view streamer;
  std::int64_t item = 0;  ///< grows with every item of the radio
  std::string_view file;
  WallTime start_at{};
  Duration offset{};
  Duration duration{};  ///< from start_at to its end
};

/// A song began to play: reported to the web application, and written as its last play.
struct SongStarted {
  std::string_view radio;
  std::int64_t song = 0;
  WallTime at{};
};

/// An item is over, or was cut. What it refers to lives as long as the call.
struct ItemEnded {
  std::string_view radio;
  std::int64_t song = 0;
  WallTime start{};
  WallTime end{};
  Duration offset{};  ///< it began there
  std::int64_t show = 0;
  int slot = 0;  ///< of the clock
  const rules::Why& why;
  const rules::Programme* programme = nullptr;  ///< has the names of what `why` says; null: not known
};

/// Where a Radios speaks. Called inside its methods, on its thread; an implementation must not call back into
/// it.
class Port {
 public:
  virtual ~Port() = default;
  virtual void play(const Play& play) = 0;
  virtual void prepare(const Prepare& prepare) = 0;
  virtual void song_started(const SongStarted& song) = 0;
  virtual void item_ended(const ItemEnded&) {}
  /// The item that begins fulfils this wish of the programme.
  virtual void request_started(std::string_view /*radio*/, std::int64_t /*request*/) {}
};

/// Where the programmes are kept. Its methods are called inside those of the Radios, on its thread.
class Source {
 public:
  virtual ~Source() = default;
  /// Reading takes time, so it answers later, by Radios::loaded() on the thread of the Radios; never inside
  /// load(). It may be asked again for a radio before it has answered.
  virtual void load(std::string_view radio) = 0;
  /// The name for streamers, "a1b2c3d4e.mp3" (at most 15 characters), of rules::Song::file. Empty: there is
  /// no such file any more; another song is chosen. Quick: from memory.
  virtual std::string file(std::uint32_t key) const = 0;
};

}  // namespace longwave::radios
