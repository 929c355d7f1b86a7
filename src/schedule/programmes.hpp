// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.hpp"
#include "base/time.hpp"
#include "schedule/reason.hpp"
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

/// The tables of programmes: programmes, programme_songs, radio_plays. Functions that run inside a store job;
/// they throw what the session throws.
namespace longwave::schedule {

/// Migration 3 of "schedule" (tables.hpp has the list).
store::Migration programme_tables();
/// Migration 4.
store::Migration radio_tables();

/// Null: the station has none.
StationProgrammePtr read_programme(store::Session& session, StationId station);
/// Everything of it, in place of what was there; `before` (what is stored) spares the songs that are the
/// same.
void write_programme(store::Session& session, StationId station, const StationProgramme& programme,
                     const StationProgramme* before = nullptr);

/// When each track was played last, and from which playlist (0: not by the programme, or by a scheduler), of
/// the last rows of the history and of what a scheduler wrote.
std::vector<LastPlay> read_last_plays(store::Session& session, StationId station);

/// A track began on a radio of a scheduler, which has no queue.
struct RadioPlay {
  std::string radio_uuid;
  TrackId track;
  std::int64_t started_ms = 0;
};
/// A radio that isn't there any more is passed over; the later time of a track stays.
void write_radio_plays(store::Session& session, const std::vector<RadioPlay>& plays);

/// An item that was on a radio of a scheduler.
struct RadioItem {
  std::string radio_uuid;
  TrackId track;
  std::int64_t artist = 0;  ///< 0: not known
  WallTime started{};
  WallTime ended{};
  Reason reason;
  int heard_by = 0;
};
/// Into the history of the radio's station, as rows without an entry; of those the last 500 are kept. A
/// radio that isn't there any more is passed over.
void write_radio_history(store::Session& session, const std::vector<RadioItem>& items);
/// The wish was fulfilled: it leaves the programme, which gets a new version.
void take_request(store::Session& session, const std::string& radio_uuid, std::int64_t request);

/// Every station with its uuid as a radio.
std::vector<std::pair<StationId, std::string>> read_radio_uuids(store::Session& session);

}  // namespace longwave::schedule
