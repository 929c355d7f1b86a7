// SPDX-License-Identifier: Apache-2.0
#include "access/station_roles.hpp"

#include "access/users.hpp"
#include "store/store.hpp"
#include "unit/store/options.hpp"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace longwave::access {
namespace {

class StationRolesTest : public ::testing::Test {
 protected:
  Result<void> make(const std::string& station, const std::string& owner, std::size_t most = 10) {
    const auto done = store.write_now(
        [&](store::Session& session) { return StationRoles::make(session, station, owner, most); });
    if (done) roles->made(station, owner);
    return done;
  }
  void remove(const std::string& station) {
    store.write_now([&](store::Session& session) { StationRoles::remove(session, station); });
    roles->removed(station);
  }
  void open() { roles = std::make_unique<StationRoles>(store); }

  store::Store store{store::test_options(), {migrations()}};
  std::unique_ptr<StationRoles> roles = std::make_unique<StationRoles>(store);
};

TEST_F(StationRolesTest, names_are_read_as_they_are_written) {
  for (const auto role :
       {StationRole::none, StationRole::viewer, StationRole::dj, StationRole::programmer, StationRole::owner})
    EXPECT_EQ(parse_station_role(to_string(role)), role);
  EXPECT_EQ(parse_station_role("admin"), std::nullopt);
  EXPECT_LT(StationRole::viewer, StationRole::dj);
  EXPECT_LT(StationRole::programmer, StationRole::owner);
}

TEST_F(StationRolesTest, a_role_counts_on_its_station_only_and_survives_a_restart) {
  ASSERT_TRUE(make("jazz", "ada"));
  ASSERT_TRUE(make("rock", "bo"));
  ASSERT_TRUE(roles->grant("jazz", "ada", "bo", StationRole::dj));
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(roles->role("ada", "jazz"), StationRole::owner);
    EXPECT_EQ(roles->role("bo", "jazz"), StationRole::dj);
    EXPECT_EQ(roles->role("bo", "rock"), StationRole::owner);
    EXPECT_EQ(roles->role("ada", "rock"), StationRole::none);
    EXPECT_EQ(roles->role("", "jazz"), StationRole::none);
    EXPECT_EQ(roles->role("ada", "nowhere"), StationRole::none);
    const auto people = roles->people("jazz");
    ASSERT_EQ(people.size(), 2u);
    EXPECT_EQ(people[0].user, "ada");
    EXPECT_EQ(people[1].role, StationRole::dj);
    open();
  }
}

TEST_F(StationRolesTest, the_last_owner_stays) {
  ASSERT_TRUE(make("jazz", "ada"));
  const auto done = roles->grant("jazz", "ada", "ada", StationRole::dj);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, Errc::conflict);
  EXPECT_EQ(roles->role("ada", "jazz"), StationRole::owner);
  ASSERT_TRUE(roles->grant("jazz", "ada", "bo", StationRole::owner));
  EXPECT_TRUE(roles->grant("jazz", "ada", "ada", StationRole::none)) << "there is another one now";
  EXPECT_EQ(roles->role("ada", "jazz"), StationRole::none);
  EXPECT_TRUE(roles->grant("jazz", "", "bo", StationRole::none)) << "an administrator may";
}

TEST_F(StationRolesTest, who_is_no_owner_any_more_gives_nothing) {
  ASSERT_TRUE(make("jazz", "ada"));
  remove("jazz");
  ASSERT_TRUE(make("jazz", "bo"));
  const auto late = roles->grant("jazz", "ada", "eve", StationRole::owner);
  ASSERT_FALSE(late) << "asked for while the station was still ada's";
  EXPECT_EQ(late.error().code, Errc::refused);
  EXPECT_EQ(roles->role("eve", "jazz"), StationRole::none);
}

TEST_F(StationRolesTest, what_is_remembered_is_what_was_written_last) {
  ASSERT_TRUE(make("jazz", "ada"));
  std::vector<std::thread> people;
  for (const auto role : {StationRole::viewer, StationRole::dj, StationRole::programmer, StationRole::none}) {
    people.emplace_back([this, role] {
      for (int i = 0; i < 50; ++i) EXPECT_TRUE(roles->grant("jazz", "ada", "bo", role));
    });
  }
  for (auto& one : people) one.join();
  const auto remembered = roles->role("bo", "jazz");
  open();
  EXPECT_EQ(roles->role("bo", "jazz"), remembered);
}

TEST_F(StationRolesTest, who_has_enough_stations_gets_no_more) {
  ASSERT_TRUE(make("one", "ada", 2));
  ASSERT_TRUE(make("two", "ada", 2));
  const auto third = make("three", "ada", 2);
  ASSERT_FALSE(third);
  EXPECT_EQ(third.error().code, Errc::full);
  EXPECT_TRUE(make("three", "bo", 2));
  EXPECT_TRUE(make("four", "", 0)) << "nobody's";
  remove("one");
  EXPECT_TRUE(make("five", "ada", 2));
}

TEST_F(StationRolesTest, a_station_of_an_old_name_has_none_of_the_old_people) {
  ASSERT_TRUE(make("jazz", "ada"));
  remove("jazz");
  EXPECT_EQ(roles->role("ada", "jazz"), StationRole::none);
  // Given while the station was being removed, and so left behind.
  ASSERT_TRUE(roles->grant("jazz", "", "eve", StationRole::owner));
  ASSERT_TRUE(make("jazz", "bo"));
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(roles->role("eve", "jazz"), StationRole::none);
    EXPECT_EQ(roles->role("bo", "jazz"), StationRole::owner);
    open();
  }
}

TEST_F(StationRolesTest, a_station_has_room_for_so_many) {
  for (std::size_t i = 0; i < StationRoles::most_people; ++i)
    ASSERT_TRUE(roles->grant("jazz", "", "user" + std::to_string(i), StationRole::viewer));
  const auto more = roles->grant("jazz", "", "one-more", StationRole::viewer);
  ASSERT_FALSE(more);
  EXPECT_EQ(more.error().code, Errc::full);
  EXPECT_TRUE(roles->grant("jazz", "", "user7", StationRole::dj)) << "who is there already";
}

TEST_F(StationRolesTest, what_another_program_gives_and_takes_counts_when_it_was_read_again) {
  ASSERT_TRUE(make("jazz", "ada"));
  StationRoles other(store);
  ASSERT_TRUE(roles->grant("jazz", "ada", "bo", StationRole::dj));
  ASSERT_TRUE(make("rock", "bo"));
  EXPECT_EQ(other.role("bo", "jazz"), StationRole::none);
  const auto read = [&](const std::vector<std::string>* stations) {
    auto take = store.write_now([&](store::Session& session) { return other.read_again(session, stations); });
    take();
  };
  const std::vector<std::string> jazz{"jazz"};
  read(&jazz);
  EXPECT_EQ(other.role("bo", "jazz"), StationRole::dj);
  EXPECT_EQ(other.role("ada", "jazz"), StationRole::owner);
  EXPECT_EQ(other.role("bo", "rock"), StationRole::none);
  ASSERT_TRUE(roles->grant("jazz", "ada", "bo", StationRole::none));
  read(nullptr);
  EXPECT_EQ(other.role("bo", "jazz"), StationRole::none);
  EXPECT_EQ(other.role("bo", "rock"), StationRole::owner);
  remove("rock");
  const std::vector<std::string> rock{"rock"};
  read(&rock);
  EXPECT_TRUE(other.people("rock").empty());
  EXPECT_EQ(other.role("ada", "jazz"), StationRole::owner);
}

}  // namespace
}  // namespace longwave::access
