// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "fleet/messages.hpp"
#include "fleet/scheduler.hpp"
#include "store/migration.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace longwave::store {
class Session;
}

/// The tables of this room: fleet_streamers, fleet_listeners, fleet_users, fleet_events. A trigger puts an
/// event there when a programme is edited, so they are made after those of `schedule`. Functions that run
/// inside a store job; they throw what the session throws. Those that write come after store::require_term().
namespace longwave::fleet {

store::RoomMigrations migrations();
/// Puts an event there whenever a programme is edited, by whatever process. Goes behind `schedule` and
/// `fleet`.
store::RoomMigrations programme_events();

/// The name of the lease that whoever schedules holds (store/lease.hpp).
inline constexpr std::string_view scheduler_lease = "scheduler";

SavedFleet load(store::Session& session);
void write(store::Session& session, const FleetChanges& changes);

/// Who listens to this radio, at whatever streamer.
int listeners_of(store::Session& session, std::string_view radio);

/// The number by which streamers know somebody who may log in here; given once.
std::int64_t user_number(store::Session& session, std::string_view name);
/// Was this number given to anybody?
bool is_user(store::Session& session, std::int64_t number);

/// An event of the web application (section 9) is put there by whoever changed something, and taken out by
/// the scheduler, oldest first.
void add_event(store::Session& session, const AppEvent& event, WallTime now);
std::vector<AppEvent> take_events(store::Session& session, std::size_t limit);

}  // namespace longwave::fleet
