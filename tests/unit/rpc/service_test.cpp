// SPDX-License-Identifier: Apache-2.0
#include "rpc/service.hpp"

#include "unit/rpc/service_over_sockets.hpp"

#include <algorithm>
#include <future>

namespace longwave::rpc {
namespace {

using Lines = std::vector<std::string>;

/// Does what its path says, and writes down what happens to it.
class Subject : public Service {
 public:
  explicit Subject(Diary& diary) : diary_(diary) {
    if (++made_ == refuse_) throw std::runtime_error("not this one");
  }
  ~Subject() override { diary_.write("gone"); }
  static void methods(Methods<Subject>& add) {
    add.method("throws", [] { throw std::runtime_error("oh"); })
        .method("throws_a_word", [] { throw "oh"; })
        .method("close", [](Subject& me) { me.close(4000, "enough"); })
        .method("close_twice", [](Subject& me) { me.close(4000, "enough"), me.close(4001, "more"); })
        .method("never", &Subject::never)
        .method(
            "echo", [](const Json& value) { return value; }, "value")
        .method("id", [](const Call& call) { return call.id(); })
        .method("request", &Subject::seen);
  }
  static inline int made_ = 0, refuse_ = 0;

 private:
  void on_open() override {
    diary_.write("open " + upgrade_request().path);
    if (upgrade_request().path == "/throws") throw std::runtime_error("at open");
  }
  void on_close(const CloseReason& reason) override {
    diary_.write("close " + std::to_string(reason.code) + (reason.text.empty() ? "" : " " + reason.text));
    if (upgrade_request().path == "/throws_at_close") throw std::runtime_error("at close");
  }
  void never(const Responder& answer) {
    kept_.push_back(answer);
    diary_.write("never");
    answer.on_cancel([this] { diary_.write("cancelled"); });
  }
  Json seen() const {
    const web::Request& request = upgrade_request();
    return {request.path,
            request.query_value("q").value_or(""),
            request.headers.get("X-Mine"),
            request.cookie("c").value_or(""),
            request.parameter("name"),
            request.peer.ip,
            request.peer.port > 0};
  }

  Diary& diary_;
  std::vector<Responder> kept_;
};

class ServiceTest : public ::testing::Test {
 protected:
  ServiceTest() {
    Subject::made_ = Subject::refuse_ = 0;
    for (const char* path : {"/", "/throws", "/throws_at_close", "/named/:name"})
      server_.serve<Subject>(path, std::ref(diary_));
    url_ = start(server_, "");
  }
  Diary diary_;
  Server server_{{.listen = {"127.0.0.1:0"}, .drain = std::chrono::seconds{1}}};
  std::string url_;
};

TEST_F(ServiceTest, HooksComeOnceAndInOrder) {
  {
    Client client;
    ASSERT_TRUE(client.connect(url_));
    EXPECT_EQ(text_of(client.call("echo", {1})), "1");
  }
  EXPECT_EQ(diary_.wait(3), (Lines{"open /", "close 1000", "gone"}));
}

TEST_F(ServiceTest, WhateverThrowsTheCloseHookComesOnce) {
  Client client;
  ASSERT_TRUE(client.connect(url_ + "/throws"));
  EXPECT_EQ(diary_.wait(3), (Lines{"open /throws", "close 1011 on_open failed", "gone"}));

  ASSERT_TRUE(client.connect(url_ + "/throws_at_close"));
  EXPECT_EQ(text_of(client.call("throws")), "-32603 internal error");
  EXPECT_EQ(text_of(client.call("throws_a_word")), "-32603 internal error");
  EXPECT_EQ(text_of(client.call("echo", {2})), "2") << "the connection lives on";
  client.close(1001, "bye");
  EXPECT_EQ(diary_.wait(6), (Lines{"open /throws", "close 1011 on_open failed", "gone",
                                   "open /throws_at_close", "close 1001 bye", "gone"}));
}

TEST_F(ServiceTest, AnInstanceThatCanNotBeMadeHasNoHooks) {
  Subject::refuse_ = 1;
  Client client;
  ASSERT_TRUE(client.connect(url_));
  EXPECT_EQ(text_of(client.call("echo", {1})).substr(0, 6), "-32001");
  ASSERT_TRUE(client.connect(url_));
  EXPECT_EQ(text_of(client.call("echo", {1})), "1");
  EXPECT_EQ(diary_.wait(1), (Lines{"open /"}));
}

TEST_F(ServiceTest, TheServiceMayEndItselfFromAMethod) {
  for (const char* method : {"close", "close_twice"}) {
    Client client;
    ASSERT_TRUE(client.connect(url_));
    EXPECT_EQ(text_of(client.call(method)).substr(0, 6), "-32001") << method;
  }
  const Lines lines = diary_.wait(6);
  EXPECT_EQ(lines, (Lines{"open /", "close 4000 enough", "gone", "open /", "close 4000 enough", "gone"}));
}

TEST_F(ServiceTest, LosingTheConnectionCancelsWhatIsUnderWay) {
  Client client;
  ASSERT_TRUE(client.connect(url_));
  client.request("never");
  diary_.wait(2);
  client.close();
  EXPECT_EQ(diary_.wait(5), (Lines{"open /", "never", "cancelled", "close 1000", "gone"}));
}

TEST_F(ServiceTest, StopEndsEveryConnectionAndWaitsForTheHooks) {
  Client one, two;
  ASSERT_TRUE(one.connect(url_));
  ASSERT_TRUE(two.connect(url_));
  one.request("never");
  diary_.wait(3);
  EXPECT_EQ(server_.connections(), 2u);
  server_.stop();
  server_.stop();
  Lines lines = diary_.lines();
  EXPECT_EQ(std::count(lines.begin(), lines.end(), "gone"), 2) << "on_close has returned before stop() does";
  const auto told = [](const std::string& line) { return line.starts_with("close 1001"); };
  EXPECT_EQ(std::count_if(lines.begin(), lines.end(), told), 2) << ::testing::PrintToString(lines);
  EXPECT_EQ(server_.connections(), 0u);
}

TEST_F(ServiceTest, TheUpgradeRequestIsThere) {
  Client client({.socket = {.headers = {{"X-Mine", "yes"}, {"Cookie", "c=crumb"}}}});
  ASSERT_TRUE(client.connect(url_ + "/named/a%20b?q=1"));
  EXPECT_EQ(text_of(client.call("request")), R"(["/named/a b","1","yes","crumb","a b","127.0.0.1",true])");
}

TEST_F(ServiceTest, ACallKnowsItsId) {
  Client client;
  ASSERT_TRUE(client.connect(url_));
  EXPECT_EQ(text_of(client.call("id")), R"("1")");
  EXPECT_EQ(text_of(client.call("id")), R"("2")") << "counted from 1";
  std::promise<Reply> answered;
  client.request("id", {},
                 {.id = "mine", .callback = [&](Reply reply) { answered.set_value(std::move(reply)); }});
  EXPECT_EQ(text_of(answered.get_future().get()), R"("\"mine\"")");
}

/// The other end: counts what it is asked, and asks back.
class Asking : public Service {
 public:
  explicit Asking(Diary& diary) : diary_(diary) {}
  static void methods(Methods<Asking>& add) {
    add.method("ask", &Asking::ask, "depth")
        .method("twins", &Asking::twins)
        .method("slow", [](Asking& me, const Responder& answer) { me.kept_.push_back(answer); })
        .method("in_vain", &Asking::in_vain);
  }

