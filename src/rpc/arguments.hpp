// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rpc/fault.hpp"
#include "rpc/schema.hpp"

#include <boost/json/fwd.hpp>

#include <optional>
#include <vector>

namespace longwave::rpc {

/// Turns what a call brought (an array by position, an object by name, or null) into one object by name, with
/// defaults, and checks it. The fault is −32602, names the parameter and says what was expected.
std::optional<Fault> bind_arguments(const std::vector<Field>& fields, boost::json::value&& given,
                                    boost::json::object& bound);

}  // namespace longwave::rpc
