// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/time.hpp"

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace longwave::channelstream {

/// Every key of both generations with its default (docs/protocols/channelstream.md, "Configuration"). Filled
/// once at start from an ini file, TOML, the environment and the command line; read-only afterwards.
struct Settings {
  // Both generations
  std::string secret = {};        ///< of the signatures; empty: the dialect is off
  std::string admin_secret = {};  ///< password of the admin pages; empty: nobody gets in with a password
  /// Addresses and networks of the web applications; 0.0.0.0 is any.
  std::vector<std::string> allow_posting_from = {"127.0.0.1"};
  std::string host = "0.0.0.0";  ///< where the original would listen; --channelstream-listen decides here
  int port = 8000;               ///< the same

  // The seed's server
  int app_port = 0;  ///< that the demo page tells web applications to call; 0: the one it was asked by
  enum class Demo { off, local, everybody };
  Demo demo = Demo::local;             ///< who may use the demo page; local: who calls from this machine
  bool admin_basic = false;            ///< /admin asks by HTTP Basic for a password alone, not by a form
  std::string resource = "socket.io";  ///< first segment of the paths of socket.io 0.9
  std::vector<std::string> transports = {"websocket", "xhr-polling"};
  bool policy_server = false;  ///< the Flash policy listener
  std::string policy_listener_host = "0.0.0.0";
  int policy_listener_port = 10843;
  Duration heartbeat_interval = std::chrono::seconds{5};  ///< also the longest wait of a poll
  Duration heartbeat_timeout = std::chrono::seconds{60};

  // The server of 2020
  std::string admin_user = "admin";
  std::string cookie_secret = {};  ///< empty: a random one, so that a restart signs everybody out
  bool debug = false;              ///< /admin/debug tells more
  std::string log_level = "INFO";
  std::vector<std::string> allow_cors = {};  ///< exact origins; empty: any page may read, without credentials
  bool validate_requests = true;             ///< the age of its signatures is looked at
  bool enforce_https = false;                ///< plain HTTP is answered 406
  std::string http_scheme = {};              ///< taken for compatibility; what a proxy says decides here
  std::string signature_checker = {};        ///< taken for compatibility; has no effect

  // Ours
  /// The originals' signatures are taken. They bind neither body nor method and can be used again for a
  /// minute (docs/access.md); without, only ours are.
  bool old_signatures = true;
  bool any_age = false;      ///< the seed's way: a signature holds for ever
  bool bare_secret = false;  ///< the secret itself passes as a signature
  Duration signature_age = std::chrono::seconds{60};
  /// Browser signatures of socket.io: the page uses the same one at every reconnect, so they hold long.
  Duration browser_signature_age = std::chrono::hours{24};
  Duration idle = std::chrono::seconds{15};   ///< a connection without transport that never had one
  Duration grace = std::chrono::seconds{30};  ///< a connection whose socket was lost
  Duration user_idle = std::chrono::hours{24};
  Duration channel_idle = std::chrono::hours{72};
  Duration poll_wait = std::chrono::seconds{5};
  Duration poll_gather = std::chrono::milliseconds{250};
  Duration heartbeat = std::chrono::seconds{5};  ///< `[]` to sockets
  std::size_t frames_per_channel = 100;          ///< kept for a connection without transport
  std::size_t frames_per_user = 50;              ///< the same, of direct messages
};

}  // namespace longwave::channelstream
