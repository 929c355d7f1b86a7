// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rpc/table.hpp"

#include <boost/json/fwd.hpp>

namespace longwave::library {
struct Assigned;
}

namespace longwave::api {

struct Context;

boost::json::object assigned_json(const library::Assigned& assigned);

/// tag.list, .create, .change, .remove, .assign, .unassign, .of.
void add_tag_methods(rpc::Table& table, Context& context);

}  // namespace longwave::api
