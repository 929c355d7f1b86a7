// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.hpp"
#include "rpc/table.hpp"

#include <optional>

namespace longwave::api {

struct Context;

/// station.list, .now and .history.
void add_station_methods(rpc::Table& table, Context& context);
/// station.listeners.
void add_listeners_method(rpc::Table& table, Context& context);

/// The parameter by which a method names its station.
rpc::Field station_param();
/// The station a call names; answers not_found itself when there is none. On the station loop.
std::optional<StationId> station_of(Context& context, const rpc::Call& call, const rpc::Responder& answer);

}  // namespace longwave::api
