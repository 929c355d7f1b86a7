// SPDX-License-Identifier: Apache-2.0
#include "dialects/channelstream/g1_wires.hpp"
#include "dialects/channelstream/signatures.hpp"
#include "web/request.hpp"

#include <algorithm>

namespace longwave::channelstream::g1 {
namespace {

constexpr std::chrono::seconds clocks_differ{300};  // the web application's and ours

}  // namespace

Verdict judge(const Credentials& credentials, const Settings& settings, WallTime now) {
  if (credentials.user.empty() || credentials.signature.empty()) return Verdict::missing;
  if (!settings.old_signatures) return Verdict::bad;
  const auto time = check_g1(settings.secret, credentials.user, credentials.signature);
  if (!time) return Verdict::bad;
  if (settings.any_age) return Verdict::good;
  const auto age =
      std::chrono::floor<std::chrono::seconds>(now.time_since_epoch()) - std::chrono::seconds{*time};
  return age <= settings.browser_signature_age && age >= -clocks_differ ? Verdict::good : Verdict::bad;
}

bool admits(const Settings& settings, const web::Request& request) {
  const auto origin = request.headers.get("Origin");
  const auto& given = settings.allow_cors;
  if (origin.empty() || given.empty()) return true;
  const std::string_view scheme = request.tls ? "https://" : "http://";
  if (origin.starts_with(scheme) && origin.substr(scheme.size()) == request.host()) return true;
  return std::find(given.begin(), given.end(), origin) != given.end();
}

void add_cors(const Settings& settings, const web::Request& request, web::Headers& headers) {
  const auto origin = request.headers.get("Origin");
  headers.set("Vary", "Origin");
  if (origin.empty() || !admits(settings, request)) return;
  headers.set("Access-Control-Allow-Origin", std::string(origin));
  headers.set("Access-Control-Allow-Credentials", "true");
}

}  // namespace longwave::channelstream::g1
