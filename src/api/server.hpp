// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rpc/table.hpp"

namespace longwave::api {

struct Context;

/// The whole API of this program: every method, shape and event. `context` is filled before the first call.
void add_all_methods(rpc::Table& table, Context& context);

}  // namespace longwave::api
