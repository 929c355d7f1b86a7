// SPDX-License-Identifier: Apache-2.0
#include "app/fleet_signing.hpp"

#include "access/hmac.hpp"
#include "web/request.hpp"

#include <fmt/format.h>

#include <charconv>

namespace longwave::app {
namespace {

constexpr std::int64_t valid_s = 60;

std::int64_t seconds(WallTime t) {
  return std::chrono::floor<std::chrono::seconds>(t.time_since_epoch()).count();
}

std::string signature(std::string_view secret, std::string_view what, std::string_view name,
                      std::int64_t until) {
  std::string hex;
  for (const unsigned char byte : access::hmac_sha256(secret, fmt::format("{}\n{}\n{}", what, name, until)))
    hex += fmt::format("{:02x}", byte);
  return hex;
}

bool same(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  unsigned different = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    different |= static_cast<unsigned>(static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b[i]));
  return different == 0;
}

}  // namespace

std::string signed_query(std::string_view secret, std::string_view what, std::string_view name,
                         WallTime now) {
  if (secret.empty()) return {};
  const auto until = seconds(now) + valid_s;
  return fmt::format("?until={}&sig={}", until, signature(secret, what, name, until));
}

bool is_signed(std::string_view secret, std::string_view what, std::string_view name,
               const web::Request& request, WallTime now) {
  const auto given = request.query_value("sig"), limit = request.query_value("until");
  if (secret.empty() || !given || !limit) return false;
  std::int64_t until = 0;
  const auto [end, failed] = std::from_chars(limit->data(), limit->data() + limit->size(), until);
  if (failed != std::errc{} || end != limit->data() + limit->size()) return false;
  // Clocks of nodes may differ by as much as the span itself.
  if (until < seconds(now) || until > seconds(now) + 2 * valid_s) return false;
  return same(*given, signature(secret, what, name, until));
}

std::string passport(std::string_view secret, const std::string& radio, const fleet::User& user,
                     WallTime now) {
  const auto who = fmt::format("{}{}", user.id ? fmt::to_string(*user.id) : "", user.hd ? "hd" : "");
  auto query = signed_query(secret, "listener", radio + " " + who, now);
  return query.empty() ? query : query + "&who=" + who;
}

std::optional<fleet::User> read_passport(std::string_view secret, const std::string& radio,
                                         const web::Request& request, WallTime now) {
  const auto who = request.query_value("who");
  if (!who || !is_signed(secret, "listener", radio + " " + std::string(*who), request, now))
    return std::nullopt;
  std::string_view text = *who;
  fleet::User user;
  user.hd = text.ends_with("hd");
  if (user.hd) text.remove_suffix(2);
  std::int64_t number = 0;
  if (std::from_chars(text.data(), text.data() + text.size(), number).ec == std::errc{}) user.id = number;
  return user;
}

}  // namespace longwave::app
