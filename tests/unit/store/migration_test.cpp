// SPDX-License-Identifier: Apache-2.0
#include "contract.hpp"

#include <fstream>

namespace longwave::store {
namespace {

std::vector<RoomMigrations> two_steps() {
  return {{"notes",
           {{1, notes_table},
            {2, "ALTER TABLE note ADD COLUMN colour TEXT DEFAULT 'red'; CREATE INDEX i ON note(colour)"}}}};
}

FailureKind failure_of_opening(const std::filesystem::path& file, std::vector<RoomMigrations> rooms) {
  try {
    Store store({.file = file}, std::move(rooms));
  } catch (const Failure& failure) {
    EXPECT_STRNE(failure.what(), "");
    return failure.kind();
  }
  ADD_FAILURE() << "it opened";
  return FailureKind::other;
}

TEST(Migration, steps_run_once_each_and_keep_the_rows) {
  const Scratch scratch;
  const auto file = scratch.file("a.db");
  {
    Store store({.file = file}, notes());
    store.write_now([](Session& s) { s.run("INSERT INTO note(id) VALUES (:id)", 7); });
  }
  for (int i = 0; i < 2; ++i) {
    Store store({.file = file}, two_steps());
    EXPECT_EQ(store.read_now([](Session& s) {
      return s.value<std::string>("SELECT colour FROM note WHERE id = :id", 7);
    }),
              "red");
  }
}

TEST(Migration, a_newer_database_is_refused_and_untouched) {
  const Scratch scratch;
  const auto file = scratch.file("a.db");
  { Store store({.file = file}, two_steps()); }
  EXPECT_EQ(failure_of_opening(file, notes()), FailureKind::newer_schema);
  Store store({.file = file}, two_steps());
  EXPECT_EQ(count_notes(store), 0);
}

TEST(Migration, one_that_fails_leaves_nothing) {
  const Scratch scratch;
  const auto file = scratch.file("a.db");
  EXPECT_EQ(failure_of_opening(file, {{"notes", {{1, notes_table}}},
                                      {"other", {{1, "CREATE TABLE x (a); CREATE NONSENSE"}}}}),
            FailureKind::other);
  Store store({.file = file}, {{"other", {{1, "CREATE TABLE x (a)"}}}});  // neither table was kept
  EXPECT_THROW(count_notes(store), Failure);
}

TEST(Migration, what_is_no_database_is_refused) {
  const Scratch scratch;
  const auto file = scratch.file("a.db");
  std::ofstream(file) << std::string(8192, 'x');
  EXPECT_EQ(failure_of_opening(file, notes()), FailureKind::damaged);
  EXPECT_EQ(failure_of_opening(scratch.file("no/such/folder.db"), notes()), FailureKind::io);
}

}  // namespace
}  // namespace longwave::store
