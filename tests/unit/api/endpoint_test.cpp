// SPDX-License-Identifier: Apache-2.0
// /rpc on a real server: the gate, the answers of HTTP, many answers as lines, sockets and their channels.
#include "unit/api/endpoint_fixture.hpp"

#include <set>

namespace longwave::api {
namespace {

class EndpointTest : public EndpointFixture {};

constexpr const char* echo = R"({"jsonrpc":"2.0","id":1,"method":"test.echo","params":[7]})";
constexpr const char* echoed = R"({"jsonrpc":"2.0","id":1,"result":7})";

TEST_F(EndpointTest, a_post_is_answered) {
  Client client(loopback.port);
  const auto answer = post(client, echo);
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.header("Content-Type"), "application/json");
  EXPECT_EQ(answer.header("Cache-Control"), "no-store");
  EXPECT_EQ(answer.body, echoed);
  EXPECT_EQ(post(client, R"({"jsonrpc":"2.0","method":"test.echo","params":[7]})").status, 204);
  EXPECT_EQ(post(client, "{").status, 200) << "an error of JSON-RPC is an answer of HTTP";
}

struct Attack {
  const char* what;
  const char* fields;
  const char* type;
  int status;
};

TEST_F(EndpointTest, attacks_of_other_pages) {
  const Attack cases[] = {
      {"our own page", "Origin: http://localhost:8000\r\n", "application/json", 200},
      {"a cross-site form", "Origin: http://evil.test\r\n", "text/plain", 403},
      {"a form without Origin", "", "application/x-www-form-urlencoded", 415},
      {"text that is JSON", "", "text/plain", 415},
      {"a cross-site fetch", "Origin: http://evil.test\r\n", "application/json", 403},
      {"a null origin", "Origin: null\r\n", "application/json", 403},
      {"a look-alike", "Origin: http://localhost.evil.test:8000\r\n", "application/json", 403},
      {"another port", "Origin: http://localhost:8001\r\n", "application/json", 403},
  };
  for (const Attack& c : cases) {
    EXPECT_EQ(post(echo, c.fields, c.type).status, c.status) << c.what;
    if (std::string_view(c.type) != "application/json") continue;
    Client client(loopback.port);
    EXPECT_EQ(open(client, c.fields), c.status == 200) << "WebSocket: " << c.what;
  }
  Client rebound(loopback.port);
  rebound.send(
      "POST /rpc HTTP/1.1\r\nHost: rebound.evil.test:8000\r\nContent-Type: application/json\r\n"
      "Content-Length: 2\r\n\r\n{}");
  EXPECT_EQ(rebound.answer().status, 421);
}

TEST_F(EndpointTest, get_explains_itself) {
  Client client(loopback.port);
  client.send("GET /rpc HTTP/1.1\r\nHost: localhost:8000\r\n\r\n");
  EXPECT_EQ(client.answer().status, 426);
}

TEST_F(EndpointTest, roles_come_with_place_cookie_and_key) {
  ASSERT_TRUE(users.add("ada", "correct horse", Role::admin));
  constexpr const char* call = R"({"jsonrpc":"2.0","id":1,"method":"test.admin"})";
  const auto allowed = [&](const std::string& fields) {
    return post(call, fields).body.find("\"yes\"") != std::string::npos;
  };
  EXPECT_TRUE(allowed("")) << "on this machine";
  EXPECT_FALSE(allowed(stranger));
  const auto in = post(
      R"({"jsonrpc":"2.0","id":1,"method":"auth.login","params":{"user":"ada","password":"correct horse"}})",
      stranger);
  const std::string cookie = in.header("Set-Cookie");
  ASSERT_NE(cookie.find("HttpOnly; SameSite=Strict"), std::string::npos) << in.body;
  EXPECT_EQ(in.body.find("key"), std::string::npos);
  const std::string with_cookie = stranger + ("Cookie: " + cookie.substr(0, cookie.find(';'))) + "\r\n";
  EXPECT_TRUE(allowed(with_cookie));
  const auto key = post(
      R"({"jsonrpc":"2.0","id":1,"method":"auth.login","params":["ada","correct horse",true]})", stranger);
  EXPECT_EQ(key.header("Set-Cookie"), "");
  const std::string bearer = std::string(stranger) + "Authorization: Bearer " +
                             std::string(json::parse(key.body).at("result").at("key").as_string()) + "\r\n";
  EXPECT_TRUE(allowed(bearer));
  EXPECT_EQ(post(call, "Authorization: Bearer nonsense\r\n").status, 401);
  EXPECT_EQ(post(call, "Authorization: Basic eDp5\r\n").status, 200) << "a proxy's own login isn't ours";
  const auto out = post(R"({"jsonrpc":"2.0","id":1,"method":"auth.logout"})", with_cookie);
  EXPECT_NE(out.header("Set-Cookie").find("Max-Age=0"), std::string::npos);
  EXPECT_FALSE(allowed(with_cookie));
  EXPECT_TRUE(allowed(bearer)) << "another session";
}

TEST_F(EndpointTest, many_answers_are_lines_if_asked_for) {
  constexpr const char* count = R"({"jsonrpc":"2.0","id":5,"method":"test.count","params":[2]})";
  EXPECT_EQ(post(count).body, R"({"jsonrpc":"2.0","id":5,"result":"end"})");
  Client client(loopback.port);
  const auto lines = post(client, count, "Accept: application/x-ndjson\r\nConnection: close\r\n");
  EXPECT_EQ(lines.header("Content-Type"), "application/x-ndjson");
  const std::string body = client.to_end();
  for (const char* line : {R"({"jsonrpc":"2.0","id":5,"result":[1,"x"],"more":true})",
                           R"({"jsonrpc":"2.0","id":5,"result":[2,"x"],"more":true})",
                           R"({"jsonrpc":"2.0","id":5,"result":"end"})"})
    EXPECT_NE(body.find(std::string(line) + "\n"), std::string::npos) << body;
}

TEST_F(EndpointTest, losing_the_connection_cancels) {
  constexpr const char* wait = R"({"jsonrpc":"2.0","id":5,"method":"test.wait"})";
  {
    Client client(loopback.port);
    post(client, wait, "Accept: application/x-ndjson\r\n");
    client.until("begun");
  }
  EXPECT_EQ(cancelled.get_future().wait_for(std::chrono::seconds{60}), std::future_status::ready);
}

TEST_F(EndpointTest, a_stalled_reader_and_a_quick_one_get_every_item) {
  constexpr int items = 100, bytes = 50'000;  // 3 MB, far above the soft and the hard limit
  for (const int receive_buffer : {8192, 0}) {
    pauses = 0;
    const auto client = socket("", receive_buffer);
    client->send_text(R"({"jsonrpc":"2.0","id":5,"method":"test.count","params":[100,50000]})");
    while (pauses.load() == 0) std::this_thread::yield();  // read nothing until the producer has paused
    for (int i = 1; i <= items; ++i) {
      const auto answer = json::parse(client->receive().payload);
      ASSERT_EQ(answer.at("result").at(0), i);
      ASSERT_EQ(answer.at("result").at(1).as_string().size(), static_cast<std::size_t>(bytes));
    }
    EXPECT_EQ(client->receive().payload, R"({"jsonrpc":"2.0","id":5,"result":"end"})");
  }
}

TEST_F(EndpointTest, who_never_reads_is_closed_as_slow) {
  const auto client = socket("", 8192);
  const std::string big =
      R"({"jsonrpc":"2.0","id":1,"method":"test.echo","params":[")" + std::string(60'000, 'x') + "\"]}";
  int sent = 0;
  for (; sent < 200; ++sent) client->send_text(big);  // 12 MB of answers
  Client::Received last;
  int answers = 0;
  while ((last = client->receive()).opcode == 1) ++answers;
  EXPECT_EQ(last.opcode, 8);
  EXPECT_EQ(last.code(), 3008);
  EXPECT_LT(answers, sent) << "nothing more is sent to it";
}

