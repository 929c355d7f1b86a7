// SPDX-License-Identifier: Apache-2.0
#include "hub/memory_broker.hpp"

#include <gtest/gtest.h>

namespace longwave::hub {
namespace {

Payload text(std::string s) {
  return std::make_shared<const std::string>(std::move(s));
}

Position publish(Broker& broker, const std::string& channel, const std::string& data) {
  Position result;
  broker.publish(channel, "x", text(data), [&](Result<Position> position) { result = *position; });
  return result;
}
History history(Broker& broker, const std::string& channel, const Position& since) {
  History result;
  broker.history(channel, since, [&](Result<History> found) { result = std::move(*found); });
  return result;
}

TEST(MemoryBroker, numbers_each_channel_from_one) {
  MemoryBroker broker("e1");
  std::vector<std::string> seen;
  broker.on_publication([&](const Publication& p) {
    seen.push_back(p.channel + "#" + std::to_string(p.offset) + p.epoch + *p.data);
  });
  EXPECT_EQ(publish(broker, "a", "1"), (Position{1, "e1"}));
  EXPECT_EQ(publish(broker, "b", "2"), (Position{1, "e1"}));
  EXPECT_EQ(publish(broker, "a", "3"), (Position{2, "e1"}));
  EXPECT_EQ(seen, (std::vector<std::string>{"a#1e11", "b#1e12", "a#2e13"}));
}

struct Case {
  const char* name;
  Position since;
  bool complete;
  std::vector<std::uint64_t> missed;
};

TEST(MemoryBroker, tells_what_came_after_a_position) {
  MemoryBroker broker("e", {.publications = 3, .bytes = 1000});
  for (int i = 1; i <= 5; ++i) publish(broker, "a", std::to_string(i));  // 3, 4, 5 are known
  const Case cases[] = {
      {"nothing missed", {5, "e"}, true, {}},           {"one missed", {4, "e"}, true, {5}},
      {"all that is known", {2, "e"}, true, {3, 4, 5}}, {"one too many", {1, "e"}, false, {}},
      {"from the beginning", {0, "e"}, false, {}},      {"a position of the future", {6, "e"}, false, {}},
      {"another epoch", {5, "f"}, false, {}},           {"no epoch", {5, ""}, false, {}},
  };
  for (const Case& c : cases) {
    const History found = history(broker, "a", c.since);
    EXPECT_EQ(found.top, (Position{5, "e"})) << c.name;
    EXPECT_EQ(found.complete, c.complete) << c.name;
    std::vector<std::uint64_t> offsets;
    for (const Publication& p : found.missed) offsets.push_back(p.offset);
    EXPECT_EQ(offsets, c.missed) << c.name;
  }
}

TEST(MemoryBroker, a_channel_without_publications_has_an_epoch) {
  MemoryBroker broker("e");
  EXPECT_EQ(history(broker, "new", {}).top, (Position{0, "e"}));
  EXPECT_TRUE(history(broker, "new", {0, "e"}).complete);
  EXPECT_FALSE(history(broker, "new", {1, "e"}).complete);
}

TEST(MemoryBroker, remembers_no_more_bytes_than_allowed) {
  MemoryBroker broker("e", {.publications = 100, .bytes = 1000});
  for (int i = 0; i < 10; ++i) publish(broker, "a", std::string(400, 'x'));
  EXPECT_EQ(history(broker, "a", {8, "e"}).missed.size(), 2u);
  EXPECT_FALSE(history(broker, "a", {7, "e"}).complete);
  publish(broker, "a", std::string(5000, 'x'));
  EXPECT_FALSE(history(broker, "a", {10, "e"}).complete) << "one that is too big isn't kept";
  EXPECT_TRUE(history(broker, "a", {11, "e"}).complete);
}

}  // namespace
}  // namespace longwave::hub
