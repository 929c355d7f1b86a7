// SPDX-License-Identifier: Apache-2.0
#include "rpc/arguments.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <string>

namespace longwave::rpc {
namespace {

namespace json = boost::json;

Fault wrong(std::string message, std::string_view parameter, std::string_view expected) {
  json::object data{{"kind", "invalid_params"}};
  if (!parameter.empty()) data["parameter"] = parameter;
  if (!expected.empty()) data["expected"] = expected;
  return {invalid_params, std::move(message), json::serialize(data)};
}

std::string list_of(const std::vector<Field>& fields) {
  std::string names;
  for (const Field& field : fields) names += (names.empty() ? "" : ", ") + field.name;
  return names.empty() ? "no parameters" : names;
}

std::optional<Fault> by_position(const std::vector<Field>& fields, json::array&& values,
                                 json::object& bound) {
  if (values.size() > fields.size())
    return wrong(fmt::format("{} parameters given: expected at most {} ({})", values.size(), fields.size(),
                             list_of(fields)),
                 {}, list_of(fields));
  for (std::size_t i = 0; i < values.size(); ++i) bound[fields[i].name] = std::move(values[i]);
  return std::nullopt;
}

std::optional<Fault> by_name(const std::vector<Field>& fields, json::object&& values, json::object& bound) {
  for (auto& member : values) {
    const std::string_view key = member.key();
    const bool known =
        std::any_of(fields.begin(), fields.end(), [&](const Field& f) { return f.name == key; });
    if (!known)
      return wrong(fmt::format("unknown parameter \"{}\": expected {}", key.substr(0, 64), list_of(fields)),
                   key.substr(0, 64), list_of(fields));
    bound[key] = std::move(member.value());
  }
  return std::nullopt;
}

}  // namespace

std::optional<Fault> bind_arguments(const std::vector<Field>& fields, json::value&& given,
                                    json::object& bound) {
  std::optional<Fault> fault;
  if (given.is_array()) fault = by_position(fields, std::move(given.get_array()), bound);
  if (given.is_object()) fault = by_name(fields, std::move(given.get_object()), bound);
  if (fault) return fault;
  for (const Field& field : fields) {
    json::value* value = bound.if_contains(field.name);
    if (value && value->is_null() && !field.required && !field.nullable) {
      bound.erase(field.name);  // null for something optional means: left out
      value = nullptr;
    }
    if (!value && field.required) {
      const std::string expected = expectation(field);
      return wrong(fmt::format("parameter \"{}\" is missing: expected {}", field.name, expected), field.name,
                   expected);
    }
    if (!value) {
      if (!field.fallback.empty()) bound[field.name] = json::parse(field.fallback);
      continue;
    }
    const std::vector<Mismatch> wrongs = mismatches(field, *value, field.name);
    if (!wrongs.empty()) return wrong(wrongs[0].message, wrongs[0].parameter, wrongs[0].expected);
  }
  return std::nullopt;
}

}  // namespace longwave::rpc
