// SPDX-License-Identifier: Apache-2.0
// What pages of other sites, open in the same browser, try against a server on this machine; docs/access.md.
#include "access/gate.hpp"

#include <gtest/gtest.h>

namespace longwave::access {
namespace {

using Text = std::optional<std::string_view>;

GateRules loopback_rules() {
  return {.port = 8000, .loopback = true};
}
GateRules open_rules() {
  return {.port = 8000,
          .loopback = false,
          .hosts = {"Radio.example.org"},
          .origins = {"https://embed.example.com"}};
}

int status(const GateRules& rules, const Knock& knock) {
  const auto refusal = Gate(rules).check(knock);
  return refusal ? refusal->status : 200;
}

struct HostCase {
  const char* host;
  int loopback;  ///< answer of a server on 127.0.0.1:8000
  int open;      ///< of one on 0.0.0.0:8000 that goes by radio.example.org
};

TEST(Gate, dns_rebinding_and_other_hosts) {
  const HostCase cases[] = {
      {"localhost:8000", 200, 200},
      {"LocalHost:8000", 200, 200},
      {"127.0.0.1:8000", 200, 200},
      {"127.0.0.53:8000", 200, 200},
      {"[::1]:8000", 200, 200},
      {"192.168.1.5:8000", 421, 200},
      {"[fe80::1]:8000", 421, 200},
      {"radio.example.org:8000", 421, 200},
      {"radio.example.org", 421, 200},
      {"RADIO.EXAMPLE.ORG", 421, 200},
      {"radio.example.org:9000", 421, 421},
      {"rebind.evil.test:8000", 421, 421},
      {"evil.test", 421, 421},
      {"localhost", 421, 421},
      {"localhost:80", 421, 421},
      {"localhost:8001", 421, 421},
      {"localhost.evil.test:8000", 421, 421},
      {"evil-localhost:8000", 421, 421},
      {"localhost.:8000", 421, 421},
      {"127.0.0.1.evil.test:8000", 421, 421},
      {"127.0.0.1.nip.io:8000", 421, 421},
      {"radio.example.org.evil.test:8000", 421, 421},
      {"evilradio.example.org:8000", 421, 421},
      {"x@localhost:8000", 421, 421},
      {"localhost:8000@evil.test", 421, 421},
      {"localhost:8000/x", 421, 421},
      {"localhost:8000 ", 421, 421},
      {"localhost:", 421, 421},
      {"localhost:8000:8000", 421, 421},
      {"localhost:08000x", 421, 421},
      {"localhost:99999999999", 421, 421},
      {"::1:8000", 421, 421},
      {"[::1:8000", 421, 421},
      {"[::1]x:8000", 421, 421},
      {"0:8000", 421, 421},
      {"2130706433:8000", 421, 421},
      {"", 421, 421},
  };
  for (const HostCase& c : cases) {
    for (const char* method : {"GET", "POST"}) {
      EXPECT_EQ(status(loopback_rules(), {.method = method, .path = "/rpc", .host = c.host}), c.loopback)
          << c.host;
      EXPECT_EQ(status(open_rules(), {.method = method, .path = "/rpc", .host = c.host}), c.open) << c.host;
    }
  }
}

struct OriginCase {
  const char* what;
  const char* origin;
  int answer;
};

TEST(Gate, origins_of_a_loopback_server) {
  const OriginCase cases[] = {
      {"our own page", "http://localhost:8000", 200},
      {"in capitals", "HTTP://LOCALHOST:8000", 200},
      {"a sandboxed page or a file", "null", 403},
      {"nothing", "", 403},
      {"another site", "http://evil.test", 403},
      {"another site, our port", "http://evil.test:8000", 403},
      {"another port of this machine", "http://localhost:3000", 403},
      {"the default port of this machine", "http://localhost", 403},
      {"another name of this machine", "http://127.0.0.1:8000", 403},
      {"https, which we don't speak", "https://localhost:8000", 403},
      {"our name as a prefix", "http://localhost:8000.evil.test", 403},
      {"our name as a subdomain", "http://localhost.evil.test:8000", 403},
      {"our name as a suffix", "http://evil-localhost:8000", 403},
      {"our name as a user", "http://localhost:8000@evil.test", 403},
      {"our name behind a user", "http://evil.test@localhost:8000", 403},
      {"with a path", "http://localhost:8000/", 403},
      {"another scheme", "chrome-extension://localhost:8000", 403},
      {"two", "http://localhost:8000 http://evil.test", 403},
  };
  for (const OriginCase& c : cases) {
    const Knock post{.method = "POST", .path = "/rpc", .host = "localhost:8000", .origin = Text(c.origin)};
    EXPECT_EQ(status(loopback_rules(), post), c.answer) << c.what;
    Knock socket = post;
    socket.method = "GET";
    socket.websocket = true;
    EXPECT_EQ(status(loopback_rules(), socket), c.answer) << "WebSocket: " << c.what;
    socket.websocket = false;
    EXPECT_EQ(status(loopback_rules(), socket), c.answer) << "GET: " << c.what;
  }
}

TEST(Gate, origins_behind_a_name) {
  const OriginCase cases[] = {
      {"directly", "http://radio.example.org:8000", 403},
      {"behind a proxy with TLS", "https://radio.example.org", 200},
      {"behind a proxy without", "http://radio.example.org", 200},
      {"a page that was allowed", "https://embed.example.com", 200},
      {"the same without TLS", "http://embed.example.com", 403},
      {"the same with its default port", "https://embed.example.com:443", 200},
      {"a page below it", "https://x.embed.example.com", 403},
      {"an address that looks like it", "https://embed.example.com.evil.test", 403},
      {"a neighbour", "https://other.example.org", 403},
  };
  for (const OriginCase& c : cases)
    EXPECT_EQ(
        status(open_rules(),
               {.method = "POST", .path = "/rpc", .host = "radio.example.org", .origin = Text(c.origin)}),
        c.answer)
        << c.what;
  const Knock plain{
      .method = "POST", .path = "/rpc", .host = "localhost:8000", .origin = Text("http://localhost:8000")};
  GateRules tls = loopback_rules();
  tls.tls = true;
  EXPECT_EQ(status(tls, plain), 403) << "a page without TLS may not use a server with it";
}

TEST(Gate, programs_send_no_origin) {
  EXPECT_EQ(status(loopback_rules(), {.method = "POST", .path = "/rpc", .host = "localhost:8000"}), 200);
}

TEST(Gate, what_browsers_say_about_the_site) {
  const auto knock = [](const char* method, const char* site) {
    return Knock{.method = method, .path = "/rpc", .host = "localhost:8000", .fetch_site = Text(site)};
  };
  EXPECT_EQ(status(loopback_rules(), knock("POST", "cross-site")), 403);
  EXPECT_EQ(status(loopback_rules(), knock("POST", "same-site")), 403) << "another port of this machine";
  EXPECT_EQ(status(loopback_rules(), knock("POST", "same-origin")), 200);
  EXPECT_EQ(status(loopback_rules(), knock("GET", "cross-site")), 200) << "a link may lead here";
}

TEST(Gate, sound_is_for_every_page) {
  Knock knock{.method = "GET",
              .path = "/listen/main.mp3",
              .host = "localhost:8000",
              .origin = Text("http://evil.test")};
  EXPECT_EQ(status(loopback_rules(), knock), 200);
  knock.method = "OPTIONS";
  EXPECT_EQ(status(loopback_rules(), knock), 200) << "the question before a request with fields of its own";
  knock.method = "GET";
  knock.host = "evil.test";
  EXPECT_EQ(status(loopback_rules(), knock), 421);
  knock.host = "localhost:8000";
  knock.method = "POST";
  EXPECT_EQ(status(loopback_rules(), knock), 403);
  knock.method = "GET";
  knock.websocket = true;
  EXPECT_EQ(status(loopback_rules(), knock), 403);
  knock.websocket = false;
  knock.path = "/listening";
  EXPECT_EQ(status(loopback_rules(), knock), 403);
}

TEST(Gate, who_needs_no_login) {
  const Knock here{.method = "POST", .path = "/rpc", .host = "localhost:8000", .loopback_peer = true};
  EXPECT_TRUE(Gate(loopback_rules()).trusted(here));
  EXPECT_FALSE(Gate(open_rules()).trusted(here)) << "a listener that others reach";
  Knock other = here;
  other.loopback_peer = false;
  EXPECT_FALSE(Gate(loopback_rules()).trusted(other));
  other = here;
  other.forwarded = true;
  EXPECT_FALSE(Gate(loopback_rules()).trusted(other)) << "somebody else behind a proxy on this machine";
  other = here;
  other.host = "radio.example.org";
  GateRules named = loopback_rules();
  named.hosts = {"radio.example.org"};
  EXPECT_FALSE(Gate(named).trusted(other)) << "a proxy that passes the name on";
}

TEST(Gate, only_json_is_json) {
  for (const char* type :
       {"application/json", "Application/JSON", "application/json; charset=utf-8", " application/json "})
    EXPECT_TRUE(is_json(type)) << type;
  // The first three are what a form of another site can send without asking.
  for (const char* type :
       {"text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "",
        "text/plain; application/json", "application/jsonp", "application/json-rpc", "text/json",
        "application/json, text/plain"})
    EXPECT_FALSE(is_json(type)) << type;
}

}  // namespace
}  // namespace longwave::access
