// SPDX-License-Identifier: Apache-2.0
#include "fleet/exchange.hpp"
#include "fleet/redis_bus.hpp"
#include "io/loop.hpp"
#include "io/timer.hpp"
#include "unit/redis/real_redis.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace longwave::fleet {
namespace {

using namespace std::chrono_literals;

/// Writes down what comes.
struct Ear final : BusHandler {
  void on_bus_up() override { heard.push_back("up"); }
  void on_bus_down(const std::string&) override { heard.push_back("down"); }
  void on_bus_message(const std::string& channel, std::string payload) override {
    heard.push_back(channel + "=" + payload);
  }
  bool has(const std::string& what, int times = 1) const {
    return std::count(heard.begin(), heard.end(), what) >= times;
  }
  std::vector<std::string> heard;
};

/// What the contract needs of an implementation: ends on a loop, and an outage.
struct Place {
  virtual ~Place() = default;
  virtual std::unique_ptr<Bus> end(io::Loop& loop) = 0;
  virtual void cut() = 0;
  virtual void mend() = 0;
};

struct InProcess final : Place {
  std::unique_ptr<Bus> end(io::Loop& loop) override { return exchange.end(loop.poster()); }
  void cut() override { exchange.cut(); }
  void mend() override { exchange.mend(); }
  Exchange exchange;
};

struct OnRedis final : Place {
  std::unique_ptr<Bus> end(io::Loop& loop) override {
    return make_redis_bus(loop, clock, *redis::Address::parse(server.address()), nullptr, ++seed);
  }
  void cut() override { server.kill(); }
  void mend() override { server.start(); }
  SystemClock clock;
  redis::RealRedis server;
  std::uint64_t seed = 0;
};

/// The same cases for both. Ends and ears live on a loop's thread; the test posts to it.
struct BusContract : testing::TestWithParam<bool> {
  BusContract() {
    if (GetParam()) {
      place = std::make_unique<OnRedis>();
    } else {
      place = std::make_unique<InProcess>();
    }
    one = place->end(loop());
    two = place->end(loop());
    loops.start();
    there([this] {
      one->start({"yascheduler", "yaapp"}, ear_one);
      two->start({"yastream.st-01"}, ear_two);
    });
    until([this] { return one->up() && two->up(); });
  }
  ~BusContract() override {
    there([this] {
      one->stop();
      two->stop();
    });
    loops.stop();
  }
  io::Loop& loop() { return loops[0]; }
  /// On the loop's thread; waits for it.
  void there(const std::function<void()>& work) {
    std::promise<void> done;
    loop().post([&] {
      work();
      done.set_value();
    });
    done.get_future().wait();
  }
  void until(const std::function<bool()>& condition) {
    std::optional<io::Timer> timer;
    std::promise<bool> met;
    there([&] {
      timer.emplace(loop());
      timer->every(2ms, [&, turns = 0]() mutable {
        const bool now = condition();
        if (!now && ++turns < 10'000) return;
        timer->cancel();
        met.set_value(now);
      });
    });
    EXPECT_TRUE(met.get_future().get()) << "not within 20 s";
    there([&] { timer.reset(); });
  }

  io::LoopGroup loops{1};
  std::unique_ptr<Place> place;
  Ear ear_one, ear_two;
  std::unique_ptr<Bus> one, two;
};

TEST_P(BusContract, carries_messages_to_who_subscribed_in_their_order) {
  there([this] {
    EXPECT_TRUE(two->publish("yascheduler", "1"));
    EXPECT_TRUE(two->publish("yaapp", "2"));
    EXPECT_TRUE(two->publish("nobody", "x"));
    EXPECT_TRUE(two->publish("yascheduler", "3"));
    EXPECT_FALSE(ear_one.has("yascheduler=1")) << "inside publish()";
  });
  until([this] { return ear_one.heard.size() == 4; });
  there([this] {
    EXPECT_EQ(ear_one.heard, (std::vector<std::string>{"up", "yascheduler=1", "yaapp=2", "yascheduler=3"}));
    EXPECT_EQ(ear_two.heard, (std::vector<std::string>{"up"}));
    EXPECT_TRUE(one->publish("yastream.st-01", R"({"type":"ping"})"));
  });
  until([this] { return ear_two.has(R"(yastream.st-01={"type":"ping"})"); });
}

TEST_P(BusContract, tells_both_ends_of_an_outage_and_goes_on_after_it) {
  place->cut();
  until([this] { return ear_one.has("down") && ear_two.has("down"); });
  there([this] {
    EXPECT_FALSE(one->up());
    EXPECT_FALSE(one->publish("yastream.st-01", "lost"));
  });
  place->mend();
  until([this] { return ear_one.has("up", 2) && ear_two.has("up", 2); });
  there([this] { EXPECT_TRUE(one->publish("yastream.st-01", "again")); });
  until([this] { return ear_two.has("yastream.st-01=again"); });
  there([this] { EXPECT_FALSE(ear_two.has("yastream.st-01=lost")); });
}

TEST_P(BusContract, says_nothing_after_the_end) {
  there([this] {
    two->publish("yascheduler", "late");
    one->stop();
    EXPECT_FALSE(one->up());
    EXPECT_FALSE(one->publish("yastream.st-01", "x"));
    EXPECT_TRUE(two->publish("yastream.st-01", "last"));
  });
  until([this] { return ear_two.has("yastream.st-01=last"); });
  there([this] { EXPECT_FALSE(ear_one.has("yascheduler=late")); });
}

INSTANTIATE_TEST_SUITE_P(Both, BusContract, testing::Bool(),
                         [](const auto& info) { return info.param ? "redis" : "process"; });

}  // namespace
}  // namespace longwave::fleet
