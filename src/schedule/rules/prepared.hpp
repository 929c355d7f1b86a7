// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/random.hpp"
#include "base/time.hpp"
#include "schedule/rules/play.hpp"
#include "schedule/rules/programme.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

/// Playlists prepared ahead (docs/protocols/scheduler.md, section 10): the order in which the next songs of a
/// playlist are played. Pure; choosing takes from it and prepares anew when it runs out, so a builder is
/// needed only to keep that work away from the moment of choosing.
namespace longwave::rules {

inline constexpr std::size_t prepared_songs = 50;
inline constexpr std::size_t refill_below = 3;
inline constexpr Duration lately = std::chrono::hours{3};

/// The next songs of one playlist, as indices into Playlist::songs.
struct PreparedList {
  std::int64_t playlist = 0;
  bool ordered = false;
  std::uint32_t edition = 0;
  std::uint32_t next = 0;
  std::uint32_t candidates = 0;                      ///< how many the songs were drawn from
  std::array<std::uint32_t, exclusions> excluded{};  ///< what was kept out of them
  std::vector<std::uint32_t> songs;

  std::size_t left() const { return songs.size() - next; }
};

/// Of one radio; a list is there from its first use on.
struct Prepared {
  std::vector<PreparedList> lists;

  /// The list of that playlist, valid for its edition; prepared anew when it has run out or is of another
  /// one.
  PreparedList& of(const Playlist& playlist, bool ordered, std::span<const Play> heard, WallTime at,
                   Random& random);
  /// A list is nearly empty or of another edition: refill() has something to do.
  bool wants_refill(const Programme& programme) const;
  /// Prepares what wants_refill() asks for: what a builder does between two choices. What is at the front and
  /// of the same edition stays.
  void refill(const Programme& programme, std::span<const Play> heard, WallTime at, Random& random);
};

/// Weighted by chance without repeating: frequency squared, the longer ago it was heard the more; of those
/// that weren't heard in the last 3 hours, or of all if there are none. At most 50, as indices. What `heard`
/// says counts beside Song::last_play. Empty: nothing can be played.
PreparedList build_random(const Playlist& playlist, std::span<const Play> heard, WallTime at, Random& random);
/// By Song::order, from behind the song that was played last, around. At most 50.
PreparedList build_ordered(const Playlist& playlist, std::span<const Play> heard);

}  // namespace longwave::rules
