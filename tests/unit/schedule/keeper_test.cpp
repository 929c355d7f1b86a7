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

class StationsTest : public KeeperTest {
 protected:
  Result<StationId> create(std::string slug, std::string name = "Jazz", Keeper::Along along = {}) {
    std::optional<Result<StationId>> result;
    keeper->create({std::move(slug), std::move(name)}, std::move(along),
                   [&](Result<StationId> r) { result = std::move(r); });
    EXPECT_TRUE(turns.until([&] { return result.has_value(); }));
    return *result;
  }
  Result<void> remove(StationId id, Keeper::Along along = {}) {
    std::optional<Result<void>> result;
    keeper->remove(id, std::move(along), [&](Result<void> r) { result = std::move(r); });
    EXPECT_TRUE(turns.until([&] { return result.has_value(); }));
    return *result;
  }
  Errc why(const Result<StationId>& result) { return result ? Errc::cancelled : result.error().code; }
  std::int64_t rows(const char* table) {
    return store.read_now([&](store::Session& session) {
      return session.value<std::int64_t>(std::string("SELECT count(*) FROM ") + table).value_or(-1);
    });
  }
};

TEST_F(StationsTest, AreMadeWhileTheProgramRunsAndPlay) {
  open();
  std::vector<StationId> opened;
  const auto on_opened = keeper->station_opened.connect([&](StationId id) {
    opened.push_back(id);
    EXPECT_EQ(std::count(player.stations.begin(), player.stations.end(), id), 0)
        << "an order went out before anybody knew of the station";
    EXPECT_EQ(keeper->programmer(id)->station().slug, "jazz-2");
  });
  const auto made = create("jazz-2", "Jazz & more");
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(opened, std::vector<StationId>{*made});
  ASSERT_TRUE(turns.until([&] { return keeper->programmer(*made)->now().next.has_value(); }));
  EXPECT_EQ(keeper->programmer(*made)->now().state, OnAir::playing);
  const auto uuid = keeper->programmer(*made)->station().radio_uuid;
  EXPECT_EQ(uuid.size(), 10U);
  EXPECT_NE(uuid, keeper->programmer(main)->station().radio_uuid);
  close();
  open();
  ASSERT_TRUE(keeper->find("jazz-2"));
  const auto& row = keeper->programmer(*keeper->find("jazz-2"))->station();
  EXPECT_EQ(row.name, "Jazz & more");
  EXPECT_EQ(row.radio_uuid, uuid);
}

TEST_F(StationsTest, HaveAnAddressAndANameThatCanBeUsed) {
  open();
  const auto long_slug = std::string(33, 'a');
  for (const char* slug : {"", "Jazz", "ja zz", "../x", "-a", "a-", "jazz.mp3", "default", long_slug.c_str()})
    EXPECT_EQ(why(create(slug)), Errc::invalid) << slug;
  EXPECT_EQ(why(create("jazz", "")), Errc::invalid);
  EXPECT_EQ(why(create("jazz", "a\nb")), Errc::invalid);
  EXPECT_EQ(why(create("jazz", std::string(81, 'x'))), Errc::invalid);
  EXPECT_EQ(why(create("main")), Errc::conflict);
  EXPECT_TRUE(create("jazz", "J\xc3\xa4zz"));
  EXPECT_EQ(why(create("jazz")), Errc::conflict);
  EXPECT_EQ(keeper->stations().size(), 2U);
}

TEST_F(StationsTest, AreNotMadeWhenSomebodyElseObjects) {
  open();
  const auto object = [](store::Session&) -> Result<void> { return error(Errc::full, "enough"); };
  EXPECT_EQ(why(create("jazz", "Jazz", object)), Errc::full);
  EXPECT_EQ(rows("stations"), 1);
  refuse("stations");
  EXPECT_EQ(why(create("jazz")), Errc::unavailable);
  accept();
  EXPECT_EQ(keeper->stations().size(), 1U);
}

TEST_F(StationsTest, AreSoMany) {
  open();
  keeper.reset();
  player.keeper = nullptr;
  KeeperPorts ports{clock, store, player, turns.post(), [](Instant) {}, 7, {}};
  ports.most_stations = 3;
  keeper = std::make_unique<Keeper>(std::move(ports));
  keeper->open();
  EXPECT_TRUE(create("one"));
  EXPECT_TRUE(create("two"));
  EXPECT_EQ(why(create("three")), Errc::full);
  ASSERT_TRUE(remove(*keeper->find("one")));
  EXPECT_TRUE(create("three"));
}

