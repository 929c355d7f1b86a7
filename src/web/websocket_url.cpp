// SPDX-License-Identifier: Apache-2.0
#include "base/text.hpp"
#include "web/websocket_client.hpp"

#include <fmt/core.h>

#include <charconv>

namespace longwave::web {

namespace {

Error malformed(std::string_view text) {
  return error(Errc::invalid,
               fmt::format("\"{}\" is not ws://HOST:PORT/PATH, wss://… or ws+unix:/SOCKET:/PATH", text));
}

constexpr std::uint16_t own_port(bool secure) {
  return secure ? 443 : 80;
}

}  // namespace

Result<WebSocketUrl> WebSocketUrl::parse(std::string_view text) {
  WebSocketUrl url;
  for (const char c : text) {
    if (c <= ' ' || c == 0x7f || c == '#') return malformed(text);
  }
  const auto scheme_end = text.find(':');
  if (scheme_end == text.npos) return malformed(text);
  const auto scheme = text::ascii_lower(text.substr(0, scheme_end));
  auto rest = text.substr(scheme_end + 1);
  if (scheme == "ws+unix" || scheme == "wss+unix") {
    url.secure = scheme == "wss+unix";
    if (rest.starts_with("//")) rest.remove_prefix(2);
    const auto colon = rest.find(':');
    url.unix_path = rest.substr(0, colon);
    url.host = "localhost";
    url.port = own_port(url.secure);
    if (colon != rest.npos) url.target = rest.substr(colon + 1);
    if (url.unix_path.empty() || !url.target.starts_with('/')) return malformed(text);
    return url;
  }
  if ((scheme != "ws" && scheme != "wss") || !rest.starts_with("//")) return malformed(text);
  url.secure = scheme == "wss";
  url.port = own_port(url.secure);
  rest.remove_prefix(2);
  const auto path = rest.find_first_of("/?");
  auto authority = rest.substr(0, path);
  if (path != rest.npos) url.target = (rest[path] == '?' ? "/" : "") + std::string{rest.substr(path)};
  if (authority.find('@') != authority.npos) return malformed(text);
  const auto bracket = authority.rfind(']');
  const auto colon = authority.find(':', bracket == authority.npos ? 0 : bracket);
  if (colon != authority.npos) {
    const auto digits = authority.substr(colon + 1);
    const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), url.port);
    if (failed != std::errc{} || end != digits.data() + digits.size() || url.port == 0)
      return malformed(text);
    authority = authority.substr(0, colon);
  }
  if (authority.starts_with('[') && authority.ends_with(']'))
    authority = authority.substr(1, authority.size() - 2);
  url.host = authority;
  if (url.host.empty() || url.host.find_first_of("[]") != std::string::npos) return malformed(text);
  return url;
}

std::string WebSocketUrl::authority() const {
  const auto name = host.find(':') != std::string::npos ? "[" + host + "]" : host;
  return port == own_port(secure) ? name : fmt::format("{}:{}", name, port);
}

}  // namespace longwave::web
