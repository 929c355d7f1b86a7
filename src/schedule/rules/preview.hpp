// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/time.hpp"
#include "schedule/rules/choose.hpp"
#include "schedule/rules/programme.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace longwave::rules {

/// Something that would go on air otherwise than the programme says.
struct Violation {
  enum class Kind : std::uint8_t {
    silence,     ///< nothing can be played
    separation,  ///< too near to the same song, title, artist or album
    limit,       ///< more often than "at most every"
    late,        ///< a show or event begins later than its time
    missed,      ///< it doesn't begin at all
    cut,         ///< more than 30 s of a song are cut off for something exact
    empty,       ///< a playlist that something names has nothing to play, or isn't there
  };
  Kind kind = Kind::silence;
  WallTime at{};
  std::int64_t subject = 0;  ///< the song; of late, missed and empty the show, event, clock …
  std::string text;          ///< for people
};
std::string_view name(Violation::Kind kind);

struct Preview {
  std::vector<Chosen> items;
  std::vector<Violation> violations;  ///< in order of time
};

/// Plays the programme from `from` (when what was heard last ends) to `to` in advance. The same seed gives
/// the same. Not the radio's own future: chance is another, and requests come. A week under 100 ms.
Preview preview(Programme programme, std::span<const Play> heard, WallTime from, WallTime to,
                std::uint64_t seed);

}  // namespace longwave::rules
