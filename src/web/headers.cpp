// SPDX-License-Identifier: Apache-2.0
#include "web/headers.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace longwave::web {

const std::string* Headers::find(std::string_view name) const {
  for (const auto& [key, value] : fields_) {
    if (text::ascii_iequals(key, name)) return &value;
  }
  return nullptr;
}

std::string_view Headers::get(std::string_view name) const {
  const auto* value = find(name);
  return value ? std::string_view{*value} : std::string_view{};
}

void Headers::remove(std::string_view name) {
  std::erase_if(fields_, [&](const Field& field) { return text::ascii_iequals(field.first, name); });
}

void Headers::set(std::string_view name, std::string value) {
  remove(name);
  add(std::string{name}, std::move(value));
}

bool Headers::has_token(std::string_view name, std::string_view token) const {
  for (const auto& [key, value] : fields_) {
    if (!text::ascii_iequals(key, name)) continue;
    for (const auto item : text::split(value, ',')) {
      if (text::ascii_iequals(text::trim(item), token)) return true;
    }
  }
  return false;
}

}  // namespace longwave::web
