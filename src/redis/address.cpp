// SPDX-License-Identifier: Apache-2.0
#include "redis/address.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <charconv>
#include <optional>

namespace longwave::redis {
namespace {

constexpr std::uint16_t usual_port = 6379;
constexpr int most_dbs = 65535;

Error wrong(std::string_view what) {
  return error(Errc::invalid,
               fmt::format("{}; expected redis://HOST:PORT/DB, rediss://HOST:PORT/DB or unix:/PATH", what));
}

template <class Number>
std::optional<Number> whole(std::string_view text) {
  Number value{};
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || code != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool take_db(std::string_view text, Address& address) {
  const auto db = whole<int>(text);
  if (!db || *db < 0 || *db > most_dbs) return false;
  address.db = *db;
  return true;
}

bool take_user(std::string_view text, Address& address) {
  const auto colon = text.find(':');
  const auto user = text::url_decode(text.substr(0, colon));
  const auto password =
      colon == std::string_view::npos ? std::string{} : text::url_decode(text.substr(colon + 1));
  if (!user || !password) return false;
  address.user = *user;
  address.password = *password;
  return true;
}

Result<Address> parse_unix(std::string_view path) {
  Address address;
  if (const auto question = path.find("?db="); question != std::string_view::npos) {
    if (!take_db(path.substr(question + 4), address)) return wrong("the database isn't a number");
    path = path.substr(0, question);
  }
  if (!path.starts_with('/')) return wrong("the path of the socket doesn't begin with /");
  address.endpoint.unix_path = path;
  return address;
}

}  // namespace

Result<Address> Address::parse(std::string_view text) {
  if (text.starts_with("unix:")) return parse_unix(text.substr(text.starts_with("unix:///") ? 7 : 5));
  Address address;
  if (text.starts_with("rediss://")) {
    address.tls = true;
    text.remove_prefix(9);
  } else if (text.starts_with("redis://")) {
    text.remove_prefix(8);
  } else {
    return wrong("that isn't the address of a Redis");
  }
  if (const auto at = text.rfind('@'); at != std::string_view::npos) {
    if (!take_user(text.substr(0, at), address)) return wrong("user and password are badly percent-encoded");
    text.remove_prefix(at + 1);
  }
  if (const auto slash = text.find('/'); slash != std::string_view::npos) {
    if (slash + 1 < text.size() && !take_db(text.substr(slash + 1), address))
      return wrong("the database isn't a number");
    text = text.substr(0, slash);
  }
  const bool in_brackets = text.starts_with('[');
  const auto end_of_host = in_brackets ? text.find(']') : text.find(':');
  auto host = text.substr(0, end_of_host);
  auto rest = end_of_host == std::string_view::npos ? std::string_view{} : text.substr(end_of_host);
  if (in_brackets) {
    if (rest.empty()) return wrong("a ] is missing");
    host.remove_prefix(1);
    rest.remove_prefix(1);
  }
  if (host.empty()) return wrong("the host is missing");
  address.endpoint.host = host;
  address.endpoint.port = usual_port;
  if (!rest.empty()) {
    const auto port = rest.starts_with(':') ? whole<std::uint16_t>(rest.substr(1)) : std::nullopt;
    if (!port || *port == 0) return wrong("the port isn't a number from 1 to 65535");
    address.endpoint.port = *port;
  }
  return address;
}

std::string Address::text() const {
  if (!endpoint.unix_path.empty()) return endpoint.unix_path;
  return fmt::format("{}{}/{}", tls ? "rediss://" : "redis://", endpoint.text(), db);
}

}  // namespace longwave::redis
