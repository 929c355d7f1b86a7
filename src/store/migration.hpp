// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace longwave::store {

/// One step of a room's schema. Versions of a room are 1, 2, 3, … without holes; a step that was released is
/// never edited, only followed. `sql` is one or more statements, run in one transaction with the note that
/// they were run. It is written for SQLite, types included; for PostgreSQL the store translates what differs
/// (store/postgresql_sql.hpp). What has no counterpart (triggers, virtual tables) stands in the two others.
/// All are literals: they must outlive the store.
struct Migration {
  int version;
  std::string_view sql;
  std::string_view sqlite = {};      ///< after `sql`, only on SQLite
  std::string_view postgresql = {};  ///< after `sql`, only on PostgreSQL, as it stands
};

/// The tables of one room. Each room exports `migrations()`; whoever opens the store lists the rooms, those
/// that others refer to first.
struct RoomMigrations {
  std::string room;
  std::vector<Migration> migrations;
};

}  // namespace longwave::store
