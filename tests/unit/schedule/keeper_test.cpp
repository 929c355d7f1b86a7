// SPDX-License-Identifier: Apache-2.0
#include "schedule/keeper.hpp"

#include "schedule/tables.hpp"
#include "store/store.hpp"
#include "unit/schedule/desk.hpp"
#include "unit/store/options.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>

namespace longwave::schedule {
namespace {

using namespace std::chrono_literals;
using test::library;
using test::minutes;

/// The station loop of a test: what is posted runs when the test says so.
class Turns {
 public:
  Post post() {
    return [this](Task task) {
      const std::lock_guard lock(mutex_);
      tasks_.push_back(std::move(task));
      came_.notify_all();
    };
  }
  /// Runs what comes until `done` holds; false if nothing comes for 10 s.
  template <class F>
  bool until(F done) {
    while (!done()) {
      Task task;
      {
        std::unique_lock lock(mutex_);
        if (!came_.wait_for(lock, 10s, [this] { return !tasks_.empty(); })) return false;
        task = std::move(tasks_.front());
        tasks_.pop_front();
      }
      task();
    }
    return true;
  }

 private:
  std::mutex mutex_;
  std::condition_variable came_;
  std::deque<Task> tasks_;
};

/// Answers every Prepare with three minutes.
class PreparingPlayer final : public orders::PlayerPort {
 public:
  void receive(StationId station, const orders::ToPlayer& message) override {
    log.push_back(message);
    const auto* prepare = std::get_if<orders::Prepare>(&message);
    if (prepare && keeper && post) {
      post([this, station, item = prepare->item] {
        keeper->receive(station, orders::Prepared{item, minutes(3)});
      });
    }
  }
  template <class T>
  std::size_t count() const {
    return static_cast<std::size_t>(
        std::count_if(log.begin(), log.end(), [](const auto& m) { return std::holds_alternative<T>(m); }));
  }
  Keeper* keeper = nullptr;
  Post post;
  std::vector<orders::ToPlayer> log;
};

class KeeperTest : public ::testing::Test {
 protected:
  KeeperTest() : store(store::test_options(), {{"schedule", migrations()}}) {}

  void open(std::size_t tracks = 50) {
    player.keeper = nullptr;
    player.post = turns.post();
    keeper = std::make_unique<Keeper>(
        KeeperPorts{clock, store, player, turns.post(), [this](Instant at) { wake = at; }, 7, {}});
    keeper->open();
    player.keeper = keeper.get();
    keeper->set_catalogue(std::make_shared<const Catalogue>(library(static_cast<int>(tracks))));
    keeper->start();
    main = *keeper->find("main");
    ASSERT_TRUE(turns.until([&] { return keeper->programmer(main)->now().next.has_value(); }));
  }
  void close() {
    player.keeper = nullptr;
    keeper.reset();
  }

  Result<Answer> run(Command command) {
    std::optional<Result<Answer>> result;
    keeper->run(main, std::move(command), [&](Result<Answer> r) { result = std::move(r); });
    EXPECT_TRUE(turns.until([&] { return result.has_value(); }));
    return *result;
  }
  Saved stored() {
    return *store.read_now([this](store::Session& s) { return load(s, main); });
  }
  void refuse(const char* table) {
    store.write_now([&](store::Session& s) {
      s.script("CREATE TABLE refusing (name TEXT NOT NULL)");
      s.script("CREATE TABLE refused (name TEXT NOT NULL)");
      s.script(std::string("CREATE TRIGGER refuse_") + table + " AFTER INSERT ON " + table +
               " BEGIN INSERT INTO refused (name) SELECT NULL FROM refusing; END");
      s.run("INSERT INTO refusing (name) VALUES ('it')");
    });
  }
  void accept() {
    store.write_now([](store::Session& s) { s.run("DELETE FROM refusing"); });
  }
  /// Lets time pass, ticking when the keeper asked to be woken.
  void pass(Duration duration) {
    const auto until = clock.now() + duration;
    while (wake && *wake <= until) {
      if (*wake > clock.now()) clock.advance(*wake - clock.now());
      wake.reset();
      keeper->tick();
      settle();
    }
    if (until > clock.now()) clock.advance(until - clock.now());
    keeper->tick();
    settle();
  }
  /// Everything that is on its way has arrived.
  void settle() {
    for (int i = 0; i < 4; ++i) {
      store.write_now([](store::Session&) {});
      bool done = false;
      turns.post()([&] { done = true; });
      ASSERT_TRUE(turns.until([&] { return done; }));
    }
  }

  ManualClock clock;
  Turns turns;
  store::Store store;
  PreparingPlayer player;
  std::unique_ptr<Keeper> keeper;
  StationId main;
  std::optional<Instant> wake;
};

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
