// SPDX-License-Identifier: Apache-2.0
// Web hooks against a receiver that answers, fails, hangs, redirects, or isn't there.
#include "api/hooks.hpp"

#include "access/hmac.hpp"
#include "base/text.hpp"
#include "hub/hub.hpp"
#include "unit/web/loopback.hpp"
#include "web/router.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>

namespace longwave::api {
namespace {

using namespace std::chrono_literals;
const std::string secret = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
const std::string key = "0123456789abcdef0123456789abcdef";

class HooksTest : public ::testing::Test {
 protected:
  struct Got {
    std::string id, timestamp, signature, attempt, body;
  };
  HooksTest() {
    const auto take = [this](web::RequestContext&& context) {
      const auto& headers = context.request().headers;
      const std::lock_guard lock(mutex);
      const auto field = [&](const char* name) { return std::string(headers.get(name)); };
      got.push_back({field("webhook-id"), field("webhook-timestamp"), field("webhook-signature"),
                     field("longwave-attempt"), context.request().body});
      const int status = answers.empty() ? 200 : answers.front();
      if (answers.size() > 1) answers.pop_front();
      arrived.notify_all();
      if (status == 0) return hanging.push_back(std::make_unique<web::RequestContext>(std::move(context)));
      auto response = web::Response::text(status, "x");
      if (status == 307) response.headers.set("Location", "/elsewhere");
      context.respond(std::move(response));
    };
    const auto elsewhere = [this](web::RequestContext&& context) {
      ++misled;
      context.respond(web::Response::empty(204));
    };
    EXPECT_TRUE(
        receiver.router.add({.methods = {"POST"}, .pattern = "/hook", .description = "", .handler = take}));
    EXPECT_TRUE(receiver.router.add(
        {.methods = {"*"}, .pattern = "/elsewhere", .description = "", .handler = elsewhere}));
    receiver.start();
  }
  ~HooksTest() override {
    receiver.on_loop([this] { hanging.clear(); });
    receiver.stop();
  }

  HookOptions options(std::string path = "/hook") {
    return {.url = fmt::format("http://127.0.0.1:{}{}", receiver.port, path),
            .secret = secret,
            .node = "n1",
            .limits = {.attempts = 3, .first_wait = 1ms, .longest_wait = 2ms}};
  }
  std::vector<Got> wait_for(std::size_t count) {
    std::unique_lock lock(mutex);
    EXPECT_TRUE(arrived.wait_for(lock, 60s, [&] { return got.size() >= count; })) << got.size();
    return got;
  }
  static void wait_until(const std::function<bool()>& done) {
    const SystemClock clock;
    const auto end = clock.now() + 20s;
    while (!done() && clock.now() < end) std::this_thread::yield();
    EXPECT_TRUE(done());
  }

