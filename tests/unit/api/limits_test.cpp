// SPDX-License-Identifier: Apache-2.0
// How conversations at /rpc end, and what is refused: the codes of docs/close-codes.md and the rates of
// docs/access.md, over each transport.
#include "unit/api/endpoint_fixture.hpp"

namespace longwave::api {
namespace {

class LimitsTest : public EndpointFixture {
 protected:
  /// Reads over messages until the close; its code.
  static int closed(Client& client) {
    for (;;) {
      const auto received = client.receive();
      if (received.opcode == 8) return received.code();
      if (received.opcode < 0) return 0;
    }
  }
  static int closed(Stream& stream) {
    for (;;) {
      const auto event = stream.next();
      if (event.name == "close") return static_cast<int>(json::parse(event.data).at("code").as_int64());
      if (event.data.empty()) return 0;
    }
  }
  std::string key_of(const char* user) {
    const auto in = post(std::string(R"({"jsonrpc":"2.0","id":1,"method":"auth.login","params":[")") + user +
                         R"(","correct horse",true]})");
    return std::string(json::parse(in.body).at("result").at("key").as_string());
  }
  static std::string bearer(const std::string& key) { return "Authorization: Bearer " + key + "\r\n"; }
};

constexpr const char* echo = R"({"jsonrpc":"2.0","id":1,"method":"test.echo","params":[7]})";
constexpr const char* visitor = "Test-Address: 192.0.2.1\r\n";

// ---- how it ends

TEST_F(LimitsTest, a_session_that_ended_or_ran_out_closes_its_connections) {
  ASSERT_TRUE(users.add("ada", "correct horse", Role::admin));
  for (const char* how : {"logout", "password", "time"}) {
    const auto key = key_of("ada");
    const auto with_key = socket(bearer(key)), stranger_s = socket();
    Stream events(loopback.port, false, "", bearer(key));
    Stream lines(loopback.port, true, "", bearer(key));
    events.session(), lines.session();
    EXPECT_EQ(ask(*with_key, R"({"jsonrpc":"2.0","id":1,"method":"test.admin"})").at("result"), "yes");
    if (how == std::string("logout")) {
      EXPECT_EQ(post(R"({"jsonrpc":"2.0","id":1,"method":"auth.logout"})", bearer(key)).status, 200);
    } else if (how == std::string("password")) {
      ASSERT_TRUE(users.set_password("ada", "correct horse"));
    } else {
      users.end_expired();
      EXPECT_EQ(ask(*with_key, echo).at("result"), 7) << "not yet";
      calendar.advance(std::chrono::hours{24 * 366});
      users.end_expired();
    }
    EXPECT_EQ(closed(*with_key), 3005) << how;
    EXPECT_EQ(closed(events), 3005) << how;
    EXPECT_EQ(closed(lines), 3005) << how;
    EXPECT_EQ(ask(*stranger_s, echo).at("result"), 7) << "others go on";
  }
}

TEST_F(LimitsTest, who_logs_out_itself_goes_on_as_a_stranger) {
  ASSERT_TRUE(users.add("ada", "correct horse", Role::admin));
  const auto client = socket(stranger);
  EXPECT_EQ(ask(*client, R"({"jsonrpc":"2.0","id":1,"method":"auth.login","params":["ada","correct horse"]})")
                .at("result")
                .at("role"),
            "admin");
  constexpr const char* admin = R"({"jsonrpc":"2.0","id":1,"method":"test.admin"})";
  EXPECT_EQ(ask(*client, admin).at("result"), "yes");
  EXPECT_TRUE(
      ask(*client, R"({"jsonrpc":"2.0","id":1,"method":"auth.logout"})").as_object().contains("result"));
  for (std::size_t i = 0; i < 2; ++i) loopback.on_loop([] {}, i);
  EXPECT_TRUE(ask(*client, admin).as_object().contains("error"));
}

TEST_F(LimitsTest, a_gap_closes_instead_of_hiding) {
  const auto publish_at = [&](std::uint64_t offset, const char* epoch) {
    auto publication = std::make_shared<const hub::Publication>(
        hub::Publication{.channel = "server",
                         .method = "test.event",
                         .data = std::make_shared<const std::string>("1"),
                         .offset = offset,
                         .epoch = epoch,
                         .after = offset - 1});
    for (std::size_t group = 0; group < 2; ++group) sockets.publish(group, publication);
  };
  struct Case {
    std::uint64_t offset;
    const char* epoch;
  };
  for (const Case& c : {Case{2, "e"}, Case{1, "another"}}) {
    const auto client = socket();
    client->send_text(R"({"jsonrpc":"2.0","id":1,"method":"channel.subscribe","params":[["server"]]})");
    Stream events(loopback.port, false, "?channels=server");
    events.session();
    while (!events.message().as_object().contains("id")) {
    }
    while (!json::parse(client->receive().payload).as_object().contains("id")) {
    }
    publish_at(c.offset, c.epoch);
    EXPECT_EQ(closed(*client), 3010);
    EXPECT_EQ(closed(events), 3010);
    for (std::size_t i = 0; i < 2; ++i) loopback.on_loop([] {}, i);
  }
}

