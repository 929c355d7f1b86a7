// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "schedule/keeper.hpp"
#include "schedule/tables.hpp"
#include "store/store.hpp"
#include "unit/schedule/desk.hpp"
#include "unit/store/options.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

/// A keeper whose loop, clock and player are the test's.
namespace longwave::schedule::test {

using namespace std::chrono_literals;

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
  /// Runs what comes until `done` holds; false if nothing comes for a minute.
  template <class F>
  bool until(F done) {
    while (!done()) {
      Task task;
      {
        std::unique_lock lock(mutex_);
        if (!came_.wait_for(lock, 60s, [this] { return !tasks_.empty(); })) return false;
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
    stations.push_back(station);
    const auto* prepare = std::get_if<orders::Prepare>(&message);
    if (prepare && keeper && post) {
      post([this, station, item = prepare->item] {
        if (keeper) keeper->receive(station, orders::Prepared{item, minutes(3)});
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
  std::vector<StationId> stations;  // of the orders in `log`
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
  void refuse(const char* table, const char* what = "INSERT ON ") {
    store.write_now([&](store::Session& s) {
      s.script("CREATE TABLE refusing (name TEXT NOT NULL)");
      s.script("CREATE TABLE refused (name TEXT NOT NULL)");
      s.script(std::string("CREATE TRIGGER refuse_") + table + " AFTER " + what + table +
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

}  // namespace longwave::schedule::test
