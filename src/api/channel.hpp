// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rpc/table.hpp"

namespace longwave::api {

struct Context;

/// channel.subscribe, .unsubscribe, .presence, session.info, session.name.
void add_channel_methods(rpc::Table& table, Context& context);

}  // namespace longwave::api
