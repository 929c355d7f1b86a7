// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rpc/table.hpp"
#include "schedule/view.hpp"

#include <boost/json/fwd.hpp>

namespace longwave::api {

struct Context;

/// playback.*, and of station.*: state, modes, volume, random, random_set.
void add_playback_methods(rpc::Table& table, Context& context);

/// The data of station.state.
boost::json::object state_json(const schedule::View& view);

}  // namespace longwave::api
