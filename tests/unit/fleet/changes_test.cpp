// SPDX-License-Identifier: Apache-2.0
#include "fleet/changes.hpp"

#include "store/store.hpp"
#include "unit/store/options.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace longwave::fleet {
namespace {

/// The tables that the triggers look at; they belong to other rooms.
store::RoomMigrations tables() {
  return {"tables",
          {{.version = 1,
            .sql = "CREATE TABLE stations (id INTEGER PRIMARY KEY, name TEXT NOT NULL);"
                   "CREATE TABLE programmes (station INTEGER PRIMARY KEY, document TEXT NOT NULL);"
                   "CREATE TABLE access_station_role (station TEXT NOT NULL, user_name TEXT NOT NULL);"
                   "CREATE TABLE access_user (name TEXT PRIMARY KEY);"
                   "CREATE TABLE access_session (digest TEXT PRIMARY KEY);"}}};
}

struct ChangesTest : testing::Test {
  void run(const char* statement) {
    store.write_now([&](store::Session& session) { session.run(statement); });
  }
  SharedChanges since(std::int64_t last) {
    return store.read_now([&](store::Session& session) { return changes_since(session, last); });
  }
  store::Store store{store::test_options(), {tables(), change_events()}};
};

TEST_F(ChangesTest, are_read_once_each_and_on_from_there) {
  for (const auto* row : {"1, 'station', '4'", "2, 'role', 'jazz'", "3, 'user', 'ada'", "4, 'session', 'd1'",
                          "5, 'session', 'd1'", "6, 'station', '4'", "7, 'station', '2'"})
    run((std::string("INSERT INTO fleet_changes (id, kind, name) VALUES (") + row + ")").c_str());
  run("UPDATE fleet_last_change SET id = 7");
  auto changes = since(0);
  EXPECT_EQ(changes.last, 7);
  EXPECT_FALSE(changes.everything);
  EXPECT_EQ(changes.stations, (std::vector<StationId>{StationId{2}, StationId{4}}));
  EXPECT_EQ(changes.role_slugs, std::vector<std::string>{"jazz"});
  EXPECT_EQ(changes.users, std::vector<std::string>{"ada"});
  EXPECT_EQ(changes.sessions, std::vector<std::string>{"d1"});
  changes = since(6);
  EXPECT_EQ(changes.stations, std::vector<StationId>{StationId{2}});
  EXPECT_TRUE(changes.users.empty());
  EXPECT_TRUE(since(7).stations.empty());
}

TEST_F(ChangesTest, that_are_not_kept_any_more_mean_that_everything_may_be_another) {
  run("INSERT INTO stations (id, name) VALUES (4, 'a')");
  run("DELETE FROM fleet_changes");
  run("INSERT INTO fleet_changes (id, kind, name) VALUES (12, 'user', 'ada')");
  run("UPDATE fleet_last_change SET id = 12");
  EXPECT_FALSE(since(11).everything);
  EXPECT_FALSE(since(12).everything);
  for (const std::int64_t last : {0, 10, 13}) {  // 13: the database is an older copy
    const auto changes = since(last);
    EXPECT_TRUE(changes.everything) << last;
    EXPECT_EQ(changes.last, 12);
    EXPECT_EQ(changes.stations, std::vector<StationId>{StationId{4}});
    EXPECT_TRUE(changes.users.empty());
  }
}

}  // namespace
}  // namespace longwave::fleet
