// SPDX-License-Identifier: Apache-2.0
#include "web/forwarded.hpp"

#include "base/text.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace longwave::web {

namespace {

/// One proxy's word, in the order of the way: the last was written by the proxy next to us.
struct Hop {
  std::string_view client;
  std::string_view proto;
  std::string_view host;
};

std::string_view unquoted(std::string_view value) {
  value = text::trim(value);
  if (value.size() >= 2 && value.front() == '"' && value.back() == '"')
    return value.substr(1, value.size() - 2);
  return value;
}

/// The elements of a list that may stand in several fields of one name.
std::vector<std::string_view> elements(const Headers& headers, std::string_view name) {
  std::vector<std::string_view> list;
  for (const auto& [key, value] : headers) {
    if (!text::ascii_iequals(key, name)) continue;
    for (const auto part : text::split(value, ',')) list.push_back(text::trim(part));
  }
  return list;
}

std::string_view last_of(const Headers& headers, std::string_view name) {
  const auto list = elements(headers, name);
  return list.empty() ? std::string_view{} : list.back();
}

std::vector<Hop> x_forwarded(const Headers& headers) {
  std::vector<Hop> hops;
  for (const auto client : elements(headers, "X-Forwarded-For")) hops.push_back({client, {}, {}});
  const auto proto = last_of(headers, "X-Forwarded-Proto");
  const auto host = last_of(headers, "X-Forwarded-Host");
  if (hops.empty() && !(proto.empty() && host.empty())) hops.emplace_back();
  for (auto& hop : hops) hop.proto = proto, hop.host = host;
  return hops;
}

/// RFC 7239 section 4. A comma or semicolon inside quotes is nothing that an address, a scheme or a host has.
std::vector<Hop> rfc7239(const Headers& headers) {
  std::vector<Hop> hops;
  for (const auto element : elements(headers, "Forwarded")) {
    Hop hop;
    for (const auto pair : text::split(element, ';')) {
      const auto equals = pair.find('=');
      if (equals == pair.npos) continue;
      const auto name = text::trim(pair.substr(0, equals));
      const auto value = unquoted(pair.substr(equals + 1));
      if (text::ascii_iequals(name, "for")) hop.client = value;
      if (text::ascii_iequals(name, "proto")) hop.proto = value;
      if (text::ascii_iequals(name, "host")) hop.host = value;
    }
    hops.push_back(hop);
  }
  return hops;
}

/// "192.0.2.1", "192.0.2.1:80", "2001:db8::1", "[2001:db8::1]", "[2001:db8::1]:80".
std::optional<std::string> address_of(std::string_view node) {
  if (node.starts_with('[')) {
    node = node.substr(1, node.find(']') - 1);
  } else if (const auto colon = node.find(':');
             colon != node.npos && node.find(':', colon + 1) == node.npos) {
    node = node.substr(0, colon);
  }
  const auto address = io::parse_address(node);
  return address ? std::optional{io::address_text(*address)} : std::nullopt;
}

void believe(Request& request, const Hop& hop) {
  if (text::ascii_iequals(hop.proto, "https")) request.tls = true;
  if (text::ascii_iequals(hop.proto, "http")) request.tls = false;
  if (!hop.host.empty()) request.headers.set("Host", std::string{hop.host});
}

}  // namespace

void apply_forwarded(Request& request, const io::Networks& trusted, ForwardedBy by) {
  if (by == ForwardedBy::none || !trusted.contains(request.peer.ip)) return;
  const auto hops = by == ForwardedBy::forwarded ? rfc7239(request.headers) : x_forwarded(request.headers);
  if (hops.empty()) return;
  request.forwarded = true;
  request.is_loopback = request.peer.is_loopback = false;
  std::optional<Hop> word;  // of the outermost proxy that is trusted
  for (auto hop = hops.rbegin(); hop != hops.rend(); ++hop) {
    word = *hop;
    const auto address = address_of(hop->client);
    if (!address) break;
    request.peer.ip = *address;
    request.peer.port = 0;
    if (!trusted.contains(*address)) break;
  }
  believe(request, Hop{*word});
}

}  // namespace longwave::web