 private:
  /// Calls the other end from inside a call, down to `depth`.
  void ask(int depth, Responder answer) {
    if (depth == 0) return answer.finish(0);
    request("ask", {depth - 1},
            {.timeout = std::chrono::seconds{5}, .callback = [answer](const Reply& reply) {
               reply ? answer.finish(reply->to_number<int>() + 1) : answer.fail(reply.error());
             }});
  }
  /// Two calls with one id: the second is refused, and goes again once the first is answered.
  void twins(Responder answer) {
    const auto first =
        request("slow", {}, {.id = 5, .callback = [this](Reply r) { diary_.write("first " + text_of(r)); }});
    const auto second =
        request("slow", {}, {.id = 5, .callback = [this](Reply r) { diary_.write("second " + text_of(r)); }});
    const auto third = request("slow");
    answer.finish({first, second, third});
  }
  /// A call that nobody answers in time.
  void in_vain(Responder answer) {
    request("slow", {}, {.timeout = std::chrono::milliseconds{40}, .callback = [answer](const Reply& reply) {
                           answer.finish(boost::json::string(text_of(reply)));
                         }});
  }
  void on_close(const CloseReason&) override { diary_.write("close"); }

  Diary& diary_;
  std::vector<Responder> kept_;
};

TEST(ServiceTalk, BothDirectionsAtOnce) {
  Diary here, there;
  Server server({.listen = {"127.0.0.1:0"}});
  server.serve<Asking>("/", std::ref(there));
  Client client;
  ASSERT_TRUE(client.connect<Asking>(start(server), std::ref(here)));
  EXPECT_EQ(text_of(client.call("ask", {9})), "9") << "ids of the two directions don't meet";
}

TEST(ServiceTalk, IdsAreOursOrCountedAndNeverTwice) {
  Diary here, there;
  Server server({.listen = {"127.0.0.1:0"}});
  server.serve<Asking>("/", std::ref(there));
  Client client;
  ASSERT_TRUE(client.connect<Asking>(start(server), std::ref(here)));
  EXPECT_EQ(text_of(client.call("twins")), "[5,null,1]");
  const Lines refused = there.wait(1);
  ASSERT_EQ(refused.size(), 1u);
  EXPECT_EQ(refused[0].substr(0, 7), "second ") << refused[0];
  client.close();
  const Lines lines = there.wait(3);
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(lines[1].substr(0, 12), "first -32001")
      << "every call ends, with a fault when the connection does";
  EXPECT_EQ(lines[2], "close") << "and before the close hook";
}

TEST(ServiceTalk, ACallThatIsNotAnsweredEndsInTime) {
  Diary here, there;
  Server server({.listen = {"127.0.0.1:0"}});
  server.serve<Asking>("/", std::ref(there));
  Client client;
  ASSERT_TRUE(client.connect<Asking>(start(server), std::ref(here)));
  EXPECT_EQ(text_of(client.call("in_vain")).substr(0, 7), "\"-32009");
}

}  // namespace
}  // namespace longwave::rpc
