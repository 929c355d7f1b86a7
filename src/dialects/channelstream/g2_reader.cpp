// SPDX-License-Identifier: Apache-2.0
#include "base/text.hpp"
#include "dialects/channelstream/event.hpp"
#include "dialects/channelstream/g2_schema.hpp"

#include <fmt/format.h>
#include <boost/json.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace longwave::channelstream::g2 {
namespace {

namespace json = boost::json;

constexpr std::string_view missing = "Missing data for required field.";
constexpr std::string_view is_null = "Field may not be null.";
constexpr std::string_view invalid_type = "Invalid input type.";

json::array messages(std::string_view message) {
  return json::array{json::string(message)};
}

std::size_t characters(std::string_view utf8) {
  return static_cast<std::size_t>(
      std::count_if(utf8.begin(), utf8.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

/// Empty: fits.
std::string length_problem(std::string_view text, std::size_t most) {
  if (most == 0) return {};
  const auto length = characters(text);
  return length >= 1 && length <= most ? "" : fmt::format("Length must be between 1 and {}.", most);
}

}  // namespace

std::optional<std::string> normal_uuid(std::string_view text) {
  std::string digits;
  for (const auto* prefix : {"urn:", "uuid:"})
    if (text.starts_with(prefix)) text.remove_prefix(std::string_view(prefix).size());
  while (!text.empty() && (text.front() == '{' || text.front() == '}')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == '{' || text.back() == '}')) text.remove_suffix(1);
  if (text.size() > 64) return std::nullopt;
  for (const char c : text::ascii_lower(text)) {
    if (c == '-') continue;
    if ((c < '0' || c > '9') && (c < 'a' || c > 'f')) return std::nullopt;
    digits += c;
  }
  if (digits.size() != 32) return std::nullopt;
  for (const std::size_t at : {20, 16, 12, 8}) digits.insert(at, "-");
  return digits;
}

Reader::Reader(const json::value& body) : fields_(body.if_object()) {
  if (!fields_) problems_["_schema"] = messages(invalid_type);
}

bool Reader::has(std::string_view name) const {
  return fields_ && fields_->contains(name);
}

void Reader::note(std::string_view name, std::string_view message) {
  problems_[name] = messages(message);
}
void Reader::note_all(std::string_view name, json::object problems) {
  problems_[name] = std::move(problems);
}

const json::value* Reader::get(std::string_view name, bool required, bool null_is_none) {
  known_.emplace(name);
  if (!fields_) return nullptr;
  const auto* value = fields_->if_contains(name);
  if (!value) {
    if (required) note(name, missing);
  } else if (value->is_null()) {
    if (!null_is_none) note(name, is_null);
    return nullptr;
  }
  return value;
}

const json::value* Reader::nested(std::string_view name) {
  return get(name, false);
}

std::optional<std::string> Reader::text(std::string_view name, std::size_t most, bool required,
                                        bool null_is_none) {
  const auto* value = get(name, required, null_is_none);
  if (!value) return std::nullopt;
  if (!value->is_string()) return note(name, "Not a valid string."), std::nullopt;
  std::string text(value->get_string());
  if (const auto problem = length_problem(text, most); !problem.empty())
    return note(name, problem), std::nullopt;
  return text;
}

std::optional<std::string> Reader::uuid(std::string_view name, bool required) {
  const auto* value = get(name, required);
  if (!value) return std::nullopt;
  auto uuid = value->is_string() ? normal_uuid(value->get_string()) : std::nullopt;
  if (!uuid) note(name, "Not a valid UUID.");
  return uuid;
}

std::optional<std::vector<std::string>> Reader::texts(std::string_view name, std::size_t most, bool required,
                                                      bool null_is_none) {
  const auto* value = get(name, required, null_is_none);
  if (!value) return std::nullopt;
  if (!value->is_array()) return note(name, "Not a valid list."), std::nullopt;
  std::vector<std::string> texts;
  json::object problems;
  for (std::size_t i = 0; i < value->get_array().size(); ++i) {
    const auto& one = value->get_array()[i];
    const auto* text = one.if_string();
    const auto problem = one.is_null() ? std::string(is_null)
                         : !text       ? std::string("Not a valid string.")
                                       : length_problem(*text, most);
    if (problem.empty()) {
      texts.emplace_back(*text);
    } else {
      problems[std::to_string(i)] = messages(problem);
    }
  }
  if (problems.empty()) return texts;
  note_all(name, std::move(problems));
  return std::nullopt;
}

std::optional<bool> Reader::truth(std::string_view name) {
  const auto* value = get(name, false);
  if (!value) return std::nullopt;
  if (value->is_bool()) return value->get_bool();
  if (value->is_number() && (value->to_number<double>() == 0 || value->to_number<double>() == 1))
    return value->to_number<double>() == 1;
  if (const auto* text = value->if_string()) {
    const auto lower = text::ascii_lower(*text);
    for (const auto* word : {"t", "true", "on", "y", "yes", "1"})
      if (lower == word) return true;
    for (const auto* word : {"f", "false", "off", "n", "no", "0"})
      if (lower == word) return false;
  }
  note(name, "Not a valid boolean.");
  return std::nullopt;
}

std::optional<std::size_t> Reader::count(std::string_view name) {
  constexpr std::size_t most = 10'000;
  const auto* value = get(name, false);
  if (!value) return std::nullopt;
  double number = 0;
  bool good = value->is_number();
  if (good) {
    number = std::trunc(value->to_number<double>());
  } else if (const auto* text = value->if_string()) {
    int whole = 0;
    const auto [end, failed] = std::from_chars(text->data(), text->data() + text->size(), whole);
    good = failed == std::errc{} && end == text->data() + text->size();
    number = whole;
  }
  if (!good) return note(name, "Not a valid integer."), std::nullopt;
  if (number < 0) return note(name, "Must be greater than or equal to 0."), std::nullopt;
  if (number > most) return note(name, fmt::format("Must be less than or equal to {}.", most)), std::nullopt;
  return static_cast<std::size_t>(number);
}

std::optional<WallTime> Reader::time(std::string_view name) {
  const auto* value = get(name, false);
  if (!value) return std::nullopt;
  const auto time = value->is_string() ? parse_iso_time(value->get_string()) : std::nullopt;
  if (!time) note(name, "Not a valid datetime.");
  return time;
}

std::optional<json::object> Reader::object(std::string_view name) {
  const auto* value = get(name, false);
  if (!value) return std::nullopt;
  if (!value->is_object()) return note(name, "Not a valid mapping type."), std::nullopt;
  return value->get_object();
}

std::optional<json::object> Reader::state(std::string_view name) {
  auto state = object(name);
  if (!state) return std::nullopt;
  json::object problems;
  for (const auto& [key, value] : *state) {
    if (value.is_object() || value.is_array())
      problems[key] = json::object{{"value", messages("Must be a string, a number, a boolean or null.")}};
  }
  if (problems.empty()) return state;
  note_all(name, std::move(problems));
  return std::nullopt;
}

Problems Reader::finish() {
  if (fields_) {
    for (const auto& [key, value] : *fields_)
      if (!known_.contains(key)) note(key, "Unknown field.");
  }
  return std::move(problems_);
}

Problems Reader::finish(json::object& others) {
  if (fields_) {
    for (const auto& [key, value] : *fields_)
      if (!known_.contains(key)) others[key] = value;
  }
  return std::move(problems_);
}

}  // namespace longwave::channelstream::g2
