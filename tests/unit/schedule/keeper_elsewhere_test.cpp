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
#include <memory>
#include <mutex>
#include <optional>

namespace longwave::schedule {
namespace {

using namespace std::chrono_literals;

/// Processes that don't play, on one database: keepers whose loop is the test.
struct KeeperElsewhere : testing::Test {
  struct Nobody final : orders::PlayerPort {
    void receive(StationId, const orders::ToPlayer&) override { ++orders; }
    int orders = 0;
  };
  KeeperElsewhere() : store(store::test_options(), {{"schedule", migrations()}}) {
    for (auto* keeper : {&one, &two}) {
      *keeper = std::make_unique<Keeper>(KeeperPorts{.clock = clock,
                                                     .store = store,
                                                     .player = player,
                                                     .post = post(),
                                                     .wake = [](Instant) {},
                                                     .rules = {},
                                                     .plays = false});
      (*keeper)->open();
      (*keeper)->set_catalogue(std::make_shared<const Catalogue>(test::library(50)));
    }
    main = *one->find("main");
  }
  Post post() {
    return [this](Task task) {
      const std::lock_guard lock(mutex);
      tasks.push_back(std::move(task));
      came.notify_all();
    };
  }
  template <class Done>
  void until(Done done) {
    while (!done()) {
      std::unique_lock lock(mutex);
      ASSERT_TRUE(came.wait_for(lock, 60s, [this] { return !tasks.empty(); }));
      auto task = std::move(tasks.front());
      tasks.pop_front();
      lock.unlock();
      task();
    }
  }
  std::optional<Error> run(Keeper& keeper, Command command) {
    std::optional<Result<Answer>> result;
    keeper.run(main, std::move(command), [&](Result<Answer> answer) { result = std::move(answer); });
    until([&] { return result.has_value(); });
    return *result ? std::nullopt : std::optional(result->error());
  }
  static SetProgramme programme(const std::string& zone, std::optional<std::uint64_t> base = {}) {
    StationProgramme made;
    made.zone = zone;
    return {std::make_shared<const StationProgramme>(made), base};
  }
  std::uint64_t version(Keeper& keeper) {
    const auto& programme = keeper.programmer(main)->station().programme;
    return programme ? programme->version : 0;
  }
  Saved stored() {
    return *store.read_now([this](store::Session& session) { return load(session, main); });
  }

  ManualClock clock;
  std::mutex mutex;
  std::condition_variable came;
  std::deque<Task> tasks;
  store::Store store;
  Nobody player;
  std::unique_ptr<Keeper> one, two;
  StationId main;
};

TEST_F(KeeperElsewhere, writes_programmes_and_nothing_else) {
  EXPECT_TRUE(stored().entries.empty()) << "no queue is made up";
  EXPECT_FALSE(run(*one, programme("Europe/Berlin")));
  EXPECT_EQ(version(*one), 1U);
  EXPECT_EQ(stored().station.programme->zone, "Europe/Berlin");
  const auto refused = run(*one, Skip{});
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->code, Errc::unavailable);
  EXPECT_FALSE(run(*one, Rename{"Other"}));
  EXPECT_EQ(stored().station.name, "Other");
  EXPECT_EQ(one->programmer(main)->station().name, "Other");
  EXPECT_TRUE(stored().entries.empty());
  EXPECT_EQ(player.orders, 0);
}

TEST_F(KeeperElsewhere, two_of_them_lose_no_change) {
  EXPECT_FALSE(run(*one, programme("Europe/Berlin")));
  const auto late = run(*two, programme("Europe/Paris"));
  ASSERT_TRUE(late) << "made from what it was before";
  EXPECT_EQ(late->code, Errc::conflict);
  EXPECT_EQ(stored().station.programme->zone, "Europe/Berlin");
  EXPECT_EQ(version(*two), 1U) << "read again";
  EXPECT_FALSE(run(*two, programme("Europe/Paris", 1)));
  EXPECT_EQ(stored().station.programme->zone, "Europe/Paris");
  EXPECT_EQ(stored().station.programme->version, 2U);
}

TEST_F(KeeperElsewhere, what_others_change_is_seen_by_who_looks) {
  std::optional<std::uint64_t> told;
  const auto listening =
      two->programme_changed.connect([&](const ProgrammeChanged& event) { told = event.version; });
  EXPECT_FALSE(run(*one, programme("Europe/Berlin")));
  EXPECT_EQ(version(*two), 0U);  // looked at
  two->look_again();
  until([&] { return told.has_value(); });
  EXPECT_EQ(*told, 1U);
  EXPECT_EQ(version(*two), 1U);
  EXPECT_EQ(run(*two, programme("UTC", 0))->code, Errc::conflict);
}

}  // namespace
}  // namespace longwave::schedule
