// SPDX-License-Identifier: Apache-2.0
// The methods of channels, users and tokens, as they look on the wire: each success, each default, each
// error.
#include "access/hmac.hpp"
#include "base/text.hpp"
#include "endpoint_fixture.hpp"

#include <fmt/format.h>

#include <regex>

namespace longwave::api {
namespace {

using namespace std::chrono_literals;

std::string token_of(const std::string& claims, const std::string& key = "0123456789abcdef0123456789abcdef") {
  const auto text = text::base64url(R"({"alg":"HS256"})") + "." + text::base64url(claims);
  return text + "." + text::base64url(access::hmac_sha256(key, text));
}

/// What differs from one run to the next is masked.
std::string masked(const std::string& text) {
  static const std::regex uuid("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"), time(R"((_ms":)[0-9]+)");
  return std::regex_replace(std::regex_replace(text, uuid, "UUID"), time, "$1TIME");
}

class ChannelTest : public EndpointFixture {
 protected:
  std::unique_ptr<Client> as(const std::string& user) {
    auto client = socket(std::string(stranger) + "Authorization: Bearer " +
                         token_of(fmt::format(R"({{"sub":"{}","name":"{}!"}})", user, user)) + "\r\n");
    return client;
  }
  std::unique_ptr<Client> nobody() { return socket(stranger); }

