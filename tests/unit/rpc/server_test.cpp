// SPDX-License-Identifier: Apache-2.0
#include "rpc/server.hpp"

#include "unit/rpc/service_over_sockets.hpp"

#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <future>
#include <set>
#include <sstream>
#include <thread>

namespace longwave::rpc {
namespace {

/// Tells its name; knows what the others on its path are called.
class Member : public Service {
 public:
  Member(std::string name, Diary& diary) : name_(std::move(name)), diary_(diary) {}
  static void methods(Methods<Member>& add) {
    add.method("name", [](const Member& me) { return me.name_; })
        .method("thread", [] { return Member::here(); })
        .pool_method("pool_thread", [] { return Member::here(); })
        .pool_method("wait_for_me", [] { gate_->get_future().wait(); });
  }
  static std::string here() {
    std::ostringstream text;
    text << std::this_thread::get_id();
    return text.str();
  }
  static inline std::promise<void>* gate_ = nullptr;
  std::string name_;
  Diary& diary_;

 private:
  void on_close(const CloseReason& reason) override {
    diary_.write(name_ + " " + std::to_string(reason.code));
  }
};

/// Hears what the server says.
class Listener : public Service {
 public:
  explicit Listener(Diary& diary) : diary_(diary) {}
  static void methods(Methods<Listener>& add) {
    add.method(
        "hear", [](Listener& me, const std::string& text) { me.diary_.write(text); }, "text");
  }

 private:
  Diary& diary_;
};

TEST(Server, SeveralServicesOnSeveralPaths) {
  Diary diary;
  Server server({.listen = {"127.0.0.1:0", "127.0.0.1:0"}});
  server.serve<Member>("/a", "a", std::ref(diary));
  server.serve<Member>("/b", "b", std::ref(diary));
  server.serve<Member>("*", "rest", std::ref(diary));
  const auto listening = server.start();
  ASSERT_TRUE(listening);
  ASSERT_EQ(listening->size(), 2u);
  for (const auto& endpoint : *listening) {
    const std::string url = "ws://" + endpoint.text();
    for (const auto& [path, name] :
         {std::pair{"/a", "\"a\""}, {"/b", "\"b\""}, {"/c/d", "\"rest\""}, {"", "\"rest\""}}) {
      Client client;
      ASSERT_TRUE(client.connect(url + path));
      EXPECT_EQ(text_of(client.call("name")), name);
    }
  }
}

TEST(Server, LocalhostMeansBothOfItsAddresses) {
  Diary diary;
  Server server({.listen = {"localhost:0"}});
  server.serve<Member>("/", "x", std::ref(diary));
  const auto listening = server.start();
  ASSERT_TRUE(listening);
  ASSERT_GE(listening->size(), 1u);
  EXPECT_EQ(listening->at(0).host, "127.0.0.1");
  for (const auto& endpoint : *listening) {
    EXPECT_EQ(endpoint.port, listening->at(0).port);
    Client client;
    EXPECT_TRUE(client.connect("ws://" + endpoint.text()));
  }
}

TEST(Server, TlsIsVerifiedByTheClient) {
  const std::string base = ::testing::TempDir() + "rpc_server_tls_" + std::to_string(getpid());
  const std::string make =
      "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj /CN=x -addext "
      "subjectAltName=IP:127.0.0.1 -keyout " +
      base + ".key -out " + base + ".crt 2>/dev/null";
  ASSERT_EQ(std::system(make.c_str()), 0) << make;
  Diary diary;
  Server server({.listen = {"127.0.0.1:0"}, .certificate_path = base + ".crt", .key_path = base + ".key"});
  server.serve<Member>("/", "x", std::ref(diary));
  const std::string url = "wss" + start(server).substr(2);
  Client client({.socket = {.tls = {.ca_file = base + ".crt"}}});
  ASSERT_TRUE(client.connect(url));
  EXPECT_EQ(text_of(client.call("name")), "\"x\"");
  Client wary;
  const auto refused = wary.connect(url);
  ASSERT_FALSE(refused) << "nobody vouches for the certificate";
  EXPECT_EQ(refused.error().code, Errc::unavailable);
  std::remove((base + ".crt").c_str());
  std::remove((base + ".key").c_str());
}

TEST(Server, SaysWhyItCanNotStart) {
  Diary diary;
  {
    Server server({.listen = {"127.0.0.1:0"}});
    server.serve<Member>("/same", "a", std::ref(diary));
    server.serve<Member>("/same", "b", std::ref(diary));
    const auto started = server.start();
    ASSERT_FALSE(started);
    EXPECT_NE(started.error().message.find("/same"), std::string::npos) << started.error().message;
  }
  for (const char* wrong : {"nonsense", "127.0.0.1:99999", "unix:"})
    EXPECT_FALSE(Server({.listen = {wrong}}).start()) << wrong;
  EXPECT_FALSE(
      Server({.listen = {"127.0.0.1:0"}, .certificate_path = "/nowhere", .key_path = "/nowhere"}).start());
}

TEST(Server, ANewInstanceForEachConnectionAndTheRestIsRefused) {
  Diary diary;
  Server server({.listen = {"127.0.0.1:0"}});
  server.serve<Member>("/only", "x", std::ref(diary));
  const std::string url = start(server, "");
  Client client;
  const auto refused = client.connect(url + "/other");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::refused);
  EXPECT_FALSE(client.is_open());
  EXPECT_EQ(text_of(client.call("name")), "-32001 not connected");
  EXPECT_FALSE(client.connect("nonsense"));

