// SPDX-License-Identifier: Apache-2.0
#include "unit/schedule/keeping.hpp"

namespace longwave::schedule {
namespace {

using namespace std::chrono_literals;
using test::KeeperTest;
using test::minutes;

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