  /// The answer to a call, without what surrounds it; notifications that come first are kept in `told`.
  std::string call(Client& client, std::string_view method, std::string_view params) {
    client.send_text(fmt::format(R"({{"jsonrpc":"2.0","id":1,"method":"{}","params":{}}})", method, params));
    for (;;) {
      const auto frame = client.receive();
      if (frame.opcode != 1) return "closed";
      const auto& text = frame.payload;
      const auto message = json::parse(text).as_object();
      if (!message.contains("id")) {
        told.push_back(masked(text));
        continue;
      }
      if (const auto* result = message.if_contains("result")) return masked(json::serialize(*result));
      const auto& error = message.at("error");
      return fmt::format("{} {}", error.at("code").as_int64(),
                         std::string_view(error.at("message").as_string()));
    }
  }
  /// The next notification of this name.
  std::string notification(Client& client, std::string_view method) {
    const auto wanted = fmt::format(R"("method":"{}")", method);
    for (;;) {
      const auto frame = client.receive();
      if (frame.opcode != 1) return fmt::format("closed {}", frame.code());
      const auto& text = frame.payload;
      if (text.find(wanted) != text.npos) return masked(text);
    }
  }
  std::vector<std::string> told;
};

TEST_F(ChannelTest, what_is_said_is_heard_kept_changed_and_taken_away) {
  const auto ada = as("ada"), bob = as("bob");
  EXPECT_EQ(call(*ada, "channel.subscribe", R"({"channels":["chat:main"]})"),
            R"({"channels":{"chat:main":{"offset":0,"epoch":"e","recovered":false}}})");
  EXPECT_EQ(call(*bob, "channel.publish", R"({"channel":"chat:main","data":{"text":"hi"},"key":"k"})")
                .substr(0, 13),
            R"({"id":"UUID",)");
  const auto heard = notification(*ada, "channel.message");
  const auto* expected =
      R"("data":{"id":"UUID","user":"bob","name":"bob!","at_ms":TIME,"edited_ms":null,"data":{"text":"hi"}})";
  EXPECT_NE(heard.find(expected), std::string::npos) << heard;
}

TEST_F(ChannelTest, golden) {
  const auto ada = as("ada"), bob = as("bob"), dj = socket();
  const auto publish = [&](Client& who, const char* params) { return call(who, "channel.publish", params); };
  EXPECT_EQ(publish(*ada, R"({"channel":"c","data":1})"),
            R"({"id":"UUID","offset":1,"epoch":"e","repeated":false})");
  EXPECT_EQ(publish(*ada, R"({"channel":"c","data":2,"key":"k"})"),
            R"({"id":"UUID","offset":2,"epoch":"e","repeated":false})");
  EXPECT_EQ(publish(*ada, R"({"channel":"c","data":3,"key":"k"})"),
            R"({"id":"UUID","offset":2,"epoch":"e","repeated":true})");
  EXPECT_EQ(publish(*bob, R"({"channel":"c","data":3,"key":"k"})"),
            R"({"id":"UUID","offset":3,"epoch":"e","repeated":false})")
      << "nobody meets the key of another";
  EXPECT_EQ(call(*ada, "channel.history", R"({"channel":"c"})"),
            R"({"messages":[],"offset":3,"epoch":"e","complete":false})")
      << "this channel keeps none";
  EXPECT_EQ(call(*ada, "channel.presence", R"({"channel":"c"})"),
            R"({"users":[],"total":0,"connections":0})");
  const auto info = call(*ada, "channel.info", R"({"channel":"c"})");
  EXPECT_TRUE(info.starts_with(R"({"channel":"c","subscribers":0,"last_active_ms":)")) << info;
  EXPECT_NE(info.find(R"("publish":"user","echo":true},"people":0,"connections":0,"offset":3,"epoch":"e"})"),
            std::string::npos)
      << info;
  EXPECT_EQ(call(*dj, "channel.list", R"({"prefix":"nowhere"})"), R"({"channels":[],"more":false})");
  EXPECT_EQ(call(*ada, "user.state", "{}"), R"({"user":"ada","state":{},"public_keys":[],"changed":[]})");
  EXPECT_EQ(
      call(*ada, "user.state", R"({"state":{"mood":"good","secret":1},"public_keys":["mood"]})"),
      R"({"user":"ada","state":{"mood":"good","secret":1},"public_keys":["mood"],"changed":["mood","secret"]})");
  EXPECT_EQ(call(*bob, "user.state", R"({"user":"ada"})"),
            R"({"user":"ada","state":{"mood":"good"},"public_keys":["mood"],"changed":[]})");
  EXPECT_EQ(call(*bob, "user.message", R"({"users":["ada"],"data":"psst"})"), R"({"ids":["UUID"]})");
  EXPECT_EQ(call(*bob, "user.message", R"({"data":"psst"})"), R"({"ids":[]})") << "for nobody";
  EXPECT_EQ(call(*bob, "user.message", R"({"data":"all","channel":"c"})"), R"({"ids":["UUID"]})");
  EXPECT_EQ(call(*dj, "user.disconnect", R"({"user":"bob"})"), "{}");
  EXPECT_EQ(call(*bob, "session.info", "{}"), "closed");
}

TEST_F(ChannelTest, history_edit_and_delete) {
  const auto ada = as("ada"), bob = as("bob"), guest = nobody(), other = nobody(), admin = socket();
  const auto say = [&](Client& who, const char* text) {
    who.send_text(fmt::format(R"({{"jsonrpc":"2.0","id":1,"method":"channel.publish","params":)"
                              R"({{"channel":"chat:x","data":"{}"}}}})",
                              text));
    return std::string(json::parse(who.receive().payload).at("result").at("id").as_string());
  };
  const auto hers = say(*ada, "hers"), theirs = say(*guest, "theirs");
  const auto change = [&](Client& who, const char* verb, const std::string& id) {
    return call(who, fmt::format("channel.{}", verb),
                fmt::format(R"({{"channel":"chat:x","id":"{}"{}}})", id,
                            std::string_view(verb) == "edit" ? R"(,"data":"new")" : ""));
  };
  EXPECT_EQ(change(*bob, "edit", hers).substr(0, 6), "-32003");
  EXPECT_EQ(change(*other, "delete", theirs).substr(0, 6), "-32003") << "another stranger";
  EXPECT_EQ(change(*ada, "edit", "no-such").substr(0, 6), "-32004");
  EXPECT_EQ(change(*ada, "edit", hers), R"({"offset":3,"epoch":"e"})");
  EXPECT_EQ(change(*guest, "edit", theirs), R"({"offset":4,"epoch":"e"})");
  EXPECT_EQ(
      call(*bob, "channel.history", R"({"channel":"chat:x","newest_first":true,"limit":1})"),
      R"({"messages":[{"offset":2,"method":"channel.message","data":{"id":"UUID","user":null,"name":"",)"
      R"("at_ms":TIME,"edited_ms":TIME,"data":"new"}}],"offset":4,"epoch":"e","complete":false})");
  EXPECT_EQ(change(*admin, "delete", hers), R"({"offset":5,"epoch":"e"})");
  EXPECT_EQ(change(*admin, "delete", hers).substr(0, 6), "-32004");
  EXPECT_EQ(call(*bob, "channel.history", R"({"channel":"chat:x","since":{"offset":4,"epoch":"e"}})"),
            R"({"messages":[],"offset":5,"epoch":"e","complete":true})");
}

TEST_F(ChannelTest, who_may_what) {
  const auto ada = as("ada"), guest = nobody(), admin = socket();
  struct Case {
    Client& who;
    const char* method;
    const char* params;
    const char* says;
  };
  for (const auto& [who, method, params, says] : {
           Case{*guest, "channel.publish", R"({"channel":"c","data":1})",
                "-32003 only somebody who has logged in"},
           Case{*admin, "channel.publish", R"({"channel":"c","data":1})", R"({"id")"},
           Case{*admin, "channel.publish", R"({"channel":"library","data":1})",
                "-32003 only the server itself"},
           Case{*admin, "channel.publish", R"({"channel":"$a","data":1})", "-32003 '$a' is private"},
           Case{*admin, "channel.subscribe", R"({"channels":["$a"]})",
                R"({"channels":{"$a":{"error":"'$a' is private)"},
           Case{*admin, "channel.subscribe", R"({"channels":["#ada"]})", R"({"channels":{"#ada":{"error":)"},
           Case{*guest, "channel.history", R"({"channel":"#ada"})", "-32003 '#ada' is for that user only"},
           Case{*guest, "channel.presence", R"({"channel":"$a"})", "-32003"},
           Case{*guest, "channel.info", R"({"channel":"$a"})", "-32003"},
           Case{*ada, "channel.subscribe", R"({"channels":["#ada"]})", R"({"channels":{"#ada":{"offset":0)"},
           Case{*ada, "channel.subscribe", R"({"channels":["a\u0007"]})", "-32602"},
           Case{*ada, "channel.subscribe", R"({"channels":["c"],"user":"bob"})", "-32003 only a back end"},
           Case{*ada, "channel.publish", R"({"channel":"c","data":1,"user":"bob"})",
                "-32003 only a back end"},
           Case{*ada, "channel.publish", R"({"channel":"c"})", "-32602"},
           Case{*ada, "channel.publish", R"({"channel":"","data":1})", "-32602"},
           Case{*ada, "channel.history", R"({"channel":"c","limit":0})", "-32602"},
           Case{*ada, "channel.list", "{}", "-32003"},
           Case{*ada, "user.disconnect", R"({"user":"bob"})", "-32003"},
           Case{*ada, "user.state", R"({"user":"bob","state":{"a":1}})", "-32003 only users themselves"},
           Case{*guest, "user.state", "{}", "-32003 only somebody who has logged in"},
           Case{*guest, "user.message", R"({"users":["ada"],"data":1})", "-32003"},
           Case{*ada, "user.message", R"({"users":["bob"],"data":1,"channel":"$a"})", "-32003"},
       }) {
    EXPECT_EQ(call(who, method, params).substr(0, std::strlen(says)), says) << method << params;
  }
  const auto large = fmt::format(R"({{"channel":"c","data":"{}"}})", std::string(33'000, 'x'));
  EXPECT_EQ(call(*ada, "channel.publish", large).substr(0, 6), "-32602");
  const auto key =
      post(R"({"jsonrpc":"2.0","id":1,"method":"channel.subscribe","params":{"channels":["c"]}})");
  EXPECT_NE(key.body.find("-32007"), std::string::npos) << "this needs a connection: " << key.body;
}

TEST_F(ChannelTest, a_private_message_reaches_whom_it_is_for) {
  const auto ada = as("ada"), tab = as("ada"), bob = as("bob");
  for (const auto& one : {ada.get(), tab.get()}) call(*one, "channel.subscribe", R"({"channels":["#ada"]})");
  call(*tab, "channel.subscribe", R"({"channels":["room"]})");
  call(*bob, "user.message", R"({"users":["ada"],"data":"room only","channel":"room"})");
  call(*bob, "user.message", R"({"users":["ada"],"data":"all"})");
  EXPECT_NE(notification(*tab, "channel.message").find("room only"), std::string::npos);
  const auto first = notification(*ada, "channel.message");
  EXPECT_NE(first.find(R"("data":"all")"), std::string::npos) << first;
  EXPECT_NE(first.find(R"("offset":2)"), std::string::npos) << first;
  EXPECT_NE(first.find(R"("after":0)"), std::string::npos)
      << "that number 1 was for others is told: " << first;
}

TEST_F(ChannelTest, a_token_says_who_it_is_and_another_makes_it_last) {
  const auto now = unix_ms(loopback.clock.wall()) / 1000;
  const auto client = nobody();
  const auto show = [&](const std::string& claims) {
    return call(*client, "auth.token", fmt::format(R"({{"token":"{}"}})", token_of(claims)));
  };
  const auto* ada =
      R"({"user":"ada","role":"anyone","name":"Ada","station_role":null,"makes_stations":false})";
  EXPECT_EQ(show(R"({"sub":"ada","name":"Ada"})"), R"({"user":"ada","expires_in_ms":null})");
  EXPECT_EQ(call(*client, "session.info", "{}"), ada);
  EXPECT_EQ(show(R"({"exp":1})"), "-32003 the token has expired");
  EXPECT_EQ(call(*client, "auth.token", R"({"token":"a.b.c"})").substr(0, 33),
            "-32003 the token is not valid: it");
  EXPECT_EQ(call(*client, "session.info", "{}"), ada);

  show(fmt::format(R"({{"sub":"ada","exp":{}}})", now + 2));
  show(fmt::format(R"({{"sub":"ada","exp":{}}})", now + 3600));  // in time
  call(*client, "channel.subscribe", R"({"channels":["#ada","c"]})");
  EXPECT_EQ(show(R"({"sub":"bob"})"), R"({"user":"bob","expires_in_ms":null})");
  EXPECT_EQ(
      notification(*client, "channel.ended"),
      R"({"jsonrpc":"2.0","method":"channel.ended","params":{"channel":"#ada","reason":"'#ada' is for that user only"}})");
  show(fmt::format(R"({{"sub":"bob","exp":{}}})", unix_ms(loopback.clock.wall()) / 1000 + 1));
  EXPECT_EQ(client->receive().code(), 3005);
}

TEST_F(ChannelTest, a_token_in_the_header) {
  const auto late =
      socket(std::string(stranger) + "Authorization: Bearer " + token_of(R"({"exp":1})") + "\r\n");
  EXPECT_EQ(late->receive().code(), 3005);
  const auto wrong = socket(std::string(stranger) + "Authorization: Bearer a.b.c\r\n");
  EXPECT_EQ(wrong->receive().code(), 3500);
  const auto for_a_channel =
      socket(std::string(stranger) + "Authorization: Bearer " + token_of(R"({"channel":"$a"})") + "\r\n");
  EXPECT_EQ(for_a_channel->receive().code(), 3500);
  const auto body = R"({"jsonrpc":"2.0","id":1,"method":"session.info"})";
  const auto bearer = [](const std::string& claims) {
    return std::string(stranger) + "Authorization: Bearer " + token_of(claims) + "\r\n";
  };
  EXPECT_NE(post(body, bearer(R"({"sub":"ada"})")).body.find(R"("user":"ada")"), std::string::npos);
  EXPECT_EQ(post(body, bearer(R"({"exp":1})")).status, 401);
  Stream stream(loopback.port, false, "?channels=$team:1", bearer(R"({"sub":"ada","channels":["$team:*"]})"));
  stream.session();
  json::value message;
  do message = stream.message();
  while (!message.as_object().contains("id"));  // who is there is told before
  EXPECT_EQ(message.at("result").at("channels").at("$team:1").at("offset"), 0);
}

TEST_F(ChannelTest, a_subscription_token_admits_to_one_channel_and_ends) {
  const auto ada = as("ada");
  const auto subscribe = [&](const std::string& claims) {
    return call(*ada, "channel.subscribe",
                fmt::format(R"({{"channels":["$a"],"tokens":{{"$a":"{}"}}}})", token_of(claims)));
  };
  EXPECT_EQ(subscribe(R"({"sub":"bob","channel":"$a"})").substr(0, 6), "-32003") << "of another user";
  EXPECT_EQ(subscribe(R"({"channel":"$a"})").substr(0, 6), "-32003") << "of nobody";
  EXPECT_EQ(subscribe(R"({"sub":"ada","channel":"$b"})").substr(0, 6), "-32003") << "for another channel";
  EXPECT_EQ(subscribe(R"({"sub":"ada"})").substr(0, 6), "-32003") << "of a connection";
  EXPECT_EQ(subscribe(fmt::format(R"({{"sub":"ada","channel":"$a","exp":{}}})",
                                  unix_ms(loopback.clock.wall()) / 1000 + 2)),
            R"({"channels":{"$a":{"offset":0,"epoch":"e","recovered":false}}})");
  EXPECT_EQ(call(*ada, "channel.publish", R"({"channel":"$a","data":1})").substr(0, 5), R"({"id")");
  EXPECT_NE(notification(*ada, "channel.ended").find("the token has expired"), std::string::npos);
  EXPECT_EQ(call(*ada, "channel.publish", R"({"channel":"$a","data":1})").substr(0, 6), "-32003");
}

}  // namespace
}  // namespace longwave::api
