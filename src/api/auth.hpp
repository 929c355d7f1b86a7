// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rpc/table.hpp"

namespace longwave::api {

struct Context;

/// auth.login, auth.logout, user.list, user.add, user.passwd.
void add_auth_methods(rpc::Table& table, Context& context);

}  // namespace longwave::api
