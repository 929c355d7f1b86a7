// SPDX-License-Identifier: Apache-2.0
#include "app/config.hpp"

#include "base/text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <toml++/toml.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <sstream>

extern char** environ;

namespace longwave::app {
namespace {

constexpr std::string_view environment_prefix = "LONGWAVE_";
/// Variables that mean something and are no options: the key of `longwave call`.
constexpr std::string_view other_variables[] = {"LONGWAVE_KEY"};

const Option table[] = {
    {"music", &Config::music, "DIR", "A folder of music; may be given several times"},
    {"data", &Config::data, "DIR",
     "Where Longwave keeps its database, its cache and the administrator's password"},
    {"listen", &Config::listen, "ADDRESS",
     "An address to serve, HOST:PORT or unix:PATH; several; HOST 0.0.0.0 or [::] opens it to the network. "
     "Behind it, as needed: +tls, +plain, +proxy (PROXY protocol), +mode=660 (of a Unix socket)"},
    {"host", &Config::host, "NAME",
     "A host name by which browsers may reach this server besides its address; several"},
    {"origin", &Config::origin, "URL",
     "A foreign web page's origin (https://example.org) that may call the API; several"},
    {"tls-certificate", &Config::tls_certificate, "FILE",
     "PEM certificate chain; serves HTTPS when given with tls-key"},
    {"tls-key", &Config::tls_key, "FILE", "PEM private key of tls-certificate"},
    {"trusted-proxy", &Config::trusted_proxy, "NETWORK",
     "Whose word about a connection's client is taken: 10.0.0.0/8, ::1, or unix for Unix sockets; several"},
    {"proxy-header", &Config::proxy_header, "KIND",
     "The fields that trusted proxies write: x-forwarded (X-Forwarded-For, -Proto, -Host), forwarded (RFC "
     "7239) or none"},
    {"drain", &Config::drain_s, "SECONDS",
     "At the end, WebSockets and listeners are let go evenly over this time, while requests are still "
     "answered",
     0, 3600},
    {"connections", &Config::connections, "COUNT", "Most connections at a time; more are closed at once", 1,
     10'000'000},
    {"connections-per-address", &Config::connections_per_address, "COUNT",
     "Most connections of one address (of one IPv6 /64); this machine and trusted proxies aren't counted; 0 "
     "is any",
     0, 10'000'000},
    {"body-rate", &Config::body_rate, "BYTES/S",
     "A request body that comes more slowly over 10 s is answered 408; 0 takes any time", 0, 1'000'000},
    {"read-rate", &Config::read_rate, "BYTES/S",
     "A client that takes its answer more slowly over 10 s is cut off; 0 waits for ever", 0, 1'000'000},
    {"station-name", &Config::station_name, "TEXT", "The name players show for the first station"},
    {"loudness", &Config::loudness_lufs, "LUFS", "Integrated loudness every track is brought to", -40, -6},
    {"true-peak", &Config::true_peak_dbtp, "dBTP", "Highest true peak the limiter lets through", -12, 0},
    {"trim-silence", &Config::trim_silence_s, "SECONDS",
     "Silence at the head or tail of a track that is longer is left out; 0 keeps all", 0, 60},
    {"track-separation", &Config::track_separation_min, "MINUTES",
     "The AutoDJ doesn't repeat a track sooner, while the library allows it", 0, 10080},
    {"artist-separation", &Config::artist_separation_min, "MINUTES",
     "The AutoDJ doesn't repeat an artist sooner, while the library allows it", 0, 1440},
    {"cache", &Config::cache_mb, "MB", "Disk space for encoded tracks; the least recently used go first", 64,
     std::numeric_limits<std::int32_t>::max()},
    {"listeners", &Config::listeners, "COUNT", "Most listeners at a time; more get 503", 1, 1'000'000},
    {"rate-calls", &Config::rate_calls, "PER-SECOND",
     "API calls of one connection on average, ten times as many at once; 0 is no limit", 0, 1'000'000},
    {"rate-kb", &Config::rate_kb, "KB-PER-SECOND",
     "Size of the messages of one connection on average, ten times as much at once; 0 is no limit", 0,
     1'000'000},
    {"address-calls", &Config::address_calls, "PER-SECOND",
     "API calls of one address (for IPv6: a /64 network), as rate-calls", 0, 1'000'000},
    {"address-kb", &Config::address_kb, "KB-PER-SECOND", "Size of the messages of one address, as rate-kb", 0,
     1'000'000},
    {"address-connects", &Config::address_connects, "PER-SECOND",
     "New connections of one address on average, ten times as many at once; 0 is no limit", 0, 1'000'000},
    {"net-threads", &Config::net_threads, "COUNT", "Threads that serve connections; 0 is one per core", 0,
     256},
    {"media-threads", &Config::media_threads, "COUNT", "Threads that decode and encode; 0 is one per core", 0,
     256},
    {"scan-threads", &Config::scan_threads, "COUNT", "Threads that read files during a scan; 0 chooses", 0,
     256},
    {"log", &Config::log, "LEVEL", "What is written to standard error: debug, info, warn, error or off"},
};

const Option* find(std::string_view name) {
  const auto found =
      std::find_if(std::begin(table), std::end(table), [&](const Option& o) { return o.name == name; });
  return found == std::end(table) ? nullptr : found;
}

std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
      diagonal = above;
    }
  }
  return row[b.size()];
}

