// SPDX-License-Identifier: Apache-2.0
#include "web/websocket_handshake.hpp"

#include "web/websocket_codec.hpp"

#include <gtest/gtest.h>

#include <string>

namespace longwave::web {
namespace {

const std::string key = "dGhlIHNhbXBsZSBub25jZQ==";  // of RFC 6455 section 1.3
const std::string accept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

// ---- as a client

TEST(ClientHandshake, request_holds_what_section_4_1_asks_for) {
  WebSocketClientOptions options;
  options.origin = "https://a.example";
  options.headers.add("Cookie", "a=b");
  options.session.protocols = {"one", "two"};
  const auto request = client_request(*WebSocketUrl::parse("ws://b.example:8000/chat?room=1"), options, key);
  ASSERT_TRUE(request);
  EXPECT_EQ(
      *request,
      "GET /chat?room=1 HTTP/1.1\r\nHost: b.example:8000\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " +
          key +
          "\r\nOrigin: https://a.example\r\nSec-WebSocket-Protocol: one, two\r\nSec-WebSocket-Extensions: "
          "permessage-deflate; client_no_context_takeover; server_no_context_takeover; "
          "client_max_window_bits\r\nCookie: a=b\r\n\r\n");
}

TEST(ClientHandshake, nothing_can_be_smuggled_into_the_request) {
  const auto url = *WebSocketUrl::parse("ws://b.example/");
  for (const Headers::Field& field : {Headers::Field{"A", "b\r\nC: d"},
                                      {"A\r\nB", "c"},
                                      {"A", "b\nC: d"},
                                      {"", "x"},
                                      {"A b", "c"},
                                      {"A:", "b"},
                                      {"A", std::string("b\0c", 3)}}) {
    WebSocketClientOptions options;
    options.headers.add(field.first, field.second);
    EXPECT_FALSE(client_request(url, options, key)) << field.first;
  }
  WebSocketClientOptions origin;
  origin.origin = "http://a\r\nX: y";
  EXPECT_FALSE(client_request(url, origin, key));
  WebSocketUrl crooked = url;
  crooked.target = "/ HTTP/1.1\r\nX: y";
  EXPECT_FALSE(client_request(crooked, {}, key));
}

std::string reply(const std::string& fields, const std::string& status = "HTTP/1.1 101 Switching Protocols") {
  return status + "\r\n" + fields + "\r\n";
}

const std::string good =
    "Upgrade: WebSocket\r\nConnection: keep-alive, upgrade\r\nSec-WebSocket-Accept: " + accept + "\r\n";

std::string judged(const std::string& block, const WebSocketOptions& options = {}) {
  auto answer = parse_answer(block);
  if (!answer) return "unreadable";
  const auto terms = check_answer(*answer, options, key);
  if (!terms) return terms.error().code == Errc::refused ? "refused" : "failed";
  return "open " + answer->protocol;
}

TEST(ClientHandshake, answers_are_judged_as_section_4_1_says) {
  WebSocketOptions options;
  options.protocols = {"one", "two"};
  const struct {
    const char* name;
    std::string block;
    const char* expected;
  } cases[] = {
      {"good", reply(good), "open "},
      {"HTTP/1.1 without a reason", reply(good, "HTTP/1.1 101"), "open "},
      {"a protocol we offered", reply(good + "Sec-WebSocket-Protocol: two\r\n"), "open two"},
      {"another protocol", reply(good + "Sec-WebSocket-Protocol: three\r\n"), "failed"},
      {"two protocols", reply(good + "Sec-WebSocket-Protocol: one\r\nSec-WebSocket-Protocol: two\r\n"),
       "failed"},
      {"an extension we didn't offer", reply(good + "Sec-WebSocket-Extensions: x-other\r\n"), "failed"},
      {"no Upgrade", reply("Connection: Upgrade\r\nSec-WebSocket-Accept: " + accept + "\r\n"), "failed"},
      {"another Upgrade",
       reply("Upgrade: h2c\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " + accept + "\r\n"), "failed"},
      {"no Connection", reply("Upgrade: websocket\r\nSec-WebSocket-Accept: " + accept + "\r\n"), "failed"},
      {"no Accept", reply("Upgrade: websocket\r\nConnection: Upgrade\r\n"), "failed"},
      {"the Accept of another key",
       reply("Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: x\r\n"), "failed"},
      {"two Accepts", reply(good + "Sec-WebSocket-Accept: x\r\n"), "failed"},
      {"200", reply(good, "HTTP/1.1 200 OK"), "refused"},
      {"403", reply("", "HTTP/1.1 403 Forbidden"), "refused"},
      {"redirect", reply("Location: /x\r\n", "HTTP/1.1 302 Found"), "refused"},
      {"another protocol of the wire", reply("", "SSH-2.0-OpenSSH"), "unreadable"},
      {"HTTP/2", reply(good, "HTTP/2 101"), "unreadable"},
      {"no code", reply(good, "HTTP/1.1 abc"), "unreadable"},
      {"a code of four digits", reply(good, "HTTP/1.1 1010 X"), "unreadable"},
      {"folded field", reply(good + " folded\r\n"), "unreadable"},
      {"bare LF", reply(good + "A: b\n"), "unreadable"},
      {"a field without a name", reply(": x\r\n"), "unreadable"},
  };
  for (const auto& one : cases) EXPECT_EQ(judged(one.block, options), one.expected) << one.name;
}

// ---- as a server

Request request(const Headers& more = {}, const std::string& method = "GET", int version = 11) {
  Request made;
  made.method = method;
  made.version = version;
  made.path = "/";
  made.headers = {{"Host", "here"},
                  {"Upgrade", "WebSocket"},
                  {"Connection", "keep-alive, Upgrade"},
                  {"Sec-WebSocket-Version", "13"},
                  {"Sec-WebSocket-Key", key}};
  for (const auto& [name, value] : more) {
    made.headers.remove(name);
    if (!value.empty()) made.headers.add(name, value);
  }
  return made;
}

int status(const Request& of, const WebSocketOptions& options = {}) {
  const Headers none;
  const auto answer = answer_handshake(of, options, {none, "now", true});
  return answer.refusal ? answer.refusal->status : 101;
}

TEST(ServerHandshake, requests_are_judged_as_section_4_2_1_says) {
  EXPECT_EQ(status(request()), 101);
  EXPECT_EQ(status(request({}, "POST")), 426);
  EXPECT_EQ(status(request({}, "GET", 10)), 426);
  EXPECT_EQ(status(request({{"Upgrade", ""}})), 426);
  EXPECT_EQ(status(request({{"Connection", "close"}})), 426);
  EXPECT_EQ(status(request({{"Sec-WebSocket-Version", "8"}})), 426);
  EXPECT_EQ(status(request({{"Sec-WebSocket-Version", ""}})), 426);
  EXPECT_EQ(status(request({{"Sec-WebSocket-Key", ""}})), 400);
  EXPECT_EQ(status(request({{"Sec-WebSocket-Key", "c2hvcnQ="}})), 400);
  EXPECT_EQ(status(request({{"Sec-WebSocket-Key", "not base64 at all ===="}})), 400);
  EXPECT_EQ(status(request({{"Sec-WebSocket-Extensions", "a; =b"}})), 400);
  auto twice = request();
  twice.headers.add("Sec-WebSocket-Key", key);
  EXPECT_EQ(status(twice), 400);
}

TEST(ServerHandshake, the_answer_is_complete) {
  const Headers none;
  WebSocketOptions options;
  options.protocols = {"two", "three"};
  auto asked =
      request({{"Sec-WebSocket-Extensions", "permessage-deflate"}, {"Sec-WebSocket-Protocol", "one"}});
  asked.headers.add("Sec-WebSocket-Protocol", "two, three");
  const auto answer = answer_handshake(asked, options, {none, "now", true});
  EXPECT_EQ(answer.head,
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Accept: " +
                accept +
                "\r\nSec-WebSocket-Protocol: two\r\nSec-WebSocket-Extensions: permessage-deflate; "
                "server_no_context_takeover; client_no_context_takeover\r\nDate: now\r\n\r\n");
  EXPECT_TRUE(answer.terms.on);
  options.deflate.on = false;
  EXPECT_EQ(answer_handshake(asked, options, {none, "now", true}).head.find("Extensions"), std::string::npos);
}

}  // namespace
}  // namespace longwave::web
