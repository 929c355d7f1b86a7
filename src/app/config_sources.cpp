// SPDX-License-Identifier: Apache-2.0
#include "app/config.hpp"
#include "app/options.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

#include <toml++/toml.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>

extern char** environ;

namespace longwave::app {
namespace {

/// Variables that mean something and are no options: the key of `longwave call`.
constexpr std::string_view other_variables[] = {"LONGWAVE_KEY"};

std::string value_text(const toml::node& node) {
  if (const auto text = node.value<std::string>(); text && node.is_string()) return *text;
  std::ostringstream out;
  if (const auto* table = node.as_table()) {
    out << toml::json_formatter{*table};
  } else {
    node.visit([&](const auto& n) { out << n; });
  }
  return out.str();
}

std::vector<std::string> values_of(const toml::node& node) {
  std::vector<std::string> values;
  if (const auto* list = node.as_array()) {
    for (const auto& item : *list) values.push_back(value_text(item));
  } else {
    values.push_back(value_text(node));
  }
  return values;
}

/// `heartbeat_interval` under [channelstream] is the option channelstream-heartbeat-interval.
std::string name_in(std::string_view section, std::string_view key) {
  std::string name = fmt::format("{}-{}", section, key);
  std::replace(name.begin(), name.end(), '_', '-');
  return name;
}

Result<void> take_section(Given& given, std::string_view section, const toml::table& table,
                          const std::string& path) {
  for (const auto& [key, node] : table) {
    auto name = name_in(section, key.str());
    if (!find_option(name).option) return unknown_option(name, path);
    if (node.is_table())
      return error(Errc::invalid,
                   fmt::format("{}: {}.{} must be a value, not a table", path, section, key.str()));
    given[std::move(name)] = values_of(node);
  }
  return {};
}

}  // namespace

Result<Given> from_toml_file(const std::string& path) {
  std::ifstream file(path);
  if (!file) return error(Errc::not_found, fmt::format("{}: can't be read", path));
  toml::table parsed;
  try {
    parsed = toml::parse(file, path);
  } catch (const toml::parse_error& why) {
    return error(Errc::invalid,
                 fmt::format("{}, line {}: {}", path, why.source().begin.line, why.description()));
  }
  Given given;
  for (const auto& [key, node] : parsed) {
    if (find_option(key.str()).option) {
      if (node.is_table())
        return error(Errc::invalid, fmt::format("{}: {} must be a value, not a table", path, key.str()));
      given[std::string(key.str())] = values_of(node);
    } else if (const auto* section = node.as_table()) {
      if (auto taken = take_section(given, key.str(), *section, path); !taken) return taken.error();
    } else {
      return unknown_option(key.str(), path);
    }
  }
  return given;
}

Result<Given> from_environment() {
  Given given;
  const auto take = [&](const Option& option, std::string_view name, std::string variable) {
    const char* value = std::getenv(variable.c_str());
    if (!value) return;
    auto& values = given[std::string(name)];
    values.clear();
    if (is_list(option)) {
      for (const auto part : text::split(value, ',')) values.emplace_back(text::trim(part));
    } else {
      values.emplace_back(value);
    }
  };
  constexpr std::string_view dialect = "channelstream-";
  for (const auto& option : options()) {
    for (const auto called : {option.alias, option.name}) {
      if (called.starts_with(dialect))
        take(option, option.name, variable_of(called).substr(environment_prefix.size()));
    }
    take(option, option.name, variable_of(option.name));
    if (option.secret) {
      const auto in_file = std::string(option.name) + "-file";
      take(option, in_file, variable_of(in_file));
    }
  }
  return given;
}

std::vector<std::string> strange_variables() {
  std::vector<std::string> said;
  for (char** entry = environ; entry && *entry; ++entry) {
    const std::string_view text(*entry);
    if (!text.starts_with(environment_prefix)) continue;
    const auto variable = text.substr(0, text.find('='));
    std::string name(variable.substr(environment_prefix.size()));
    for (char& c : name) c = c == '_' ? '-' : static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
    if (find_option(name).option || std::find(std::begin(other_variables), std::end(other_variables),
                                              variable) != std::end(other_variables)) {
      continue;
    }
    said.push_back(fmt::format("{} means nothing here; did you mean {}?", variable,
                               variable_of(closest_option(name).name)));
  }
  return said;
}

}  // namespace longwave::app
