// SPDX-License-Identifier: Apache-2.0
#include "dialects/socketio/engine_session.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

using namespace longwave;
using namespace longwave::socketio;
using namespace std::chrono_literals;

namespace {

using Transport = EngineSession::Transport;
using Log = std::vector<std::string>;

struct Outlet final : EngineOutlet {
  void answer_poll(std::string payload) override { log.push_back("poll " + payload); }
  void transmit(const web::SharedFrame& frame) override {
    log.push_back("send " + std::string(frame->payload()));
  }
  void send_probe(const web::SharedFrame& frame) override {
    log.push_back("probe " + std::string(frame->payload()));
  }
  void upgraded() override { log.emplace_back("upgraded"); }
  void close_socket(bool orderly) override { log.emplace_back(orderly ? "close" : "close badly"); }
  void close_probe() override { log.emplace_back("close probe"); }
  void received(std::string_view data, bool is_binary) override {
    log.push_back((is_binary ? "binary " : "text ") + std::string(data));
    if (echo) session->send(is_binary ? web::Frame::binary(data) : web::Frame::text("4" + std::string(data)));
    if (data == "bye") session->close(now);
  }
  void ended(EngineEnd end) override { log.push_back("ended: " + std::string(to_text(end))); }
  Log take() { return std::exchange(log, {}); }

  Log log;
  EngineSession* session = nullptr;
  Instant now{};
  bool echo = false;
};

struct Fixture {
  explicit Fixture(Transport transport = Transport::polling, EngineLimits given = {})
      : limits(given), session(limits, transport, at(0ms), outlet) {
    outlet.session = &session;
  }
  static Instant at(Duration since_start) { return Instant{std::chrono::hours{1} + since_start}; }
  bool poll(Duration when = 0ms) { return session.poll(at(when)); }
  bool post(std::string_view body, Duration when = 0ms) { return session.post(body, at(when)); }
  void probe(std::string_view text, Duration when = 0ms) { session.probe_message(text, false, at(when)); }
  void hear(std::string_view text, Duration when = 0ms) { session.socket_message(text, false, at(when)); }
  void send(std::string_view text) { session.send(web::Frame::text(text)); }
  Log log() { return outlet.take(); }

  Outlet outlet;
  EngineLimits limits;
  EngineSession session;
};

EngineLimits quick() {
  EngineLimits limits;
  limits.ping_interval = 300ms;
  limits.ping_timeout = 200ms;
  limits.upgrade_timeout = 100ms;
  return limits;
}

}  // namespace

TEST(EngineSession, OpensWithWhatTheClientMustKnow) {
  EXPECT_EQ(
      Fixture{}.session.open_packet("x"),
      R"(0{"sid":"x","upgrades":["websocket"],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000})");
  EXPECT_EQ(Fixture{Transport::websocket}.session.open_packet("x"),
            R"(0{"sid":"x","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000})");
  EngineLimits limits;
  limits.websocket = false;
  EXPECT_NE(Fixture(Transport::polling, limits).session.open_packet("x").find(R"("upgrades":[],)"),
            std::string::npos);
}

TEST(EngineSession, APollWaitsForSomething) {
  Fixture f;
  EXPECT_TRUE(f.poll());
  EXPECT_EQ(f.log(), Log{});
  f.send("4one");
  EXPECT_EQ(f.log(), Log{"poll 4one"});
  f.send("4two");
  f.send("4three");
  EXPECT_EQ(f.log(), Log{});
  EXPECT_TRUE(f.poll());
  EXPECT_EQ(f.log(), Log{"poll 4two\x1e"
                         "4three"});
}

TEST(EngineSession, APostIsHeardInOrder) {
  Fixture f;
  EXPECT_TRUE(
      f.post("4a\x1e"
             "bAQ==\x1e"
             "4b"));
  EXPECT_EQ(f.log(), (Log{"text a", "binary \x01", "text b"}));
}

TEST(EngineSession, AMalformedPostEndsIt) {
  Fixture f;
  EXPECT_TRUE(f.poll());
  EXPECT_FALSE(f.post("abc"));
  EXPECT_EQ(f.log(), (Log{"poll 1", "ended: parse error"}));
  EXPECT_FALSE(f.poll());
  EXPECT_FALSE(f.post("4a"));
  EXPECT_TRUE(f.session.finished());
}

TEST(EngineSession, TwoPollsEndIt) {
  Fixture f;
  EXPECT_TRUE(f.poll());
  EXPECT_FALSE(f.poll());
  EXPECT_EQ(f.log(), (Log{"poll 1", "ended: parse error"}));
  EXPECT_FALSE(f.poll());
}

TEST(EngineSession, WhatTheShellSawEndsIt) {
  Fixture f;
  f.session.violated();
  EXPECT_EQ(f.log(), Log{"ended: parse error"});
  EXPECT_FALSE(f.post("4a"));
}

TEST(EngineSession, OnlyTheServerAsks) {
  for (const auto* packet : {"2", "0", "0{}"}) {
    Fixture f;
    EXPECT_FALSE(f.post(packet)) << packet;
    EXPECT_TRUE(f.session.finished());
    Fixture g{Transport::websocket};
    g.hear(packet);
    EXPECT_EQ(g.log(), (Log{"close badly", "ended: parse error"}));
  }
}