const Option& closest_to(std::string_view name) {
  return *std::min_element(std::begin(table), std::end(table), [&](const Option& a, const Option& b) {
    return distance(a.name, name) < distance(b.name, name);
  });
}

Error unknown(std::string_view name, std::string_view source) {
  return error(Errc::invalid,
               fmt::format("{}: there is no option '{}'; did you mean '{}'? `longwave config` lists all",
                           source, name, closest_to(name).name));
}

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

std::string value_text(const toml::node& node) {
  if (const auto text = node.value<std::string>(); text && node.is_string()) return *text;
  std::ostringstream out;
  node.visit([&](const auto& n) { out << n; });
  return out.str();
}

std::string variable_of(std::string_view name) {
  std::string out(environment_prefix);
  for (const char c : name) out += c == '-' ? '_' : static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c);
  return out;
}

}  // namespace

std::span<const Option> options() {
  return table;
}

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
    if (!find(key.str())) return unknown(key.str(), path);
    auto& values = given[std::string(key.str())];
    if (const auto* list = node.as_array()) {
      for (const auto& item : *list) values.push_back(value_text(item));
    } else if (node.is_table()) {
      return error(Errc::invalid, fmt::format("{}: {} must be a value, not a table", path, key.str()));
    } else {
      values.push_back(value_text(node));
    }
  }
  return given;
}

Result<Given> from_environment() {
  Given given;
  for (const auto& option : table) {
    const char* value = std::getenv(variable_of(option.name).c_str());
    if (!value) continue;
    auto& values = given[std::string(option.name)];
    if (std::holds_alternative<std::vector<std::string> Config::*>(option.member)) {
      for (const auto part : text::split(value, ',')) values.emplace_back(text::trim(part));
    } else {
      values.emplace_back(value);
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
    if (find(name) || std::find(std::begin(other_variables), std::end(other_variables), variable) !=
                          std::end(other_variables)) {
      continue;
    }
    said.push_back(
        fmt::format("{} means nothing here; did you mean {}?", variable, variable_of(closest_to(name).name)));
  }
  return said;
}

Result<void> apply(Config& config, const Given& given, std::string_view source) {
  for (const auto& [name, values] : given) {
    const Option* option = find(name);
    if (!option) return unknown(name, source);
    if (auto done = set(config, *option, values, source); !done) return done;
  }
  return {};
}

std::string to_toml(const Config& config) {
  std::string out;
  for (const auto& option : table) out += fmt::format("{} = {}\n", option.name, shown(config, option));
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
      "Made by `longwave dev docs`; every option is declared once, in `src/app/config.cpp`.\n\n"
      "An option can stand in a TOML file (`--config FILE`), in the environment and on the command line; the "
      "later\n"
      "of these wins. Lists are repeated on the command line and separated by commas in the environment.\n\n"
      "| option | environment | value | default | what it is |\n|---|---|---|---|---|\n";
  for (const auto& option : table) {
    out += fmt::format("| `{}` | `{}` | {} | `{}` | {} |\n", option.name, variable_of(option.name),
                       option.value, default_of(option), option.help);
  }
  return out;
}

}  // namespace longwave::app
