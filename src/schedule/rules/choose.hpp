// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/random.hpp"
#include "base/time.hpp"
#include "schedule/rules/play.hpp"
#include "schedule/rules/prepared.hpp"
#include "schedule/rules/programme.hpp"

#include <cstdint>
#include <optional>
#include <span>

namespace longwave::rules {

struct Chosen {
  Song song;              ///< a copy of its row
  std::int64_t show = 0;  ///< the show that is on air, 0: none
  Duration offset{};      ///< begins there
  WallTime until{};       ///< ends there: its own end, or where something exact begins
  Play play;              ///< to be remembered in `heard`
  Why why;
};

/// What begins so soon counts as begun: better a news programme half a second early than half a second of a
/// song before it.
inline constexpr Duration early = std::chrono::milliseconds{500};

/// The one decision: what a radio plays at `at`, the moment at which what is before it ends. `heard` is in
/// order of time and reaches back Programme::memory() (the last item is enough for rules that ask about
/// less). nullopt: no playlist has anything to play; ask again after 10 s. Pure but for `prepared`, from
/// which it takes. A plain radio costs a microsecond or two, rules over a playlist of 10,000 songs well under
/// a millisecond.
std::optional<Chosen> choose(const Programme& programme, Prepared& prepared, std::span<const Play> heard,
                             WallTime at, Random& random);

/// Only what comes by time or count, whatever else is planned: events, the hour's jingle, what goes on behind
/// them, jingles after so many songs. nullopt: nothing of it is due at `at`.
std::optional<Chosen> choose_timed(const Programme& programme, Prepared& prepared,
                                   std::span<const Play> heard, WallTime at, Random& random);

/// The song keeps all separations and limits there.
bool keeps(const Programme& programme, std::span<const Play> heard, const Play& play, WallTime at);

/// Writes into the song's row that it is played now.
void note_started(Programme& programme, const Play& play);

/// The show on air and when it began.
struct OnAirShow {
  const Show* show = nullptr;
  WallTime begin{};
  WallTime end{};
};
OnAirShow show_at(const Programme& programme, WallTime at);

/// Something that begins on the second.
struct Exact {
  WallTime at{};
  Rule rule = Rule::event;  ///< event, hour_jingle or show
  std::int64_t subject = 0;
  bool fitted = false;
};
/// The first one later than `after`; nullopt: none within a week.
std::optional<Exact> next_exact(const Programme& programme, WallTime after);

}  // namespace longwave::rules
