// SPDX-License-Identifier: Apache-2.0
#include "access/gate.hpp"

#include "base/text.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

namespace longwave::access {
namespace {

struct Authority {
  std::string name;  ///< lower case; IPv6 without brackets
  int port = 0;      ///< 0: none given
};

bool is_address(const std::string& name, bool* loopback = nullptr) {
  in_addr v4{};
  in6_addr v6{};
  if (inet_pton(AF_INET, name.c_str(), &v4) == 1) {
    if (loopback) *loopback = (ntohl(v4.s_addr) >> 24) == 127;
    return true;
  }
  if (inet_pton(AF_INET6, name.c_str(), &v6) == 1) {
    if (loopback) *loopback = IN6_IS_ADDR_LOOPBACK(&v6);
    return true;
  }
  return false;
}

bool is_loopback_name(const std::string& name) {
  bool loopback = false;
  return name == "localhost" || (is_address(name, &loopback) && loopback);
}

/// "name", "name:port", "[v6]:port" and nothing else (no user, no path, no trailing dot, no space).
std::optional<Authority> parse(std::string_view authority) {
  Authority result;
  std::string_view port;
  if (authority.starts_with('[')) {
    const std::size_t end = authority.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    result.name = text::ascii_lower(authority.substr(1, end - 1));
    if (result.name.find(':') == std::string::npos || !is_address(result.name)) return std::nullopt;
    port = authority.substr(end + 1);
    if (!port.empty() && !port.starts_with(':')) return std::nullopt;
    if (!port.empty()) port.remove_prefix(1), port = port.empty() ? "x" : port;
  } else {
    const std::size_t colon = authority.find(':');
    result.name = text::ascii_lower(authority.substr(0, colon));
    if (colon != std::string_view::npos)
      port = colon + 1 < authority.size() ? authority.substr(colon + 1) : "x";
    const bool plain = std::all_of(result.name.begin(), result.name.end(), [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-';
    });
    if (result.name.empty() || !plain || result.name.ends_with('.')) return std::nullopt;
  }
  if (!port.empty()) {
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), result.port);
    if (error != std::errc{} || end != port.data() + port.size() || result.port < 1 || result.port > 65535)
      return std::nullopt;
  }
  return result;
}

struct Origin {
  bool https = false;
  Authority authority;
};

std::optional<Origin> parse_origin(std::string_view origin) {
  const std::string lower = text::ascii_lower(origin);
  Origin result;
  std::string_view rest = lower;
  if (rest.starts_with("https://")) {
    result.https = true;
    rest.remove_prefix(8);
  } else if (rest.starts_with("http://")) {
    rest.remove_prefix(7);
  } else {
    return std::nullopt;  // "null", file:, extensions
  }
  const auto authority = parse(rest);
  if (!authority) return std::nullopt;
  result.authority = *authority;
  if (result.authority.port == 0) result.authority.port = result.https ? 443 : 80;
  return result;
}

bool same(const Origin& a, const Origin& b) {
  return a.https == b.https && a.authority.name == b.authority.name && a.authority.port == b.authority.port;
}

}  // namespace

Gate::Gate(GateRules rules) : rules_(std::move(rules)) {}

bool Gate::our_port(int port) const {
  return port == rules_.port ||
         std::find(rules_.more_ports.begin(), rules_.more_ports.end(), port) != rules_.more_ports.end();
}

bool Gate::our_host(std::string_view host, bool tls) const {
  const auto asked = parse(host);
  if (!asked) return false;
  const int port = asked->port != 0 ? asked->port : tls ? 443 : 80;
  for (const std::string& entry : rules_.hosts) {
    const auto ours = parse(entry);
    if (!ours || ours->name != asked->name) continue;
    if (ours->port != 0 ? ours->port == port : asked->port == 0 || our_port(asked->port)) return true;
  }
  if (!our_port(port)) return false;
  if (is_loopback_name(asked->name)) return true;
  // A name can be made to point here by anybody; an address in the address bar is this machine's own.
  return !rules_.loopback && is_address(asked->name);
}

bool Gate::given_origin(std::string_view origin) const {
  const auto theirs = parse_origin(origin);
  return theirs && std::any_of(rules_.origins.begin(), rules_.origins.end(), [&](const std::string& entry) {
           const auto ours = parse_origin(entry);
           return ours && same(*ours, *theirs);
         });
}

bool Gate::our_origin(std::string_view origin, std::string_view host, bool tls) const {
  const auto theirs = parse_origin(origin);
  if (!theirs) return false;
  if (given_origin(origin)) return true;
  const auto asked = parse(host);
  if (!asked) return false;
  if (tls && !theirs->https) return false;
  if (!tls && theirs->https) {
    // A proxy in front of us may speak TLS for a name that was configured, never for this machine's own
    // names.
    const bool named = std::any_of(rules_.hosts.begin(), rules_.hosts.end(), [&](const std::string& entry) {
      const auto ours = parse(entry);
      return ours && ours->name == asked->name;
    });
    if (!named) return false;
  }
  const int port = asked->port != 0 ? asked->port : theirs->https ? 443 : 80;
  return theirs->authority.name == asked->name && theirs->authority.port == port;
}

std::optional<Refusal> Gate::check(const Knock& knock) const {
  const bool tls = knock.tls.value_or(rules_.tls);
  if (!our_host(knock.host, tls))
    return Refusal{421, "this server does not go by that name; names are added with --host"};
  const bool reading = knock.method == "GET" || knock.method == "HEAD";
  if ((reading || knock.method == "OPTIONS") && !knock.websocket)
    for (const std::string& prefix : rules_.open)
      if (knock.path.starts_with(prefix)) return std::nullopt;
  for (const std::string& path : rules_.any_origin)
    if (path.ends_with('/') ? knock.path.starts_with(path) : knock.path == path) return std::nullopt;
  if (knock.origin) {
    if (our_origin(*knock.origin, knock.host, tls)) return std::nullopt;
    return Refusal{403, "pages of other sites may not use this server; origins are added with --origin"};
  }
  const bool foreign = knock.fetch_site && *knock.fetch_site != "same-origin" && *knock.fetch_site != "none";
  if (foreign && (!reading || knock.websocket))
    return Refusal{403, "pages of other sites may not use this server; origins are added with --origin"};
  return std::nullopt;
}

bool Gate::trusted(const Knock& knock) const {
  const auto host = parse(knock.host);
  return rules_.loopback && knock.loopback_peer && !knock.forwarded && host && is_loopback_name(host->name);
}

bool is_json(std::string_view content_type) {
  const std::string_view type = text::trim(content_type.substr(0, content_type.find(';')));
  return text::ascii_iequals(type, "application/json");
}

}  // namespace longwave::access
