// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace longwave::access {

/// Who may talk to us, decided once at start. Immutable afterwards.
struct GateRules {
  int port = 8000;                   ///< of the listener
  std::vector<int> more_ports = {};  ///< of further listeners
  bool loopback = true;              ///< the listener takes connections from this machine only
  bool tls = false;
  std::vector<std::string> hosts = {};  ///< further names of ours: "radio.example.org", with or without port
  std::vector<std::string> origins = {};  ///< further origins whose pages may use us: "https://example.org"
  std::vector<std::string> open = {"/listen/"};  ///< reading below these is for pages of any origin (sound)
  /// Paths, or with a slash at the end all below, that pages of any origin may use in every way: what they do
  /// depends on a secret in the request, never on a cookie or on where it comes from.
  std::vector<std::string> any_origin = {};
};

/// What the gate looks at. Views into a request; absent and empty are told apart where it matters.
struct Knock {
  std::string_view method = {};
  std::string_view path = {};
  std::string_view host = {};                       ///< the Host field; empty if there is none
  std::optional<std::string_view> origin = {};      ///< the Origin field
  std::optional<std::string_view> fetch_site = {};  ///< the Sec-Fetch-Site field
  bool websocket = false;                           ///< asks for an upgrade
  std::optional<bool> tls = {};                     ///< towards the client; absent: as the rules say
  bool loopback_peer = false;
  bool forwarded = false;  ///< carries Forwarded, Via or X-Forwarded-*: a proxy stands between
};

struct Refusal {
  int status;           ///< 403 foreign origin, 421 not our host
  std::string message;  ///< for the person; says what to configure
};

/// Host and Origin checks of every request, before any handler: they are what stands between a loopback
/// server without login and the pages of other sites open in the same browser (docs/access.md). Pure; any
/// thread.
class Gate {
 public:
  explicit Gate(GateRules rules);

  /// nullopt: come in.
  std::optional<Refusal> check(const Knock& knock) const;

  /// A peer on this machine, through a loopback listener, under a loopback name, with no proxy between, needs
  /// no login. Only for a knock that check() let in.
  bool trusted(const Knock& knock) const;

  /// The origin is one of those that were given: its pages may read our answers, if they are told so (CORS).
  bool given_origin(std::string_view origin) const;

  const GateRules& rules() const { return rules_; }

 private:
  bool our_host(std::string_view host, bool tls) const;
  bool our_port(int port) const;
  bool our_origin(std::string_view origin, std::string_view host, bool tls) const;

  GateRules rules_;
};

/// The media type of a Content-Type field is exactly `application/json` (parameters may follow): what a
/// cross-site form can't send without asking first.
bool is_json(std::string_view content_type);

}  // namespace longwave::access
