// SPDX-License-Identifier: Apache-2.0
// The web application's side of the fleet, against a receiver on a socket that answers, fails or isn't there.
#include "fleet/webapp.hpp"

#include "io/loop.hpp"
#include "unit/web/loopback.hpp"
#include "web/router.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <condition_variable>
#include <functional>
#include <future>
#include <mutex>

namespace longwave::fleet {
namespace {

using namespace std::chrono_literals;
const std::string key = "0123456789abcdef";

class WebappTest : public ::testing::Test {
 protected:
  struct Said {
    int status;
    std::string body;
  };
  WebappTest() {
    receiver.route({"*"}, "/*rest", [this](web::RequestContext&& context) {
      const auto& request = context.request();
      const std::lock_guard lock(mutex);
      got.push_back(fmt::format("{} {} {}", request.method, request.target, request.body));
      arrived.notify_all();
      const auto said = next_answer(request.target);
      context.respond(web::Response::text(said.status, said.body));
    });
    receiver.start();
    loops.start();
  }
  ~WebappTest() override {
    loops.stop();
    webapp.reset();
    receiver.stop();
  }

  Said next_answer(const std::string& target) const {
    if (status != 200) return {status, ""};
    if (target.find("check_streamer_auth_token/good") != target.npos)
      return {200, R"({"user_id":42,"hd_enabled":true})"};
    if (target.find("check_streamer_auth_token") != target.npos) return {404, ""};
    if (target.find("scheduler_events") != target.npos)
      return {200, R"({"events":[{"id":7,"type":"radio_added","radio_uuid":"r"}]})"};
    return {200, R"({"success":true})"};
  }

  void make(const std::string& url) {
    on_loop([&] {
      webapp.emplace(loops[0], clock,
                     WebappOptions{.place = {url, key},
                                   .user_agent = "Longwave/test",
                                   .limits = {.first_wait = 10ms, .longest_wait = 20ms}});
    });
  }
  void make() { make(fmt::format("http://127.0.0.1:{}/", receiver.port)); }
  template <class Work>
  void on_loop(Work work) {
    std::promise<void> done;
    loops[0].post([&] {
      work();
      done.set_value();
    });
    done.get_future().wait();
  }
  std::vector<std::string> wait_for(std::size_t count) {
    std::unique_lock lock(mutex);
    EXPECT_TRUE(arrived.wait_for(lock, 120s, [&] { return got.size() >= count; })) << got.size();
    return got;
  }
  ReportCounts counts() {
    ReportCounts counts;
    on_loop([&] { counts = webapp->counts(); });
    return counts;
  }
  void until(const std::function<bool()>& done) {
    const auto end = clock.now() + 120s;
    while (!done() && clock.now() < end) std::this_thread::yield();
    EXPECT_TRUE(done());
  }
  User find(const std::string& token) {
    auto found = std::make_shared<std::promise<User>>();
    on_loop([&] { webapp->find_user(token, [found](User user) { found->set_value(user); }); });
    auto future = found->get_future();
    if (future.wait_for(60s) == std::future_status::ready) return future.get();
    ADD_FAILURE() << "no answer";
    return {};
  }
  void stop() {
    std::promise<void> stopped;
    loops[0].post([&] { webapp->stop(10s, [&] { stopped.set_value(); }); });
    stopped.get_future().wait();
  }

