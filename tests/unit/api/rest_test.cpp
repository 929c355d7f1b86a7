// SPDX-License-Identifier: Apache-2.0
// The addresses for back ends: what each answers, and each way of being refused.
#include "endpoint_fixture.hpp"

#include <fmt/format.h>

#include <regex>

namespace longwave::api {
namespace {

class RestTest : public EndpointFixture {
 protected:
  static constexpr const char* key = "Authorization: Bearer a-key-of-programs\r\n";

  Client::Answer ask(std::string_view method, std::string_view path, std::string_view body = "",
                     std::string_view fields = key, std::string_view type = "application/json") {
    Client client(loopback.port);
    client.send(fmt::format(
        "{} /api/v1/{} HTTP/1.1\r\nHost: localhost:8000\r\n{}{}Content-Length: {}\r\n\r\n{}", method, path,
        fields, body.empty() ? "" : fmt::format("Content-Type: {}\r\n", type), body.size(), body));
    return client.answer();
  }
  static std::string masked(const std::string& text) {
    static const std::regex uuid("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"), time(R"((_ms":)[0-9]+)");
    return std::regex_replace(std::regex_replace(text, uuid, "UUID"), time, "$1TIME");
  }
  std::string text(std::string_view method, std::string_view path, std::string_view body = "") {
    const auto answer = ask(method, path, body);
    return fmt::format("{} {}", answer.status, masked(answer.body));
  }
};

TEST_F(RestTest, golden) {
  EXPECT_EQ(text("POST", "channels/chat:a/messages", R"({"data":{"text":"hi"},"user":"ada","name":"Ada"})"),
            R"(200 {"id":"UUID","offset":1,"epoch":"e","repeated":false})");
  EXPECT_EQ(
      text("GET", "channels/chat%3Aa/messages?limit=1&newest_first=true"),
      R"(200 {"messages":[{"offset":1,"method":"channel.message","data":{"id":"UUID","user":"ada",)"
      R"("name":"Ada","at_ms":TIME,"edited_ms":null,"data":{"text":"hi"}}}],"offset":1,"epoch":"e","complete":false})");
  const auto history = json::parse(ask("GET", "channels/chat:a/messages").body);
  const std::string id(history.at("messages").at(0).at("data").at("id").as_string());
  EXPECT_EQ(text("PATCH", "channels/chat:a/messages/" + id, R"({"data":"new"})"),
            R"(200 {"offset":2,"epoch":"e"})");
  EXPECT_EQ(text("DELETE", "channels/chat:a/messages/" + id), R"(200 {"offset":3,"epoch":"e"})");
  EXPECT_EQ(text("GET", "channels/chat:a/presence"), R"(200 {"users":[],"total":0,"connections":0})");
  EXPECT_EQ(text("POST", "messages", R"({"users":["ada"],"data":1})"), R"(200 {"ids":["UUID"]})");
  EXPECT_EQ(text("GET", "users/ada/state"), R"(200 {"user":"ada","state":{},"public_keys":[],"changed":[]})");
  EXPECT_EQ(text("PATCH", "users/ada/state", R"({"state":{"a":[1]},"public_keys":["a"]})"),
            R"(200 {"user":"ada","state":{"a":[1]},"public_keys":["a"],"changed":["a"]})");
  EXPECT_EQ(text("DELETE", "users/ada/connections"), "200 {}");
  EXPECT_EQ(text("POST", "users/ada/subscriptions", R"({"channels":["$a"]})"), R"(200 {"channels":{}})");
  EXPECT_EQ(ask("GET", "channels/chat:a").status, 200);
  EXPECT_EQ(ask("GET", "channels?prefix=x").body, R"({"channels":[],"more":false})");
}

TEST_F(RestTest, the_same_key_publishes_once) {
  const auto fields = std::string(key) + "Idempotency-Key: k1\r\n";
  const auto first = ask("POST", "channels/c/messages", R"({"data":1})", fields);
  const auto again = ask("POST", "channels/c/messages", R"({"data":1})", fields);
  EXPECT_EQ(json::parse(first.body).at("repeated"), false);
  EXPECT_EQ(json::parse(again.body).at("repeated"), true);
  EXPECT_EQ(json::parse(first.body).at("id"), json::parse(again.body).at("id"));
}

TEST_F(RestTest, refusals) {
  struct Case {
    const char* method;
    const char* path;
    const char* body;
    int status;
    const char* code;
  };
  for (const auto& [method, path, body, status, code] :
       {Case{"POST", "channels/c/messages", "[1]", 400, "parse_error"},
        Case{"POST", "channels/c/messages", "{", 400, "parse_error"},
        Case{"POST", "channels/c/messages", "{}", 400, "invalid_params"},
        Case{"POST", "channels/c/messages", R"({"data":1,"strange":1})", 400, "invalid_params"},
        Case{"POST", "channels/library/messages", R"({"data":1})", 403, "refused"},
        Case{"PATCH", "channels/c/messages/none", R"({"data":1})", 404, "not_found"},
        Case{"DELETE", "channels/c/messages/none", "", 404, "not_found"},
        Case{"GET", "channels/c/messages?limit=many", "", 400, "invalid_params"},
        Case{"GET", "channels/c/messages?limit=501", "", 400, "invalid_params"},
        Case{"POST", "users/ada/subscriptions", "{}", 400, "invalid_params"},
        Case{"GET", "nothing", "", 404, "not_found"}}) {
    const auto answer = ask(method, path, body);
    EXPECT_EQ(answer.status, status) << path << body;
    const auto error = json::parse(answer.body).at("error");
    EXPECT_EQ(error.at("code"), code) << path << body;
    EXPECT_FALSE(error.at("message").as_string().empty());
  }
  EXPECT_EQ(ask("POST", "channels/c/messages", R"({"data":1})", key, "text/plain").status, 415);
  EXPECT_EQ(ask("PUT", "channels/c/messages", R"({"data":1})").status, 405);
  EXPECT_EQ(
      ask("POST", "channels/c/messages", fmt::format(R"({{"data":"{}"}})", std::string(300'000, 'x'))).status,
      413);
}

TEST_F(RestTest, only_a_key_counts) {
  for (const std::string fields :
       {"", "Authorization: Bearer a-key-of-program\r\n", "Authorization: Bearer \r\n",
        "Authorization: Basic a-key-of-programs\r\n", "Cookie: longwave=x\r\n"}) {
    const auto answer = ask("GET", "channels/c", "", fields);
    EXPECT_EQ(answer.status, 401) << fields << ": being on this machine is no key";
    EXPECT_EQ(answer.header("WWW-Authenticate"), "Bearer");
    EXPECT_EQ(json::parse(answer.body).at("error").at("code"), "unauthorized");
  }
  const auto elsewhere =
      post(R"({"jsonrpc":"2.0","id":1,"method":"session.info"})", std::string(stranger) + key);
  EXPECT_EQ(elsewhere.status, 401) << "the key of programs is good here only";

  ASSERT_TRUE(users.add("boss", "password", Role::admin));
  ASSERT_TRUE(users.add("max", "password", Role::dj));
  const auto bearer = [&](const char* user) {
    return "Authorization: Bearer " + users.login(user, "password", "", access::TokenKind::key)->token +
           "\r\n";
  };
  EXPECT_EQ(ask("GET", "channels", "", bearer("boss")).status, 200);
  EXPECT_EQ(ask("GET", "channels", "", bearer("max")).status, 403);
  EXPECT_EQ(ask("POST", "channels/c/messages", R"({"data":1})", bearer("max")).status, 200);
  EXPECT_EQ(ask("POST", "channels/c/messages", R"({"data":1,"user":"eve"})", bearer("boss")).status, 403)
      << "who is somebody speaks for nobody else";
}

TEST_F(RestTest, pages_are_kept_out) {
  const auto answer = ask("GET", "channels", "", std::string(key) + "Origin: https://evil.example\r\n");
  EXPECT_EQ(answer.status, 403);
  EXPECT_EQ(answer.header("Access-Control-Allow-Origin"), "");
}

TEST_F(RestTest, a_back_end_subscribes_a_user) {
  const auto ada = socket(std::string(stranger));
  ASSERT_TRUE(users.add("ada", "password", Role::dj));
  ada->send_text(
      R"({"jsonrpc":"2.0","id":1,"method":"auth.login","params":{"user":"ada","password":"password"}})");
  EXPECT_NE(ada->receive().payload.find("key"), std::string::npos);
  loopback.on_loop([] {}, 0);
  loopback.on_loop([] {}, 1);
  loopback.on_loop([] {}, 0);  // the hub knows who it is
  EXPECT_EQ(ask("POST", "users/ada/subscriptions", R"({"channels":["$a"]})").status, 200);
  std::string told = ada->receive().payload;
  while (told.find("presence.changed") != told.npos) told = ada->receive().payload;  // comes before
  EXPECT_EQ(
      told,
      R"({"jsonrpc":"2.0","method":"channel.subscribed","params":{"channels":{"$a":{"offset":0,"epoch":"e","recovered":false}}}})");
}

}  // namespace
}  // namespace longwave::api
