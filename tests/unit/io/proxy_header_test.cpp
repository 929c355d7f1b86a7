// SPDX-License-Identifier: Apache-2.0
#include "io/proxy_header.hpp"

#include <gtest/gtest.h>

#include <string>

namespace longwave::io {
namespace {

using State = ProxyHeader::State;

std::string binary(char command, char family, const std::string& rest, int size = -1) {
  const auto length = size < 0 ? rest.size() : static_cast<std::size_t>(size);
  return std::string{"\r\n\r\n\0\r\nQUIT\n", 12} + command + family + static_cast<char>(length >> 8) +
         static_cast<char>(length & 0xff) + rest;
}
const std::string v4{"\xcb\0\x71\7\x0a\0\0\1\x12\x34\0\x50", 12};
const std::string v6 = std::string{"\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\5", 16} + std::string(16, '\0') +
                       std::string{"\0\x50\0\x51", 4};

struct Case {
  const char* name;
  std::string bytes;
  State state;
  const char* client;  // "ip port", or ""
};

TEST(ProxyHeader, both_versions_at_every_split) {
  const Case cases[] = {
      {"IPv4", "PROXY TCP4 203.0.113.7 10.0.0.1 4660 80\r\n", State::done, "203.0.113.7 4660"},
      {"IPv6", "PROXY TCP6 2001:db8::5 ::1 65535 0\r\n", State::done, "2001:db8::5 65535"},
      {"unknown", "PROXY UNKNOWN\r\n", State::done, ""},
      {"unknown with more", "PROXY UNKNOWN ff:: ff:: 1 2\r\n", State::done, ""},
      {"wrong family", "PROXY TCP4 ::1 ::1 1 2\r\n", State::malformed, ""},
      {"other family", "PROXY UDP4 1.2.3.4 1.2.3.4 1 2\r\n", State::malformed, ""},
      {"too few", "PROXY TCP4 1.2.3.4 1.2.3.4 1\r\n", State::malformed, ""},
      {"two spaces", "PROXY  TCP4 1.2.3.4 1.2.3.4 1 2\r\n", State::malformed, ""},
      {"port too large", "PROXY TCP4 1.2.3.4 1.2.3.4 65536 2\r\n", State::malformed, ""},
      {"port with zeros", "PROXY TCP4 1.2.3.4 1.2.3.4 01 2\r\n", State::malformed, ""},
      {"no address", "PROXY TCP4 host 1.2.3.4 1 2\r\n", State::malformed, ""},
      {"too long", "PROXY UNKNOWN " + std::string(100, 'x'), State::malformed, ""},
      {"something else", "GET / HTTP/1.1\r\n", State::malformed, ""},
      {"binary IPv4", binary('\x21', '\x11', v4), State::done, "203.0.113.7 4660"},
      {"binary IPv6", binary('\x21', '\x21', v6), State::done, "2001:db8::5 80"},
      {"binary with more behind", binary('\x21', '\x11', v4 + "\4\0\1x"), State::done, "203.0.113.7 4660"},
      {"binary local", binary('\x20', '\0', ""), State::done, ""},
      {"binary Unix", binary('\x21', '\x31', std::string(216, 'p')), State::done, ""},
      {"binary too short for its family", binary('\x21', '\x11', "abc"), State::malformed, ""},
      {"binary version 3", binary('\x31', '\x11', v4), State::malformed, ""},
      {"binary unknown command", binary('\x22', '\x11', v4), State::malformed, ""},
      {"binary too large", binary('\x21', '\x11', v4, 4000), State::malformed, ""},
  };
  for (const auto& one : cases) {
    SCOPED_TRACE(one.name);
    const auto header = parse_proxy_header(one.bytes);
    ASSERT_EQ(header.state, one.state);
    EXPECT_EQ(header.client ? header.client->ip + " " + std::to_string(header.client->port) : "", one.client);
    if (one.state != State::done) continue;
    EXPECT_EQ(header.size, one.bytes.size());
    EXPECT_EQ(parse_proxy_header(one.bytes + "GET /").size, one.bytes.size());
    for (std::size_t split = 0; split < one.bytes.size(); ++split) {
      ASSERT_EQ(parse_proxy_header(std::string_view{one.bytes}.substr(0, split)).state, State::more) << split;
    }
  }
}

}  // namespace
}  // namespace longwave::io
