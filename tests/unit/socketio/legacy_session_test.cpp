// SPDX-License-Identifier: Apache-2.0
#include "dialects/socketio/legacy_session.hpp"

#include <gtest/gtest.h>
#include <boost/json.hpp>

#include <string>
#include <vector>

namespace longwave::socketio::legacy {
namespace {

using Words = std::vector<std::string>;
using std::chrono::seconds;

/// Both ends of a session: what it says, and what its user is told.
struct Bench : Outlet, User {
  void send(const web::SharedFrame& frame) override { socket.emplace_back(frame->payload()); }
  void close_socket() override { socket.emplace_back("(closed)"); }
  void answer_poll(std::string body) override { polls.push_back(std::move(body)); }
  void ended() override { ++ends; }

  bool on_connect(const std::string& endpoint, const std::string& query) override {
    told.push_back("connect " + endpoint + query);
    if (endpoint == "/unknown") return false;
    if (answers_at_once) session.accept(endpoint);
    return true;
  }
  void on_disconnect(const std::string& endpoint, bool goodbye) override {
    told.push_back((goodbye ? "disconnect " : "lost ") + endpoint);
  }
  bool on_event(const std::string& endpoint, const std::string& name, boost::json::array& args,
                AckId ack) override {
    if (name == "nothing") return false;
    told.push_back(name + " " + endpoint + " " + boost::json::serialize(args));
    session.ack(endpoint, ack, R"(["ok"])");
    return true;
  }
  void on_text(const std::string&, std::string_view text, AckId) override {
    told.push_back("text " + std::string(text));
  }
  void on_json(const std::string&, boost::json::value& value, AckId) override {
    told.push_back("json " + boost::json::serialize(value));
  }
  void on_ended() override { told.emplace_back("ended"); }

  Words said() { return std::exchange(socket, {}); }
  void pass(Duration time) { session.on_time(now += time); }

