// SPDX-License-Identifier: Apache-2.0
#include "access/users.hpp"
#include "base/text.hpp"

namespace longwave::access {
namespace {

constexpr std::string_view cookie_name = "longwave_session";
// Strict: not sent with any request that another site causes. HttpOnly: scripts of the page can't read it.
constexpr std::string_view attributes = "; Path=/; HttpOnly; SameSite=Strict";

}  // namespace

std::string session_cookie(std::string_view token, Duration lifetime, bool secure) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(lifetime).count();
  std::string cookie(cookie_name);
  cookie.append("=").append(token).append(attributes).append("; Max-Age=").append(std::to_string(seconds));
  return secure ? cookie + "; Secure" : cookie;
}

std::string ended_cookie(bool secure) {
  return session_cookie("", Duration{0}, secure);
}

std::string_view token_of(std::string_view authorization, std::string_view cookie) {
  constexpr std::string_view scheme = "bearer ";
  if (authorization.size() > scheme.size() &&
      text::ascii_iequals(authorization.substr(0, scheme.size()), scheme))
    return text::trim(authorization.substr(scheme.size()));
  for (std::string_view part : text::split(cookie, ';')) {
    part = text::trim(part);
    if (part.starts_with(cookie_name) && part.substr(cookie_name.size()).starts_with('='))
      return part.substr(cookie_name.size() + 1);
  }
  return {};
}

}  // namespace longwave::access
