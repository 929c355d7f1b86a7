// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/random.hpp"
#include "base/time.hpp"
#include "schedule/autodj.hpp"
#include "schedule/candidate.hpp"
#include "schedule/random_rules.hpp"

#include <cstdint>
#include <optional>
#include <unordered_map>

namespace longwave::schedule {

/// What a draw by album depends on.
struct AlbumContext {
  WallTime now{};
  Samples at{};
  const std::unordered_map<TrackId, Samples>* avoided = nullptr;  ///< failed lately: not before this time
  std::optional<std::int64_t> album;  ///< a song of this one, without the genre filter
};

/// The second rule set beside pick(): an album with the same chance for each, then a song of it that the
/// constraints and the genre filter leave and no blacklist names; at most RandomRules::max_tries tries. With
/// `album` only the list of songs counts, and rather a listed song than none. nullopt: nothing was found.
/// Pure. The rules are those of docs/protocols/musicdb.md, "random song selection".
std::optional<Pick> pick_by_album(const Catalogue& catalogue, const RandomRules& rules,
                                  const Blacklists& lists, const AlbumContext& context, Random& random);

}  // namespace longwave::schedule
