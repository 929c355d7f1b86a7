// SPDX-License-Identifier: Apache-2.0
#include "rpc/origin.hpp"

#include "base/text.hpp"
#include "web/request.hpp"

#include <arpa/inet.h>

#include <algorithm>

namespace longwave::rpc {
namespace {

/// The host of "host:port", "[::1]:port", or either without a port.
std::string host_of(const std::string& authority) {
  if (authority.starts_with('[')) return authority.substr(0, authority.find(']') + 1);
  return authority.substr(0, authority.find(':'));
}

/// A name can be made to lead anywhere by whoever owns it; an address can't.
bool is_address(const std::string& host) {
  in_addr four;
  in6_addr six;
  if (host.starts_with('[') && host.ends_with(']'))
    return inet_pton(AF_INET6, host.substr(1, host.size() - 2).c_str(), &six) == 1;
  return inet_pton(AF_INET, host.c_str(), &four) == 1;
}

bool lists(const std::vector<std::string>& list, const std::string& lower) {
  return std::any_of(list.begin(), list.end(),
                     [&](const std::string& entry) { return text::ascii_lower(entry) == lower; });
}

}  // namespace

bool allows(const OriginRules& rules, const web::Request& request) {
  const std::string* given = request.headers.find("Origin");
  if (!given || rules.any) return true;
  const std::string origin = text::ascii_lower(*given);
  if (lists(rules.origins, origin)) return true;

  const std::string host = text::ascii_lower(request.host());
  const bool same = origin == "http://" + host || origin == "https://" + host;
  const std::string name = host_of(host);
  return same && (is_address(name) || name == "localhost" || lists(rules.hosts, name));
}

}  // namespace longwave::rpc
