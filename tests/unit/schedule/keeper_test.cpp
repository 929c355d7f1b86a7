// SPDX-License-Identifier: Apache-2.0
#include "unit/schedule/keeping.hpp"

namespace longwave::schedule {
namespace {

using namespace std::chrono_literals;
using test::KeeperTest;
using test::minutes;

TEST_F(KeeperTest, MakesTheStationMainOnTheFirstStart) {
  open();
  EXPECT_EQ(keeper->stations().size(), 1U);
  EXPECT_EQ(keeper->programmer(main)->station().slug, "main");
  EXPECT_EQ(keeper->programmer(main)->now().state, OnAir::playing);
  EXPECT_GE(player.count<orders::Play>(), 2U);
}

TEST_F(KeeperTest, MainIsCalledAsTheConfigurationSays) {
  for (const char* name : {"Radio Anna", "Radio Ben"}) {
    Keeper one(KeeperPorts{clock, store, player, turns.post(), [](Instant) {}, 1, {}});
    one.open(name);
    EXPECT_EQ(one.programmer(*one.find("main"))->station().name, name);
  }
  Keeper again(KeeperPorts{clock, store, player, turns.post(), [](Instant) {}, 1, {}});
  again.open();
  EXPECT_EQ(again.programmer(*again.find("main"))->station().name, "Radio Ben");
}

TEST_F(KeeperTest, AnswersACommandWhenItIsInTheStore) {
  open();
  const auto answer = run(Add{{TrackId{7}, TrackId{8}}, {}, "Anna"});
  ASSERT_TRUE(answer);
  const auto there = stored();
  std::vector<std::int64_t> tracks;
  for (const auto& entry : there.entries) {
    if (entry.added_by == "Anna") tracks.push_back(entry.track.value);
  }
  EXPECT_EQ(tracks, (std::vector<std::int64_t>{7, 8}));
  EXPECT_GE(there.station.version, answer->version);
}

TEST_F(KeeperTest, TellsAnotherProgrammeWhenItIsInTheStore) {
  open();
  settle();
  std::vector<std::uint64_t> told;
  const auto subscription = keeper->programme_changed.connect([&](const ProgrammeChanged& change) {
    told.push_back(change.version);
    EXPECT_EQ(stored().station.programme->version, change.version);
  });
  StationProgramme programme;
  programme.zone = "Europe/Berlin";
  const auto shared = std::make_shared<const StationProgramme>(std::move(programme));
  ASSERT_TRUE(run(SetProgramme{shared, std::nullopt}));
  ASSERT_TRUE(run(SetProgramme{shared, 1}));
  ASSERT_FALSE(run(SetProgramme{shared, 1}));
  EXPECT_EQ(told, (std::vector<std::uint64_t>{1, 2}));
}

TEST_F(KeeperTest, TellsAndOrdersNothingOfACommandThatCouldNotBeWritten) {
  open();
  settle();
  const auto before = stored();
  const auto on_air = keeper->programmer(main)->now().current->entry->id;
  std::vector<QueueChanged> told;
  const auto subscription = keeper->queue_changed.connect([&](const QueueChanged& c) { told.push_back(c); });
  refuse("queue_entries");
  const auto refused = run(Add{{TrackId{7}}, {}, "Anna"});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::unavailable);
  const auto& queue = keeper->programmer(main)->queue();
  ASSERT_EQ(queue.size(), before.entries.size());
  for (std::size_t i = 0; i < queue.size(); ++i) EXPECT_EQ(queue.entries()[i]->id, before.entries[i].id);
  EXPECT_EQ(keeper->programmer(main)->now().current->entry->id, on_air) << "what is on air goes on";
  ASSERT_EQ(told.size(), 1U);
  EXPECT_TRUE(std::holds_alternative<ResetOp>(told[0].change.ops.at(0)));
  accept();
  const auto accepted = run(Add{{TrackId{7}}, {}, "Anna"});
  ASSERT_TRUE(accepted);
  EXPECT_GE(stored().station.version, accepted->version);
}

TEST_F(KeeperTest, TheProgrammeRunsOnWhileTheDiskIsFull) {
  open();
  settle();
  refuse("history");
  const auto ordered = player.count<orders::Play>();
  pass(10min);
  EXPECT_EQ(keeper->programmer(main)->now().state, OnAir::playing);
  EXPECT_GE(player.count<orders::Play>(), ordered + 3);
  const auto refused = run(Add{{TrackId{7}}, {}, "Anna"});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::unavailable);
  accept();
  EXPECT_TRUE(run(Add{{TrackId{7}}, {}, "Anna"})) << "the first command tries the disk again";
  settle();
  const auto there = stored();
  EXPECT_GE(there.history.size(), 3U) << "nothing of the history was lost";
  EXPECT_EQ(there.station.running->entry, keeper->programmer(main)->now().current->entry->id);
  EXPECT_EQ(there.entries.size(), keeper->programmer(main)->queue().size());
}

TEST_F(KeeperTest, GoesOnWhereTheClockSaysAfterAKill) {
  open();
  ASSERT_TRUE(run(Add{{TrackId{7}, TrackId{8}, TrackId{9}}, {}, "Anna"}));
  settle();
  const auto before = *keeper->programmer(main)->now().current;
  close();
  clock.advance(7min);  // three minutes of what was on air, three of 7: now in the middle of 8
  open();
  settle();
  const auto after = *keeper->programmer(main)->now().current;
  EXPECT_EQ(after.entry->track, TrackId{8});
  EXPECT_EQ(after.start_at, before.end_at + minutes(3));
  std::optional<Result<std::vector<HistoryRow>>> rows;
  keeper->history(main, 10, std::nullopt, [&](auto r) { rows = std::move(r); });
  ASSERT_TRUE(turns.until([&] { return rows.has_value(); }));
  ASSERT_EQ((*rows)->size(), 2U);
  EXPECT_EQ((**rows)[0].problem, "while off the air");
  EXPECT_EQ((**rows)[0].track, TrackId{7});
  EXPECT_EQ((**rows)[0].added_by, "Anna");
}

TEST_F(KeeperTest, PagesTheHistoryById) {
  open();
  pass(1h);
  std::vector<std::int64_t> ids;
  std::optional<std::int64_t> before;
  while (true) {
    std::optional<Result<std::vector<HistoryRow>>> rows;
    keeper->history(main, 6, before, [&](auto r) { rows = std::move(r); });
    ASSERT_TRUE(turns.until([&] { return rows.has_value(); }));
    for (const auto& row : **rows) ids.push_back(row.id);
    if ((*rows)->size() < 6) break;
    before = (*rows)->back().id;
  }
  EXPECT_GE(ids.size(), 18U);
  for (std::size_t i = 1; i < ids.size(); ++i) EXPECT_EQ(ids[i], ids[i - 1] - 1);
}

}  // namespace
}  // namespace longwave::schedule
