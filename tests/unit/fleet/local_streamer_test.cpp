// SPDX-License-Identifier: Apache-2.0
#include "fleet/local_streamer.hpp"

#include "fleet/exchange.hpp"
#include "fleet/joined_bus.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace longwave::fleet {
namespace {

using Lines = std::vector<std::string>;

struct LocalStreamerTest : testing::Test, BusHandler {
  LocalStreamerTest()
      : outside(far.end(post())),
        scheduler(far.end(post()), near.end(post())),
        local(near.end(post())),
        streamer(*local, "here", "http://here:8000") {
    scheduler.start({"yascheduler"}, *this);
    run();
  }
  ~LocalStreamerTest() override {
    scheduler.stop();
    local->stop();
  }
  void on_bus_up() override { heard.push_back("up"); }
  void on_bus_down(const std::string&) override { heard.push_back("down"); }
  void on_bus_message(const std::string&, std::string payload) override {
    heard.push_back(std::move(payload));
  }
  Post post() {
    return [this](Task task) { tasks.push_back(std::move(task)); };
  }
  void run() {
    while (!tasks.empty()) {
      auto task = std::move(tasks.front());
      tasks.pop_front();
      task();
    }
  }
  Lines take() {
    run();
    return std::exchange(heard, {});
  }

  std::deque<Task> tasks;
  Exchange far, near;
  Lines heard;
  std::unique_ptr<Bus> outside;
  JoinedBus scheduler;
  std::unique_ptr<Bus> local;
  LocalStreamer streamer;
};

const std::string registers =
    R"({"type":"register_streamer","streamer":"here","address":"http://here:8000"})";
const std::string begins =
    R"({"type":"register_listener","streamer":"here","radio_uuid":"R","session_id":"7","user_id":42})";
const std::string ends =
    R"({"type":"unregister_listener","streamer":"here","radio_uuid":"R","session_id":"7","user_id":42})";

TEST_F(LocalStreamerTest, listeners_are_told_as_a_streamer_tells_them) {
  EXPECT_EQ(take(), (Lines{"up"}));
  streamer.start();
  EXPECT_EQ(take(), (Lines{registers}));
  streamer.began(7, "R", 42);
  EXPECT_EQ(take(), (Lines{begins}));
  streamer.ended(7);
  streamer.ended(8);
  EXPECT_EQ(take(), (Lines{ends}));
  scheduler.publish("yastream.here", R"({"type":"ping"})");
  scheduler.publish("yastream.other", R"({"type":"ping"})");
  EXPECT_EQ(take(), (Lines{R"({"type":"pong","streamer":"here","address":"http://here:8000"})"}));
}

TEST_F(LocalStreamerTest, a_new_scheduler_is_told_everything) {
  streamer.start();
  streamer.began(7, "R", 42);
  take();
  streamer.introduce();
  EXPECT_EQ(take(), (Lines{registers, begins}));
  streamer.closed("S");
  streamer.closed("R");
  EXPECT_EQ(take(), (Lines{ends}));
  streamer.began(7, "R", 42);
  take();
  streamer.leave();
  EXPECT_EQ(take(), (Lines{ends, R"({"type":"unregister_streamer","streamer":"here"})"}));
}

TEST_F(LocalStreamerTest, the_bus_to_others_may_be_away) {
  streamer.start();
  take();
  far.cut();
  EXPECT_EQ(take(), (Lines{"down"}));
  EXPECT_FALSE(scheduler.up());
  streamer.began(7, "R", 42);
  EXPECT_EQ(take(), (Lines{begins}));
  far.mend();
  EXPECT_EQ(take(), (Lines{"up"}));
}

}  // namespace
}  // namespace longwave::fleet
