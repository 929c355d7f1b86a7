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
#include <string>
#include <vector>

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

/// What a keeper tells of its stations.
struct Told {
  explicit Told(Keeper& keeper) {
    made = keeper.station_opened.connect(
        [&](StationId id) { all.push_back("made " + keeper.programmer(id)->station().slug); });
    renamed = keeper.station_renamed.connect(
        [&](StationId id) { all.push_back("renamed " + keeper.programmer(id)->station().name); });
    removed = keeper.station_closed.connect(
        [&](const StationClosed& event) { all.push_back("removed " + event.slug); });
  }
  std::vector<std::string> all;
  Subscription made, renamed, removed;
};

TEST_F(KeeperElsewhere, stations_that_others_make_rename_and_remove_are_told_once) {
  Told told(*two);
  std::optional<Result<StationId>> jazz;
  one->create({"jazz", "Jazz", Kind::radio}, {}, [&](Result<StationId> made) { jazz = std::move(made); });
  until([&] { return jazz.has_value(); });
  ASSERT_TRUE(*jazz);
  EXPECT_FALSE(two->find("jazz"));
  two->changed_elsewhere({**jazz, main});
  two->changed_elsewhere({**jazz});
  until([&] { return !told.all.empty(); });
  one->changed_elsewhere({**jazz});  // its own change comes back
  EXPECT_EQ(two->programmer(**jazz)->station().radio_uuid, one->programmer(**jazz)->station().radio_uuid);

  std::optional<Error> refused;
  bool renamed = false;
  one->rename(**jazz, "Late jazz", [&](const Result<Answer>& done) { renamed = done.has_value(); });
  until([&] { return renamed; });
  two->changed_elsewhere({**jazz});
  until([&] { return told.all.size() == 2; });

  bool removed = false;
  one->remove(**jazz, {}, [&](const Result<void>& done) { removed = done.has_value(); });
  until([&] { return removed; });
  // Who has not heard of it yet changes nothing of a station that is gone, and then knows.
  two->run(**jazz, programme("Europe/Berlin"), [&](const Result<Answer>& done) { refused = done.error(); });
  until([&] { return refused.has_value(); });
  EXPECT_EQ(refused->code, Errc::not_found);
  EXPECT_FALSE(two->find("jazz"));
  EXPECT_EQ(store.read_now([](store::Session& session) {
    return session.value<std::int64_t>("SELECT count(*) FROM programmes");
  }),
            0);
  two->changed_elsewhere({**jazz});
  EXPECT_EQ(told.all, (std::vector<std::string>{"made jazz", "renamed Late jazz", "removed jazz"}));
}

TEST_F(KeeperElsewhere, a_number_that_came_again_is_another_station) {
  std::optional<StationId> first, second;
  one->create({"jazz", "Jazz", Kind::radio}, {}, [&](Result<StationId> made) { first = *made; });
  until([&] { return first.has_value(); });
  two->changed_elsewhere({*first});
  until([&] { return two->find("jazz").has_value(); });
  Told told(*two);
  store.write_now([&](store::Session& session) {
    remove(session, *first);
    StationRow row;
    row.id = *first;
    row.slug = "rock";
    row.name = "Rock";
    row.radio_uuid = "another000";
    create(session, row);
  });
  two->changed_elsewhere({*first});
  until([&] { return told.all.size() == 2; });
  EXPECT_EQ(told.all, (std::vector<std::string>{"removed jazz", "made rock"}));
  EXPECT_EQ(two->find("rock"), first);
}

}  // namespace
}  // namespace longwave::schedule
