// SPDX-License-Identifier: Apache-2.0
#include "loopback.hpp"
#include "web/websocket.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace longwave::web {
namespace {

using test::Client;
using test::Loopback;
using namespace std::chrono_literals;

void hello(RequestContext&& context) {
  context.respond(Response::text(200, "hello"));
}
void echo(RequestContext&& context) {
  auto body = context.request().body;
  context.respond(Response::text(200, std::move(body)));
}

TEST(Server, keeps_a_connection_for_several_requests) {
  Loopback loopback;
  loopback.route({"GET"}, "/hello", hello);
  loopback.start();
  Client client(loopback.port);
  for (int i = 0; i < 3; ++i) {
    const auto answer = client.get("/hello");
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, "hello");
    EXPECT_EQ(answer.header("Connection"), "");
    EXPECT_EQ(answer.header("X-Content-Type-Options"), "nosniff");
    EXPECT_NE(answer.header("Content-Security-Policy"), "");
    EXPECT_NE(answer.header("Date"), "");
  }
}

TEST(Server, answers_pipelined_requests_in_order) {
  Loopback loopback;
  loopback.route({"GET"}, "/now/:n", [](RequestContext&& context) {
    context.respond(Response::text(200, std::string{context.request().parameter("n")}));
  });
  loopback.route({"GET"}, "/later/:n", [](RequestContext&& context) {
    auto& loop = context.loop();
    loop.post([context = std::move(context)]() mutable {
      context.respond(Response::text(200, "late " + std::string{context.request().parameter("n")}));
    });
  });
  loopback.start();
  Client client(loopback.port);
  std::string all;
  for (const char* path : {"/later/1", "/now/2", "/later/3", "/now/4"}) {
    all += "GET " + std::string{path} + " HTTP/1.1\r\nHost: here\r\n\r\n";
  }
  client.send(all);
  EXPECT_EQ(client.answer().body, "late 1");
  EXPECT_EQ(client.answer().body, "2");
  EXPECT_EQ(client.answer().body, "late 3");
  EXPECT_EQ(client.answer().body, "4");
}

TEST(Server, takes_bodies_with_a_length_and_in_chunks) {
  Loopback loopback;
  loopback.route({"POST"}, "/echo", echo);
  loopback.start();
  Client client(loopback.port);
  client.send("POST /echo HTTP/1.1\r\nHost: here\r\nContent-Length: 5\r\n\r\nabcde");
  EXPECT_EQ(client.answer().body, "abcde");
  client.send(
      "POST /echo HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: "
      "chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nHost: evil\r\n\r\n");
  EXPECT_EQ(client.answer().body, "abcde");
  EXPECT_EQ(client.get("/none").status, 404);
}

