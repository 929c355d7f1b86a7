// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hub/broker.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What the Redis broker writes and reads besides its scripts (docs/adr/0013). Pure.
namespace longwave::hub::redis_wire {

/// The head of a kept publication: what it is besides id and data, as JSON. `node` says where
/// Audience::from means something.
std::string head_of(const Message& message, const std::string& node);

/// A kept entry, "MILLISECONDS ID-SIZE HEAD-SIZE\n" id head data; nullopt: that isn't one.
std::optional<Publication> read_entry(std::string_view entry, const std::string& node);

/// "m OFFSET EPOCH ENTRY", as it is published.
std::optional<Publication> read_message(std::string_view message, const std::string& node);

/// What a row is sorted by in Redis, as sort_by_name() does.
std::string sort_text(const PresenceRow& row);
std::string row_json(const PresenceRow& row);
/// From a field "NODE:KEY" and a row "CONNECTIONS SORT-SIZE\n" sort JSON.
std::optional<PresenceRow> read_row(std::string_view field, std::string_view row);

std::string keys_json(const std::vector<std::string>& keys);
std::vector<std::string> read_keys(std::string_view json);

}  // namespace longwave::hub::redis_wire