TEST_F(EndpointTest, channels_of_a_socket) {
  const auto client = socket(), other = socket();
  const auto subscribe = [](Client& c, int id, const std::string& extra = "") {
    c.send_text(R"({"jsonrpc":"2.0","id":)" + std::to_string(id) +
                R"(,"method":"channel.subscribe","params":{"channels":["server"])" + extra + "}}");
  };
  const auto until_answer = [](Client& c, std::vector<json::value>* before = nullptr) {
    for (;;) {
      json::value message = json::parse(c.receive().payload);
      if (message.as_object().contains("id")) return message;
      if (before) before->push_back(std::move(message));
    }
  };
  subscribe(*client, 1);
  std::vector<json::value> values;
  EXPECT_EQ(until_answer(*client, &values).at("result").at("channels").at("server").at("recovered"), false);
  ASSERT_EQ(values.size(), 1u) << "the present values come before the answer";
  EXPECT_EQ(values[0].at("method"), "presence.changed");

  for (int i = 1; i <= 3; ++i)
    loopback.on_loop([&, i] {
      hub.publish("server", "test.event", std::make_shared<const std::string>(std::to_string(i)));
    });
  for (int i = 1; i <= 3; ++i) {
    const auto event = json::parse(client->receive().payload);
    EXPECT_EQ(event.at("params").at("offset"), i);
    EXPECT_EQ(event.at("params").at("data"), i);
  }
  values.clear();
  subscribe(*other, 1, R"(,"since":{"server":{"offset":1,"epoch":"e"}})");
  EXPECT_EQ(until_answer(*other, &values).at("result").at("channels").at("server").at("recovered"), true);
  ASSERT_EQ(values.size(), 2u);
  EXPECT_EQ(values[0].at("params").at("data"), 2);
  EXPECT_EQ(values[1].at("params").at("data"), 3);
}

TEST_F(EndpointTest, every_subscription_is_answered_also_when_given_up) {
  const auto client = socket();
  for (int round = 0; round < 20; ++round) {
    const int base = round * 10;
    const auto send = [&](int id, const char* method) {
      client->send_text(R"({"jsonrpc":"2.0","id":)" + std::to_string(base + id) + R"(,"method":"channel.)" +
                        method + R"(","params":[["server","library"]]})");
    };
    send(1, "subscribe");
    send(2, "subscribe");
    send(3, "unsubscribe");
    send(4, "subscribe");
    std::set<std::int64_t> answered;
    while (answered.size() < 4) {
      const auto message = json::parse(client->receive().payload);
      if (const auto* id = message.as_object().if_contains("id")) answered.insert(id->as_int64());
    }
    EXPECT_EQ(*answered.rbegin(), base + 4);
  }
}

TEST_F(EndpointTest, messages_are_text) {
  const auto client = socket();
  client->send(Client::masked(0x82, "{}"));
  EXPECT_EQ(client->receive().code(), 1003);
}

}  // namespace
}  // namespace longwave::api