  SystemClock clock;
  std::mutex mutex;
  std::condition_variable arrived;
  std::vector<Got> got;
  std::deque<int> answers;  // of the receiver; the last one stays; 0 hangs
  std::atomic<int> misled{0};
  std::vector<std::unique_ptr<web::RequestContext>> hanging;
  web::test::Loopback receiver{1};
};

TEST_F(HooksTest, events_arrive_in_order_and_signed) {
  Hooks hooks(options(), clock);
  hooks.push(R"({"n":1})");
  wait_for(1);
  hooks.push(R"({"n":2})");
  const auto got = wait_for(2);
  EXPECT_EQ(got[0].body, R"({"node":"n1","events":[{"n":1}]})");
  EXPECT_EQ(got[1].body, R"({"node":"n1","events":[{"n":2}]})");
  EXPECT_NE(got[0].id, got[1].id);
  for (const auto& one : got) {
    const auto text = one.id + "." + one.timestamp + "." + one.body;
    EXPECT_EQ(one.signature, "v1," + text::base64(access::hmac_sha256(key, text)));
    EXPECT_LE(std::abs(std::stoll(one.timestamp) - unix_ms(clock.wall()) / 1000), 60);
  }
  wait_until([&] { return hooks.counts().sent == 2; });
  EXPECT_EQ(hooks.counts().failures, 0u);
}

TEST_F(HooksTest, what_is_not_taken_comes_again_and_is_given_up_at_last) {
  answers = {500, 404, 200, 503};
  Hooks hooks(options(), clock);
  hooks.push("1");
  auto got = wait_for(3);
  EXPECT_EQ(got[0].id, got[2].id) << "the same request";
  EXPECT_EQ(got[2].attempt, "3");
  wait_until([&] { return hooks.counts().sent == 1; });
  hooks.push("2");
  wait_until([&] { return hooks.counts().dropped == 1; });
  EXPECT_EQ(hooks.counts().failures, 5u);
  EXPECT_EQ(wait_for(6).size(), 6u);
}

TEST_F(HooksTest, a_redirect_is_a_failure) {
  answers = {307};
  Hooks hooks(options(), clock);
  hooks.push("1");
  wait_until([&] { return hooks.counts().dropped == 1; });
  EXPECT_EQ(misled, 0);
}

TEST_F(HooksTest, a_receiver_that_hangs_is_left) {
  answers = {0, 200};
  auto impatient = options();
  impatient.timeout = 200ms;
  Hooks hooks(impatient, clock);
  hooks.push("1");
  wait_until([&] { return hooks.counts().sent == 1; });
  EXPECT_EQ(hooks.counts().failures, 1u);
}

TEST_F(HooksTest, nobody_there) {
  auto closed = options();
  closed.url = "http://127.0.0.1:9/hook";
  Hooks hooks(closed, clock);
  hooks.push("1");
  wait_until([&] { return hooks.counts().dropped == 1; });
  EXPECT_EQ(hooks.counts().failures, 3u);
}

TEST_F(HooksTest, only_http) {
  auto file = options();
  file.url = "file:///etc/passwd";
  EXPECT_FALSE(Hooks::check(file));
  file.url = "gopher://x";
  EXPECT_FALSE(Hooks::check(file));
  EXPECT_TRUE(Hooks::check(options()));
  auto weak = options();
  weak.secret = "short";
  EXPECT_FALSE(Hooks::check(weak));
  weak.secret = "whsec_c2hvcnQ=";
  EXPECT_FALSE(Hooks::check(weak));
}

TEST_F(HooksTest, the_end_sends_what_waits_but_not_for_ever) {
  {
    Hooks hooks(options(), clock);
    hooks.push("1");
    hooks.stop(10s);
    EXPECT_EQ(hooks.counts().sent, 1u);
    hooks.push("2");
    EXPECT_EQ(hooks.counts().waiting, 0u);
  }
  answers = {0};
  Hooks hooks(options(), clock);  // would wait for five seconds
  hooks.push("3");
  wait_for(2);
  hooks.stop(10ms);
  EXPECT_EQ(hooks.counts().dropped, 1u);
}

TEST(HookEvent, golden) {
  const hub::Person ada{.key = "user:ada", .user = "ada", .name = "Ada"};
  const auto at = from_unix_ms(1'800'000'000'000);
  const hub::Publication said{
      .channel = "chat:main",
      .method = "channel.message",
      .data = std::make_shared<const std::string>(R"({"id":"7","data":{"text":"hi"}})")};
  const hub::Publication of_a_room{
      .channel = "library", .method = "library.changed", .data = std::make_shared<const std::string>("{}")};
  using Kind = hub::HubEvent::Kind;
  struct Case {
    hub::HubEvent event;
    const char* text;
  };
  const Case cases[] = {
      {{Kind::connected, 5, nullptr, "", nullptr},
       R"({"number":1,"event":"connect","at_ms":1800000000000,"client":"5","user":null,"name":null})"},
      {{Kind::subscribed, 5, &ada, "chat:main", nullptr},
       R"({"number":1,"event":"subscribe","at_ms":1800000000000,"client":"5","user":"ada","name":"Ada","channel":"chat:main"})"},
      {{Kind::unsubscribed, 5, &ada, "chat:main", nullptr},
       R"({"number":1,"event":"unsubscribe","at_ms":1800000000000,"client":"5","user":"ada","name":"Ada","channel":"chat:main"})"},
      {{Kind::published, 0, nullptr, "chat:main", &said},
       R"({"number":1,"event":"publish","at_ms":1800000000000,"channel":"chat:main","method":"channel.message","data":{"id":"7","data":{"text":"hi"}}})"},
      {{Kind::published, 0, nullptr, "library", &of_a_room}, ""},
      {{Kind::disconnected, 5, &ada, "", nullptr},
       R"({"number":1,"event":"disconnect","at_ms":1800000000000,"client":"5","user":"ada","name":"Ada"})"},
  };
  for (const auto& [event, text] : cases) EXPECT_EQ(hook_event(event, 1, at), text);
}

}  // namespace
}  // namespace longwave::api
