// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rpc/table.hpp"

namespace longwave::api {

struct Context;

/// user.state, user.message, user.disconnect.
void add_user_methods(rpc::Table& table, Context& context);

}  // namespace longwave::api
