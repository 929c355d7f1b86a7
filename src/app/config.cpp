// SPDX-License-Identifier: Apache-2.0
#include "app/config.hpp"

#include "app/options.hpp"
#include "base/text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <charconv>
#include <fstream>
#include <iterator>

namespace longwave::app {
namespace {

template <class Number>
Result<Number> number(const Option& option, std::string_view text, std::string_view source) {
  Number value{};
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (code == std::errc{} && end == text.data() + text.size() && static_cast<double>(value) >= option.least &&
      static_cast<double>(value) <= option.most) {
    return value;
  }
  return error(Errc::invalid, fmt::format("{}: {} must be a number from {} to {} ({}), not '{}'", source,
                                          option.name, option.least, option.most, option.value, text));
}

Result<bool> boolean(const Option& option, std::string_view text, std::string_view source) {
  std::string lower(text);
  for (char& c : lower) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  if (lower == "true" || lower == "yes" || lower == "on" || lower == "1") return true;
  if (lower == "false" || lower == "no" || lower == "off" || lower == "0") return false;
  return error(Errc::invalid,
               fmt::format("{}: {} must be true or false, not '{}'", source, option.name, text));
}

/// The secret in a file; what editors put behind its last line doesn't belong to it.
Result<std::string> secret_in(const std::string& path, const Option& option, std::string_view source) {
  std::ifstream file(path);
  std::string text(std::istreambuf_iterator<char>(file), {});
  if (!file)
    return error(Errc::not_found, fmt::format("{}: {}-file: {} can't be read", source, option.name, path));
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  return text;
}

Result<void> set(Config& config, const Option& option, const std::vector<std::string>& values,
                 std::string_view source) {
  if (auto* list = std::get_if<std::vector<std::string> Config::*>(&option.member)) {
    config.*(*list) = values;
    return {};
  }
  if (values.size() != 1)
    return error(Errc::invalid, fmt::format("{}: {} takes one value", source, option.name));
  if (auto* text = std::get_if<std::string Config::*>(&option.member)) {
    config.*(*text) = values[0];
  } else if (auto* truth = std::get_if<bool Config::*>(&option.member)) {
    auto value = boolean(option, values[0], source);
    if (!value) return value.error();
    config.*(*truth) = *value;
  } else if (auto* real = std::get_if<double Config::*>(&option.member)) {
    auto value = number<double>(option, values[0], source);
    if (!value) return value.error();
    config.*(*real) = *value;
  } else {
    auto value = number<std::int64_t>(option, values[0], source);
    if (!value) return value.error();
    config.*std::get<std::int64_t Config::*>(option.member) = *value;
  }
  return {};
}

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

std::string shown(const Config& config, const Option& option) {
  return std::visit(
      [&](auto member) -> std::string {
        const auto& value = config.*member;
        using T = std::decay_t<decltype(value)>;
        if constexpr (std::is_same_v<T, std::string>) {
          return option.secret && !value.empty() ? "\"***\"" : quoted(value);
        } else if constexpr (std::is_same_v<T, std::vector<std::string>>) {
          std::vector<std::string> parts;
          for (const auto& part : value) parts.push_back(quoted(part));
          return fmt::format("[{}]", fmt::join(parts, ", "));
        } else {
          return fmt::format("{}", value);
        }
      },
      option.member);
}

}  // namespace

Result<void> apply(Config& config, const Given& given, std::string_view source) {
  for (const auto& [name, values] : given) {
    const auto named = find_option(name);
    if (!named.option) return unknown_option(name, source);
    auto taken = values;
    if (named.in_file && values.size() == 1) {
      auto secret = secret_in(values[0], *named.option, source);
      if (!secret) return secret.error();
      taken = {std::move(*secret)};
    }
    if (auto done = set(config, *named.option, taken, source); !done) return done;
  }
  return {};
}

Result<Merged> merge(const Sources& sources) {
  const auto apply_all = [&](Config& config, const FromIni& ini) -> Result<void> {
    if (auto done = apply(config, sources.toml, sources.toml_path); !done) return done;
    if (auto done = apply(config, ini.given, "the ini file"); !done) return done;
    if (auto done = apply(config, sources.environment, "the environment"); !done) return done;
    return apply(config, sources.command_line, "the command line");
  };
  Merged merged;
  if (auto done = apply_all(merged.config, {}); !done) return done.error();
  if (merged.config.channelstream_ini.empty()) return merged;
  auto ini = from_ini_file(merged.config.channelstream_ini);
  if (!ini) return ini.error();
  merged.config = {};
  merged.strange = ini->strange;
  if (auto done = apply_all(merged.config, *ini); !done) return done.error();
  return merged;
}

std::string to_toml(const Config& config) {
  std::string out;
  for (const auto& option : options()) out += fmt::format("{} = {}\n", option.name, shown(config, option));
  return out;
}

std::string default_of(const Option& option) {
  const Config defaults;
  if (const auto* text = std::get_if<std::string Config::*>(&option.member)) {
    return (defaults.*(*text)).empty() ? "none" : defaults.*(*text);
  }
  if (const auto* list = std::get_if<std::vector<std::string> Config::*>(&option.member)) {
    return (defaults.*(*list)).empty() ? "none" : fmt::format("{}", fmt::join(defaults.*(*list), ","));
  }
  return shown(defaults, option);
}

std::string to_markdown() {
  std::string out =
      "# Configuration\n\n"
      "Made by `longwave dev docs`; every option is declared once, in `src/app/options*.cpp`.\n\n"
      "An option can stand in a TOML file (`--config FILE`), in the environment and on the command line; the "
      "later\n"
      "of these wins. Lists are repeated on the command line and separated by commas in the environment. An "
      "option\n"
      "`section-some-key` may also stand in TOML as `some_key` under `[section]`. A secret may be given as\n"
      "`NAME-file = PATH` instead.\n\n"
      "| option | environment | value | default | what it is |\n|---|---|---|---|---|\n";
  for (const auto& option : options()) {
    out += fmt::format("| `{}` | `{}` | {} | `{}` | {} |\n", option.name, variable_of(option.name),
                       option.value, default_of(option), option.help);
  }
  return out;
}

}  // namespace longwave::app
