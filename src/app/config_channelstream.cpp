// SPDX-License-Identifier: Apache-2.0
#include "app/config_channelstream.hpp"

#include "dialects/channelstream/settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <optional>

namespace longwave::app {
namespace {

Duration seconds(std::int64_t count) {
  return std::chrono::seconds{count};
}

Result<void> set_compat(channelstream::Settings& settings, const std::vector<std::string>& kinds) {
  settings.old_signatures = settings.any_age = settings.bare_secret = false;
  for (const auto& kind : kinds) {
    if (kind == "timed") {
      settings.old_signatures = true;
    } else if (kind == "any-age") {
      settings.old_signatures = settings.any_age = true;
    } else if (kind == "bare-secret") {
      settings.bare_secret = true;
    } else if (kind != "none") {
      return error(Errc::invalid,
                   fmt::format("channelstream-compat: timed, any-age, bare-secret or none, not '{}'", kind));
    }
  }
  return {};
}

Result<void> check_transports(const std::vector<std::string>& transports) {
  for (const auto& name : transports) {
    if (name != "websocket" && name != "xhr-polling")
      return error(Errc::invalid,
                   fmt::format("channelstream-transports: websocket or xhr-polling, not '{}'", name));
  }
  if (transports.empty()) return error(Errc::invalid, "channelstream-transports: at least one is needed");
  return {};
}

std::optional<channelstream::Settings::Demo> demo_of(std::string text) {
  using Demo = channelstream::Settings::Demo;
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  if (text == "local") return Demo::local;
  if (text == "true" || text == "yes" || text == "on" || text == "1") return Demo::everybody;
  if (text == "false" || text == "no" || text == "off" || text == "0") return Demo::off;
  return std::nullopt;
}

bool valid_resource(const std::string& name) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '-' || c == '_';
  };
  return !name.empty() && std::all_of(name.begin(), name.end(), fits);
}

}  // namespace

Result<channelstream::Settings> channelstream_settings(const ChannelstreamConfig& c) {
  channelstream::Settings s;
  if (auto done = set_compat(s, c.channelstream_compat); !done) return done.error();
  if (auto done = check_transports(c.channelstream_transports); !done) return done.error();
  if (!valid_resource(c.channelstream_resource))
    return error(Errc::invalid, "channelstream-resource: letters, digits, '.', '-' and '_'");
  if (c.channelstream_admin != "form" && c.channelstream_admin != "basic")
    return error(Errc::invalid, "channelstream-admin is form or basic");
  const auto demo = demo_of(c.channelstream_demo);
  if (!demo) return error(Errc::invalid, "channelstream-demo is local, true or false");
  s.secret = c.channelstream_secret;
  s.admin_secret = c.channelstream_admin_secret;
  s.allow_posting_from = c.channelstream_allow;
  if (!c.channelstream_host.empty()) s.host = c.channelstream_host;
  if (c.channelstream_port > 0) s.port = static_cast<int>(c.channelstream_port);
  s.app_port = static_cast<int>(c.channelstream_app_port);
  s.demo = *demo;
  s.admin_basic = c.channelstream_admin == "basic";
  s.resource = c.channelstream_resource;
  s.transports = c.channelstream_transports;
  s.policy_server = c.channelstream_policy_server;
  s.policy_listener_host = c.channelstream_policy_host;
  s.policy_listener_port = static_cast<int>(c.channelstream_policy_port);
  s.heartbeat_interval = seconds(c.channelstream_heartbeat_interval_s);
  s.heartbeat_timeout = seconds(c.channelstream_heartbeat_timeout_s);
  s.admin_user = c.channelstream_admin_user;
  s.cookie_secret = c.channelstream_cookie_secret;
  s.debug = c.channelstream_debug;
  s.log_level = c.channelstream_log_level;
  s.allow_cors = c.channelstream_allow_cors;
  s.validate_requests = c.channelstream_validate_requests;
  s.enforce_https = c.channelstream_enforce_https;
  s.http_scheme = c.channelstream_http_scheme;
  s.signature_checker = c.channelstream_signature_checker;
  s.signature_age = seconds(c.channelstream_signature_age_s);
  s.browser_signature_age = seconds(c.channelstream_browser_signature_age_s);
  s.idle = seconds(c.channelstream_idle_s);
  s.grace = seconds(c.channelstream_grace_s);
  s.user_idle = seconds(c.channelstream_user_idle_s);
  s.channel_idle = seconds(c.channelstream_channel_idle_s);
  s.poll_wait = seconds(c.channelstream_poll_wait_s);
  s.heartbeat = seconds(c.channelstream_heartbeat_s);
  s.frames_per_channel = static_cast<std::size_t>(c.channelstream_frames_per_channel);
  s.frames_per_user = static_cast<std::size_t>(c.channelstream_frames_per_user);
  return s;
}

std::string channelstream_address(const ChannelstreamConfig& config, const std::vector<std::string>& listen) {
  if (!config.channelstream_listen.empty()) return config.channelstream_listen;
  if (config.channelstream_host.empty() && config.channelstream_port == 0) return {};
  const auto port = config.channelstream_port > 0 ? config.channelstream_port : 8000;
  const auto ending = fmt::format(":{}", port);
  for (const auto& address : listen) {
    const auto plain = address.substr(0, address.find('+'));
    if (plain.ends_with(ending)) return {};
  }
  const std::string host = config.channelstream_host.empty() ? "127.0.0.1" : config.channelstream_host;
  return host.find(':') == host.npos ? fmt::format("{}:{}", host, port) : fmt::format("[{}]:{}", host, port);
}

}  // namespace longwave::app
