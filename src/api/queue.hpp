// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rpc/table.hpp"

namespace longwave::api {

struct Context;

/// queue.list, .add, .remove, .move, .clear and playback.skip.
void add_queue_methods(rpc::Table& table, Context& context);

}  // namespace longwave::api
