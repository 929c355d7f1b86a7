// SPDX-License-Identifier: Apache-2.0
#include "web/forwarded.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace longwave::web {
namespace {

io::Networks trusted() {
  io::Networks set;
  for (const char* entry : {"10.0.0.0/8", "::1", "unix"}) EXPECT_TRUE(set.add(entry));
  return set;
}

struct Case {
  const char* name;
  const char* peer;
  std::vector<Headers::Field> fields;
  ForwardedBy by;
  const char* ip;
  bool forwarded;
  bool tls = false;
  const char* host = "own";
};

TEST(Forwarded, the_rightmost_address_that_is_not_trusted_is_the_client) {
  const auto x = ForwardedBy::x_forwarded;
  const auto standard = ForwardedBy::forwarded;
  const Case cases[] = {
      {"nothing said", "10.0.0.1", {}, x, "10.0.0.1", false},
      {"a stranger's word", "198.51.100.1", {{"X-Forwarded-For", "1.2.3.4"}}, x, "198.51.100.1", false},
      {"one proxy", "10.0.0.1", {{"X-Forwarded-For", "1.2.3.4"}}, x, "1.2.3.4", true},
      {"a spoofed left part", "10.0.0.1", {{"X-Forwarded-For", "127.0.0.1, 1.2.3.4"}}, x, "1.2.3.4", true},
      {"two proxies", "10.0.0.1", {{"X-Forwarded-For", "9.9.9.9, 1.2.3.4, 10.0.0.2"}}, x, "1.2.3.4", true},
      {"in two fields",
       "10.0.0.1",
       {{"X-Forwarded-For", "1.2.3.4"}, {"x-forwarded-for", "10.0.0.2"}},
       x,
       "1.2.3.4",
       true},
      {"all trusted", "10.0.0.1", {{"X-Forwarded-For", "10.0.0.9, 10.0.0.2"}}, x, "10.0.0.9", true},
      {"rubbish ends the walk", "10.0.0.1", {{"X-Forwarded-For", "1.2.3.4, nonsense"}}, x, "10.0.0.1", true},
      {"rubbish behind a trusted one",
       "10.0.0.1",
       {{"X-Forwarded-For", "1.2.3.4, x, 10.0.0.2"}},
       x,
       "10.0.0.2",
       true},
      {"IPv6 and ports", "::1", {{"X-Forwarded-For", "[2001:db8::5]:4711"}}, x, "2001:db8::5", true},
      {"IPv4 and a port", "::1", {{"X-Forwarded-For", "1.2.3.4:80"}}, x, "1.2.3.4", true},
      {"a Unix socket", "", {{"X-Forwarded-For", "1.2.3.4"}}, x, "1.2.3.4", true},
      {"loopback through a proxy", "10.0.0.1", {{"X-Forwarded-For", "127.0.0.1"}}, x, "127.0.0.1", true},
      {"scheme and host",
       "10.0.0.1",
       {{"X-Forwarded-For", "1.2.3.4"},
        {"X-Forwarded-Proto", "https"},
        {"X-Forwarded-Host", "radio.example"}},
       x,
       "1.2.3.4",
       true,
       true,
       "radio.example"},
      {"scheme only", "10.0.0.1", {{"X-Forwarded-Proto", "https"}}, x, "10.0.0.1", true, true},
      {"the other kind is not read", "10.0.0.1", {{"Forwarded", "for=1.2.3.4"}}, x, "10.0.0.1", false},
      {"nor this way round", "10.0.0.1", {{"X-Forwarded-For", "1.2.3.4"}}, standard, "10.0.0.1", false},
      {"none", "10.0.0.1", {{"X-Forwarded-For", "1.2.3.4"}}, ForwardedBy::none, "10.0.0.1", false},
      {"RFC 7239",
       "10.0.0.1",
       {{"Forwarded", "for=\"[2001:db8::5]:47\";Proto=HTTPS;host=r.example"}},
       standard,
       "2001:db8::5",
       true,
       true,
       "r.example"},
      {"RFC 7239, two",
       "10.0.0.1",
       {{"Forwarded", "for=9.9.9.9;proto=http, for=1.2.3.4;proto=https, for=10.0.0.2"}},
       standard,
       "1.2.3.4",
       true,
       true},
      {"RFC 7239, hidden",
       "10.0.0.1",
       {{"Forwarded", "for=1.2.3.4, for=_secret"}},
       standard,
       "10.0.0.1",
       true},
  };
  for (const auto& one : cases) {
    SCOPED_TRACE(one.name);
    Request request;
    request.peer.ip = one.peer;
    request.peer.is_loopback = request.is_loopback = true;
    request.headers.add("Host", "own");
    for (const auto& [name, value] : one.fields) request.headers.add(name, value);
    apply_forwarded(request, trusted(), one.by);
    EXPECT_EQ(request.peer.ip, one.ip);
    EXPECT_EQ(request.forwarded, one.forwarded);
    EXPECT_EQ(request.is_loopback, !one.forwarded);
    EXPECT_EQ(request.tls, one.tls);
    EXPECT_EQ(request.host(), one.host);
  }
}

}  // namespace
}  // namespace longwave::web
