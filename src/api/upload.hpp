// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"
#include "library/uploads.hpp"
#include "rpc/table.hpp"

#include <boost/json/value.hpp>

#include <string>

namespace longwave::web {
class Router;
}

namespace longwave::api {

struct Context;

boost::json::object to_json(const library::Upload& upload);

/// Whose quota a caller's uploads count to.
std::string uploader(const rpc::Caller& caller);

/// upload.begin, .append, .finish, .cancel, .info, .list.
void add_upload_methods(rpc::Table& table, Context& context);

/// PUT /upload/:id: bytes from `?offset=` on, as they come (a page shows progress by it, and goes on after a
/// break); and POST /api/v1/upload: a form with files, for programs with a key.
Result<void> add_upload_routes(web::Router& router, Context& context);

}  // namespace longwave::api
