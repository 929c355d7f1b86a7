// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"
#include "schedule/candidate.hpp"
#include "schedule/rules/programme.hpp"

#include <boost/json/fwd.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace longwave::schedule {

/// When a track was played last, and from which playlist; 0: not by a programme, or nobody knows.
struct LastPlay {
  TrackId track;
  std::int64_t playlist = 0;
  std::int64_t started_ms = 0;
};

/// The programme of a station as people edit it and as it is stored. A song's id is its track; what the
/// library knows of it (length, artist, …) is filled in when it is used. Immutable once it is shared.
struct StationProgramme {
  bool enabled = false;  ///< false: the AutoDJ chooses as if there were none
  std::string zone = "UTC";
  rules::Programme rules;                   ///< of the songs only id, order, frequency and enabled are kept
  std::vector<std::int64_t> whole_library;  ///< playlists that are everything the AutoDJ may draw
  std::int64_t next_id = 1;  ///< for the next playlist, show, clock, …: ids are never given twice
  std::uint64_t version = 0;

  bool is_whole_library(std::int64_t playlist) const;
};
using StationProgrammePtr = std::shared_ptr<const StationProgramme>;

/// Everything but the songs; docs/programme.md shows it.
boost::json::object programme_json(const StationProgramme& programme);
/// Errors: invalid, with the path of what is wrong ("shows[2].time: expected HH:MM:SS"). Lists that are left
/// out are empty, values that are left out have their defaults. Playlists get no songs.
Result<StationProgramme> programme_from_json(const boost::json::object& json);

/// Ready to be chosen by: with what the catalogue knows of each track. A track that it can't play keeps no
/// file.
rules::Programme filled(const StationProgramme& programme, const Catalogue& catalogue);

/// Writes into every song when it was played last: of its playlist, or of none.
void set_last_plays(rules::Programme& rules, const std::vector<LastPlay>& plays);

/// The key by which rules know a track's file, and the 9-character id that goes with it ("000000042"; stored
/// by a platform as 000/000/042.mp3). 0: none (a track beyond 999,999,999).
std::uint32_t file_key(TrackId track);
std::string file_id(std::uint32_t key);

}  // namespace longwave::schedule
