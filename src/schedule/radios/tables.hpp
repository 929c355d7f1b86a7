// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "schedule/radios/state.hpp"
#include "store/migration.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace longwave::store {
class Session;
}

/// The table of this room: radio_states. Functions that run inside a store job; they throw what the session
/// throws. A job of the fleet's scheduler begins with store::require_term(), so that a scheduler that was
/// replaced can't write over its successor.
namespace longwave::radios {

/// For who opens the store: {"radios", migrations()}.
std::vector<store::Migration> migrations();

/// In order of their names.
std::vector<Saved> load_all(store::Session& session);
/// What this radio plays and what is certain to follow, in order of start; nullopt: there is no such radio,
/// or its state can't be read.
std::optional<std::vector<ItemView>> line_of(store::Session& session, std::string_view radio);
/// First what was removed, then what is put.
void write(store::Session& session, const Changes& changes);

}  // namespace longwave::radios
