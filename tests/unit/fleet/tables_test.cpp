// SPDX-License-Identifier: Apache-2.0
#include "fleet/tables.hpp"

#include "schedule/radios/tables.hpp"
#include "store/store.hpp"
#include "unit/store/options.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

namespace longwave::fleet {
namespace {

/// What the triggers look at of the tables of stations, which belong to another room.
store::RoomMigrations stations() {
  return {"stations",
          {{.version = 1,
            .sql = "CREATE TABLE stations (id INTEGER PRIMARY KEY, radio_uuid TEXT NOT NULL);"
                   "CREATE TABLE programmes (station INTEGER PRIMARY KEY, document TEXT NOT NULL);"}}};
}

class FleetEventsTest : public ::testing::Test {
 protected:
  FleetEventsTest() {
    store.write_now([](store::Session& session) {
      for (const auto* known : {"aaaaaaaaaa", "bbbbbbbbbb"}) {
        session.run("INSERT INTO stations (radio_uuid) VALUES (:uuid)", std::string(known));
        session.run(
            "INSERT INTO radio_states (radio, master, prepares, show_id, show_ns, next_item, items)"
            " VALUES (:radio, '', 0, 0, 0, 1, '{}')",
            std::string(known));
      }
      session.run("INSERT INTO stations (radio_uuid) VALUES ('cccccccccc')");
    });
  }
  std::vector<std::string> events() {
    std::vector<std::string> found;
    store.read_now([&](store::Session& session) {
      session.each<std::string, std::string>(
          "SELECT type, radio_uuid FROM fleet_events ORDER BY id",
          [&](const std::string& type, const std::string& radio) { found.push_back(type + " " + radio); });
    });
    return found;
  }
  void run(const char* statement) {
    store.write_now([&](store::Session& session) { session.run(statement); });
  }

  store::Store store{store::test_options(),
                     {stations(), {"radios", radios::migrations()}, migrations(), programme_events()}};
};

TEST_F(FleetEventsTest, an_edited_programme_is_told_once) {
  run("INSERT INTO programmes (station, document) SELECT id, '{}' FROM stations WHERE radio_uuid = "
      "'aaaaaaaaaa'");
  run("UPDATE programmes SET document = '{1}'");
  EXPECT_EQ(events(), std::vector<std::string>{"playlist_updated aaaaaaaaaa"});
}

TEST_F(FleetEventsTest, a_removed_station_is_told_to_who_knows_its_radio) {
  run("INSERT INTO programmes (station, document) SELECT id, '{}' FROM stations");
  run("DELETE FROM programmes WHERE station IN (SELECT id FROM stations WHERE radio_uuid <> 'aaaaaaaaaa')");
  run("DELETE FROM stations WHERE radio_uuid <> 'aaaaaaaaaa'");
  EXPECT_EQ(events(), (std::vector<std::string>{"playlist_updated aaaaaaaaaa", "radio_deleted bbbbbbbbbb"}))
      << "nobody has ever programmed the third";
}

TEST_F(FleetEventsTest, a_station_that_is_made_is_told_as_a_radio) {
  run("INSERT INTO stations (radio_uuid) VALUES ('')");
  run("UPDATE stations SET radio_uuid = 'dddddddddd' WHERE radio_uuid = ''");
  run("UPDATE stations SET radio_uuid = 'dddddddddd' WHERE radio_uuid = 'dddddddddd'");
  EXPECT_EQ(events(), std::vector<std::string>{"radio_added dddddddddd"});
}

TEST(FleetTables, give_back_who_streams_who_listens_and_who_was_given_up) {
  store::Store store{store::test_options(), {migrations()}};
  const auto through = [&](const FleetChanges& changes) {
    return store.write_now([&](store::Session& session) {
      write(session, changes);
      return load(session);
    });
  };
  FleetChanges changes;
  changes.put_streamers = {{"st-01", {true}, "http://a"}, {"st-02"}};
  changes.put_listeners = {{"1", "st-01", "R", 42, WallTime{std::chrono::seconds{1}}}, {"2", "", "R"}};
  changes.departed = {{"st-03", {"R", "S"}}, {"st-04", {"T"}}};
  auto saved = through(changes);
  EXPECT_EQ(saved.streamers, changes.put_streamers);
  EXPECT_EQ(saved.listeners, changes.put_listeners);
  EXPECT_EQ(saved.departed, changes.departed);
  const auto listeners = [&](const char* radio) {
    return store.read_now([&](store::Session& session) { return listeners_of(session, radio); });
  };
  EXPECT_EQ(listeners("R"), 2);
  EXPECT_EQ(listeners("S"), 0);
  FleetChanges more;
  more.removed_streamers = {"st-02"};
  more.removed_listeners = {{"1", "st-01"}};
  more.departed = {{"st-03", {}}, {"st-04", {"S", "T"}}};
  saved = through(more);
  EXPECT_EQ(saved.streamers.size(), 1U);
  EXPECT_EQ(saved.listeners.size(), 1U);
  EXPECT_EQ(saved.departed, (std::vector<DepartedRow>{{"st-04", {"S", "T"}}}));
}

}  // namespace
}  // namespace longwave::fleet
