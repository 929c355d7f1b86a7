// SPDX-License-Identifier: Apache-2.0
#include "app/config.hpp"
#include "app/options.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>

namespace longwave::app {
namespace {

struct Entry {
  std::string section;
  std::string key;
  std::string value;
  std::size_t line;
};

/// What PasteDeploy and Pyramid want in these sections and has no meaning here.
bool foreign(std::string_view key) {
  return key == "use" || key.find('.') != key.npos;
}

bool is_blank(std::string_view text) {
  return text.empty() || text[0] == '#' || text[0] == ';';
}

std::size_t indent_of(std::string_view line) {
  return std::min(line.find_first_not_of(" \t"), line.size());
}

Result<std::vector<Entry>> read_entries(std::istream& in, const std::string& path) {
  std::vector<std::string> lines;
  // An example copied out of a document is indented as a whole.
  std::size_t margin = std::string::npos;
  for (std::string line; std::getline(in, line);) {
    if (!is_blank(text::trim(line))) margin = std::min(margin, indent_of(line));
    lines.push_back(std::move(line));
  }
  std::vector<Entry> entries;
  std::string section;
  bool goes_on = false;
  std::size_t number = 0;
  for (const auto& line : lines) {
    ++number;
    const auto text = text::trim(line);
    if (is_blank(text)) continue;
    const bool indented = indent_of(line) > margin;
    if (indented && goes_on) {
      entries.back().value += fmt::format("\n{}", text);
    } else if (text[0] == '[' && text.back() == ']') {
      section = text::trim(text.substr(1, text.size() - 2));
      goes_on = false;
    } else if (const auto sign = text.find_first_of("=:"); sign != text.npos && !section.empty()) {
      entries.push_back({section, text::ascii_lower(text::trim(text.substr(0, sign))),
                         std::string(text::trim(text.substr(sign + 1))), number});
      goes_on = true;
    } else {
      return error(Errc::invalid,
                   fmt::format("{}, line {}: expected [section] or key = value", path, number));
    }
  }
  return entries;
}

/// The option that a key means; "" if none.
std::string option_name(std::string_view section, std::string_view key) {
  if (section == "app:main" && key == "port") return "channelstream-app-port";
  std::string name = fmt::format("channelstream-{}", key);
  std::replace(name.begin(), name.end(), '_', '-');
  return name;
}

std::vector<std::string> values_of(const Option& option, const std::string& value) {
  if (!is_list(option)) return {value};
  std::vector<std::string> values;
  std::string lines = value;
  std::replace(lines.begin(), lines.end(), '\n', ',');
  for (const auto part : text::split(lines, ',')) {
    if (const auto one = text::trim(part); !one.empty()) values.emplace_back(one);
  }
  return values;
}

}  // namespace

Result<FromIni> from_ini_file(const std::string& path) {
  std::ifstream file(path);
  if (!file) return error(Errc::not_found, fmt::format("{}: can't be read", path));
  auto entries = read_entries(file, path);
  if (!entries) return entries.error();
  FromIni read;
  for (const auto& [section, key, value, line] : *entries) {
    if (section != "app:main" && section != "server:main" && section != "channelstream") continue;
    if (section == "app:main") read.given.try_emplace("channelstream-admin", Given::mapped_type{"basic"});
    const auto name = option_name(section, key);
    const auto* option = find_option(name).option;
    if (option) {
      read.given[std::string(option->name)] = values_of(*option, value);
    } else if (!foreign(key)) {
      read.strange.push_back(
          fmt::format("{}, line {}: '{}' under [{}] means nothing here", path, line, key, section));
    }
  }
  return read;
}

}  // namespace longwave::app