TEST(EngineSession, WhatMeansNothingIsPassedOver) {
  Fixture f;
  EXPECT_TRUE(
      f.post("3\x1e"
             "5\x1e"
             "6\x1e"
             "4a"));
  EXPECT_EQ(f.log(), Log{"text a"});
}

TEST(EngineSession, AClientsCloseEndsThePollWithANoop) {
  Fixture f;
  EXPECT_TRUE(f.poll());
  EXPECT_TRUE(f.post("1"));
  EXPECT_EQ(f.log(), (Log{"poll 6", "ended: transport close"}));
  EXPECT_FALSE(f.poll());
}

TEST(EngineSession, NothingIsHeardBehindAClose) {
  Fixture f;
  EXPECT_TRUE(
      f.post("4a\x1e"
             "1\x1e"
             "4b"));
  EXPECT_EQ(f.log(), (Log{"text a", "ended: transport close"}));
  Fixture g{Transport::websocket};
  g.hear("1");
  g.hear("4b");
  EXPECT_EQ(g.log(), (Log{"close", "ended: transport close"}));
  g.send("4late");
  EXPECT_EQ(g.log(), Log{});
}

TEST(EngineSession, OurCloseIsFetchedBehindWhatWaits) {
  Fixture f;
  f.send("4last");
  f.session.close(Fixture::at(0ms));
  EXPECT_EQ(f.log(), Log{"ended: forced close"});
  EXPECT_FALSE(f.session.finished());
  EXPECT_FALSE(f.post("4a"));
  f.send("4late");
  EXPECT_TRUE(f.poll());
  EXPECT_EQ(f.log(), Log{"poll 4last"});
  EXPECT_FALSE(f.session.finished());
  EXPECT_TRUE(f.poll());
  EXPECT_EQ(f.log(), Log{"poll 1"});
  EXPECT_TRUE(f.session.finished());
}

TEST(EngineSession, OurCloseIsForgottenWhenNobodyFetchesIt) {
  Fixture f{Transport::polling, quick()};
  f.session.close(Fixture::at(0ms));
  EXPECT_EQ(f.session.due(), Fixture::at(500ms));
  f.session.on_time(Fixture::at(500ms));
  EXPECT_TRUE(f.session.finished());
  EXPECT_FALSE(f.poll(501ms));
}

TEST(EngineSession, OurCloseReachesAWaitingPollAndASocket) {
  Fixture f;
  EXPECT_TRUE(f.poll());
  f.session.close(Fixture::at(0ms));
  EXPECT_EQ(f.log(), (Log{"poll 1", "ended: forced close"}));
  Fixture g{Transport::websocket};
  g.session.close(Fixture::at(0ms));
  EXPECT_EQ(g.log(), (Log{"close", "ended: forced close"}));
}

TEST(EngineSession, TheOwnerMayCloseAndAnswerWhileItListens) {
  Fixture f;
  f.outlet.echo = true;
  EXPECT_TRUE(f.poll());
  EXPECT_TRUE(
      f.post("4bye\x1e"
             "4more"));
  EXPECT_EQ(f.log(), (Log{"text bye", "poll 4bye", "ended: forced close"}));
}

TEST(EngineSession, PingsOverPolling) {
  Fixture f{Transport::polling, quick()};
  for (int i = 0; i < 3; ++i) {
    const auto start = i * 310ms;
    EXPECT_TRUE(f.poll(start + 1ms));
    EXPECT_EQ(f.session.due(), Fixture::at(start + 300ms));
    f.session.on_time(Fixture::at(start + 300ms));
    EXPECT_EQ(f.log(), Log{"poll 2"});
    EXPECT_EQ(f.session.due(), Fixture::at(start + 500ms));
    EXPECT_TRUE(f.post("3", start + 310ms));
  }
}

TEST(EngineSession, ASilentClientIsGiventUpInTimeEvenIfTheTimerIsLate) {
  Fixture f{Transport::polling, quick()};
  f.session.on_time(Fixture::at(320ms));
  EXPECT_FALSE(f.poll(500ms));
  EXPECT_EQ(f.log(), Log{"ended: ping timeout"});

  Fixture g{Transport::websocket, quick()};
  g.session.on_time(Fixture::at(300ms));
  g.session.on_time(Fixture::at(499ms));
  EXPECT_EQ(g.log(), Log{"send 2"});
  g.session.on_time(Fixture::at(500ms));
  EXPECT_EQ(g.log(), (Log{"close badly", "ended: ping timeout"}));
}

TEST(EngineSession, AStalledServerStillGivesTheClientItsTime) {
  Fixture f{Transport::websocket, quick()};
  f.session.on_time(Fixture::at(5000ms));
  EXPECT_EQ(f.log(), Log{"send 2"});
  EXPECT_EQ(f.session.due(), Fixture::at(5175ms));
  f.hear("3", 5170ms);
  EXPECT_EQ(f.session.due(), Fixture::at(5470ms));
}