TEST(Server, says_continue_before_a_body_it_wants_and_nothing_before_one_it_refuses) {
  Loopback loopback;
  loopback.route({"POST"}, "/echo", echo, 10);
  loopback.start();
  Client client(loopback.port);
  client.send("POST /echo HTTP/1.1\r\nHost: here\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_EQ(client.until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("ok");
  EXPECT_EQ(client.answer().body, "ok");
  client.send("POST /echo HTTP/1.1\r\nHost: here\r\nExpect: 100-continue\r\nContent-Length: 200\r\n\r\n");
  EXPECT_EQ(client.answer().status, 413);
  EXPECT_TRUE(client.ended());
}

struct BadCase {
  const char* name;
  std::string sent;
  int status;
};

TEST(Server, answers_bad_input_and_closes) {
  Loopback loopback;
  loopback.options.header_limit = 1024;
  loopback.route({"GET"}, "/hello", hello);
  loopback.route({"POST"}, "/echo", echo, 100);
  loopback.start();
  const BadCase cases[] = {
      {"garbage", "\x16\x03\x01\x02\r\n\r\n", 400},
      {"no host", "GET /hello HTTP/1.1\r\n\r\n", 400},
      {"two hosts", "GET /hello HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400},
      {"bare LF", "GET /hello HTTP/1.1\nHost: a\n\n", 400},
      {"bad escape", "GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"authority form", "GET hello HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"length and chunked",
       "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
      {"negative length", "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", 400},
      {"bad chunk", "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400},
      {"version", "GET /hello HTTP/2.0\r\nHost: a\r\n\r\n", 505},
      {"large header", "GET /hello HTTP/1.1\r\nHost: a\r\nX: " + std::string(2000, 'x'), 431},
      {"large length", "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 101\r\n\r\n", 413},
      {"large chunks",
       "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n65\r\n" + std::string(101, 'x') +
           "\r\n",
       413},
      {"unknown expectation",
       "POST /echo HTTP/1.1\r\nHost: a\r\nExpect: miracles\r\nContent-Length: 1\r\n\r\n", 417},
  };
  for (const auto& bad : cases) {
    SCOPED_TRACE(bad.name);
    Client client(loopback.port);
    client.send(bad.sent);
    const auto answer = client.answer();
    EXPECT_EQ(answer.status, bad.status);
    EXPECT_EQ(answer.header("Connection"), "close");
    EXPECT_TRUE(client.ended());
  }
  EXPECT_EQ(Client(loopback.port).get("/hello").status, 200) << "it goes on";
}

TEST(Server, says_what_a_path_allows) {
  Loopback loopback;
  loopback.route({"GET"}, "/thing", hello);
  loopback.route({"POST"}, "/thing", echo);
  loopback.start();
  Client client(loopback.port);
  const auto answer = client.get("/thing", "", "DELETE");
  EXPECT_EQ(answer.status, 405);
  EXPECT_EQ(answer.header("Allow"), "GET, HEAD, POST");
  EXPECT_EQ(client.get("/thing", "", "HEAD").header("Content-Length"), "5");
  EXPECT_EQ(client.get("/thing").body, "hello");
}

TEST(Server, a_slow_header_gets_408_and_a_silent_connection_is_closed) {
  Loopback loopback;
  loopback.options.header_timeout = 60ms;
  loopback.options.rate_window = 60ms;
  loopback.options.idle_timeout = 30ms;
  loopback.route({"POST"}, "/echo", echo);
  loopback.start();
  Client silent(loopback.port);
  Client slow(loopback.port);
  Client slow_body(loopback.port);
  Client idle(loopback.port);
  slow.send("GET / HTTP/1.1\r\nHo");
  slow_body.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab");
  idle.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nab");
  EXPECT_EQ(slow.answer().status, 408);
  EXPECT_TRUE(slow.ended());
  EXPECT_EQ(slow_body.answer().status, 408);
  EXPECT_EQ(idle.answer().status, 200);
  EXPECT_TRUE(idle.ended());
  EXPECT_TRUE(silent.ended());
}

TEST(Server, the_gate_refuses_before_the_body_is_read) {
  Loopback loopback;
  loopback.options.gate = [](Request& request) -> std::optional<Response> {
    if (request.host() != "here") return Response::text(421, "not ours");
    request.identity = std::string{"somebody"};
    return std::nullopt;
  };
  loopback.route({"POST"}, "/who", [](RequestContext&& context) {
    context.respond(Response::text(200, std::any_cast<std::string>(context.request().identity)));
  });
  loopback.start();
  Client client(loopback.port);
  client.send("POST /who HTTP/1.1\r\nHost: here\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(client.answer().body, "somebody");
  client.send("POST /who HTTP/1.1\r\nHost: elsewhere\r\nContent-Length: 100\r\n\r\n");
  EXPECT_EQ(client.answer().status, 421);
  EXPECT_TRUE(client.ended());
}

TEST(Server, a_handler_that_fails_or_forgets_answers_500) {
  Loopback loopback;
  loopback.route({"GET"}, "/throws", [](RequestContext&&) { throw std::runtime_error("secret"); });
  loopback.route({"GET"}, "/forgets", [](RequestContext&&) {});
  loopback.route({"GET"}, "/thread", [](RequestContext&& context) {
    std::thread([context = std::move(context)]() mutable {
      context.respond(Response::text(200, "elsewhere"));
    }).join();
  });
  loopback.start();
  Client client(loopback.port);
  const auto answer = client.get("/throws");
  EXPECT_EQ(answer.status, 500);
  EXPECT_EQ(answer.body.find("secret"), std::string::npos);
  EXPECT_EQ(client.get("/forgets").status, 500);
  EXPECT_EQ(client.get("/thread").body, "elsewhere");
}

TEST(Server, http_1_0_and_half_closed_clients_get_their_answer) {
  Loopback loopback;
  loopback.route({"GET"}, "/hello", hello);
  loopback.start();
  Client old(loopback.port);
  old.send("GET /hello HTTP/1.0\r\n\r\n");
  EXPECT_EQ(old.answer().header("Connection"), "close");
  EXPECT_TRUE(old.ended());
  Client half(loopback.port);
  half.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n");
  half.finish();
  EXPECT_EQ(half.answer().body, "hello");
  EXPECT_TRUE(half.ended());
}

TEST(Server, a_large_answer_arrives_whole) {
  Loopback loopback;
  auto large = std::make_shared<const std::string>(8 * 1024 * 1024, 'x');
  loopback.route({"GET"}, "/large", [large](RequestContext&& context) {
    context.respond(Response::bytes("application/octet-stream", io::SharedBytes::share(large)));
  });
  loopback.start();
  Client client(loopback.port);
  EXPECT_EQ(client.get("/large").body.size(), large->size());
  EXPECT_EQ(client.get("/large", "", "HEAD").header("Content-Length"), std::to_string(large->size()));
}

TEST(BodyStream, chunked_close_delimited_and_cut) {
  Loopback loopback;
  const auto stream = [](bool chunked, bool finish) {
    return [chunked, finish](RequestContext&& context) {
      auto body = context.start_stream({.headers = {{"Content-Type", "audio/mpeg"}}, .chunked = chunked});
      body.write(io::SharedBytes::own("one "));
      body.write(io::SharedBytes::own("two"));
      if (finish) body.finish();
    };
  };
  loopback.route({"GET"}, "/chunked", stream(true, true));
  loopback.route({"GET"}, "/plain", stream(false, true));
  loopback.route({"GET"}, "/cut", stream(true, false));
  loopback.start();
  Client client(loopback.port);
  EXPECT_EQ(client.get("/chunked").header("Transfer-Encoding"), "chunked");
  EXPECT_EQ(client.until("0\r\n\r\n"), "4\r\none \r\n3\r\ntwo\r\n0\r\n\r\n");
  EXPECT_EQ(client.get("/chunked", "", "HEAD").status, 200) << "still usable, and HEAD has no body";
  client.send("GET /plain HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_NE(client.until("\r\n\r\n").find("Connection: close"), std::string::npos);
  EXPECT_EQ(client.to_end(), "one two");
  Client old(loopback.port);
  old.send("GET /chunked HTTP/1.0\r\n\r\n");
  EXPECT_EQ(old.until("\r\n\r\n").find("chunked"), std::string::npos);
  EXPECT_EQ(old.to_end(), "one two");
  Client cut(loopback.port);
  cut.send("GET /cut HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(cut.to_end().find("0\r\n\r\n"), std::string::npos);
}

TEST(BodyStream, tells_when_the_listener_goes) {
  Loopback loopback;
  std::promise<void> gone;
  std::optional<BodyStream> held;
  loopback.route({"GET"}, "/listen", [&](RequestContext&& context) {
    held.emplace(context.start_stream({.chunked = false}));
    held->on_close([&] { gone.set_value(); });
    held->write(io::SharedBytes::own("sound"));
  });
  loopback.start();
  {
    Client client(loopback.port);
    client.get("/listen");
    EXPECT_EQ(client.exactly(5), "sound");
  }
  EXPECT_EQ(gone.get_future().wait_for(60s), std::future_status::ready);
  loopback.on_loop([&] {
    EXPECT_FALSE(held->open());
    held.reset();
  });
}

TEST(BodyStream, shows_how_far_a_stalled_listener_is_behind) {
  Loopback loopback;
  std::optional<BodyStream> held;
  loopback.route({"GET"}, "/listen", [&](RequestContext&& context) {
    held.emplace(context.start_stream({.chunked = false, .send_buffer_bytes = 4096}));
    held->write(io::SharedBytes::own(std::string(1024 * 1024, 's')));
  });
  loopback.start();
  Client client(loopback.port, 4096);
  client.send("GET /listen HTTP/1.1\r\nHost: a\r\n\r\n");
  client.until("\r\n\r\n");
  loopback.on_loop([&] {
    EXPECT_GT(held->queued_bytes(), 512u * 1024);
    EXPECT_TRUE(held->stalled_since());
    held.reset();
  });
}

TEST(Shutdown, finishes_what_is_under_way_and_takes_nothing_new) {
  Loopback loopback(2);
  std::promise<void> reached;
  std::optional<RequestContext> waiting;
  bool stream_closed = false;
  std::optional<BodyStream> body;
  auto options = std::make_shared<const WebSocketOptions>();
  loopback.route({"GET"}, "/hello", hello);
  loopback.route({"GET"}, "/wait", [&](RequestContext&& context) {
    waiting.emplace(std::move(context));
    reached.set_value();
  });
  loopback.route({"GET"}, "/stream", [&](RequestContext&& context) {
    body.emplace(context.start_stream({}));
    body->on_close([&] {
      stream_closed = true;
      body.reset();
    });
  });
  loopback.route({"GET"}, "/socket", [&](RequestContext&& context) { context.upgrade(options); });
  loopback.start();
  Client idle(loopback.port);
  EXPECT_EQ(idle.get("/hello").status, 200);
  Client busy(loopback.port);
  busy.send("GET /wait HTTP/1.1\r\nHost: a\r\n\r\n");
  reached.get_future().wait();
  Client streaming(loopback.port);
  streaming.get("/stream");
  Client socket(loopback.port);
  ASSERT_TRUE(socket.open_web_socket("/socket"));

  std::promise<void> done;
  auto over = done.get_future();
  loopback.server->shutdown(60s, [&] { done.set_value(); });
  EXPECT_TRUE(idle.ended());
  EXPECT_EQ(streaming.until("0\r\n\r\n"), "0\r\n\r\n");
  EXPECT_EQ(socket.receive().code(), close_code::shutdown);
  socket.send(Client::masked(0x88, "\x0b\xb9"));
  EXPECT_TRUE(socket.ended());
  EXPECT_NE(over.wait_for(0s), std::future_status::ready) << "a request is still under way";
  waiting->respond(Response::text(200, "at last"));
  const auto answer = busy.answer();
  EXPECT_EQ(answer.body, "at last");
  EXPECT_EQ(answer.header("Connection"), "close");
  socket.finish();
  streaming.finish();
  busy.finish();
  idle.finish();
  EXPECT_EQ(over.wait_for(60s), std::future_status::ready);
  EXPECT_EQ(loopback.server->counts().connections, 0u);
  loopback.stop();
  EXPECT_TRUE(stream_closed);
}

TEST(Shutdown, cuts_who_does_not_go) {
  Loopback loopback;
  auto options = std::make_shared<const WebSocketOptions>();
  loopback.route({"GET"}, "/socket", [&](RequestContext&& context) { context.upgrade(options); });
  loopback.start();
  Client socket(loopback.port);
  ASSERT_TRUE(socket.open_web_socket("/socket"));
  EXPECT_TRUE(loopback.shut_down(50ms));
  EXPECT_EQ(loopback.server->counts().web_sockets, 0u);
}

}  // namespace
}  // namespace longwave::web
