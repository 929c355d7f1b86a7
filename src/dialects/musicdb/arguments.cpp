// SPDX-License-Identifier: Apache-2.0
#include "dialects/musicdb/arguments.hpp"

#include <fmt/format.h>
#include <boost/json.hpp>

#include <charconv>
#include <utility>

namespace longwave::musicdb {
namespace {

namespace json = boost::json;

const json::value nothing;

std::optional<double> number_of(const json::value& value) {
  if (!value.is_number()) return std::nullopt;
  return value.is_double()  ? value.get_double()
         : value.is_int64() ? static_cast<double>(value.get_int64())
                            : static_cast<double>(value.get_uint64());
}

std::optional<bool> boolean_of(const json::value& value) {
  if (value.is_bool()) return value.get_bool();
  const auto number = id_of(value);
  if (number && (*number == 0 || *number == 1)) return *number == 1;
  return std::nullopt;
}

bool fits(const json::value& value, Kind kind) {
  switch (kind) {
    case Kind::integer:
      return id_of(value).has_value();
    case Kind::number:
      return number_of(value).has_value();
    case Kind::boolean:
      return boolean_of(value).has_value();
    case Kind::text:
      return value.is_string();
    case Kind::text_or_null:
      return value.is_string() || value.is_null();
    case Kind::number_or_null:
      return number_of(value).has_value() || value.is_null();
    case Kind::text_or_number:
      return value.is_string() || id_of(value).has_value();
    case Kind::list:
      return value.is_array();
    case Kind::object:
      return value.is_object();
    case Kind::any:
      return true;
  }
  return false;
}

}  // namespace

std::optional<std::int64_t> id_of(const json::value& value) {
  if (value.is_int64()) return value.get_int64();
  if (value.is_double()) {
    const double number = value.get_double();
    if (number >= -9e15 && number <= 9e15 && number == static_cast<double>(static_cast<std::int64_t>(number)))
      return static_cast<std::int64_t>(number);
    return std::nullopt;
  }
  const auto* text = value.if_string();
  std::int64_t id = 0;
  if (!text || text->empty()) return std::nullopt;
  const auto end = text->data() + text->size();
  const auto [stop, problem] = std::from_chars(text->data(), end, id);
  if (problem != std::errc{} || stop != end) return std::nullopt;
  return id;
}

Result<Arguments> Arguments::check(json::value given, std::span<const Parameter> parameters) {
  const auto* object = given.if_object();
  for (const auto& parameter : parameters) {
    const auto* value = object ? object->if_contains(parameter.name) : nullptr;
    if (!value && parameter.optional) continue;
    if (!value) return error(Errc::invalid, fmt::format("the argument '{}' is missing", parameter.name));
    if (value->is_null() && parameter.optional) continue;
    if (!fits(*value, parameter.kind))
      return error(Errc::invalid, fmt::format("the argument '{}' is of a wrong kind", parameter.name));
  }
  Arguments arguments;
  arguments.given_ = std::move(given);
  return arguments;
}

const json::value& Arguments::value(std::string_view name) const {
  const auto* object = given_.if_object();
  const auto* found = object ? object->if_contains(name) : nullptr;
  return found ? *found : nothing;
}

bool Arguments::has(std::string_view name) const {
  return !value(name).is_null();
}

std::int64_t Arguments::integer(std::string_view name) const {
  return id_of(value(name)).value_or(0);
}

double Arguments::number(std::string_view name) const {
  return number_of(value(name)).value_or(0);
}

bool Arguments::boolean(std::string_view name) const {
  return boolean_of(value(name)).value_or(false);
}

std::string Arguments::text(std::string_view name) const {
  return optional_text(name).value_or("");
}

std::string Arguments::text_or_digits(std::string_view name) const {
  const auto& given = value(name);
  if (given.is_string()) return text(name);
  return std::to_string(id_of(given).value_or(0));
}

std::optional<std::string> Arguments::optional_text(std::string_view name) const {
  const auto* text = value(name).if_string();
  if (!text) return std::nullopt;
  return std::string(text->data(), text->size());
}

std::optional<double> Arguments::optional_number(std::string_view name) const {
  return number_of(value(name));
}

}  // namespace longwave::musicdb
