// SPDX-License-Identifier: Apache-2.0
#include "base/html.hpp"
#include "base/text.hpp"
#include "dialects/channelstream/core.hpp"
#include "dialects/channelstream/g1_info.hpp"
#include "dialects/channelstream/g1_pages.hpp"

#include <fmt/format.h>
#include <boost/json.hpp>

namespace longwave::channelstream::g1 {
namespace {

/// The password of an Authorization field of the scheme Basic (RFC 7617); nullopt: there is none.
std::optional<std::string> password_of(const web::Request& request) {
  const auto field = request.headers.get("Authorization");
  if (field.size() < 6 || !text::ascii_iequals(field.substr(0, 6), "basic ")) return std::nullopt;
  const auto both = text::unbase64(text::trim(field.substr(6)));
  if (!both || both->find(':') == both->npos) return std::nullopt;
  return both->substr(both->find(':') + 1);
}

std::string row(std::string_view name, const boost::json::value& value) {
  return fmt::format("<tr><th scope=\"row\">{}</th><td>{}</td></tr>", text::escape_html(name),
                     text::escape_html(boost::json::serialize(value)));
}

std::string channel_part(Core& core, const Channel& channel) {
  auto out = fmt::format("<section><h2>{}</h2><table>", text::escape_html(channel.name));
  out += row("last active", boost::json::string(iso_time(channel.last_active)));
  for (const auto& field : settings_json(core.settings_of(channel))) out += row(field.key(), field.value());
  out += "</table><ul>";
  for (const auto& [name, connections] : channel.users()) {
    const auto* user = core.find_user(name);
    out += fmt::format("<li>{}: status {}, {} connection{}</li>", text::escape_html(name),
                       user ? user->status : 1, connections, connections == 1 ? "" : "s");
  }
  return out + "</ul></section>";
}

std::string page(Core& core) {
  const auto sum = totals(core);
  std::string out =
      "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
      "content=\"width=device-width\"><title>channelstream</title><link rel=\"stylesheet\" "
      "href=\"/admin/style.css\"></head><body><main><h1>channelstream</h1><table>";
  out += row("remembered users", sum.users);
  out += row("users with a connection", sum.unique);
  out += row("connections", sum.connections);
  out += row("deliveries", core.counters().deliveries);
  out += row("messages", core.counters().messages);
  out += "</table>";
  for (const auto& [name, channel] : core.channels()) out += channel_part(core, *channel);
  return out + "</main></body></html>";
}

}  // namespace

AdminPage::AdminPage(Core& core) : core_(core), throttle_(core.clock()) {}

void AdminPage::answer(Call&& call) {
  const auto& secret = core_.settings().admin_secret;
  const auto password = password_of(call.request());
  const auto wait = password ? throttle_.begin(call.request().peer.ip) : std::nullopt;
  if (wait) {
    auto response = web::Response::text(429, "too many wrong passwords; come back later\n");
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(*wait).count();
    response.headers.set("Retry-After", std::to_string(seconds));
    return call.context.respond(std::move(response));
  }
  if (!password || secret.empty() || !same_secret(*password, secret)) {
    auto response = web::Response::text(401, "This page needs the admin secret as password.\n");
    response.headers.set("WWW-Authenticate", "Basic realm=\"channelstream\", charset=\"UTF-8\"");
    return call.context.respond(std::move(response));
  }
  throttle_.success(call.request().peer.ip);
  auto response = web::Response::bytes("text/html; charset=utf-8", io::SharedBytes::own(page(core_)));
  response.headers.set("Cache-Control", "no-store");
  call.context.respond(std::move(response));
}

}  // namespace longwave::channelstream::g1
