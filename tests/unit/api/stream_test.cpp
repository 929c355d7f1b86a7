// SPDX-License-Identifier: Apache-2.0
// GET /rpc/stream on a real server: server-sent events and NDJSON, calls by POST, resuming, and changing from
// one transport to another without losing or repeating a message.
#include "unit/api/endpoint_fixture.hpp"

#include <map>

namespace longwave::api {
namespace {

class StreamTest : public EndpointFixture {
 protected:
  std::atomic<int> seen_{0};
  int call(const std::string& session, std::string_view text) {
    return post(text, "Longwave-Session: " + session + "\r\n").status;
  }
};

constexpr const char* echo = R"({"jsonrpc":"2.0","id":1,"method":"test.echo","params":[7]})";

TEST_F(StreamTest, calls_by_post_are_answered_on_the_stream) {
  for (const bool lines : {false, true}) {
    Stream stream(loopback.port, lines, "");
    EXPECT_NE(
        stream.head.find(lines ? "Content-Type: application/x-ndjson" : "Content-Type: text/event-stream"),
        std::string::npos)
        << stream.head;
    EXPECT_NE(stream.head.find("Cache-Control: no-store"), std::string::npos);
    const auto session = stream.session();
    EXPECT_GE(session.size(), 22u) << "128 bits";
    EXPECT_EQ(call(session, echo), 202);
    EXPECT_EQ(stream.next().data, R"({"jsonrpc":"2.0","id":1,"result":7})");
    EXPECT_EQ(call(session, R"([{"jsonrpc":"2.0","id":1,"method":"test.echo","params":[1]},
                                {"jsonrpc":"2.0","method":"test.echo","params":[2]},
                                {"jsonrpc":"2.0","id":3,"method":"test.nothing"}])"),
              202);
    EXPECT_EQ(stream.message().as_array().size(), 2u);
    EXPECT_EQ(call(session, "{"), 202);
    EXPECT_EQ(stream.message().at("error").at("code"), -32700);
    EXPECT_EQ(call(session, R"({"jsonrpc":"2.0","id":4,"method":"test.count","params":[2]})"), 202);
    EXPECT_EQ(stream.message().at("more"), true);
    EXPECT_EQ(stream.message().at("result").at(0), 2);
    EXPECT_EQ(stream.message().at("result"), "end");
  }
}

TEST_F(StreamTest, a_session_is_known_only_by_its_whole_secret_and_while_it_lives) {
  std::string session;
  {
    Stream stream(loopback.port, false, "");
    session = stream.session();
    for (const std::string& wrong :
         {std::string("x"), std::string("1.AAAAAAAAAAAAAAAAAAAAAA"), session.substr(0, session.find('.')),
          session + "A", std::string("ffffffffffffffff.x"), std::string("1ff.x")})
      EXPECT_EQ(call(wrong, echo), 404) << wrong;
    EXPECT_EQ(call(session, echo), 202);
  }
  for (int i = 0; i < 1000 && call(session, echo) != 404; ++i) std::this_thread::yield();
  EXPECT_EQ(call(session, echo), 404);
}

TEST_F(StreamTest, channels_in_the_address_are_subscribed_at_once) {
  for (const bool lines : {false, true}) {
    Stream stream(loopback.port, lines, "?channels=server,library");
    stream.session();
    std::map<std::string, int> values;
    json::value message;
    while (!(message = stream.message()).as_object().contains("id"))
      ++values[std::string(message.at("params").at("channel").as_string())];
    EXPECT_EQ(message.at("id"), "channels");
    EXPECT_EQ(message.at("result").at("channels").at("server").at("recovered"), false);
    EXPECT_EQ(values.size(), 2u);
    publish("server", "7");
    const auto event = stream.next();
    EXPECT_EQ(json::parse(event.data).at("params").at("data"), 7);
    if (!lines) {
      EXPECT_NE(event.id.find("server="), std::string::npos) << event.id;
      EXPECT_NE(event.id.find(";"), std::string::npos) << "the positions of all its channels: " << event.id;
    }
  }
  Stream refused(loopback.port, false, "?channels=$nothing");
  refused.session();
  EXPECT_EQ(refused.message().at("result").at("channels").at("$nothing").at("code"), -32003);
}

TEST_F(StreamTest, a_position_is_told_when_what_belongs_to_it_is_complete) {
  loopback.on_loop([&] {
    hub.provide("server", [](const std::string&, auto answer) {
      answer({{"a.changed", std::make_shared<const std::string>("1")},
              {"b.changed", std::make_shared<const std::string>("2")}});
    });
  });
  Stream stream(loopback.port, false, "?channels=server");
  stream.session();
  EXPECT_EQ(stream.next().id, "")
      << "a cut after the first of the present values must bring all of them again";
  EXPECT_EQ(stream.next().id, "");
  EXPECT_EQ(stream.next().id, "server=0.e") << "presence, the last of them";
}

TEST_F(StreamTest, resumes_by_last_event_id) {
  Stream first(loopback.port, false, "?channels=server");
  first.session();
  while (!first.message().as_object().contains("id")) {
  }
  publish("server", "1");
  const auto event = first.next();
  publish("server", "2");
  publish("server", "3");
  const std::string fields[] = {"Last-Event-ID: " + event.id + "\r\n", ""};
  const std::string queries[] = {"?channels=server", "?channels=server&last_event_id=" + event.id};
  for (int i = 0; i < 2; ++i) {
    Stream again(loopback.port, i == 1, queries[i], fields[i]);
    again.session();
    EXPECT_EQ(again.message().at("params").at("data"), 2);
    EXPECT_EQ(again.message().at("params").at("data"), 3);
    EXPECT_EQ(again.message().at("result").at("channels").at("server").at("recovered"), true);
  }
  for (const char* nonsense : {"x", "server", "server=", "server=1", "server=-1.e",
                               "server=99999999999999999999.e", "server=1.old", ";;=.;", "other=1.e"}) {
    Stream again(loopback.port, false, "?channels=server",
                 "Last-Event-ID: " + std::string(nonsense) + "\r\n");
    again.session();
    json::value message;
    while (!(message = again.message()).as_object().contains("id")) {
    }
    EXPECT_EQ(message.at("result").at("channels").at("server").at("recovered"), false) << nonsense;
  }
}

TEST_F(StreamTest, a_stalled_reader_gets_every_item) {
  constexpr int items = 100;
  for (const bool lines : {false, true}) {
    pauses = 0;
    Stream stream(loopback.port, lines, "", "", 8192);
    const auto session = stream.session();
    call(session, R"({"jsonrpc":"2.0","id":5,"method":"test.count","params":[100,50000]})");
    while (pauses.load() == 0) std::this_thread::yield();  // read nothing until the producer has paused
    for (int i = 1; i <= items; ++i) ASSERT_EQ(stream.message().at("result").at(0), i);
    EXPECT_EQ(stream.message().at("result"), "end");
  }
}

TEST_F(StreamTest, who_never_reads_is_ended_as_slow) {
  for (const bool lines : {false, true}) {
    Stream stream(loopback.port, lines, "", "", 8192);
    const auto session = stream.session();
    const std::string big =
        R"({"jsonrpc":"2.0","id":1,"method":"test.echo","params":[")" + std::string(60'000, 'x') + "\"]}";
    int sent = 0;
    while (call(session, big) == 202 && sent < 400) ++sent;
    EXPECT_LT(sent, 400) << "the session ends";
    Stream::Event event;
    while ((event = stream.next()).name.empty() && !event.data.empty()) {
    }
    EXPECT_EQ(event.name, "close");
    EXPECT_EQ(event.data, R"({"code":3008,"reason":"slow"})");
    EXPECT_TRUE(stream.client.ended());
  }
}

