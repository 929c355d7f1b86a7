// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.hpp"
#include "store/migration.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace longwave::store {
class Session;
}

/// What the programs on one PostgreSQL must hear of each other: which stations, station roles, users and
/// logins were changed, by whatever program. Triggers write it down at the commit, numbered without holes in
/// the order of the commits; the last 10,000 are kept. A SQLite has one program, and nothing is written.
/// Functions that run inside a store job; they throw what the session throws.
namespace longwave::fleet {

/// Goes behind `access`, `schedule` and programme_events().
store::RoomMigrations change_events();

struct SharedChanges {
  std::int64_t last = 0;  ///< to read on from
  /// More was changed than is kept, or the database is an older copy: everything may be another. `stations`
  /// are all there are then, the rest is empty.
  bool everything = false;
  std::vector<StationId> stations = {};      ///< made, renamed, removed or with another programme
  std::vector<std::string> role_slugs = {};  ///< of the stations on which roles were given or taken
  std::vector<std::string> users = {};       ///< names
  std::vector<std::string> sessions = {};    ///< digests of their tokens
  std::vector<std::string> libraries = {};   ///< names of programs that changed what may be chosen
};

/// The number of the newest change.
std::int64_t last_change(store::Session& session);
SharedChanges changes_since(store::Session& session, std::int64_t last);
/// This program has changed what may be chosen of the library. The tables of that change too often for a
/// trigger.
void note_library(store::Session& session, const std::string& program);

}  // namespace longwave::fleet