TEST_F(LimitsTest, a_key_that_is_none_is_told_by_close_code) {
  const auto client = socket(bearer("nonsense"));
  EXPECT_EQ(closed(*client), 3500);
  Stream stream(loopback.port, false, "", bearer("nonsense"));
  EXPECT_NE(stream.head.find(" 401 "), std::string::npos);
}

TEST_F(LimitsTest, nothing_but_garbage_is_closed) {
  const auto client = socket();
  for (int i = 0; i < 9; ++i) client->send_text("garbage");
  client->send_text(echo);  // not in a row
  for (int i = 0; i < 10; ++i) client->send_text("{");
  int answers = 0;
  Client::Received received;
  while ((received = client->receive()).opcode == 1) ++answers;
  EXPECT_EQ(received.code(), 3501);
  EXPECT_GE(answers, 10);
  Stream stream(loopback.port, false, "");
  const auto session = stream.session();
  for (int i = 0; i < 10; ++i) post("nothing", "Longwave-Session: " + session + "\r\n");
  EXPECT_EQ(closed(stream), 3501);
}

// ---- rates

TEST_F(LimitsTest, calls_over_the_rate_of_a_connection_are_told_when_to_come_back) {
  const auto client = socket(stranger);
  for (int i = 0; i < 200; ++i) ASSERT_EQ(ask(*client, echo).at("result"), 7) << i;
  const auto refused = ask(*client, echo);
  EXPECT_EQ(refused.at("error").at("code"), -32002);
  EXPECT_EQ(refused.at("error").at("data").at("kind"), "too_many_calls");
  EXPECT_EQ(refused.at("error").at("data").at("retry_after_ms"), 100);
  rate_clock.advance(std::chrono::milliseconds{200});
  const auto batch = ask(*client, R"([{"jsonrpc":"2.0","id":1,"method":"test.echo","params":[1]},
                       {"jsonrpc":"2.0","id":2,"method":"test.echo","params":[2]},
                       {"jsonrpc":"2.0","id":3,"method":"test.echo","params":[3]}])")
                         .as_array();
  EXPECT_TRUE(batch.at(1).as_object().contains("result"));
  EXPECT_TRUE(batch.at(2).as_object().contains("error")) << "each call of a batch counts";
}

TEST_F(LimitsTest, going_on_over_the_rate_is_closed) {
  const auto client = socket(stranger);
  for (int i = 0; i < 400; ++i) client->send_text(echo);
  EXPECT_EQ(closed(*client), 3013);

  Stream stream(loopback.port, true, "", stranger);
  const auto session = stream.session();
  Client poster(loopback.port);
  int taken = 0, late = 0;
  for (int i = 0; i < 400; ++i) {
    const auto status = post(poster, echo, "Longwave-Session: " + session + "\r\n").status;
    taken += status == 202;
    late += status == 429;
  }
  EXPECT_EQ(taken, 200);
  EXPECT_EQ(late, 101);
  EXPECT_EQ(closed(stream), 3013);
}

TEST_F(LimitsTest, an_address_has_rates_of_its_own) {
  for (int i = 0; i < 20; ++i) ASSERT_EQ(post(echo, visitor).status, 200);
  const auto refused = post(echo, visitor);
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(refused.header("Retry-After"), "1");
  const auto client = socket(visitor);
  EXPECT_EQ(ask(*client, echo).at("error").at("code"), -32002) << "all its connections together";
  EXPECT_EQ(post(echo, "Test-Address: 192.0.2.2\r\n").status, 200);
  rate_clock.advance(std::chrono::seconds{1});
  EXPECT_EQ(post(echo, visitor).status, 200);
}

TEST_F(LimitsTest, bytes_count_too) {
  const std::string long_one =
      R"({"jsonrpc":"2.0","id":1,"method":"test.echo","params":[")" + std::string(6000, 'x') + "\"]}";
  EXPECT_EQ(post(long_one, visitor).status, 200);
  const auto refused = post(long_one, visitor);
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(refused.header("Retry-After"), "3");
  const auto client = socket(visitor);
  EXPECT_EQ(ask(*client, long_one).at("error").at("data").at("kind"), "too_many_calls");
}

TEST_F(LimitsTest, who_sits_at_the_machine_is_not_counted) {
  const auto client = socket();
  for (int i = 0; i < 1000; ++i) ASSERT_EQ(ask(*client, echo).at("result"), 7);
  Client poster(loopback.port);
  for (int i = 0; i < 300; ++i) ASSERT_EQ(post(poster, echo).status, 200);
}

}  // namespace
}  // namespace longwave::api
