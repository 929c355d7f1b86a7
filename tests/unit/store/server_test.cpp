// SPDX-License-Identifier: Apache-2.0
#include "store/server.hpp"
#include "contract.hpp"
#include "real_postgresql.hpp"

#include <chrono>
#include <future>
#include <thread>

namespace longwave::store {
namespace {

using namespace std::chrono_literals;

Store::Job insert(int id) {
  return [id](Session& s) { s.run("INSERT INTO note(id) VALUES (:id)", id); };
}

TEST(Server, goes_away_and_comes_back) {
  auto& server = postgresql();
  Store store({.file = {}, .server = server.fresh()}, notes());
  ASSERT_EQ(write_and_wait(store, insert(1)), nullptr);
  EXPECT_EQ(count_notes(store), 1);
  server.stop();
  const auto away = write_and_wait(store, insert(2));
  ASSERT_NE(away, nullptr);
  EXPECT_EQ(kind_of(away), FailureKind::io) << text_of(away);
  EXPECT_THROW(count_notes(store), Failure);
  EXPECT_EQ(kind_of(write_and_wait(store, insert(3))), FailureKind::io);
  server.start();
  EXPECT_EQ(write_and_wait(store, insert(4)), nullptr) << "the first that comes is carried out";
  for (int i = 0; i < 4; ++i) EXPECT_EQ(count_notes(store), 2) << "every reader comes back";
}

TEST(Server, a_restart_while_nothing_is_asked_is_not_noticed) {
  auto& server = postgresql();
  Store store({.file = {}, .server = server.fresh()}, notes());
  ASSERT_EQ(write_and_wait(store, insert(1)), nullptr);
  server.stop();
  server.start();
  EXPECT_EQ(write_and_wait(store, insert(2)), nullptr);
  for (int i = 0; i < 4; ++i) EXPECT_EQ(count_notes(store), 2);
}

/// Sleeps at the commit, so that there is time to cut it.
std::vector<RoomMigrations> slow_commits() {
  return {{"notes", {{1, notes_table, {}, R"sql(
CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(30); RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON note DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (new.body = 'slow') EXECUTE FUNCTION slow();
)sql"}}}};
}

TEST(Server, one_that_goes_during_the_commit_leaves_it_in_doubt) {
  Store store({.file = {}, .server = postgresql_server()}, slow_commits());
  std::promise<std::exception_ptr> result;
  store.write([](Session& s) { s.run("INSERT INTO note(id, body) VALUES (:id, 'slow')", 1); },
              [&](std::exception_ptr error) { result.set_value(error); });
  auto told = result.get_future();
  while (told.wait_for(10ms) != std::future_status::ready) {
    postgresql().psql(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = 'COMMIT' AND state = 'active'");
  }
  const auto error = told.get();
  ASSERT_NE(error, nullptr);
  EXPECT_EQ(kind_of(error), FailureKind::in_doubt) << text_of(error);
  EXPECT_EQ(write_and_wait(store, insert(2)), nullptr) << "the store goes on";
  EXPECT_EQ(count_notes(store), 1);
}

TEST(Server, a_connection_that_is_cut_fails_what_it_does_and_no_more) {
  Store store({.file = {}, .server = postgresql_server()}, notes());
  const auto error = write_and_wait(store, [](Session& s) {
    insert(1)(s);
    s.value<bool>("SELECT pg_terminate_backend(pg_backend_pid())");
  });
  ASSERT_NE(error, nullptr);
  EXPECT_EQ(kind_of(error), FailureKind::io) << text_of(error);
  EXPECT_THROW(
      store.read_now([](Session& s) { s.value<bool>("SELECT pg_terminate_backend(pg_backend_pid())"); }),
      Failure);
  EXPECT_EQ(write_and_wait(store, insert(2)), nullptr);
  for (int i = 0; i < 4; ++i) EXPECT_EQ(count_notes(store), 1);
}

TEST(Server, a_lock_that_is_held_too_long_is_busy) {
  StoreOptions options{.file = {}, .server = postgresql_server()};
  options.busy_timeout_ms = 200;
  Store first(options, notes()), second(options, notes());
  ASSERT_EQ(write_and_wait(first, insert(1)), nullptr);
  std::promise<void> locked, gate;
  first.write([&](Session& s) {
    s.run("UPDATE note SET body = 'x' WHERE id = 1");
    locked.set_value();
    gate.get_future().wait();
  });
  locked.get_future().wait();
  const auto error = write_and_wait(second, [](Session& s) { s.run("DELETE FROM note WHERE id = 1"); });
  gate.set_value();
  ASSERT_NE(error, nullptr);
  EXPECT_EQ(kind_of(error), FailureKind::busy);
  first.close();
  second.close();
}

TEST(Server, who_wants_to_be_the_only_one_is) {
  RealPostgresql server;
  StoreOptions options{.file = {}, .server = server.fresh()};
  options.busy_timeout_ms = 500;
  auto alone = options;
  alone.sole = true;
  Store first(alone, notes());
  try {
    Store second(alone, notes());
    ADD_FAILURE() << "a second was let in";
  } catch (const Failure& refused) {
    EXPECT_EQ(refused.kind(), FailureKind::busy);
    EXPECT_NE(std::string(refused.what()).find("another Longwave plays"), std::string::npos)
        << refused.what();
  }
  auto elsewhere = alone;
  elsewhere.server = server.fresh();
  Store neighbour(elsewhere, notes());  // another schema is another's
  Store scheduler(options, notes());    // who doesn't ask for that works beside it
  EXPECT_EQ(write_and_wait(scheduler, insert(1)), nullptr);
  server.stop();
  server.start();
  EXPECT_EQ(write_and_wait(first, insert(2)), nullptr) << "after a restart of the server it is again";
  server.stop();
  server.start();
  {
    Store quicker(alone, notes());
    const auto refused = write_and_wait(first, insert(3));
    ASSERT_NE(refused, nullptr) << "another was quicker";
    EXPECT_EQ(kind_of(refused), FailureKind::busy);
    EXPECT_EQ(write_and_wait(quicker, insert(4)), nullptr);
  }
  std::exception_ptr refused;
  do {  // the server notices a little later that the other has gone
    refused = write_and_wait(first, insert(5));
  } while (refused && kind_of(refused) == FailureKind::busy);
  EXPECT_EQ(refused, nullptr) << text_of(refused);
  EXPECT_EQ(count_notes(first), 4);
}

TEST(Server, messages_hold_no_values_and_no_password) {
  const std::string server = postgresql_server();
  Store store({.file = {}, .server = server}, notes());
  store.write_now([](Session& s) { s.run("CREATE UNIQUE INDEX one ON note(body)"); });
  const auto secret = [](Session& s) { s.run("INSERT INTO note(body) VALUES (:body)", "a secret"); };
  ASSERT_EQ(write_and_wait(store, secret), nullptr);
  const auto twice = write_and_wait(store, secret);
  EXPECT_EQ(kind_of(twice), FailureKind::constraint);
  EXPECT_EQ(text_of(twice).find("a secret"), std::string::npos) << text_of(twice);
  const auto wrong = write_and_wait(
      store, [](Session& s) { s.run("INSERT INTO note(id) VALUES (CAST(:body AS bigint))", "a secret"); });
  ASSERT_NE(wrong, nullptr);
  EXPECT_EQ(text_of(wrong).find("a secret"), std::string::npos) << text_of(wrong);
  try {
    const Store nowhere({.file = {}, .server = "postgresql://x@127.0.0.1:1/x", .password = "hunter2"},
                        notes());
    FAIL();
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.kind(), FailureKind::io);
    EXPECT_EQ(std::string(failure.what()).find("hunter2"), std::string::npos) << failure.what();
  }
}

TEST(Server, addresses) {
  EXPECT_TRUE(check_server("postgresql://me@host:5432/db?sslmode=verify-full"));
  EXPECT_TRUE(check_server("postgres:///db?host=/run/postgresql"));
  EXPECT_FALSE(check_server("postgresql://me:secret@host/db"));
  EXPECT_FALSE(check_server("postgresql://me@host/db?password=secret"));
  EXPECT_FALSE(check_server("postgresql://me@host/db?nonsense=1"));
  EXPECT_EQ(check_server("postgresql://me:secret@host/db").error().message.find("secret"), std::string::npos);
}

TEST(Server, the_same_database_is_brought_up_to_date_once) {
  const std::string server = postgresql_server();
  const auto two = std::vector<RoomMigrations>{
      {"notes", {{1, notes_table}, {2, "ALTER TABLE note ADD COLUMN colour TEXT DEFAULT 'red'"}}}};
  { const Store store({.file = {}, .server = server}, notes()); }
  for (int i = 0; i < 2; ++i) {
    Store store({.file = {}, .server = server}, two);
    EXPECT_EQ(count_notes(store), 0);
  }
  try {
    const Store older({.file = {}, .server = server}, notes());
    FAIL() << "it was written by a newer program";
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.kind(), FailureKind::newer_schema);
  }
}

}  // namespace
}  // namespace longwave::store