TEST_F(StationsTest, AreRenamed) {
  open();
  std::vector<StationId> renamed;
  const auto on_renamed = keeper->station_renamed.connect([&](StationId id) { renamed.push_back(id); });
  std::optional<Result<Answer>> result;
  keeper->rename(main, "Radio Anna", [&](Result<Answer> r) { result = std::move(r); });
  ASSERT_TRUE(turns.until([&] { return result.has_value(); }));
  ASSERT_TRUE(*result);
  EXPECT_EQ(stored().station.name, "Radio Anna");
  EXPECT_EQ(keeper->programmer(main)->station().name, "Radio Anna");
  EXPECT_EQ(renamed, std::vector<StationId>{main});
  result.reset();
  keeper->rename(main, "", [&](Result<Answer> r) { result = std::move(r); });
  ASSERT_TRUE(turns.until([&] { return result.has_value(); }));
  EXPECT_EQ(result->error().code, Errc::invalid);
}

TEST_F(StationsTest, LeaveNothingBehind) {
  open();
  const auto jazz = *create("jazz");
  ASSERT_TRUE(turns.until([&] { return keeper->programmer(jazz)->now().next.has_value(); }));
  auto programme = std::make_shared<StationProgramme>();
  rules::Playlist list;
  list.id = 1;
  list.name = "all";
  rules::Song song;
  song.id = 7;
  list.songs.push_back(song);
  programme->rules.playlists.push_back(list);
  std::optional<Result<Answer>> set;
  keeper->run(jazz, SetProgramme{programme, {}}, [&](Result<Answer> r) { set = std::move(r); });
  ASSERT_TRUE(turns.until([&] { return set.has_value(); }));
  ASSERT_TRUE(*set);
  pass(20min);
  const auto of = [&](const char* table) {
    return rows((std::string(table) + " WHERE station = " + std::to_string(jazz.value)).c_str());
  };
  EXPECT_GT(of("history"), 0);
  EXPECT_GT(of("programmes"), 0);
  const auto uuid = keeper->programmer(jazz)->station().radio_uuid;
  std::optional<StationClosed> closed;
  const auto on_closed = keeper->station_closed.connect([&](const StationClosed& event) {
    EXPECT_EQ(keeper->programmer(event.station), nullptr);
    closed = event;
  });
  store.write_now([&](store::Session& s) {
    s.run("INSERT INTO radio_plays (station, track, started_ms) VALUES (:station, 7, 1)", jazz);
  });
  ASSERT_TRUE(remove(jazz));
  ASSERT_TRUE(closed);
  EXPECT_EQ(closed->slug, "jazz");
  EXPECT_EQ(closed->radio_uuid, uuid);
  EXPECT_FALSE(keeper->find("jazz"));
  // What comes late is for nobody, and the other station goes on.
  keeper->receive(jazz, orders::Prepared{EntryId{1}, minutes(3)});
  const auto history_of_main = of("history") + rows("history");
  pass(1h);
  EXPECT_GT(rows("history"), history_of_main);
  for (const auto* table : {"history", "queue_entries", "programmes", "programme_songs", "radio_plays"})
    EXPECT_EQ(of(table), 0) << table;
  EXPECT_EQ(rows("stations"), 1);
  const auto again = create("jazz");
  ASSERT_TRUE(again);
  EXPECT_NE(*again, jazz) << "an id came twice";
}

TEST_F(StationsTest, AreRemovedOnceAndNeverMain) {
  open();
  EXPECT_EQ(remove(main).error().code, Errc::conflict);
  EXPECT_EQ(remove(StationId{99}).error().code, Errc::not_found);
  const auto jazz = *create("jazz");
  std::vector<Errc> answers;
  const auto note = [&](const Result<void>& r) { answers.push_back(r ? Errc::cancelled : r.error().code); };
  keeper->remove(jazz, {}, note);
  keeper->remove(jazz, {}, note);
  std::optional<Result<Answer>> added;
  keeper->run(jazz, Add{{TrackId{7}}, {}, "Anna"}, [&](Result<Answer> r) { added = std::move(r); });
  ASSERT_TRUE(turns.until([&] { return answers.size() == 2; }));
  EXPECT_EQ(answers, (std::vector<Errc>{Errc::conflict, Errc::cancelled}));
  ASSERT_TRUE(added);
  EXPECT_EQ(added->error().code, Errc::conflict);
}

TEST_F(StationsTest, GoOnWhenTheyCannotBeRemoved) {
  open();
  const auto jazz = *create("jazz");
  ASSERT_TRUE(turns.until([&] { return keeper->programmer(jazz)->now().next.has_value(); }));
  const auto object = [](store::Session&) -> Result<void> { return error(Errc::refused, "not yours"); };
  EXPECT_EQ(remove(jazz, object).error().code, Errc::refused);
  refuse("stations", "DELETE ON ");
  EXPECT_EQ(remove(jazz).error().code, Errc::unavailable);
  accept();
  pass(1h);
  const auto of_jazz = "history WHERE station = " + std::to_string(jazz.value);
  EXPECT_GT(rows(of_jazz.c_str()), 10) << "it doesn't play any more";
  EXPECT_TRUE(remove(jazz));
}

}  // namespace
}  // namespace longwave::schedule
