// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace longwave::channelstream {
struct Settings;
}

namespace longwave::app {

/// Options of the channelstream dialect: the keys of both originals under their own names (with
/// `channelstream-` before them, and - for _), and ours. What each does: docs/protocols/channelstream.md.
struct ChannelstreamConfig {
  std::string channelstream_ini;
  std::string channelstream_listen;
  std::vector<std::string> channelstream_compat = {"timed"};

  // both generations
  std::string channelstream_secret;
  std::string channelstream_admin_secret;
  std::vector<std::string> channelstream_allow = {"127.0.0.1"};
  std::string channelstream_host;
  std::int64_t channelstream_port = 0;

  // the seed's server
  std::int64_t channelstream_app_port = 0;
  std::string channelstream_demo = "local";
  std::string channelstream_admin = "form";
  std::string channelstream_resource = "socket.io";
  std::vector<std::string> channelstream_transports = {"websocket", "xhr-polling"};
  bool channelstream_policy_server = false;
  std::string channelstream_policy_host = "0.0.0.0";
  std::int64_t channelstream_policy_port = 10843;
  std::int64_t channelstream_heartbeat_interval_s = 5;
  std::int64_t channelstream_heartbeat_timeout_s = 60;

  // the server of 2020
  std::string channelstream_admin_user = "admin";
  std::string channelstream_cookie_secret;
  bool channelstream_debug = false;
  std::string channelstream_log_level = "INFO";
  std::vector<std::string> channelstream_allow_cors;
  bool channelstream_validate_requests = true;
  bool channelstream_enforce_https = false;
  std::string channelstream_http_scheme;
  std::string channelstream_signature_checker;

  // ours
  std::int64_t channelstream_signature_age_s = 60;
  std::int64_t channelstream_browser_signature_age_s = 86400;
  std::int64_t channelstream_idle_s = 15;
  std::int64_t channelstream_grace_s = 30;
  std::int64_t channelstream_user_idle_s = 86400;
  std::int64_t channelstream_channel_idle_s = 259200;
  std::int64_t channelstream_poll_wait_s = 5;
  std::int64_t channelstream_heartbeat_s = 5;
  std::int64_t channelstream_frames_per_channel = 100;
  std::int64_t channelstream_frames_per_user = 50;
};

/// As the dialect takes them. Errors name the option.
Result<channelstream::Settings> channelstream_settings(const ChannelstreamConfig& config);

/// The address that is the dialect's alone, as `listen` has them; empty: it is on the main port. The
/// originals' host and port make one, unless `listen` has that port.
std::string channelstream_address(const ChannelstreamConfig& config, const std::vector<std::string>& listen);

}  // namespace longwave::app
