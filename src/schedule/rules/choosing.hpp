// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "schedule/rules/choose.hpp"
#include "schedule/rules/near.hpp"

#include <cstdint>
#include <optional>
#include <span>

namespace longwave::rules {

/// One choice, step by step: who has the turn (choose.cpp) and which song of its playlist (picking.cpp).
class Choosing {
 public:
  Choosing(const Programme& programme, Prepared& prepared, std::span<const Play> heard, WallTime at,
           Random& random);
  std::optional<Chosen> run();
  std::optional<Chosen> timed();

 private:
  /// Whose turn it is, for the song and its reason.
  struct Turn {
    Rule rule = Rule::rotation;
    std::int64_t subject = 0;
    bool ordered = false;
    bool free = false;    ///< separations don't apply: jingles, events
    bool forced = false;  ///< limits don't either: it is that or silence
  };

  // choose.cpp
  bool begins_show() const;
  std::optional<Chosen> event(bool exact);
  std::optional<Chosen> hour_jingle();
  std::optional<Chosen> resumed();
  std::optional<Chosen> jingle();
  std::optional<Chosen> request();
  std::optional<Chosen> show();
  std::optional<Chosen> clock(std::int64_t id, WallTime since);
  std::optional<Chosen> daypart();
  std::optional<Chosen> fallback();
  bool played_since(Rule rule, std::int64_t subject, WallTime since) const;
  std::uint32_t songs_since(Rule rule, std::int64_t subject) const;
  bool resumes(const Play& cutter) const;

  // picking.cpp
  std::optional<Chosen> from(std::int64_t playlist, Turn turn);
  std::optional<Chosen> fitted(const Playlist& playlist, PreparedList& list, const Turn& turn);
  std::optional<Chosen> walked(const Playlist& playlist, PreparedList& list, const Turn& turn);
  std::optional<Chosen> searched(const Playlist& playlist, PreparedList& list, const Turn& turn);
  Chosen take(const Playlist& playlist, PreparedList& list, std::size_t place, const Turn& turn);
  bool leaves_scrap(const Song& song) const;
  Why why(const Playlist& playlist, const Turn& turn) const;
  Chosen make(const Playlist& playlist, const Song& song, Why why, Duration offset = {}) const;

  const Programme& programme_;
  Prepared& prepared_;
  std::span<const Play> heard_;
  WallTime at_;
  WallTime due_;  ///< what begins until then has its turn
  Random& random_;
  OnAirShow show_;
  std::optional<Exact> exact_;  ///< what begins next on the second
  Near near_;
};

}  // namespace longwave::rules