  Words socket, polls, told;
  int ends = 0;
  bool answers_at_once = true;
  Instant now{};
  SessionOptions options{.queue_limit = 1000};
  Session session{options, now, *this, *this};
};

TEST(LegacySession, AWebSocketFromItsFirstWordToItsLast) {
  Bench b;
  b.session.open_socket(b.now);
  EXPECT_EQ(b.said(), Words{"1::"});
  b.session.text("1::/stream", b.now);
  b.session.text(R"(5::/stream:{"name":"join","args":[["a"]]})", b.now);
  EXPECT_EQ(b.said(), Words{"1::/stream"});
  b.session.text("0::/stream", b.now);
  b.session.text("0::", b.now);
  EXPECT_EQ(b.said(), (Words{"0::", "(closed)"}));
  EXPECT_EQ(b.told, (Words{"connect /stream", R"(join /stream [["a"]])", "disconnect /stream", "ended"}));
  EXPECT_EQ(b.ends, 1);
  b.session.send("2::");
  EXPECT_TRUE(b.said().empty());
}

TEST(LegacySession, AcksWithDataAndWithout) {
  Bench b;
  b.session.open_socket(b.now);
  b.session.text("1::/stream", b.now);
  b.said();
  b.session.text(R"(5:1+:/stream:{"name":"join","args":[]})", b.now);
  EXPECT_EQ(b.said(), Words{R"(6::/stream:1+["ok"])"});
  b.session.text(R"(5:2:/stream:{"name":"join","args":[]})", b.now);
  EXPECT_EQ(b.said(), Words{"6::/stream:2"});
  std::string answer;
  b.session.emit("/stream", "ask", "[1]", [&](std::string_view args) { answer = args; });
  EXPECT_EQ(b.said(), Words{R"(5:1+:/stream:{"name":"ask","args":[1]})"});
  b.session.text("6::/stream:9+[2]", b.now);
  EXPECT_EQ(answer, "");
  b.session.text("6::/stream:1+[2]", b.now);
  EXPECT_EQ(answer, "[2]");
}

TEST(LegacySession, HeartbeatsAndTheEndOfWhoIsSilent) {
  Bench b;
  b.session.open_socket(b.now);
  b.said();
  for (int i = 0; i < 11; ++i) {
    b.pass(seconds{5});
    EXPECT_EQ(b.said(), Words{"2::"}) << i;
  }
  b.session.text("2::", b.now);  // any word is life
  b.pass(seconds{59});
  EXPECT_FALSE(b.session.over());
  EXPECT_LE(b.session.due(), b.now + seconds{1});
  b.pass(seconds{1});
  EXPECT_TRUE(b.session.over());
  EXPECT_EQ(b.told, Words{"ended"});
}

TEST(LegacySession, PollsCarryWhatWaits) {
  Bench b;
  EXPECT_EQ(b.session.poll(b.now), "1::");
  EXPECT_TRUE(b.session.post("1::/stream", b.now));
  EXPECT_EQ(b.session.poll(b.now), "1::/stream");
  EXPECT_FALSE(b.session.poll(b.now)) << "it waits";
  b.session.send("5::/stream:{}");
  EXPECT_EQ(b.polls, Words{"5::/stream:{}"});
  b.session.send("3:::a");
  b.session.send("3:::b");
  const std::string m = "\xEF\xBF\xBD";
  EXPECT_EQ(b.session.poll(b.now), m + "5" + m + "3:::a" + m + "5" + m + "3:::b");
}

TEST(LegacySession, APollWaitsNoLongerThanAHeartbeatAndCountsAsLife) {
  Bench b;
  (void)b.session.poll(b.now);
  for (int i = 0; i < 20; ++i) {
    EXPECT_FALSE(b.session.poll(b.now));
    EXPECT_EQ(b.session.due(), b.now + seconds{5});
    b.pass(seconds{5});
  }
  EXPECT_EQ(b.polls, Words(20, "8::"));
  b.pass(seconds{60});
  EXPECT_TRUE(b.session.over());
}

TEST(LegacySession, ASecondPollTakesThePlaceOfTheFirst) {
  Bench b;
  (void)b.session.poll(b.now);
  EXPECT_FALSE(b.session.poll(b.now));
  EXPECT_FALSE(b.session.poll(b.now));
  EXPECT_EQ(b.polls, Words{"8::"});
  b.session.poll_gone();
  b.session.send("3:::a");
  EXPECT_EQ(b.polls, Words{"8::"}) << "kept for the next";
  EXPECT_EQ(b.session.poll(b.now), "3:::a");
}

TEST(LegacySession, WhoEndsWhileAPollWaitsIsTold) {
  Bench b;
  (void)b.session.poll(b.now);
  (void)b.session.poll(b.now);
  b.session.end();
  EXPECT_EQ(b.polls, Words{"0::"});
  EXPECT_EQ(b.session.poll(b.now), "0::");
}

TEST(LegacySession, ASlowPollerIsCutAtTheLimit) {
  Bench b;
  (void)b.session.poll(b.now);
  for (int i = 0; i < 10; ++i) b.session.send(std::string(100, '3'));
  EXPECT_FALSE(b.session.over());
  b.session.send("x");
  EXPECT_TRUE(b.session.over());
}

TEST(LegacySession, PollsMayBecomeAWebSocketAndNothingIsLost) {
  Bench b;
  (void)b.session.poll(b.now);
  b.session.send("3:::a");
  b.session.open_socket(b.now);
  EXPECT_EQ(b.said(), (Words{"1::", "3:::a"}));
  b.session.text("1::/stream", b.now);
  b.session.socket_lost();
  EXPECT_EQ(b.told, (Words{"connect /stream", "lost /stream", "ended"}));
}

TEST(LegacySession, WhatIsSaidWhileANamespaceIsAskedForWaits) {
  Bench b;
  b.answers_at_once = false;
  b.session.open_socket(b.now);
  b.session.text("1::/stream", b.now);
  b.session.text(R"(5::/stream:{"name":"join","args":[]})", b.now);
  b.said();
  EXPECT_EQ(b.told, Words{"connect /stream"});
  b.session.accept("/stream");
  EXPECT_EQ(b.told, (Words{"connect /stream", "join /stream []"}));
  EXPECT_EQ(b.said(), Words{"1::/stream"});
  b.session.text("1::/stream", b.now);
  EXPECT_EQ(b.said(), Words{"1::/stream"}) << "said twice, answered twice, asked once";
}

TEST(LegacySession, ARefusedNamespaceIsToldAndTakesNoEvents) {
  Bench b;
  b.answers_at_once = false;
  b.session.open_socket(b.now);
  b.session.text("1::/stream?username=a", b.now);
  b.said();
  b.session.refuse("/stream", Reason::unauthorized);
  EXPECT_EQ(b.said(), Words{"7::/stream:2"});
  b.session.text(R"(5::/stream:{"name":"join","args":[]})", b.now);
  EXPECT_EQ(b.said(), Words{"7::/stream:1"});
  EXPECT_EQ(b.told, Words{"connect /stream?username=a"});
}

TEST(LegacySession, ErrorsAreEventsWithANameAndAText) {
  struct Case {
    const char* packet;
    const char* says;
  };
  for (const auto& [packet, says] : {
           Case{"x", R"(5:::{"name":"error","args":["invalid_packet")"},
           Case{"1::/unknown", R"(5::/unknown:{"name":"error","args":["no_such_namespace")"},
           Case{R"(5::/s:{"name":"nothing","args":[]})", R"(5::/s:{"name":"error","args":["no_such_method")"},
           Case{R"(5::/s:{"name":"a-b","args":[]})",
                R"(5::/s:{"name":"error","args":["unallowed_event_name")"},
           Case{R"(5::/s:{"args":[]})", R"(5::/s:{"name":"error","args":["invalid_packet")"},
           Case{R"(5::/s:{"name":"a","args":{}})", R"(5::/s:{"name":"error","args":["invalid_packet")"},
           Case{"5::/s:nonsense", R"(5::/s:{"name":"error","args":["invalid_packet")"},
           Case{"4::/s:nonsense", R"(5::/s:{"name":"error","args":["invalid_packet")"},
       }) {
    Bench b;
    b.session.open_socket(b.now);
    b.session.text("1::/s", b.now);
    b.said();
    b.session.text(packet, b.now);
    const auto said = b.said();
    ASSERT_EQ(said.size(), 1U) << packet;
    EXPECT_TRUE(said[0].starts_with(says)) << said[0];
    for (int i = 0; i < 10; ++i) b.session.text(packet, b.now);
    EXPECT_TRUE(b.session.over()) << "ten in a row end the session: " << packet;
  }
}

TEST(LegacySession, TextAndJsonReachTheUser) {
  Bench b;
  b.session.open_socket(b.now);
  b.session.text("3:::hello", b.now);
  b.session.text(R"(4:::{"a":1})", b.now);
  EXPECT_EQ(b.told, (Words{"text hello", R"(json {"a":1})"}));
  EXPECT_FALSE(b.session.post("", b.now));
}

}  // namespace
}  // namespace longwave::socketio::legacy
