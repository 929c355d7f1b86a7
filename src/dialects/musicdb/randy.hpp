// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"
#include "schedule/random_rules.hpp"

#include <boost/json/object.hpp>

/// The configuration of the random selection as this protocol shows it. Pure.
namespace longwave::musicdb {

boost::json::object randy_json(const schedule::RandomRules& rules);

/// The complete object; genres stay as they are in `rules`. Whoever saves it wants albums to be chosen from.
/// Errors: invalid.
Result<schedule::RandomRules> read_randy(const boost::json::value& given, schedule::RandomRules rules);

}  // namespace longwave::musicdb
