// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace longwave::store {

/// One step of a room's schema. Versions of a room are 1, 2, 3, … without holes; a step that was released is
/// never edited, only followed. `sql` is one or more statements, run in one transaction with the note that
/// they were run.
struct Migration {
  int version;
  std::string_view sql;  ///< a literal: must outlive the store
};

/// The tables of one room. Each room exports `migrations()`; whoever opens the store lists the rooms, those
/// that others refer to first.
struct RoomMigrations {
  std::string room;
  std::vector<Migration> migrations;
};

}  // namespace longwave::store
