// SPDX-License-Identifier: Apache-2.0
#include "store/lease.hpp"
#include "contract.hpp"

#include <future>
#include <thread>

namespace longwave::store {
namespace {

using namespace std::chrono_literals;
using Ask = LeaseMachine::Ask;

class Leases : public testing::TestWithParam<Database> {
 protected:
  Store open() { return Store(GetParam().options(scratch_), notes()); }
  Scratch scratch_;
};
INSTANTIATE_TEST_SUITE_P(Databases, Leases, testing::ValuesIn(databases()),
                         [](const auto& database) { return database.param.name; });

FailureKind failure_of(Store& store, Store::Job job) {
  return kind_of(write_and_wait(store, std::move(job)));
}

TEST_P(Leases, one_holds_it_and_terms_only_grow) {
  auto store = open();
  store.write_now([](Session& s) {
    EXPECT_EQ(read_lease(s, "scheduler"), std::nullopt);
    EXPECT_EQ(take_lease(s, "scheduler", "a", std::nullopt), 1);
    EXPECT_EQ(take_lease(s, "scheduler", "b", std::nullopt), std::nullopt) << "a was quicker";
    EXPECT_EQ(take_lease(s, "other", "b", std::nullopt), 1) << "another lease";
    const auto seen = read_lease(s, "scheduler");
    EXPECT_EQ(seen, (LeaseRow{"a", 1, 0}));
    EXPECT_TRUE(renew_lease(s, "scheduler", 1));
    EXPECT_EQ(take_lease(s, "scheduler", "b", seen), std::nullopt) << "a has beaten since";
    EXPECT_EQ(take_lease(s, "scheduler", "b", read_lease(s, "scheduler")), 2);
    EXPECT_FALSE(renew_lease(s, "scheduler", 1)) << "a has been replaced";
    release_lease(s, "scheduler", 1);
    EXPECT_EQ(read_lease(s, "scheduler"), (LeaseRow{"b", 2, 0})) << "what a gives back isn't his";
    release_lease(s, "scheduler", 2);
    EXPECT_EQ(read_lease(s, "scheduler")->holder, "");
    EXPECT_FALSE(renew_lease(s, "scheduler", 2)) << "given back is given back";
    EXPECT_EQ(take_lease(s, "scheduler", "a", read_lease(s, "scheduler")), 3);
  });
}

TEST_P(Leases, a_write_of_a_lower_term_is_refused_and_leaves_nothing) {
  auto store = open();
  store.write_now([](Session& s) { take_lease(s, "scheduler", "a", std::nullopt); });
  const auto write = [](std::int64_t term, int id) {
    return [=](Session& s) {
      require_term(s, "scheduler", term);
      s.run("INSERT INTO note(id) VALUES (:id)", id);
    };
  };
  EXPECT_EQ(write_and_wait(store, write(1, 1)), nullptr);
  EXPECT_EQ(failure_of(store, write(0, 2)), FailureKind::fenced);
  store.write_now([](Session& s) { take_lease(s, "scheduler", "b", read_lease(s, "scheduler")); });
  EXPECT_EQ(failure_of(store, write(1, 3)), FailureKind::fenced);
  EXPECT_EQ(write_and_wait(store, write(2, 4)), nullptr);
  EXPECT_EQ(failure_of(store, [](Session& s) { require_term(s, "nobody's", 1); }), FailureKind::fenced);
  EXPECT_EQ(count_notes(store), 2);
}

TEST(Lease, who_takes_it_waits_for_the_writes_of_the_old_term) {
  const std::string server = postgresql_server();
  Store first({.file = {}, .server = server}, notes()), second({.file = {}, .server = server}, notes());
  first.write_now([](Session& s) { take_lease(s, "scheduler", "a", std::nullopt); });
  std::promise<void> inside, gate;
  std::promise<std::exception_ptr> written;
  first.write(
      [&](Session& s) {
        require_term(s, "scheduler", 1);
        inside.set_value();
        gate.get_future().wait();
        s.run("INSERT INTO note(id) VALUES (:id)", 1);
      },
      [&](std::exception_ptr error) { written.set_value(error); });
  inside.get_future().wait();
  std::promise<std::int64_t> seen;
  second.write([&](Session& s) {
    const auto row = read_lease(s, "scheduler");
    take_lease(s, "scheduler", "b", row);
    seen.set_value(*s.value<std::int64_t>("SELECT COUNT(*) FROM note"));
  });
  auto taken = seen.get_future();
  const auto waits = [](Session& s) {
    return s.value<int>("SELECT COUNT(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'") == 1;
  };
  while (!first.read_now(waits) && taken.wait_for(1ms) != std::future_status::ready)
    std::this_thread::yield();
  gate.set_value();
  EXPECT_EQ(written.get_future().get(), nullptr);
  EXPECT_EQ(taken.get(), 1) << "b begins when nothing of a is under way";
  EXPECT_EQ(failure_of(first, [](Session& s) { require_term(s, "scheduler", 1); }), FailureKind::fenced);
  first.close();
  second.close();
}

TEST(Lease, of_many_that_begin_at_once_one_gets_it) {
  const std::string server = postgresql_server();
  std::atomic<int> got{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] {
      Store store({.file = {}, .server = server}, notes());  // the tables are made once, too
      const auto term = store.write_now(
          [&](Session& s) { return take_lease(s, "scheduler", "node" + std::to_string(i), std::nullopt); });
      got += term.has_value();
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(got, 1);
}

constexpr auto patience = 6s;

TEST(LeaseMachine, takes_what_nobody_holds_at_once_and_beats) {
  LeaseMachine lease("a", patience);
  Instant now{};
  EXPECT_EQ(lease.ask(now), Ask::read);
  EXPECT_EQ(lease.ask(now), Ask::nothing) << "one question at a time";
  lease.read(now, std::nullopt);
  EXPECT_EQ(lease.ask(now), Ask::take);
  lease.taken(now, 7);
  EXPECT_TRUE(lease.held(now));
  EXPECT_EQ(lease.term(), 7);
  EXPECT_EQ(lease.ask(now + 1s), Ask::nothing);
  EXPECT_EQ(lease.next(now + 1s), now + 2s);
  EXPECT_EQ(lease.ask(now + 2s), Ask::renew);
  lease.renewed(now + 3s, true);
  EXPECT_TRUE(lease.held(now + 5s)) << "good for two thirds from when it was asked";
  EXPECT_FALSE(lease.held(now + 6s));
}

TEST(LeaseMachine, waits_for_a_holder_that_beats_and_replaces_one_that_does_not) {
  LeaseMachine lease("b", patience);
  Instant now{};
  LeaseRow row{"a", 3, 0};
  for (int i = 0; i < 100; ++i, now += 1s) {
    if (i % 2 == 0) ++row.beat;
    const auto ask = lease.ask(now);
    ASSERT_NE(ask, Ask::take) << i;
    if (ask == Ask::read) lease.read(now, row);
  }
  const Instant last = now;  // a is dead
  while (lease.ask(now) != Ask::take) {
    lease.read(now, row);
    now = lease.next(now);
    ASSERT_LT(now - last, 3 * patience);
  }
  EXPECT_GE(now - last, patience - 2s);
  EXPECT_LE(now - last, patience + 2s);
  EXPECT_EQ(lease.seen(), row);
  lease.taken(now, std::nullopt);  // c was quicker
  EXPECT_FALSE(lease.held(now));
  EXPECT_EQ(lease.ask(now), Ask::read);
}

TEST(LeaseMachine, one_given_back_is_taken_at_once) {
  LeaseMachine lease("b", patience);
  Instant now{};
  EXPECT_EQ(lease.ask(now), Ask::read);
  lease.read(now, LeaseRow{"", 3, 9});
  EXPECT_EQ(lease.ask(now), Ask::take);
}

TEST(LeaseMachine, who_cannot_beat_holds_himself_for_replaced_before_anybody_else_does) {
  LeaseMachine holder("a", patience), waiting("b", patience);
  Instant now{};
  EXPECT_EQ(holder.ask(now), Ask::read);
  holder.read(now, std::nullopt);
  EXPECT_EQ(holder.ask(now), Ask::take);
  holder.taken(now, 1);
  EXPECT_EQ(waiting.ask(now), Ask::read);
  waiting.read(now, LeaseRow{"a", 1, 0});
  // The database is reached by b alone from here on.
  std::optional<Instant> let_go;
  while (true) {
    now += 100ms;
    if (holder.ask(now) != Ask::nothing) holder.failed(now);
    if (!holder.held(now) && !let_go) let_go = now;
    const auto ask = waiting.ask(now);
    if (ask == Ask::take) break;
    if (ask == Ask::read) waiting.read(now, LeaseRow{"a", 1, 0});
  }
  ASSERT_TRUE(let_go);
  EXPECT_LT(*let_go, now - 1s);
  EXPECT_EQ(holder.term(), 0);
}

TEST(LeaseMachine, an_answer_that_comes_too_late_gives_nothing) {
  LeaseMachine lease("a", patience);
  Instant now{};
  EXPECT_EQ(lease.ask(now), Ask::read);
  lease.read(now, std::nullopt);
  EXPECT_EQ(lease.ask(now), Ask::take);
  lease.taken(now + 5s, 1);  // the answer took so long that it is worth nothing
  EXPECT_FALSE(lease.held(now + 5s));
  EXPECT_EQ(lease.ask(now + 5s), Ask::read) << "looks who has it";
}

}  // namespace
}  // namespace longwave::store
