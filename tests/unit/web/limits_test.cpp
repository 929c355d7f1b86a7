// SPDX-License-Identifier: Apache-2.0
#include "loopback.hpp"
#include "web/address_counts.hpp"
#include "web/pace.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace longwave::web {
namespace {

using namespace test;

void hello(RequestContext&& context) {
  context.respond(Response::text(200, "hello"));
}

TEST(Pace, judges_whole_windows_only) {
  Pace pace;
  const Instant start{1s};
  EXPECT_FALSE(pace.too_slow(start + 100s, 0, 10s, 10)) << "nothing is expected";
  pace.begin(start, 500);
  EXPECT_FALSE(pace.too_slow(start + 9s, 500, 10s, 10));
  EXPECT_FALSE(pace.too_slow(start + 10s, 600, 10s, 10)) << "just enough";
  EXPECT_FALSE(pace.too_slow(start + 19s, 600, 10s, 10)) << "the next window has begun";
  EXPECT_TRUE(pace.too_slow(start + 20s, 699, 10s, 10));
  pace.end();
  EXPECT_FALSE(pace.too_slow(start + 90s, 699, 10s, 10));
  pace.begin(start, 0);
  EXPECT_FALSE(pace.too_slow(start + 10s, 0, 10s, 0)) << "any rate will do";
}

TEST(AddressCounts, count_an_ipv6_network_as_one_and_forget) {
  AddressCounts counts;
  const auto at = [](const char* text) { return *io::parse_address(text); };
  AddressCounts::Place a, b, c, d;
  EXPECT_TRUE(counts.enter(at("192.0.2.1"), 1, a));
  EXPECT_FALSE(counts.enter(at("192.0.2.1"), 1, b));
  EXPECT_TRUE(counts.enter(at("192.0.2.2"), 1, b));
  EXPECT_TRUE(counts.enter(at("2001:db8::1"), 1, c));
  EXPECT_FALSE(counts.enter(at("2001:db8::2"), 1, d));
  EXPECT_TRUE(counts.enter(at("2001:db8:0:1::2"), 1, d));
  AddressCounts::Place moved = std::move(a);
  EXPECT_FALSE(counts.enter(at("192.0.2.1"), 1, a)) << "the place has only moved";
  moved = {};
  EXPECT_TRUE(counts.enter(at("192.0.2.1"), 1, a));
}

TEST(Limits, connections_in_total_and_admission) {
  Loopback loopback;
  loopback.options.connections_limit = 2;
  std::atomic<int> asked{0};
  loopback.options.admit = [&](const io::PeerAddress& peer) {
    EXPECT_TRUE(peer.is_loopback);
    return ++asked != 2;
  };
  loopback.route({"GET"}, "/hello", hello);
  loopback.start();
  Client first(loopback.port);
  EXPECT_EQ(first.get("/hello").status, 200);
  EXPECT_TRUE(Client(loopback.port).ended()) << "not admitted";
  Client second(loopback.port);
  EXPECT_EQ(second.get("/hello").status, 200);
  EXPECT_TRUE(Client(loopback.port).ended()) << "one too many";
  EXPECT_EQ(asked, 3);
}

TEST(Limits, bodies_of_all_connections_together) {
  Loopback loopback;
  loopback.options.bodies_limit = 1000;
  std::optional<RequestContext> held;
  std::promise<void> reached;
  loopback.route({"POST"}, "/hold", [&](RequestContext&& context) {
    held.emplace(std::move(context));
    reached.set_value();
  });
  loopback.route({"POST"}, "/hello", hello);
  loopback.start();
  const auto post = [](const char* target) {
    return std::string{"POST "} + target + " HTTP/1.1\r\nHost: a\r\nContent-Length: 600\r\n\r\n" +
           std::string(600, 'x');
  };
  Client holder(loopback.port);
  holder.send(post("/hold"));
  reached.get_future().wait();
  Client refused(loopback.port);
  refused.send(post("/hello"));
  EXPECT_EQ(refused.answer().status, 503);
  loopback.on_loop([&] { held.reset(); });
  EXPECT_EQ(holder.answer().status, 500);
  Client later(loopback.port);
  later.send(post("/hello"));
  EXPECT_EQ(later.answer().status, 200) << "what was charged was given back";
}

TEST(Limits, a_client_that_does_not_read_gets_no_more_answers_made) {
  Loopback loopback;
  std::atomic<int> handled{0};
  loopback.route({"GET"}, "/large", [&](RequestContext&& context) {
    ++handled;
    context.respond(Response::bytes("audio/mpeg", io::SharedBytes::own(std::string(300 * 1024, 'x'))));
  });
  loopback.start();
  Client client(loopback.port, 4096);
  std::string many;
  for (int i = 0; i < 100; ++i) many += "GET /large HTTP/1.1\r\nHost: a\r\n\r\n";
  client.send(many);
  EXPECT_EQ(client.answer().status, 200);
  EXPECT_LT(handled, 60) << "the kernel's buffers hold some, the rest waits";
  for (int i = 1; i < 100; ++i) ASSERT_EQ(client.answer().body.size(), 300u * 1024) << i;
}

TEST(Limits, a_slow_reader_and_a_slow_sender_are_cut) {
  Loopback loopback;
  loopback.options.rate_window = 50ms;
  loopback.options.read_rate = 1024 * 1024;
  loopback.options.body_rate = 1024 * 1024;
  loopback.route({"GET"}, "/large", [&](RequestContext&& context) {
    context.respond(Response::bytes("audio/mpeg", io::SharedBytes::own(std::string(32 * 1024 * 1024, 'x'))));
  });
  loopback.route({"POST"}, "/hello", hello);
  loopback.start();
  Client reader(loopback.port, 4096);
  reader.send("GET /large HTTP/1.1\r\nHost: a\r\n\r\n");
  Client sender(loopback.port);
  sender.send("POST /hello HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nslow");
  EXPECT_EQ(sender.answer().status, 408);
  for (int i = 0; i < 1000 && loopback.server->counts().connections > 1; ++i) sender.ended();
  while (loopback.server->counts().connections > 0) std::this_thread::yield();
  EXPECT_LT(reader.to_end().size(), 32u * 1024 * 1024);
}

TEST(Methods, what_is_not_known_and_what_is_not_allowed) {
  Loopback loopback;
  loopback.route({"GET"}, "/hello", hello);
  loopback.start();
  Client client(loopback.port);
  EXPECT_EQ(client.get("/hello", "", "PROPFIND").status, 501);
  EXPECT_EQ(client.get("/nothing", "", "get").status, 501);
  EXPECT_EQ(client.get("/hello", "", "DELETE").status, 405);
  const auto options = client.get("*", "", "OPTIONS");
  EXPECT_EQ(options.status, 204);
  EXPECT_EQ(options.header("Allow"), "GET, HEAD, POST, OPTIONS");
  EXPECT_EQ(client.get("/hello").body, "hello") << "all on one connection";
}

}  // namespace
}  // namespace longwave::web
