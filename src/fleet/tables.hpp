// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "fleet/messages.hpp"
#include "fleet/scheduler.hpp"
#include "store/migration.hpp"

#include <cstddef>
#include <vector>

namespace longwave::store {
class Session;
}

/// The tables of this room: fleet_streamers, fleet_listeners, fleet_events. Functions that run inside a store
/// job; they throw what the session throws. Those that write come after store::require_term().
namespace longwave::fleet {

store::RoomMigrations migrations();

/// The name of the lease that whoever schedules holds (store/lease.hpp).
inline constexpr std::string_view scheduler_lease = "scheduler";

SavedFleet load(store::Session& session);
void write(store::Session& session, const FleetChanges& changes);

/// An event of the web application (section 9) is put there by whoever changed something, and taken out by
/// the scheduler, oldest first.
void add_event(store::Session& session, const AppEvent& event, WallTime now);
std::vector<AppEvent> take_events(store::Session& session, std::size_t limit);

}  // namespace longwave::fleet
