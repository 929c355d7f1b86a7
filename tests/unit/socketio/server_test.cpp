// SPDX-License-Identifier: Apache-2.0
#include "dialects/socketio/server.hpp"

#include "unit/web/loopback.hpp"
#include "web/websocket.hpp"

#include <boost/json.hpp>

#include <future>
#include <optional>
#include <string>
#include <thread>
#include <vector>

using namespace longwave;
using namespace longwave::socketio;
using namespace std::chrono_literals;
using web::test::Client;
namespace json = boost::json;

namespace {

constexpr auto path = "/socket.io/?EIO=4";

/// A server on a real port. Its loops have ended before the Server is destroyed.
struct World {
  explicit World(std::size_t loops, ServerOptions options = {}) : web(loops), sockets(web.loops, options) {}
  ~World() { web.stop(); }
  void serve(NamespaceOptions options) {
    sockets.of("/", std::move(options));
    ASSERT_TRUE(sockets.add_routes(web.router));
    web.start();
  }
  /// One request on a connection of its own, so that it may come to any loop.
  Client::Answer ask(const std::string& method, const std::string& query, const std::string& body = "") {
    Client client(web.port);
    client.send(method + " " + path + query + " HTTP/1.1\r\nHost: here\r\nContent-Length: " +
                std::to_string(body.size()) + "\r\n\r\n" + body);
    return client.answer();
  }
  std::string open() {
    const auto text = ask("GET", "&transport=polling").body;
    return text.empty() ? "" : std::string(json::parse(text.substr(1)).at("sid").as_string());
  }
  static std::string polling(const std::string& sid) { return "&transport=polling&sid=" + sid; }
  Client::Answer poll(const std::string& sid) { return ask("GET", polling(sid)); }
  int post(const std::string& sid, const std::string& body) { return ask("POST", polling(sid), body).status; }
  /// Polls until this has come.
  std::string until(const std::string& sid, std::string_view text) {
    std::string all;
    while (all.find(text) == all.npos) {
      const auto answer = poll(sid);
      if (answer.status != 200) return all + " ended";
      all += answer.body + " ";
    }
    return all;
  }

  web::test::Loopback web;
  Server sockets;
};

/// Emits back what it gets; tells where its sockets are.
NamespaceOptions echo() {
  return {.on_connect = [](Socket& socket, const json::object&, Admission admit) {
    socket.on_event([&socket](Event event) { socket.emit(event.name, event.args, event.attachments); });
    admit({});
  }};
}

}  // namespace

TEST(SocketServer, SessionsLiveOnOneLoopAndAreHeardOnAll) {
  World world(3);
  world.serve(echo());
  std::vector<std::thread> clients;
  for (int i = 0; i < 4; ++i) {
    clients.emplace_back([&world] {
      const auto sid = world.open();
      EXPECT_EQ(world.post(sid, "40"), 200);
      world.until(sid, "40{");
      for (int k = 0; k < 10; ++k) {
        const auto text = "42[\"a\"," + std::to_string(k) + "]";
        EXPECT_EQ(world.post(sid, text), 200);
        EXPECT_EQ(world.until(sid, text), text + " ");
      }
      Client wire(world.web.port);
      ASSERT_TRUE(wire.open_web_socket(std::string(path) + "&transport=websocket&sid=" + sid));
      wire.send_text("2probe");
      EXPECT_EQ(wire.receive().payload, "3probe");
      wire.send_text("5");
      for (int k = 0; k < 50; ++k) {
        const auto text = "42[\"b\"," + std::to_string(k) + "]";
        wire.send_text(text);
        EXPECT_EQ(wire.receive().payload, text);
      }
      wire.send_text("1");
      EXPECT_EQ(wire.receive().opcode, web::op_close);
    });
  }
  for (auto& client : clients) client.join();
}

TEST(SocketServer, AnyThreadMaySpeakToASocket) {
  World world(2);
  std::promise<SocketRef> joined;
  std::promise<void> gone;
  auto options = echo();
  options.on_connect = [&](Socket& socket, const json::object&, Admission admit) {
    admit({});
    socket.on_disconnect([&](std::string_view) { gone.set_value(); });
    joined.set_value(socket.ref());
  };
  world.serve(options);
  const auto sid = world.open();
  world.post(sid, "40");
  const auto ref = joined.get_future().get();
  const auto event = prepare("/", "news", {1});
  for (int i = 0; i < 3; ++i) world.sockets.post_to(ref, [event](Socket& socket) { socket.emit(event); });
  world.until(sid, "42[\"news\",1]");
  world.sockets.post_to({ref.connection, 99}, [](Socket&) { ADD_FAILURE() << "there is no such socket"; });
  world.post(sid, "1");
  gone.get_future().wait();
  world.sockets.post_to(ref, [](Socket&) { ADD_FAILURE() << "it is gone"; });
  world.web.on_loop([] {}, ref.connection.group);
}

