// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"
#include "rpc/table.hpp"

namespace longwave::web {
class Router;
}

namespace longwave::api {

struct Context;

/// package.make.
void add_package_methods(rpc::Table& table, Context& context);

/// GET /package/:token
Result<void> add_package_route(web::Router& router, Context& context);

}  // namespace longwave::api
