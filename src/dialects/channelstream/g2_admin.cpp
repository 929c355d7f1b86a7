// SPDX-License-Identifier: Apache-2.0
#include "dialects/channelstream/g2_admin.hpp"

#include "access/password.hpp"
#include "base/html.hpp"
#include "base/text.hpp"
#include "dialects/channelstream/core.hpp"
#include "dialects/channelstream/g2_answers.hpp"
#include "dialects/channelstream/g2_rest.hpp"
#include "io/loop.hpp"
#include "io/timer.hpp"

#include <fmt/format.h>
#include <boost/json.hpp>

#include <charconv>
#include <utility>

namespace longwave::channelstream::g2 {
namespace {

namespace json = boost::json;

constexpr std::string_view cookie_name = "channelstream_admin";
constexpr std::string_view cookie_attributes = "; Path=/; HttpOnly; SameSite=Strict";
constexpr Duration wrong_password_waits = std::chrono::milliseconds{500};
constexpr std::int64_t cookie_seconds = 8 * 60 * 60;

web::Response html(std::string_view body, int status = 200) {
  auto response = web::Response::bytes("text/html; charset=utf-8", io::SharedBytes::own(std::string(body)));
  response.status = status;
  response.headers.set("Cache-Control", "no-store");
  return response;
}

std::string whole_page(std::string_view title, std::string_view body) {
  return fmt::format(
      "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
      "content=\"width=device-width\"><title>{0}</title><link rel=\"icon\" href=\"data:,\"><link "
      "rel=\"stylesheet\" href=\"/admin/style.css\">"
      "</head><body><main><h1>{0}</h1>{1}</main></body></html>",
      title, body);
}

std::string form_page(std::string_view problem) {
  return whole_page("Sign in", fmt::format("{}<form method=\"post\" action=\"/admin/sign_in\">"
                                           "<label>User <input name=\"username\" autocomplete=\"username\" "
                                           "required></label><label>Password <input name=\"password\" "
                                           "type=\"password\" autocomplete=\"current-password\" required>"
                                           "</label><button>Sign in</button></form>",
                                           problem));
}

std::string field_of(std::string_view form, std::string_view name) {
  for (const auto part : text::split(form, '&')) {
    const auto equals = part.find('=');
    if (equals != part.npos && part.substr(0, equals) == name)
      return text::url_decode(part.substr(equals + 1), true).value_or("");
  }
  return {};
}

/// "1 day, 0:12:31", as the original shows a time that passed.
std::string uptime(Duration since) {
  const auto all = std::chrono::duration_cast<std::chrono::seconds>(since).count();
  const auto days = all / 86400;
  const auto text = fmt::format("{}:{:02}:{:02}", all / 3600 % 24, all / 60 % 60, all % 60);
  return days == 0 ? text : fmt::format("{} day{}, {}", days, days == 1 ? "" : "s", text);
}

std::int64_t unix_seconds(const Clock& clock) {
  return std::chrono::duration_cast<std::chrono::seconds>(clock.wall().time_since_epoch()).count();
}

json::object figures(Core& core) {
  std::size_t with_sessions = 0;
  for (const auto& [name, user] : core.users()) with_sessions += user->sessions.empty() ? 0 : 1;
  return {
      {"remembered_user_count", core.users().size()}, {"unique_user_count", with_sessions},
      {"total_connections", core.sessions().size()},  {"total_channels", core.channels().size()},
      {"total_messages", core.counters().deliveries}, {"total_unique_messages", core.counters().messages}};
}

}  // namespace

Admin::Admin(Core& core, Service& service, io::Loop& hub_loop)
    : core_(core),
      service_(service),
      loop_(hub_loop),
      key_(core.settings().cookie_secret.empty() ? access::random_token() : core.settings().cookie_secret),
      throttle_(core.clock()),
      started_(core.clock().now()) {}

Admin::~Admin() = default;

void Admin::later(Duration delay, Task task) {
  const auto number = next_timer_++;
  auto& timer = *timers_.emplace(number, std::make_unique<io::Timer>(loop_)).first->second;
  timer.after(delay, [this, number, task = std::move(task)]() mutable {
    const auto keep = timers_.extract(number);
    task();
  });
}

std::string Admin::cookie(const web::Request& request) const {
  const auto value =
      sign_g1(key_, "admin:" + core_.settings().admin_user, unix_seconds(core_.clock()) + cookie_seconds);
  return fmt::format("{}={}{}; Max-Age={}{}", cookie_name, value, cookie_attributes, cookie_seconds,
                     request.tls ? "; Secure" : "");
}

bool Admin::let_in(Call& call) const {
  if (const auto given = call.request().cookie(cookie_name)) {
    const auto until = check_g1(key_, "admin:" + core_.settings().admin_user, *given);
    if (until && *until > unix_seconds(core_.clock())) return true;
  }
  return call.authorized;
}

void Admin::add_to(Rest& rest) {
  const Rest::Rules rules{.is_signed = false, .any_body = true, .judges = true};
  const auto open = [&](std::string_view method, std::string_view path, Handle handle) {
    rest.add(method, path, Form::g2, rules, std::move(handle));
  };
  const auto closed = [&](std::string_view method, std::string_view path, Handle handle) {
    open(method, path, [this, handle = std::move(handle)](Call&& call) {
      if (!let_in(call)) return call.context.respond(web::Response::redirect(302, "/admin/sign_in"));
      handle(std::move(call));
    });
  };
  const auto text = [](std::string_view type, std::string_view body) {
    return [type, body](Call&& call) {
      auto response = web::Response::bytes(std::string(type), io::SharedBytes::own(std::string(body)));
      response.headers.set("Cache-Control", "no-cache");
      call.context.respond(std::move(response));
    };
  };
  open("GET", "/admin/sign_in", [](Call&& call) { call.context.respond(html(form_page(""))); });
  open("POST", "/admin/sign_in", [this](Call&& call) { sign_in(std::move(call)); });
  for (const char* method : {"GET", "POST"}) {
    open(method, "/admin/sign_out", [](Call&& call) {
      auto response = web::Response::redirect(302, "/admin/sign_in");
      response.headers.add("Set-Cookie", fmt::format("{}={}; Max-Age=0", cookie_name, cookie_attributes));
      call.context.respond(std::move(response));
    });
    closed(method, "/admin/admin.json", [this](Call&& call) { json(std::move(call)); });
  }
  open("GET", "/admin/style.css", text("text/css; charset=utf-8", admin_style()));
  open("GET", "/admin", [this](Call&& call) {
    const bool basic =
        core_.settings().admin_basic ||
        text::ascii_iequals(call.request().headers.get("Authorization").substr(0, 6), "basic ");
    if (basic && basic_) return basic_(std::move(call));
    if (!let_in(call)) return call.context.respond(web::Response::redirect(302, "/admin/sign_in"));
    page(std::move(call));
  });
  closed("GET", "/admin/debug", [this](Call&& call) { debug(std::move(call)); });
  closed("POST", "/admin/sign", [this](Call&& call) { sign(std::move(call)); });
  closed("GET", "/openapi.json", text("application/json", openapi()));
  closed("GET", "/api-explorer", text("text/html; charset=utf-8", explorer_page()));
  closed("GET", "/api-explorer/page.js", text("text/javascript; charset=utf-8", explorer_script()));
}

void Admin::sign_in(Call&& call) {
  const auto& settings = core_.settings();
  const auto& body = call.request().body;
  const auto address = call.request().peer.ip;
  const bool user = same_secret(field_of(body, "username"), settings.admin_user);
  const bool password = same_secret(field_of(body, "password"), settings.admin_secret);
  const bool waits = throttle_.begin(address).has_value();
  if (!waits && user && password && !settings.admin_secret.empty()) {
    throttle_.success(address);
    auto response = web::Response::redirect(302, "/admin");
    response.headers.add("Set-Cookie", cookie(call.request()));
    return call.context.respond(std::move(response));
  }
  later(wrong_password_waits, [call = std::move(call), waits]() mutable {
    call.context.respond(html(form_page(waits ? "<p role=\"alert\">Too many attempts; wait a little.</p>"
                                              : "<p role=\"alert\">That is not right.</p>")));
  });
}

void Admin::json(Call&& call) {
  InfoOptions options;
  service_.info(service_.all_channels(options), options,
                [this, call = std::move(call)](json::object info) mutable {
                  auto all = figures(core_);
                  json::array users;
                  for (const auto& [name, user] : core_.users()) {
                    json::array connections;
                    for (const auto* session : user->sessions) connections.emplace_back(session->conn_id);
                    users.push_back({{"user", name},
                                     {"uuid", user->uuid},
                                     {"state", user->state},
                                     {"connections", std::move(connections)}});
                  }
                  all["channels"] = std::move(info["channels"]);
                  all["users"] = std::move(users);
                  all["uptime"] = uptime(core_.clock().now() - started_);
                  all["version"] = "0.7.1";  // of the server whose clients read this
                  call.answer(all);
                });
}

void Admin::page(Call&& call) {
  std::string body = "<table><caption>Totals</caption><tbody>";
  for (const auto& [name, value] : figures(core_))
    body += fmt::format("<tr><th scope=\"row\">{}</th><td>{}</td></tr>", text::escape_html(name),
                        json::serialize(value));
  body += fmt::format("<tr><th scope=\"row\">uptime</th><td>{}</td></tr></tbody></table>",
                      uptime(core_.clock().now() - started_));
  body +=
      "<table><caption>Channels</caption><thead><tr><th>Name</th><th>Connections</th><th>Users</th>"
      "<th>Last active</th></tr></thead><tbody>";
  for (const auto& [name, channel] : core_.channels()) {
    std::string users;
    for (const auto& [user, count] : channel->users())
      users += fmt::format("{}{} ({})", users.empty() ? "" : ", ", text::escape_html(user), count);
    body +=
        fmt::format("<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td><td>{}</td></tr>",
                    text::escape_html(name), channel->members.size(), users, iso_time(channel->last_active));
  }
  body +=
      "</tbody></table><p><a href=\"/admin/admin.json\">as JSON</a> <a href=\"/api-explorer\">API "
      "explorer</a>"
      "</p><form method=\"post\" action=\"/admin/sign_out\"><button>Sign out</button></form>";
  call.context.respond(html(whole_page("Channels and users", body)));
}

void Admin::debug(Call&& call) {
  auto all = figures(core_);
  if (core_.settings().debug) {
    json::array sessions;
    for (const auto& [conn_id, session] : core_.sessions()) {
      sessions.push_back({{"user", session->user},
                          {"channels", session->channels.size()},
                          {"transport", session->exit != nullptr},
                          {"waiting", session->waiting.size()},
                          {"unconfirmed", session->unconfirmed.size()}});
    }
    all["connections"] = std::move(sessions);
  }
  call.answer(all);
}

// The explorer's requests are signed here: the secret never leaves the server.
void Admin::sign(Call&& call) {
  json::error_code failed;
  const auto wanted = json::parse(call.request().body, failed);
  const auto text = [&](const char* name) -> std::string {
    const auto* fields = failed ? nullptr : wanted.if_object();
    const auto* value = fields ? fields->if_contains(name) : nullptr;
    return value && value->is_string() ? std::string(value->get_string()) : std::string{};
  };
  const auto method = text("method"), path = text("path"), body = text("body");
  call.answer({{"token", sign_own(core_.settings().secret, {method, path, body}, unix_seconds(core_.clock()),
                                  access::random_token(16))}});
}

}  // namespace longwave::channelstream::g2
