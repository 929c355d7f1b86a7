// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "schedule/listening.hpp"
#include "schedule/state.hpp"
#include "store/migration.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace longwave::store {
class Session;
}

/// The tables of this room: stations, queue_entries, history; programmes.hpp has more. Functions that run
/// inside a store job; they throw what the session throws.
namespace longwave::schedule {

/// For who opens the store: {"schedule", migrations()}.
std::vector<store::Migration> migrations();

/// All stations with their queues and the last `history_rows` rows of their history.
std::vector<Saved> load_all(store::Session& session, std::size_t history_rows = 1000);
std::optional<Saved> load(store::Session& session, StationId station, std::size_t history_rows = 1000);
/// Gives the station its id: a free one, not below the one it has.
StationRow create(store::Session& session, StationRow station);
void write(store::Session& session, const Delta& delta);
/// With everything that is kept of it.
void remove(store::Session& session, StationId station);
/// Newest first, ids below `before`.
std::vector<HistoryRow> read_history(store::Session& session, StationId station, std::size_t limit,
                                     std::optional<std::int64_t> before);
/// What was on air between the two, and how many heard it; newest first.
std::vector<ItemHeard> read_heard(store::Session& session, StationId station, WallTime from, WallTime to);

}  // namespace longwave::schedule
