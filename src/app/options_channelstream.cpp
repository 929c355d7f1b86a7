// SPDX-License-Identifier: Apache-2.0
#include "app/options.hpp"

namespace longwave::app {
namespace {

constexpr double day = 86400;
constexpr double year = 366 * day;
constexpr double any_port = 65535;

const Option table[] = {
    {"channelstream-ini", &Config::channelstream_ini, "FILE",
     "An ini file of the original channelstream servers: sections [app:main] and [server:main], or "
     "[channelstream]"},
    {.name = "channelstream-secret",
     .member = &Config::channelstream_secret,
     .value = "SECRET",
     .help = "What web applications sign their calls with; turns the channelstream dialect on",
     .secret = true},
    {.name = "channelstream-admin-secret",
     .member = &Config::channelstream_admin_secret,
     .value = "SECRET",
     .help = "Password of the dialect's admin pages; without it they stay closed",
     .secret = true},
    {.name = "channelstream-allow",
     .member = &Config::channelstream_allow,
     .value = "ADDRESS",
     .help = "Addresses and networks whose web applications may call; several; 0.0.0.0 is any",
     .alias = "channelstream-allow-posting-from"},
    {"channelstream-listen", &Config::channelstream_listen, "ADDRESS",
     "An address of its own for the dialect, as listen has them; without it the dialect is on the main port"},
    {"channelstream-compat", &Config::channelstream_compat, "KIND",
     "Which of the originals' signatures are taken beside ours: timed (not older than "
     "channelstream-signature-age), any-age, bare-secret; several; or none"},
    {"channelstream-host", &Config::channelstream_host, "HOST",
     "With channelstream-port and no channelstream-listen: where the dialect listens, unless the main port "
     "is "
     "the same"},
    {"channelstream-port", &Config::channelstream_port, "PORT", "See channelstream-host; 0 is none", 0,
     any_port},
    {"channelstream-app-port", &Config::channelstream_app_port, "PORT",
     "The port that the demo page tells web applications to call; 0 is the one that it was asked by", 0,
     any_port},
    {"channelstream-demo", &Config::channelstream_demo, "WHO",
     "A demo page at /demo, where who comes gets a name and may talk: local (for callers on this machine), "
     "true "
     "(for everybody) or false"},
    {"channelstream-admin", &Config::channelstream_admin, "KIND",
     "How /admin asks who somebody is: form (a page and a cookie) or basic (HTTP Basic, the first server's "
     "way)"},
    {"channelstream-resource", &Config::channelstream_resource, "NAME",
     "First segment of the paths of socket.io 0.9"},
    {"channelstream-transports", &Config::channelstream_transports, "NAME",
     "Transports offered to socket.io 0.9, in this order: websocket, xhr-polling"},
    {"channelstream-policy-server", &Config::channelstream_policy_server, "BOOL",
     "Serves the policy file that Flash sockets ask for"},
    {.name = "channelstream-policy-host",
     .member = &Config::channelstream_policy_host,
     .value = "HOST",
     .help = "Where the policy server listens",
     .alias = "channelstream-policy-listener-host"},
    {.name = "channelstream-policy-port",
     .member = &Config::channelstream_policy_port,
     .value = "PORT",
     .help = "Port of the policy server",
     .most = any_port,
     .alias = "channelstream-policy-listener-port"},
    {"channelstream-heartbeat-interval", &Config::channelstream_heartbeat_interval_s, "SECONDS",
     "Between heartbeats to socket.io 0.9; also the longest wait of its polls", 1, 3600},
    {"channelstream-heartbeat-timeout", &Config::channelstream_heartbeat_timeout_s, "SECONDS",
     "A socket.io 0.9 session ends after that much silence", 1, day},
    {"channelstream-admin-user", &Config::channelstream_admin_user, "NAME",
     "User name of the sign-in form at /admin"},
    {.name = "channelstream-cookie-secret",
     .member = &Config::channelstream_cookie_secret,
     .value = "SECRET",
     .help = "Signs the cookie of /admin; without it a restart signs everybody out",
     .secret = true},
    {"channelstream-debug", &Config::channelstream_debug, "BOOL", "/admin/debug tells more"},
    {"channelstream-log-level", &Config::channelstream_log_level, "LEVEL",
     "Taken for the originals' files; `log` decides"},
    {"channelstream-allow-cors", &Config::channelstream_allow_cors, "ORIGIN",
     "Origins of the pages that may use the dialect; several"},
    {"channelstream-validate-requests", &Config::channelstream_validate_requests, "BOOL",
     "False: the age of signatures isn't looked at, as with channelstream-compat any-age"},
    {"channelstream-enforce-https", &Config::channelstream_enforce_https, "BOOL",
     "Plain HTTP is answered 406"},
    {"channelstream-http-scheme", &Config::channelstream_http_scheme, "SCHEME",
     "Taken for the originals' files; what a trusted proxy says decides"},
    {"channelstream-signature-checker", &Config::channelstream_signature_checker, "NAME",
     "Taken for the originals' files; without effect"},
    {"channelstream-signature-age", &Config::channelstream_signature_age_s, "SECONDS",
     "How old the signature of a call may be", 1, year},
    {"channelstream-browser-signature-age", &Config::channelstream_browser_signature_age_s, "SECONDS",
     "How old the signature of a browser may be; pages repeat theirs at every reconnect", 1, 100 * year},
    {"channelstream-idle", &Config::channelstream_idle_s, "SECONDS",
     "A connection that never opened a transport goes after that", 1, day},
    {"channelstream-grace", &Config::channelstream_grace_s, "SECONDS",
     "A connection whose transport broke is kept so long", 0, day},
    {"channelstream-user-idle", &Config::channelstream_user_idle_s, "SECONDS",
     "A user without connection is forgotten after that", 1, year},
    {"channelstream-channel-idle", &Config::channelstream_channel_idle_s, "SECONDS",
     "An empty channel is forgotten after that", 1, year},
    {"channelstream-poll-wait", &Config::channelstream_poll_wait_s, "SECONDS", "The longest wait of /listen",
     1, 60},
    {"channelstream-heartbeat", &Config::channelstream_heartbeat_s, "SECONDS", "Between heartbeats on /ws", 1,
     3600},
    {"channelstream-frames-per-channel", &Config::channelstream_frames_per_channel, "COUNT",
     "Deliveries of a channel that are kept for a connection without transport", 0, 10'000},
    {"channelstream-frames-per-user", &Config::channelstream_frames_per_user, "COUNT",
     "The same, of messages to a user", 0, 10'000},
};

}  // namespace

std::span<const Option> channelstream_options() {
  return table;
}

}  // namespace longwave::app
