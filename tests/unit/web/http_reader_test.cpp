// SPDX-License-Identifier: Apache-2.0
#include "web/http_reader.hpp"

#include "base/random.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace longwave::web {
namespace {

/// What comes out of a stream of bytes, as text: "POST /x body; ..." and perhaps "! status".
struct Reading {
  HttpReader reader{2000};
  std::string seen;
  void feed(std::string_view bytes) {
    reader.feed(bytes);
    for (;;) {
      switch (reader.next()) {
        case HttpReader::Step::need_more:
          return;
        case HttpReader::Step::head:
          if (!reader.allow_body(1000)) continue;
          break;
        case HttpReader::Step::complete:
          seen += reader.request().method + " " + reader.request().target + " " + reader.request().body +
                  (reader.keep_alive() ? "; " : "| ");
          reader.start_next();
          break;
        case HttpReader::Step::failed:
          if (seen.empty() || seen.back() != '!') seen += std::to_string(reader.failure_status()) + "!";
          return;
      }
    }
  }
};

const std::string host = " HTTP/1.1\r\nHost: a\r\n";

const std::string flood = [] {
  std::string fields;
  for (int i = 0; i < 100; ++i) fields += "X: y\r\n";  // with Host, 101
  return fields;
}();

struct Case {
  const char* name;
  std::string bytes;
  const char* seen;
};

const std::vector<Case>& cases() {
  static const std::vector<Case> list = {
      {"get", "GET /a" + host + "\r\n", "GET /a ; "},
      {"empty lines first", "\r\n\r\nGET /a" + host + "\r\n", "GET /a ; "},
      {"length", "POST /p" + host + "Content-Length: 3\r\n\r\nabc", "POST /p abc; "},
      {"pipelined", "POST /p" + host + "Content-Length: 3\r\n\r\nabcGET /b" + host + "\r\n",
       "POST /p abc; GET /b ; "},
      {"chunks",
       "POST /p" + host + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n",
       "POST /p abc0123456789; "},
      {"chunk extension and trailer",
       "POST /p" + host + "Transfer-Encoding: chunked\r\n\r\n1;a=\"b\"\r\nx\r\n0\r\nX-T: y\r\n\r\nGET /b" +
           host + "\r\n",
       "POST /p x; GET /b ; "},
      {"no chunk but the last", "POST /p" + host + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
       "POST /p ; "},
      {"chunks end early", "POST /p" + host + "Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n", ""},
      {"close", "GET /a" + host + "Connection: close\r\n\r\n", "GET /a | "},
      {"1.0", "GET /a HTTP/1.0\r\n\r\n", "GET /a | "},
      {"1.0 keep-alive", "GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", "GET /a ; "},
      {"absolute form", "GET http://a/b?c HTTP/1.1\r\nHost: a\r\n\r\n", "GET /b?c ; "},
      {"options", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", "OPTIONS * ; "},
      {"bad chunk size", "POST /p" + host + "Transfer-Encoding: chunked\r\n\r\nxyz\r\n", "400!"},
      {"chunk without end", "POST /p" + host + "Transfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n0\r\n\r\n",
       "400!"},
      {"huge chunk size", "POST /p" + host + "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n",
       "400!"},
      {"chunked in 1.0", "POST /p HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", "400!"},
      {"too much", "POST /p" + host + "Content-Length: 1001\r\n\r\n", "413!"},
      {"length isn't a number", "POST /p" + host + "Content-Length: 0x10\r\n\r\n", "400!"},
      {"length overflows", "POST /p" + host + "Content-Length: 99999999999999999999\r\n\r\n", "400!"},
      {"no host", "GET / HTTP/1.1\r\n\r\n", "400!"},
      {"large header", "GET /" + std::string(2100, 'x') + host + "\r\n", "414!"},
      {"large fields", "GET /" + host + "X: " + std::string(2100, 'x') + "\r\n\r\n", "431!"},
      {"a flood of fields", "GET /" + host + flood + "\r\n", "431!"},
      {"a flood of empty lines", "\r\n\r\n\r\n\r\n\r\n\r\n", "400!"},
      {"bare LF first", "\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", "400!"},
      {"lines end with LF", "GET / HTTP/1.1\nHost: a\n\n", "400!"},
      {"no version", "GET /\r\n\r\n", "400!"},
      {"version in small letters", "GET / http/1.1\r\nHost: a\r\n\r\n", "400!"},
      {"version with more digits", "GET / HTTP/1.10\r\nHost: a\r\n\r\n", "400!"},
      {"version 1.2 is read as 1.1", "GET /a HTTP/1.2\r\nHost: a\r\n\r\n", "GET /a ; "},
      {"version 2", "GET / HTTP/2.0\r\nHost: a\r\n\r\n", "505!"},
      {"version 0.9", "GET / HTTP/0.9\r\n\r\n", "505!"},
      {"the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "505!"},
      {"a method that isn't a token", "G(T / HTTP/1.1\r\nHost: a\r\n\r\n", "400!"},
      {"any token is a method here", "PROPFIND /a" + host + "\r\n", "PROPFIND /a ; "},
      {"tab in the request line", "GET\t/\tHTTP/1.1\r\nHost: a\r\n\r\n", "400!"},
      {"space behind the version", "GET / HTTP/1.1 \r\nHost: a\r\n\r\n", "400!"},
      {"bytes above ASCII in the target", "GET /\xc3\xa9" + host + "\r\n", "400!"},
      {"a fragment", "GET /a#b" + host + "\r\n", "400!"},
      {"a broken escape", "GET /%zz" + host + "\r\n", "400!"},
      {"a target without a slash", "GET a" + host + "\r\n", "400!"},
      {"* with GET", "GET *" + host + "\r\n", "400!"},
      {"authority form", "CONNECT a:1" + host + "\r\n", "501!"},
      {"absolute form with a user", "GET http://u@a/ HTTP/1.1\r\nHost: a\r\n\r\n", "400!"},
      {"absolute form without a host", "GET http:///x HTTP/1.1\r\nHost: a\r\n\r\n", "400!"},
      {"absolute form without a path", "GET http://a HTTP/1.1\r\nHost: a\r\n\r\n", "GET / ; "},
      {"absolute form of *", "OPTIONS http://a HTTP/1.1\r\nHost: a\r\n\r\n", "OPTIONS * ; "},
      {"Host is empty", "GET /a HTTP/1.1\r\nHost:\r\n\r\n", "GET /a ; "},
      {"Host with a port", "GET /a HTTP/1.1\r\nHost: a:80\r\n\r\n", "GET /a ; "},
      {"Host in IPv6", "GET /a HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", "GET /a ; "},
      {"Host is a list", "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n", "400!"},
      {"Host with a path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", "400!"},
      {"Host with a user", "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", "400!"},
      {"Host with a port that is none", "GET / HTTP/1.1\r\nHost: a:b\r\n\r\n", "400!"},
      {"Host with half a bracket", "GET / HTTP/1.1\r\nHost: [::1\r\n\r\n", "400!"},
      {"two Hosts in 1.0", "GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n", "400!"},
      {"a coding that isn't known", "POST /p" + host + "Transfer-Encoding: br\r\n\r\n", "501!"},
      {"chunked isn't last", "POST /p" + host + "Transfer-Encoding: chunked, gzip\r\n\r\n", "400!"},
      {"two framings", "POST /p" + host + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", "400!"},
      {"two equal lengths", "POST /p" + host + "Content-Length: 1\r\nContent-Length: 1\r\n\r\n", "400!"},
      {"a list of lengths", "POST /p" + host + "Content-Length: 1, 1\r\n\r\n", "400!"},
      {"a signed length", "POST /p" + host + "Content-Length: +1\r\n\r\n", "400!"},
      {"a negative length", "POST /p" + host + "Content-Length: -1\r\n\r\n", "400!"},
      {"no length", "POST /p" + host + "Content-Length:\r\n\r\n", "400!"},
      {"a body of no bytes", "POST /p" + host + "Content-Length: 0\r\n\r\n", "POST /p ; "},
      {"a body of GET", "GET /p" + host + "Content-Length: 1\r\n\r\nx", "GET /p x; "},
      {"folded", "GET /" + host + "X: a\r\n b\r\n\r\n", "400!"},
      {"fold before the first field", "GET / HTTP/1.1\r\n Host: a\r\n\r\n", "400!"},
      {"close among others", "GET /a" + host + "Connection: x, Close\r\n\r\n", "GET /a | "},
      {"close wins", "GET /a" + host + "Connection: keep-alive\r\nConnection: close\r\n\r\n", "GET /a | "},
      {"two spaces", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n", "400!"},
      {"good then bad", "GET /a" + host + "\r\nGET /b" + host + "Host: b\r\n\r\n", "GET /a ; 400!"},
  };
  return list;
}

TEST(HttpReader, cases_whole_and_byte_by_byte) {
  for (const auto& one : cases()) {
    SCOPED_TRACE(one.name);
    Reading whole;
    whole.feed(one.bytes);
    EXPECT_EQ(whole.seen, one.seen);
    Reading pieces;
    for (const char byte : one.bytes) pieces.feed({&byte, 1});
    EXPECT_EQ(pieces.seen, one.seen);
  }
}

TEST(HttpReader, any_split_gives_the_same_requests) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    Random random(seed);
    std::string bytes;
    for (int i = 0; i < 4; ++i) bytes += cases()[random.below(11)].bytes;
    if (random.chance(0.3)) bytes[random.below(bytes.size())] ^= static_cast<char>(1u << random.below(7));
    Reading whole;
    whole.feed(bytes);
    Reading pieces;
    for (std::size_t at = 0; at < bytes.size();) {
      const auto size = std::min<std::size_t>(1 + random.below(30), bytes.size() - at);
      pieces.feed(std::string_view{bytes}.substr(at, size));
      at += size;
    }
    ASSERT_EQ(pieces.seen, whole.seen) << "seed " << seed;
  }
}

TEST(HttpReader, the_authority_of_the_target_takes_the_place_of_host) {
  HttpReader reader(2000);
  reader.feed("GET http://b.example:81/x HTTP/1.1\r\nHost: a\r\n\r\n");
  ASSERT_EQ(reader.next(), HttpReader::Step::head);
  EXPECT_EQ(reader.request().host(), "b.example:81");
}

TEST(HttpReader, space_around_a_value_is_no_part_of_it) {
  HttpReader reader(2000);
  reader.feed("GET / HTTP/1.1\r\nHost: a\r\nX: \t b c \t\r\nY:\r\n\r\n");
  ASSERT_EQ(reader.next(), HttpReader::Step::head);
  EXPECT_EQ(reader.request().headers.get("X"), "b c");
  EXPECT_TRUE(reader.request().headers.has("Y"));
}

TEST(HttpReader, trailers_do_not_become_headers) {
  HttpReader reader(2000);
  reader.feed("POST /p" + host + "Transfer-Encoding: chunked\r\n\r\n0\r\nHost: evil\r\nX-Admin: yes\r\n\r\n");
  ASSERT_EQ(reader.next(), HttpReader::Step::head);
  reader.allow_body(10);
  ASSERT_EQ(reader.next(), HttpReader::Step::complete);
  EXPECT_EQ(reader.request().headers.get("Host"), "a");
  EXPECT_FALSE(reader.request().headers.has("X-Admin"));
}

}  // namespace
}  // namespace longwave::web