TEST_F(StreamTest, shutdown_is_told) {
  Stream events(loopback.port, false, ""), lines(loopback.port, true, "");
  events.session(), lines.session();
  const auto socket = this->socket();
  EXPECT_TRUE(loopback.shut_down(std::chrono::seconds{30}));
  for (Stream* stream : {&events, &lines}) {
    const auto event = stream->next();
    EXPECT_EQ(event.name, "close");
    EXPECT_EQ(json::parse(event.data).at("code"), 3001);
  }
  EXPECT_EQ(socket->receive().code(), 3001);
}

TEST_F(StreamTest, foreign_pages_are_refused) {
  for (const char* origin :
       {"http://evil.test", "null", "http://localhost.evil.test:8000", "http://localhost:8001"}) {
    const std::string field = "Origin: " + std::string(origin) + "\r\n";
    Stream stream(loopback.port, false, "", field);
    EXPECT_NE(stream.head.find(" 403 "), std::string::npos) << origin;
    Stream open(loopback.port, false, "");
    EXPECT_EQ(post(echo, field + "Longwave-Session: " + open.session() + "\r\n").status, 403) << origin;
  }
}

// The promise: a client that changes from one transport to the next under a publishing load sees every
// publication exactly once, in order.
TEST_F(StreamTest, changing_the_transport_loses_and_repeats_nothing) {
  constexpr int publications = 3000;
  std::atomic<int> published{0};
  std::thread publisher([&] {
    for (int i = 1; i <= publications; ++i) {
      publish("server", std::to_string(i));
      published = i;
      // Not faster than the reader: the broker remembers 512, and a client may be away for some of them.
      while (published - seen_ > 300) std::this_thread::yield();
    }
  });
  std::string position;  // as in Last-Event-ID
  std::vector<std::int64_t> seen;
  int transport = 0, changes = 0;
  const auto take = [&](const json::value& message) {
    const auto& o = message.as_object();
    if (const auto* result = o.if_contains("result")) {
      // Often enough of the next transport is seen before its answer, which comes behind what was missed.
      EXPECT_EQ(result->at("channels").at("server").at("recovered").as_bool(), changes > 0);
      return;
    }
    const auto& params = o.at("params");
    position = "server=" + std::to_string(params.at("offset").to_number<std::int64_t>()) + "." +
               std::string(params.at("epoch").as_string());
    if (o.at("method") != "test.event") return;
    seen.push_back(params.at("data").as_int64());
    seen_ = static_cast<int>(seen.back());
  };
  while (seen.empty() || seen.back() < publications) {
    const std::size_t enough = seen.size() + 97;
    const auto more = [&] { return seen.size() < enough && (seen.empty() || seen.back() < publications); };
    if (transport == 0) {
      const auto client = socket();
      std::string since;
      if (!position.empty()) {
        const auto at = parse_positions(position).at(0).second;
        since = R"(,"since":{"server":{"offset":)" + std::to_string(at.offset) + R"(,"epoch":")" + at.epoch +
                "\"}}";
      }
      client->send_text(
          R"({"jsonrpc":"2.0","id":1,"method":"channel.subscribe","params":{"channels":["server"])" + since +
          "}}");
      while (more()) take(json::parse(client->receive().payload));
    } else {
      Stream stream(loopback.port, transport == 2, "?channels=server", "Last-Event-ID: " + position + "\r\n");
      stream.session();
      while (more()) {
        const auto event = stream.next();
        take(json::parse(event.data));
        if (!event.id.empty()) {
          EXPECT_EQ(event.id, position);
        }
      }
    }
    transport = (transport + 1) % 3;
    ++changes;
  }
  publisher.join();
  ASSERT_EQ(seen.back(), publications);
  for (std::size_t i = 1; i < seen.size(); ++i) ASSERT_EQ(seen[i], seen[i - 1] + 1);
  EXPECT_GE(changes, publications / 97) << "the test must try what it is for";
}

}  // namespace
}  // namespace longwave::api
