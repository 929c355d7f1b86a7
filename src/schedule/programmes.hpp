// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.hpp"
#include "schedule/station_programme.hpp"
#include "store/migration.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace longwave::store {
class Session;
}

/// The tables of programmes: programmes, programme_songs. Functions that run inside a store job; they throw
/// what the session throws.
namespace longwave::schedule {

/// Migration 3 of "schedule" (tables.hpp has the list).
store::Migration programme_tables();

/// Null: the station has none.
StationProgrammePtr read_programme(store::Session& session, StationId station);
/// Everything of it, in place of what was there; `before` (what is stored) spares the songs that are the
/// same.
void write_programme(store::Session& session, StationId station, const StationProgramme& programme,
                     const StationProgramme* before = nullptr);

/// When each track was played last, and from which playlist (0: not by the programme), of the last rows of
/// the history.
struct LastPlay {
  TrackId track;
  std::int64_t playlist = 0;
  std::int64_t started_ms = 0;
};
std::vector<LastPlay> read_last_plays(store::Session& session, StationId station);

/// Every station with its uuid as a radio.
std::vector<std::pair<StationId, std::string>> read_radio_uuids(store::Session& session);

}  // namespace longwave::schedule