  Client strange({.socket = {.origin = "https://evil.example"}});
  EXPECT_FALSE(strange.connect(url + "/only"));
  ASSERT_TRUE(client.connect(url + "/only"));
  EXPECT_TRUE(client.is_open());
  EXPECT_EQ(text_of(client.call("_name")).substr(0, 6), "-32601");
}

TEST(Server, WhatBlocksRunsElsewhereAndHoldsUpNobody) {
  Diary diary;
  std::promise<void> gate;
  Member::gate_ = &gate;
  Server server({.listen = {"127.0.0.1:0"}});
  server.serve<Member>("/", "x", std::ref(diary));
  const std::string url = start(server);
  Client client, other;
  ASSERT_TRUE(client.connect(url));
  ASSERT_TRUE(other.connect(url));
  EXPECT_EQ(text_of(client.call("thread")), text_of(other.call("thread"))) << "one loop: one thread for all";
  EXPECT_NE(text_of(client.call("thread")), text_of(client.call("pool_thread")));
  std::promise<void> answered;
  client.request("wait_for_me", {}, {.callback = [&](const Reply&) { answered.set_value(); }});
  EXPECT_EQ(text_of(client.call("name")), "\"x\"") << "the same connection goes on";
  EXPECT_EQ(text_of(other.call("name")), "\"x\"");
  gate.set_value();
  answered.get_future().wait();
}

/// Has something done at the other end as soon as it is there.
class Asker : public Service {
 public:
  static void methods(Methods<Asker>& add) {
    add.method("ping", [] { return "pong"; });
  }

 private:
  void on_open() override { request("work"); }
};
class Worker : public Service {
 public:
  static void methods(Methods<Worker>& add) {
    add.pool_method("work", [keep = std::string("a capture that lives in the table")] {
      began_->set_value();
      gate_->wait();
      ended_->set_value(keep.size());
    });
  }
  static inline std::promise<void>* began_ = nullptr;
  static inline std::shared_future<void>* gate_ = nullptr;
  static inline std::promise<std::size_t>* ended_ = nullptr;
};

TEST(Server, AClientConnectsAgainWhileAMethodOfItsLastConnectionRuns) {
  std::promise<void> began, gate;
  std::promise<std::size_t> ended;
  std::shared_future<void> opened = gate.get_future().share();
  Worker::began_ = &began;
  Worker::gate_ = &opened;
  Worker::ended_ = &ended;
  Server server({.listen = {"127.0.0.1:0"}});
  server.serve<Asker>("/");
  const std::string url = start(server);
  Client client;
  ASSERT_TRUE(client.connect<Worker>(url));
  began.get_future().wait();
  ASSERT_TRUE(client.connect(url));
  EXPECT_EQ(text_of(client.call("ping")), "\"pong\"");
  gate.set_value();
  EXPECT_EQ(ended.get_future().get(), 33u);
}

TEST(Server, LoopsShareTheConnections) {
  Diary diary;
  Server server({.listen = {"127.0.0.1:0"}, .loops = 3});
  server.serve<Member>("/", "x", std::ref(diary));
  const std::string url = start(server);
  std::set<std::string> threads;
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 9; ++i) {
    clients.push_back(std::make_unique<Client>());
    ASSERT_TRUE(clients.back()->connect(url));
    threads.insert(text_of(clients.back()->call("thread")));
  }
  EXPECT_EQ(threads.size(), 3u);
  server.each<Member>([&](Member& member) { diary.write("each " + member.name_); });
  EXPECT_EQ(diary.wait(9).size(), 9u);
}

TEST(Server, ADeadPeerDoesNotBreakABroadcast) {
  Diary diary, heard;
  Server server({.listen = {"127.0.0.1:0"}});
  server.serve<Member>("/", "x", std::ref(diary));
  const std::string url = start(server);
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 4; ++i) {
    clients.push_back(std::make_unique<Client>());
    ASSERT_TRUE(clients.back()->connect<Listener>(url, std::ref(heard)));
    clients.back()->call("name");
  }
  // One closes inside the broadcast, one is gone before it, the others hear it.
  clients[1].reset();
  int number = 0;
  server.each<Member>([&](Member& member) {
    if (number++ == 0) member.close(4000, "inside");
    member.notify("hear", {"all"});
  });
  server.each<Member>([&](Member& member) { member.notify("hear", {"again"}); });
  for (const auto& client : clients)
    if (client) client->call("name");
  const auto lines = heard.wait(4);
  EXPECT_EQ(std::count(lines.begin(), lines.end(), "all"), 2);
  EXPECT_EQ(std::count(lines.begin(), lines.end(), "again"), 2);
  const auto ends = diary.wait(2);
  EXPECT_EQ(std::set<std::string>(ends.begin(), ends.end()), (std::set<std::string>{"x 1000", "x 4000"}));
}

TEST(Server, RunEndsWithASignalOrStop) {
  const std::string path = ::testing::TempDir() + "rpc_server_test_" + std::to_string(getpid()) + ".sock";
  for (const bool by_signal : {true, false}) {
    Diary diary;
    Server server({.listen = {"unix:" + path}});
    server.serve<Member>("/", "x", std::ref(diary));
    bool well = false;
    std::thread main([&] { well = server.run().has_value(); });
    Client client;
    while (!client.connect("ws+unix:" + path + ":/")) std::this_thread::yield();
    EXPECT_EQ(text_of(client.call("name")), "\"x\"");
    by_signal ? static_cast<void>(kill(getpid(), SIGTERM)) : server.stop();
    main.join();
    EXPECT_TRUE(well);
    EXPECT_EQ(diary.lines(), (std::vector<std::string>{"x 1001"}));
  }
}

}  // namespace
}  // namespace longwave::rpc