  SystemClock clock;
  std::mutex mutex;
  std::condition_variable arrived;
  std::vector<std::string> got;
  int status = 200;
  web::test::Loopback receiver;
  io::LoopGroup loops{1};
  std::optional<Webapp> webapp;
};

TEST_F(WebappTest, reports_arrive) {
  make();
  on_loop([&] {
    webapp->know(42, {"ada", "k3y"});
    webapp->report(StartListening{"r", 42});
    webapp->report(StopListening{"r", 42, 9});
    webapp->report(SongStarted{"q", 5, WallTime{1359393303s}});
  });
  auto calls = wait_for(3);
  std::sort(calls.begin(), calls.end());
  EXPECT_EQ(calls[0], "POST /api/v1/radio/r/start_listening/?key=0123456789abcdef&username=ada&api_key=k3y ");
  EXPECT_EQ(calls[1],
            "POST /api/v1/radio/r/stop_listening/?key=0123456789abcdef&listening_duration=9&username=ada"
            "&api_key=k3y ");
  EXPECT_EQ(calls[2],
            "POST /api/v1/songs_started/ "
            R"({"key":"0123456789abcdef","data":[["q",5,"2013-01-28T17:15:03.000000"]]})");
  until([&] { return counts().taken == 3; });
}

TEST_F(WebappTest, an_outage_loses_nothing_and_says_little) {
  make();
  {
    const std::lock_guard lock(mutex);
    status = 503;
  }
  testing::internal::CaptureStderr();
  on_loop([&] {
    for (int i = 0; i < 20; ++i) {
      webapp->report(StopListening{"r", {}, i});
      webapp->report(SongStarted{"r", i, {}});
    }
  });
  wait_for(8);
  {
    const std::lock_guard lock(mutex);
    status = 200;
    got.clear();
  }
  until([&] { return counts().taken == 40; });
  const auto said = testing::internal::GetCapturedStderr();
  EXPECT_EQ(said.find(key), std::string::npos) << said;
  EXPECT_EQ(said.find("http"), std::string::npos) << said;
  EXPECT_EQ(counts().dropped, 0u);
  int seconds = 0;
  for (const auto& call : wait_for(21)) {
    if (call.find("stop_listening") == call.npos) continue;
    EXPECT_NE(call.find(fmt::format("listening_duration={}", seconds++)), call.npos) << call;
  }
  EXPECT_EQ(seconds, 20);
}

TEST_F(WebappTest, tokens) {
  make();
  EXPECT_EQ(find("good"), (User{42, true}));
  EXPECT_EQ(find("bad"), User{});
  EXPECT_EQ(find(""), User{});
  EXPECT_EQ(wait_for(2).size(), 2u) << "nothing is asked about nothing";
  make("http://127.0.0.1:9");
  EXPECT_EQ(find("good"), User{}) << "nobody there";
}

TEST_F(WebappTest, events_are_fetched_from_behind_those_that_are_kept) {
  make();
  for (int i = 0; i < 2; ++i) {
    std::promise<FetchedEvents> fetched;
    on_loop([&] {
      webapp->fetch_events([&](FetchedEvents events) {
        webapp->events_kept(*events.last);
        fetched.set_value(std::move(events));
      });
    });
    const auto events = fetched.get_future().get();
    ASSERT_EQ(events.events.size(), 1u);
    EXPECT_EQ(events.events[0], (AppEvent{AppEvent::Kind::radio_added, "r"}));
  }
  const auto calls = wait_for(2);
  EXPECT_EQ(calls[0], R"(POST /api/v1/scheduler_events/ {"key":"0123456789abcdef"})");
  EXPECT_EQ(calls[1], R"(POST /api/v1/scheduler_events/ {"key":"0123456789abcdef","after":7})");
}

TEST_F(WebappTest, what_waits_is_told_before_the_end) {
  make();
  on_loop([&] {
    for (int i = 0; i < 50; ++i) webapp->report(StopListening{"r", {}, i});
  });
  stop();
  EXPECT_EQ(wait_for(50).size(), 50u);
}

TEST_F(WebappTest, the_end_does_not_wait_for_who_is_away) {
  make("http://127.0.0.1:9");
  on_loop([&] { webapp->report(StartListening{"r", {}}); });
  const auto began = clock.now();
  stop();
  EXPECT_LT(clock.now() - began, 9s);
  EXPECT_EQ(counts().dropped, 1u);
}

TEST(WebappCheck, says_what_is_wrong) {
  EXPECT_TRUE(Webapp::check({"http://app", key}));
  EXPECT_TRUE(Webapp::check({"https://app:8443/base/", key}));
  for (const auto* url : {"", "app", "ftp://app", "http://app/?a=b", "http://me:secret@app", "http://a b"})
    EXPECT_FALSE(Webapp::check({url, key})) << url;
  const auto short_key = Webapp::check({"http://app", "123"});
  ASSERT_FALSE(short_key);
  EXPECT_EQ(short_key.error().message.find("123"), std::string::npos);
}

}  // namespace
}  // namespace longwave::fleet
