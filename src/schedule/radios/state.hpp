// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/time.hpp"
#include "schedule/radios/lateness.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace longwave::radios {

/// The constants of the sheet's section 4, and ours.
struct Settings {
  Duration announce = std::chrono::seconds{5};  ///< a track is announced this long before it starts
  Duration crossfade{};                         ///< told to streamers; not sounded yet
  Duration retry = std::chrono::seconds{10};    ///< nothing to play: asked again after this
  Duration late = std::chrono::seconds{10};     ///< what is later than this isn't replayed: on from now
  Duration ahead = std::chrono::seconds{180};   ///< covered for streamers that prepare
  std::size_t ahead_items = 3;                  ///< and at least so many
  /// What begins on the second (an hour jingle) is announced some time within this before it, each radio at
  /// another moment: the full hour is no crowd.
  Duration exact_spread = std::chrono::seconds{60};
  std::size_t loads = 64;              ///< programmes asked of the Source at the same time
  std::size_t events_per_tick = 2000;  ///< then tick() returns, so that messages get their turn
};

/// An item that plays or will: plain values.
struct ItemView {
  std::int64_t item = 0;  ///< grows with every item of the radio
  std::int64_t song = 0;
  std::int64_t show = 0;  ///< 0: none
  std::string file;
  WallTime start{};
  WallTime end{};
  Duration offset{};    ///< where in the file it begins
  Duration duration{};  ///< of the whole file
  std::string rule;     ///< rules::name(): what chose it
  std::int64_t subject = 0;
  std::int64_t playlist = 0;
};

/// What fleet asks: what a radio plays now.
struct Current {
  std::string file;
  WallTime play_time{};  ///< when its first second was (start - offset)
  WallTime start{};      ///< when it began: later than play_time if it goes on behind a jingle
  WallTime end{};
  std::optional<ItemView> next;  ///< announced with `play` already
};

/// One radio as it is stored (sheet, 5.1, and what was announced). Absolute UTC.
struct Saved {
  std::string radio;
  std::string master;  ///< empty: nobody streams it
  bool master_prepares = false;
  std::vector<ItemView> before;  ///< the last ones that were played, oldest first: what rules may ask about
  std::optional<ItemView> playing;
  std::vector<ItemView> announced;  ///< in order of start
  std::vector<ItemView> ahead;      ///< told to a streamer that prepares: it goes on with these by itself
  std::int64_t show = 0;            ///< 0: none
  WallTime show_time{};
  std::int64_t next_item = 1;
};

struct Changes {
  std::vector<Saved> put;
  std::vector<std::string> removed;
  bool empty() const { return put.empty() && removed.empty(); }
};

struct Counts {
  std::size_t radios = 0;
  std::size_t streaming = 0;  ///< with a master
  std::size_t broken = 0;     ///< nothing plays, or what plays is over
  std::size_t events = 0;
  std::size_t loading = 0;  ///< programmes asked for and not there yet
  LatenessFigures lateness;
};

enum class Show : std::uint8_t { all, streaming, broken };

struct RadioView {
  std::string radio;
  std::string master;  ///< empty: none
  bool broken = false;
  std::int64_t song = 0;
  std::string file;
  std::optional<WallTime> play_time;
  std::optional<WallTime> end;
};

/// Codes of the sheet's section 11; `load` is ours.
enum class EventKind : std::uint8_t {
  hour = 1,     ///< prepare what begins on the second
  prepare = 2,  ///< choose and announce
  start = 3,    ///< an announced item begins
  resume = 4,   ///< prepare what goes on after a jingle
  load = 7,     ///< ask for the programme
  confirm = 8,  ///< say once more what plays
};

struct EventView {
  EventKind kind{};
  WallTime at{};
};

struct WhyView {
  std::string rule;
  std::string text;
  std::int64_t candidates = 0;
  std::vector<std::pair<std::string, std::int64_t>> excluded;
};

struct Explained {
  bool playing = false;                             ///< the first one is on air
  std::vector<std::pair<ItemView, WhyView>> items;  ///< on air, announced, prepared
};

}  // namespace longwave::radios
