// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"

#include <boost/json/fwd.hpp>

#include <cstddef>
#include <string_view>

/// JSON (RFC 8259) that comes from outside and goes out again. Pure; any thread.
namespace longwave {

/// A number too big for any variable ("1e400") is read as infinity, which can't be written as JSON again:
/// true if there is none in `value`.
bool finite(const boost::json::value& value);

/// Reads a text. Errc::invalid: it isn't JSON, is nested deeper than `depth`, or has a number that isn't
/// finite.
Result<boost::json::value> read_json(std::string_view text, std::size_t depth = 32);

}  // namespace longwave
