// SPDX-License-Identifier: Apache-2.0
#include "rpc/schema.hpp"

#include "base/json.hpp"
#include "base/text.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace longwave::rpc {
namespace {

namespace json = boost::json;
using Type = Field::Type;

Field make(Type type, std::string name) {
  Field field;
  field.type = type;
  field.name = std::move(name);
  return field;
}

Field make(Type type, std::string name, std::vector<Field> inside) {
  Field field = make(type, std::move(name));
  field.inside = std::move(inside);
  return field;
}

std::string amount(double value) {
  return fmt::format("{:.15g}", value);
}

/// " from 1 to 500", " of at least 1", "" — with what is counted behind the numbers.
std::string limits(const Field& field, std::string_view of, std::string_view what) {
  const bool low = std::isfinite(field.least), high = std::isfinite(field.most);
  if (low && high) return fmt::format(" {}{} to {}{}", of, amount(field.least), amount(field.most), what);
  if (low) return fmt::format(" of at least {}{}", amount(field.least), what);
  if (high) return fmt::format(" of at most {}{}", amount(field.most), what);
  return {};
}

std::string plural(const Field& item) {
  switch (item.type) {
    case Type::string:
      return "strings";
    case Type::integer:
      return "integers";
    case Type::number:
      return "numbers";
    case Type::boolean:
      return "booleans";
    case Type::array:
      return "arrays";
    case Type::object:
    case Type::map:
      return "objects";
    default:
      return "values";
  }
}

std::string got(const json::value& value) {
  switch (value.kind()) {
    case json::kind::null:
      return "null";
    case json::kind::array:
      return fmt::format("an array of {}", value.get_array().size());
    case json::kind::object:
      return "an object";
    case json::kind::string: {
      const std::string_view s = value.get_string();
      return s.size() <= 40 ? "the string " + json::serialize(value) : "a string";
    }
    default:
      return json::serialize(value);
  }
}

std::size_t characters(std::string_view s) {
  return static_cast<std::size_t>(
      std::count_if(s.begin(), s.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

bool within(const Field& field, double value) {
  return value >= field.least && value <= field.most;
}

/// 5.0 is the integer 5: programs that know only one kind of number write it so.
bool make_integer(json::value& value) {
  if (value.is_int64()) return true;
  if (!value.is_double()) return false;
  const double number = value.get_double();
  if (!(std::abs(number) <= 9007199254740992.0) || number != std::floor(number)) return false;
  value = static_cast<std::int64_t>(number);
  return true;
}

bool scalar_fits(const Field& field, json::value& value) {
  switch (field.type) {
    case Type::string: {
      if (!value.is_string()) return false;
      const std::string_view s = value.get_string();
      const auto& words = field.words;
      if (!words.empty() && std::find(words.begin(), words.end(), s) == words.end()) return false;
      return within(field, static_cast<double>(characters(s)));
    }
    case Type::integer:
      return make_integer(value) && within(field, static_cast<double>(value.get_int64()));
    case Type::number: {
      if (!value.is_number()) return false;
      const double number = value.to_number<double>();
      return std::isfinite(number) && within(field, number);
    }
    case Type::boolean:
      return value.is_bool();
    case Type::array:
      return value.is_array() && within(field, static_cast<double>(value.get_array().size()));
    case Type::map:
      return value.is_object() && within(field, static_cast<double>(value.get_object().size()));
    case Type::object:
      return value.is_object();
    default:
      return finite(value);
  }
}

std::string below(const std::string& path, std::string_view name) {
  return path.empty() ? std::string(name) : fmt::format("{}.{}", path, name);
}

void check_members(const Field& field, json::object& object, const std::string& path,
                   std::vector<Mismatch>& out) {
  for (const Field& member : field.inside) {
    json::value* value = object.if_contains(member.name);
    const std::string where = below(path, member.name);
    if (!value) {
      if (!member.required) continue;
      const std::string expected = expectation(member);
      out.push_back(
          {where, expected, fmt::format("parameter \"{}\" is missing: expected {}", where, expected)});
      continue;
    }
    for (Mismatch& mismatch : mismatches(member, *value, where)) out.push_back(std::move(mismatch));
  }
}

}  // namespace

Field any(std::string name) {
  return make(Type::any, std::move(name));
}
Field string(std::string name) {
  return make(Type::string, std::move(name));
}
Field integer(std::string name) {
  return make(Type::integer, std::move(name));
}
Field number(std::string name) {
  return make(Type::number, std::move(name));
}
Field boolean(std::string name) {
  return make(Type::boolean, std::move(name));
}
Field array(std::string name, Field item) {
  return make(Type::array, std::move(name), {std::move(item)});
}
Field array(Field item) {
  return array({}, std::move(item));
}
Field object(std::string name, std::vector<Field> members) {
  return make(Type::object, std::move(name), std::move(members));
}
Field object(std::vector<Field> members) {
  return object({}, std::move(members));
}
Field map(std::string name, Field value) {
  return make(Type::map, std::move(name), {std::move(value)});
}
Field map(Field value) {
  return map({}, std::move(value));
}
Field ref(std::string name, std::string shape) {
  Field field = make(Type::ref, std::move(name));
  field.target = std::move(shape);
  return field;
}
Field ref(std::string shape) {
  return ref({}, std::move(shape));
}

std::string expectation(const Field& field) {
  std::string words;
  switch (field.type) {
    case Type::string:
      if (!field.words.empty()) {
        for (const std::string& word : field.words)
          words += (words.empty() ? "one of \"" : ", \"") + word + "\"";
      } else {
        words = "a string" + limits(field, "of ", " characters");
      }
      break;
    case Type::integer:
      words = "an integer" + limits(field, "from ", "");
      break;
    case Type::number:
      words = "a number" + limits(field, "from ", "");
      break;
    case Type::boolean:
      words = "true or false";
      break;
    case Type::array:
      words = "an array of " + plural(field.inside.front());
      if (std::isfinite(field.least) || std::isfinite(field.most)) words += "," + limits(field, "", " items");
      break;
    case Type::map:
      words = "an object of " + plural(field.inside.front()) + limits(field, "with ", " members");
      break;
    case Type::object:
      words = "an object";
      break;
    default:
      words = "any value";
      break;
  }
  if (!field.unit.empty()) words += " (" + field.unit + ")";
  if (field.nullable) words += " or null";
  return words;
}

std::vector<Mismatch> mismatches(const Field& field, json::value& value, const std::string& path) {
  std::vector<Mismatch> out;
  if (value.is_null() && field.nullable) return out;
  if (!scalar_fits(field, value)) {
    const std::string expected = expectation(field);
    out.push_back(
        {path, expected, fmt::format("parameter \"{}\": expected {}, got {}", path, expected, got(value))});
    return out;
  }
  if (field.type == Type::array) {
    json::array& items = value.get_array();
    for (std::size_t i = 0; i < items.size() && out.empty(); ++i)
      out = mismatches(field.inside.front(), items[i], fmt::format("{}[{}]", path, i));
  } else if (field.type == Type::map) {
    for (auto& [key, item] : value.get_object())
      if (out.empty()) out = mismatches(field.inside.front(), item, below(path, key));
  } else if (field.type == Type::object) {
    check_members(field, value.get_object(), path, out);
  }
  return out;
}

}  // namespace longwave::rpc
