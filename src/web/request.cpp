// SPDX-License-Identifier: Apache-2.0
#include "web/request.hpp"

#include "base/text.hpp"

namespace longwave::web {

namespace {
/// "http://host:1/path?x" → "/path?x" (RFC 9112 section 3.2.2: a server must accept the absolute form).
std::string_view origin_form(std::string_view target) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!text::ascii_iequals(target.substr(0, scheme.size()), scheme)) continue;
    const auto path = target.find_first_of("/?", scheme.size());
    if (path == target.npos) return "/";
    return target[path] == '/' ? target.substr(path) : std::string_view{};
  }
  return target;
}
}  // namespace

bool parse_target(std::string_view target, Request& into) {
  target = origin_form(target);
  if (target.empty() || target.front() != '/') return false;
  const auto question = target.find('?');
  const auto path = text::url_decode(target.substr(0, question));
  if (!path || path->find('\0') != path->npos) return false;
  into.target = target;
  into.path = *path;
  into.query.clear();
  if (question == target.npos) return true;
  for (const auto pair : text::split(target.substr(question + 1), '&')) {
    if (pair.empty()) continue;
    const auto equals = pair.find('=');
    const auto name = text::url_decode(pair.substr(0, equals), true);
    const auto value =
        text::url_decode(equals == pair.npos ? std::string_view{} : pair.substr(equals + 1), true);
    if (!name || !value) return false;
    into.query.emplace_back(*name, *value);
  }
  return true;
}

std::optional<std::string_view> Request::query_value(std::string_view name) const {
  for (const auto& [key, value] : query) {
    if (key == name) return value;
  }
  return std::nullopt;
}

std::string_view Request::parameter(std::string_view name) const {
  for (const auto& [key, value] : parameters) {
    if (key == name) return value;
  }
  return {};
}

std::optional<std::string_view> Request::cookie(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (!text::ascii_iequals(key, "Cookie")) continue;
    for (const auto pair : text::split(value, ';')) {
      const auto cookie = text::trim(pair);
      const auto equals = cookie.find('=');
      if (equals == cookie.npos || cookie.substr(0, equals) != name) continue;
      auto content = cookie.substr(equals + 1);
      if (content.size() >= 2 && content.front() == '"' && content.back() == '"') {
        content = content.substr(1, content.size() - 2);
      }
      return content;
    }
  }
  return std::nullopt;
}

}  // namespace longwave::web