TEST(SocketServer, AClientMayBeLetInLaterFromAnyThread) {
  World world(2);
  std::promise<Admission> asked;
  auto future = asked.get_future();
  world.serve({.on_connect = [&](Socket& socket, const json::object& auth, Admission admit) {
    EXPECT_EQ(auth.at("name").as_string(), "ada");
    socket.emit("early", {});
    asked.set_value(std::move(admit));
  }});
  const auto sid = world.open();
  EXPECT_EQ(world.post(sid, R"(40{"name":"ada"})"), 200);
  auto admit = future.get();
  admit({});
  const auto said = world.until(sid, "early");
  EXPECT_LT(said.find("40{"), said.find(R"(42["early"])")) << said;
}

TEST(SocketServer, ARefusalIsTold) {
  World world(1);
  int turn = 0;
  world.serve({.on_connect = [&](Socket&, const json::object&, Admission admit) {
    if (++turn == 1) admit(error(Errc::refused, "not you"));  // the second is destroyed uncalled
  }});
  const auto sid = world.open();
  world.post(sid, "40");
  EXPECT_EQ(world.poll(sid).body, R"(44{"message":"not you"})");
  world.post(sid, "40");
  EXPECT_EQ(world.poll(sid).body, R"(44{"message":"Not authorized"})");
}

TEST(SocketServer, WhoLeavesBeforeItIsLetInIsNoTrouble) {
  World world(1);
  std::promise<Admission> asked;
  auto future = asked.get_future();
  world.serve({.on_connect = [&](Socket&, const json::object&, Admission admit) {
    asked.set_value(std::move(admit));
  }});
  const auto sid = world.open();
  world.post(sid, "40");
  auto admit = future.get();
  world.post(sid, "1");
  admit({});
  world.web.on_loop([] {});
}

TEST(SocketServer, AnswersThatAreAwaited) {
  World world(1, {.acks_limit = 2});
  std::vector<Errc> failed;
  std::promise<void> gone;
  world.serve({.on_connect = [&](Socket& socket, const json::object&, Admission admit) {
    admit({});
    const auto note = [&](Result<AckedWith> answer) {
      if (!answer) failed.push_back(answer.error().code);
    };
    socket.emit("a", {}, {}, 1ms, note);
    socket.emit("b", {}, {}, std::chrono::hours{1}, note);
    socket.emit("c", {}, {}, std::chrono::hours{1}, note);
    socket.on_event([&](Event) { EXPECT_EQ(failed, (std::vector{Errc::full, Errc::unavailable})); });
    socket.on_disconnect([&](std::string_view why) {
      EXPECT_EQ(why, "transport close");
      gone.set_value();
    });
  }});
  const auto sid = world.open();
  world.post(sid, "40");
  world.until(sid, R"(421["b"])");
  for (bool late = false; !late;) world.web.on_loop([&] { late = failed.size() == 2; });
  world.post(sid, R"(42["look"])");
  world.post(sid, "1");
  gone.get_future().wait();
  EXPECT_EQ(failed, (std::vector{Errc::full, Errc::unavailable, Errc::cancelled}));
}

TEST(SocketServer, BoundsOfSessions) {
  ServerOptions options;
  options.engine.fresh_limit = 2;
  options.engine.sessions_limit = 4;
  World world(1, options);
  world.serve(echo());
  std::vector<std::string> opened{world.open(), world.open()};
  EXPECT_EQ(world.ask("GET", "&transport=polling").status, 503) << "two that nobody has polled yet";
  EXPECT_EQ(world.post(opened[0], "6"), 200);
  EXPECT_EQ(world.post(opened[1], "6"), 200);
  opened.push_back(world.open());
  EXPECT_EQ(world.post(opened[2], "6"), 200);
  opened.push_back(world.open());
  EXPECT_EQ(world.post(opened[3], "6"), 200);
  EXPECT_EQ(world.sockets.connections(), 4U);
  EXPECT_EQ(world.ask("GET", "&transport=polling").status, 503);
  EXPECT_EQ(world.post(opened[0], "1"), 200);
  EXPECT_FALSE(world.open().empty());
}

