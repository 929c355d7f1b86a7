// SPDX-License-Identifier: Apache-2.0
#include "orders/bus.hpp"

#include "orders/stream_clock.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace longwave::orders {
namespace {

struct Loop {
  std::vector<Task> tasks;
  Post post() {
    return [this](Task task) { tasks.push_back(std::move(task)); };
  }
  void turn() {
    for (auto& task : std::exchange(tasks, {})) task();
  }
};

struct Programmer final : ProgrammerPort {
  void receive(StationId, const FromPlayer& message) override { got.push_back(message); }
  std::vector<FromPlayer> got;
};
struct Player final : PlayerPort {
  void receive(StationId station, const ToPlayer& message) override {
    got.push_back(message);
    if (answer) answer->receive(station, Prepared{std::get<Prepare>(message).item, Samples{1152}});
  }
  std::vector<ToPlayer> got;
  ProgrammerPort* answer = nullptr;
};

TEST(Bus, DeliversLaterAndInOrderOnTheReceiversLoop) {
  Loop loop;
  Bus bus;
  Programmer programmer;
  Player player;
  player.answer = &bus.programmer();
  bus.attach_programmer(programmer, loop.post());
  bus.attach_player(player, loop.post());
  for (int i = 1; i <= 3; ++i) bus.player().receive(StationId{1}, Prepare{EntryId{i}, TrackId{i}});
  EXPECT_TRUE(player.got.empty()) << "never inside the sender's call";
  loop.turn();
  ASSERT_EQ(player.got.size(), 3U);
  EXPECT_TRUE(programmer.got.empty());
  loop.turn();
  ASSERT_EQ(programmer.got.size(), 3U);
  for (int i = 1; i <= 3; ++i) {
    EXPECT_EQ(std::get<Prepared>(programmer.got[static_cast<std::size_t>(i - 1)]).item, EntryId{i});
  }
}

TEST(Bus, DropsWhatNobodyIsThereFor) {
  Loop loop;
  Bus bus;
  bus.player().receive(StationId{1}, Prepare{EntryId{1}, TrackId{1}});
  {
    Player player;
    bus.attach_player(player, loop.post());
    bus.player().receive(StationId{1}, Prepare{EntryId{2}, TrackId{2}});
    bus.detach();
  }
  loop.turn();  // the message was on its way; its receiver is gone
}

TEST(StreamClock, PositionAndInstantAreEachOthersInverse) {
  const StreamClock clock{Instant{Duration{123'456'789}}, Samples{987'654'321}};
  for (const std::int64_t n : {0LL, 1LL, 1151LL, 1152LL, 44'099LL, 44'100LL, 26'671'680'000LL}) {
    const auto at = clock.at_anchor + Samples{n};
    EXPECT_EQ(clock.position(clock.instant(at)), at) << n;
    EXPECT_LT(clock.position(clock.instant(at) - Duration{1}), at) << n;
  }
}

}  // namespace
}  // namespace longwave::orders