TEST(EngineSession, Upgrades) {
  Fixture f;
  EXPECT_TRUE(f.poll());
  EXPECT_TRUE(f.session.probe(Fixture::at(0ms)));
  f.probe("2probe");
  EXPECT_EQ(f.log(), (Log{"probe 3probe", "poll 6"}));
  EXPECT_TRUE(f.poll());
  EXPECT_EQ(f.log(), Log{"poll 6"});
  EXPECT_TRUE(f.post("4over polling"));
  f.send("4queued");
  f.probe("5");
  EXPECT_EQ(f.log(), (Log{"text over polling", "upgraded", "send 4queued"}));
  EXPECT_EQ(f.session.transport(), Transport::websocket);
  f.hear("4hello");
  f.send("4answer");
  EXPECT_EQ(f.log(), (Log{"text hello", "send 4answer"}));
  EXPECT_FALSE(f.poll());
  EXPECT_FALSE(f.post("4a"));
  EXPECT_FALSE(f.session.probe(Fixture::at(0ms)));
  EXPECT_TRUE(f.session.open()) << "what is refused leaves the session as it is";
}

TEST(EngineSession, AnUpgradeEndsAWaitingPoll) {
  Fixture f;
  EXPECT_TRUE(f.session.probe(Fixture::at(0ms)));
  f.probe("2probe");
  f.outlet.take();
  f.send("4x");
  EXPECT_TRUE(f.poll());
  EXPECT_EQ(f.log(), Log{"poll 4x"});
  f.probe("5");
  EXPECT_EQ(f.log(), Log{"upgraded"});
}

TEST(EngineSession, AProbeThatIsNoneIsClosed) {
  for (const auto* text : {"2", "2prob", "4hello", "5", "abc", ""}) {
    Fixture f;
    EXPECT_TRUE(f.session.probe(Fixture::at(0ms)));
    f.probe(text);
    EXPECT_EQ(f.log(), Log{"close probe"}) << text;
    EXPECT_TRUE(f.session.open());
    EXPECT_TRUE(f.session.probe(Fixture::at(0ms))) << "it may try again";
  }
}

TEST(EngineSession, OneProbeAtATime) {
  Fixture f;
  EXPECT_TRUE(f.session.probe(Fixture::at(0ms)));
  EXPECT_FALSE(f.session.probe(Fixture::at(0ms)));
  f.session.probe_lost();
  EXPECT_TRUE(f.session.probe(Fixture::at(0ms)));
}

TEST(EngineSession, AnUpgradeHasItsTime) {
  Fixture f{Transport::polling, quick()};
  EXPECT_TRUE(f.session.probe(Fixture::at(10ms)));
  f.probe("2probe", 20ms);
  EXPECT_EQ(f.session.due(), Fixture::at(110ms));
  f.outlet.take();
  f.session.on_time(Fixture::at(110ms));
  EXPECT_EQ(f.log(), Log{"close probe"});
  f.probe("5", 111ms);
  EXPECT_EQ(f.session.transport(), Transport::polling);
  EXPECT_TRUE(f.poll(112ms));
}

TEST(EngineSession, AnEndTakesTheProbeAlong) {
  Fixture f;
  EXPECT_TRUE(f.session.probe(Fixture::at(0ms)));
  f.session.close(Fixture::at(0ms));
  EXPECT_EQ(f.log(), (Log{"close probe", "ended: forced close"}));
}

TEST(EngineSession, AWebSocketThatBreaksEndsIt) {
  Fixture f{Transport::websocket};
  f.session.socket_lost();
  EXPECT_EQ(f.log(), Log{"ended: transport error"});
  EXPECT_TRUE(f.session.finished());
  f.session.socket_lost();
  EXPECT_EQ(f.log(), Log{});
}

TEST(EngineSession, APollThatBreaksEndsIt) {
  Fixture f;
  f.session.poll_lost();
  EXPECT_TRUE(f.session.open()) << "none was waiting";
  EXPECT_TRUE(f.poll());
  f.session.poll_lost();
  EXPECT_EQ(f.log(), Log{"ended: transport error"});
}

TEST(EngineSession, WhoDoesNotFetchIsSlow) {
  EngineLimits limits;
  limits.queue_limit = 100;
  Fixture f{Transport::polling, limits};
  f.send("4" + std::string(150, 'a'));  // one large message isn't too much
  EXPECT_TRUE(f.poll());
  f.outlet.take();
  f.send("4" + std::string(60, 'a'));
  EXPECT_EQ(f.session.queued_bytes(), 61U);
  f.send("4" + std::string(60, 'b'));
  EXPECT_EQ(f.log(), Log{"ended: too slow"});
  EXPECT_EQ(f.session.queued_bytes(), 0U);
}

TEST(EngineSession, BinaryFramesAreMessages) {
  Fixture f{Transport::websocket};
  f.session.socket_message("\x01\x02", true, Fixture::at(0ms));
  f.hear("4text");
  f.hear("abc");
  EXPECT_EQ(f.log(), (Log{"binary \x01\x02", "text text", "close badly", "ended: parse error"}));
}