TEST(SocketServer, AGateAndFieldsForOtherOrigins) {
  ServerOptions options;
  options.engine.gate = [](web::Request& request) -> std::optional<web::Response> {
    if (request.query_value("key") == "k") return std::nullopt;
    return web::Response::text(403, "no\n");
  };
  options.engine.cors = [](const web::Request& request, web::Headers& fields) {
    fields.add("Access-Control-Allow-Origin", std::string(request.headers.get("Origin")));
  };
  World world(1, options);
  world.serve(echo());
  Client client(world.web.port);
  EXPECT_EQ(client.get(std::string(path) + "&transport=polling", "Origin: https://a.example\r\n").status,
            403);
  const auto answer =
      client.get(std::string(path) + "&transport=polling&key=k", "Origin: https://a.example\r\n");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.header("Access-Control-Allow-Origin"), "https://a.example");
}

TEST(SocketServer, WhoDoesNotFetchIsCut) {
  ServerOptions options;
  options.engine.limits.queue_limit = 1000;
  World world(1, options);
  std::promise<std::string> gone;
  world.serve({.on_connect = [&](Socket& socket, const json::object&, Admission admit) {
    admit({});
    socket.on_disconnect([&](std::string_view why) { gone.set_value(std::string(why)); });
    for (int i = 0; i < 20; ++i) socket.emit("news", {std::string(100, 'a')});
    EXPECT_TRUE(socket.connected()) << "on_disconnect never comes from inside a call";
  }});
  const auto sid = world.open();
  world.post(sid, "40");
  EXPECT_EQ(gone.get_future().get(), "too slow");
  EXPECT_EQ(world.poll(sid).status, 400);
}

TEST(SocketServer, TheEndIsTold) {
  World world(2);
  world.serve(echo());
  const auto sid = world.open();
  world.post(sid, "40");
  world.until(sid, "40{");
  std::optional<Client> waiting(std::in_place, world.web.port);
  waiting->send("GET " + std::string(path) + World::polling(sid) + " HTTP/1.1\r\nHost: here\r\n\r\n");
  std::optional<Client> wire(std::in_place, world.web.port);
  ASSERT_TRUE(wire->open_web_socket(std::string(path) + "&transport=websocket"));
  EXPECT_EQ(wire->receive().payload.front(), '0');
  world.sockets.close_all();
  EXPECT_EQ(wire->receive().code(), web::close_code::normal);
  wire->send(Client::masked(0x88, "\x03\xe8"));
  EXPECT_EQ(waiting->answer().body, "1");
  EXPECT_EQ(world.ask("GET", "&transport=polling").status, 503);
  waiting.reset();
  wire.reset();
  EXPECT_TRUE(world.web.shut_down(10s));
}

TEST(SocketServer, AnExceptionEndsItsSessionOnly) {
  World world(3);
  world.serve({.on_connect = [](Socket& socket, const json::object&, Admission admit) {
    admit({});
    socket.on_event([&socket](Event event) { socket.emit("length", {event.args.at(0).as_string().size()}); });
  }});
  const auto other = world.open();
  world.post(other, "40");
  for (int i = 0; i < 6; ++i) {
    const auto sid = world.open();
    world.post(sid, "40");
    world.until(sid, "40{");
    world.post(sid, R"(42["a",1])");
    EXPECT_NE(world.until(sid, "nothing").find("ended"), std::string::npos);
  }
  world.post(other, R"(42["a","b"])");
  world.until(other, R"(42["length",1])");
}

TEST(SocketServer, RecoveryIsTheOwnersDecision) {
  struct Judge final : Recovery {
    void check(const Seen& seen, UniqueFunction<void(bool)> done) override {
      offset = seen.empty() ? 0 : seen.begin()->second->offset;
      done(possible);
    }
    bool possible = false;
    std::uint64_t offset = 99;
  } judge;
  World world(1);
  std::promise<void> lost;
  world.serve({.on_connect =
                   [&](Socket& socket, const json::object&, Admission admit) {
                     admit({});
                     const auto mark = std::make_shared<const Mark>(Mark{"ch-7", "ch", "e", 7});
                     socket.emit(prepare("/", "news", {1}, {}, mark));
                     socket.on_disconnect([&](std::string_view) { lost.set_value(); });
                   },
               .recovery_time = 1h,
               .recovery = &judge});
  std::string pid;
  for (const bool possible : {false, true}) {
    judge.possible = possible;
    lost = {};
    auto sid = world.open();
    world.post(sid, "40");
    const auto said = world.until(sid, "news");
    EXPECT_NE(said.find(R"(42["news",1,"ch-7"])"), said.npos) << said;
    pid = json::parse(said.substr(2, said.find('}') - 1)).at("pid").as_string();
    world.post(sid, "1");
    lost.get_future().wait();
    lost = {};
    sid = world.open();
    world.post(sid, R"(40{"pid":")" + pid + R"(","offset":"ch-7"})");
    EXPECT_EQ(world.until(sid, "news").find(pid) != std::string::npos, possible);
    EXPECT_EQ(judge.offset, 7U);
    world.post(sid, "41");
    lost.get_future().wait();
  }
}
