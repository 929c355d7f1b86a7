// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/time.hpp"

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
  std::size_t prepared = 50;                    ///< songs prepared per playlist
  std::size_t refill = 3;                       ///< with fewer left it is built again
  Duration recently = std::chrono::hours{3};    ///< the "recently played" window
  Duration ahead = std::chrono::seconds{180};   ///< covered for streamers that prepare
  std::size_t ahead_items = 3;                  ///< and at least so many
  Duration hour_spread =
      std::chrono::seconds{60};  ///< hour items are computed over this long before the hour
};

/// An item that plays or will: plain values.
struct ItemView {
  std::int64_t item = 0;
  std::int64_t song = 0;  ///< 0: a jingle
  std::int64_t show = 0;  ///< 0: none
  std::string file;
  WallTime start{};
  Duration offset{};    ///< where in the file it begins
  Duration duration{};  ///< of the whole file
  WallTime end{};       ///< start + duration - offset
};

/// What fleet asks: what a radio plays now.
struct Current {
  std::string file;
  WallTime play_time{};  ///< when its first second was (start - offset)
  WallTime end{};
  std::optional<ItemView> next;  ///< announced with `play` already
};

/// One radio as it is stored (sheet, 5.1, and what was announced). Absolute UTC.
struct Saved {
  std::string radio;
  std::string master;  ///< empty: nobody streams it
  bool master_prepares = false;
  std::optional<ItemView> playing;
  std::vector<ItemView> announced;  ///< in order of start
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
};

enum class Show { all, streaming, broken };

struct RadioView {
  std::string radio;
  std::string master;  ///< empty: none
  bool broken = false;
  std::int64_t song = 0;
  std::string file;
  std::optional<WallTime> play_time;
  std::optional<WallTime> end;
};

/// Codes of the sheet's section 11.
enum class EventKind : std::uint8_t { hour = 1, prepare = 2, start = 3, resume = 4 };

struct EventView {
  EventKind kind{};
  WallTime at{};
};

struct Why {
  std::string rule;
  std::string text;
  std::int64_t candidates = 0;
};

struct Explained {
  std::optional<ItemView> playing;
  Why why;
  std::vector<std::pair<ItemView, Why>> next;  ///< announced, then prepared
};

}  // namespace longwave::radios
