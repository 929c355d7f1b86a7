// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rpc/table.hpp"

namespace longwave::api {

struct Context;

/// session.info, session.name and auth.token.
void add_session_methods(rpc::Table& table, Context& context);

}  // namespace longwave::api
