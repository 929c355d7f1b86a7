// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "schedule/state.hpp"

#include <string>
#include <string_view>

/// What of a station is stored as JSON. Reading never fails: what isn't understood keeps its default.
namespace longwave::schedule {

std::string settings_json(const StationRow& row);  ///< kind, modes, volume, list, round, random
void read_settings(StationRow& row, std::string_view json);

std::string entry_json(const Entry& entry);
EntryPtr entry_from_json(EntryId id, std::string_view json);

}  // namespace longwave::schedule
