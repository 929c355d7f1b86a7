// SPDX-License-Identifier: Apache-2.0
// What only the memory broker does; the rest is in broker_contract.hpp.
#include "hub/memory_broker.hpp"

#include <gtest/gtest.h>

namespace longwave::hub {
namespace {

Payload text(std::string s) {
  return std::make_shared<const std::string>(std::move(s));
}

class MemoryBrokerTest : public ::testing::Test {
 protected:
  Published publish(const std::string& channel, std::string data, std::string key = {}) {
    Published result;
    broker.publish(channel, {.method = "x", .data = text(std::move(data)), .key = std::move(key)}, keep,
                   [&](Result<Published> published) { result = *published; });
    return result;
  }
  History missed(const std::string& channel, const Position& since) {
    History result;
    broker.history(channel, {.since = since}, [&](Result<History> found) { result = std::move(*found); });
    return result;
  }
  Position top(const std::string& channel) {
    Position result;
    broker.top(channel, [&](Result<Position> found) { result = *found; });
    return result;
  }

  ManualClock clock;
  Keep keep{.log = 100};
  MemoryBroker broker{"e", clock, {.bytes = 1000, .keys = 3, .idle = std::chrono::hours{72}}};
};

TEST_F(MemoryBrokerTest, remembers_no_more_bytes_than_allowed) {
  for (int i = 0; i < 10; ++i) publish("a", std::string(400, 'x'));
  EXPECT_EQ(missed("a", {8, "e"}).publications.size(), 2u);
  EXPECT_FALSE(missed("a", {7, "e"}).complete);
  publish("a", std::string(5000, 'x'));
  EXPECT_FALSE(missed("a", {10, "e"}).complete) << "one that is too big isn't kept";
  EXPECT_TRUE(missed("a", {11, "e"}).complete);
}

TEST_F(MemoryBrokerTest, remembers_no_more_keys_than_allowed) {
  publish("a", "1", "k1");
  for (const char* key : {"k2", "k3", "k4"}) publish("a", "x", key);
  EXPECT_TRUE(publish("a", "x", "k4").repeated);
  EXPECT_FALSE(publish("a", "1", "k1").repeated);
}

TEST_F(MemoryBrokerTest, forgets_channels_that_nobody_uses_and_begins_another_epoch) {
  publish("idle", "1");
  publish("used", "1");
  broker.interest("used", true, {});
  clock.advance(std::chrono::hours{71});
  broker.tick();
  EXPECT_EQ(broker.channels(), 2u);
  clock.advance(std::chrono::hours{2});
  broker.tick();
  EXPECT_EQ(broker.channels(), 1u);
  EXPECT_EQ(top("used"), (Position{1, "e"}));
  const Position anew = top("idle");
  EXPECT_EQ(anew.offset, 0u);
  EXPECT_NE(anew.epoch, "e") << "its numbers begin anew";
  EXPECT_FALSE(missed("idle", {1, "e"}).complete);
}

TEST_F(MemoryBrokerTest, asking_makes_no_channels_and_there_are_only_so_many) {
  EXPECT_EQ(top("x"), (Position{0, "e"}));
  EXPECT_TRUE(missed("x", {0, "e"}).complete);
  EXPECT_FALSE(missed("x", {1, "e"}).complete);
  broker.interest("y", true, {});
  broker.interest("y", false, {});
  EXPECT_EQ(broker.channels(), 0U);
  MemoryBroker small{"e", clock, {.channels = 1}};
  const auto publish_on = [&](const char* channel) {
    bool well = false;
    small.publish(channel, {.method = "x", .data = text("1")}, keep,
                  [&](Result<Published> published) { well = published.has_value(); });
    return well;
  };
  EXPECT_TRUE(publish_on("a"));
  EXPECT_FALSE(publish_on("b"));
  EXPECT_TRUE(publish_on("a"));
}

TEST_F(MemoryBrokerTest, forgets_the_state_of_users_who_are_away) {
  broker.set_state("ada", {.values = {{"mood", "1"}}}, {});
  clock.advance(Broker::state_age + std::chrono::seconds{1});
  broker.tick();
  broker.state("ada", [](Result<UserState> state) { EXPECT_EQ(state->version, 0u); });
}

}  // namespace
}  // namespace longwave::hub
