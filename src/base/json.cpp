// SPDX-License-Identifier: Apache-2.0
#include "base/json.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <cmath>

namespace longwave {

namespace json = boost::json;

bool finite(const json::value& value) {
  if (value.is_double()) return std::isfinite(value.get_double());
  if (value.is_array()) return std::all_of(value.get_array().begin(), value.get_array().end(), finite);
  if (value.is_object())
    return std::all_of(value.get_object().begin(), value.get_object().end(),
                       [](const auto& member) { return finite(member.value()); });
  return true;
}

Result<json::value> read_json(std::string_view text, std::size_t depth) {
  json::parse_options options;
  options.max_depth = depth;
  json::error_code failed;
  auto value = json::parse(text, failed, {}, options);
  if (failed) return error(Errc::invalid, "this isn't JSON: " + failed.message());
  if (!finite(value)) return error(Errc::invalid, "a number is too big");
  return value;
}

}  // namespace longwave
