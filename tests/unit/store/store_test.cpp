// SPDX-License-Identifier: Apache-2.0
#include "contract.hpp"

#include <functional>
#include <future>
#include <stdexcept>
#include <thread>

namespace longwave::store {
namespace {

class Contract : public testing::TestWithParam<Database> {
 protected:
  Store open(std::vector<RoomMigrations> rooms = notes()) {
    return Store(GetParam().options(scratch_), std::move(rooms));
  }
  bool lasting() const { return GetParam().name != "sqlite_memory"; }
  Scratch scratch_;
};
INSTANTIATE_TEST_SUITE_P(Databases, Contract, testing::ValuesIn(databases()),
                         [](const auto& database) { return database.param.name; });

TEST_P(Contract, keeps_every_type_exactly) {
  auto store = open();
  const std::string bytes("\0a\xff\0", 4);
  store.write_now([&](Session& s) {
    s.run("INSERT INTO note VALUES (:id, :body, :score, :raw)", (1ll << 53) + 1, "Größe — 日本", 0.1,
          Blob{bytes});
    s.run("INSERT INTO note VALUES (:id, :body, :score, :raw)", 2, nullptr, nullptr, nullptr);
    s.run("INSERT INTO note VALUES (:id, :body, :score, :raw)", TrackId{3}, std::string("a\0b", 3), -2,
          std::optional<std::int64_t>{});
  });
  const auto rows = store.read_now([](Session& s) {
    return s.rows<std::int64_t, std::optional<std::string>, std::optional<double>, Blob>(
        "SELECT id, body, score, raw FROM note ORDER BY id DESC");
  });
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_EQ(std::get<0>(rows[0]), (1ll << 53) + 1);
  EXPECT_EQ(std::get<1>(rows[0]), "Größe — 日本");
  EXPECT_EQ(std::get<2>(rows[0]), 0.1);
  EXPECT_EQ(std::get<3>(rows[0]).bytes, bytes);
  EXPECT_EQ(std::get<1>(rows[1]), std::string("a\0b", 3));
  EXPECT_EQ(std::get<2>(rows[1]), -2.0);
  EXPECT_EQ(std::get<1>(rows[2]), std::nullopt);
  EXPECT_EQ(std::get<2>(rows[2]), std::nullopt);
  EXPECT_EQ(std::get<3>(rows[2]).bytes, "");
}

TEST_P(Contract, one_statement_serves_values_of_changing_types) {
  auto store = open();
  store.write_now([](Session& s) {
    const char* insert = "INSERT INTO note(id, body, score) VALUES (:id, :body, :score)";
    EXPECT_EQ(s.run(insert, 1, nullptr, nullptr), 1);
    EXPECT_EQ(s.run(insert, 2, "two", 2.5), 1);
    EXPECT_EQ(s.run(insert, 3, nullptr, nullptr), 1);
    EXPECT_EQ(s.run(insert, 4, "four", 4), 1);
  });
  store.read_now([](Session& s) {
    EXPECT_EQ(s.value<double>("SELECT SUM(score) FROM note"), 6.5);
    EXPECT_EQ(s.value<int>("SELECT COUNT(*) FROM note WHERE body IS NULL"), 2);
  });
}

TEST_P(Contract, a_statement_can_be_used_inside_itself) {
  auto store = open();
  store.write_now([](Session& s) {
    for (int i = 1; i <= 3; ++i) s.run("INSERT INTO note(id) VALUES (:id)", i);
    int pairs = 0;
    const char* all = "SELECT id FROM note ORDER BY id";
    s.each<int>(all, [&](int a) { s.each<int>(all, [&](int b) { pairs += a < b; }); });
    EXPECT_EQ(pairs, 3);
  });
}

TEST_P(Contract, first_row_of_many_leaves_nothing_open) {
  auto store = open();
  store.write_now([](Session& s) {
    for (int i = 1; i <= 100; ++i) s.run("INSERT INTO note(id) VALUES (:id)", i);
    EXPECT_EQ(s.value<int>("SELECT id FROM note ORDER BY id"), 1);
    EXPECT_EQ(s.value<std::int64_t>("INSERT INTO note(body) VALUES (:b) RETURNING id", "x"), 101);
    EXPECT_EQ(s.value<int>("SELECT id FROM note WHERE id = :id", 1000), std::nullopt);
    s.run("DROP TABLE note");  // refused while a statement reads it
  });
}

TEST_P(Contract, a_job_that_throws_leaves_nothing_and_spoils_nobody) {
  auto store = open();
  std::promise<void> gate, entered;
  store.write([&](Session&) {
    entered.set_value();
    gate.get_future().wait();  // so that the next three wait together
  });
  entered.get_future().wait();
  const auto insert = [](int id) {
    return [id](Session& s) { s.run("INSERT INTO note(id) VALUES (:id)", id); };
  };
  std::promise<std::exception_ptr> one, two, three, four;
  const auto into = [](auto& promise) { return [&promise](std::exception_ptr e) { promise.set_value(e); }; };
  store.write(insert(1), into(one));
  store.write(
      [&](Session& s) {
        insert(2)(s);
        throw std::runtime_error("changed its mind");
      },
      into(two));
  store.write(insert(1), into(three));  // the key is taken
  store.write(insert(4), into(four));
  gate.set_value();
  EXPECT_EQ(one.get_future().get(), nullptr);
  EXPECT_THROW(std::rethrow_exception(two.get_future().get()), std::runtime_error);
  EXPECT_EQ(kind_of(three.get_future().get()), FailureKind::constraint);
  EXPECT_EQ(four.get_future().get(), nullptr);
  const auto ids = store.read_now([](Session& s) { return s.rows<int>("SELECT id FROM note ORDER BY id"); });
  EXPECT_EQ(ids, (std::vector<std::tuple<int>>{{1}, {4}}));
  EXPECT_EQ(store.counts().commits, 2u) << "those that waited together share a transaction";
  EXPECT_EQ(store.counts().failed, 2u);
}

TEST_P(Contract, a_read_sees_what_done_has_told) {
  auto store = open();
  for (int i = 1; i <= 50; ++i) {
    ASSERT_EQ(write_and_wait(store, [i](Session& s) { s.run("INSERT INTO note(id) VALUES (:id)", i); }),
              nullptr);
    ASSERT_EQ(count_notes(store), i);
  }
}

TEST_P(Contract, reads_may_be_asked_for_in_done) {
  auto store = open();
  std::promise<std::int64_t> seen;
  store.write([](Session& s) { s.run("INSERT INTO note(id) VALUES (:id)", 1); },
              [&](std::exception_ptr) { seen.set_value(count_notes(store)); });
  EXPECT_EQ(seen.get_future().get(), 1);
}

TEST_P(Contract, what_a_read_throws_reaches_the_caller) {
  auto store = open();
  EXPECT_THROW(store.read_now([](Session& s) { s.run("SELECT nonsense FROM nowhere"); }), Failure);
  EXPECT_THROW(store.read_now([](Session&) { throw std::runtime_error("no"); }), std::runtime_error);
  EXPECT_EQ(count_notes(store), 0);
}

TEST_P(Contract, close_does_what_was_given_and_refuses_the_rest) {
  auto store = open();
  int done = 0;
  for (int i = 1; i <= 500; ++i) {
    store.write([i](Session& s) { s.run("INSERT INTO note(id) VALUES (:id)", i); },
                [&](std::exception_ptr e) { done += !e; });
  }
  store.close();
  EXPECT_EQ(done, 500);
  std::exception_ptr late;
  store.write([](Session&) {}, [&](std::exception_ptr e) { late = e; });
  EXPECT_EQ(kind_of(late), FailureKind::closed);
  store.read([](Session&) {}, [&](std::exception_ptr e) { late = e; });
  EXPECT_EQ(kind_of(late), FailureKind::closed);
  if (lasting()) {
    auto again = open();
    EXPECT_EQ(count_notes(again), 500);
  }
}

TEST_P(Contract, a_full_queue_is_said_at_once) {
  StoreOptions options = GetParam().options(scratch_);
  options.max_queued = 2;
  Store store(options, notes());
  std::promise<void> gate, entered;
  store.write([&](Session&) {
    entered.set_value();
    gate.get_future().wait();
  });
  entered.get_future().wait();
  std::exception_ptr third;
  store.write([](Session&) {});
  store.write([](Session&) {});
  store.write([](Session&) {}, [&](std::exception_ptr e) { third = e; });
  EXPECT_EQ(kind_of(third), FailureKind::queue_full);
  gate.set_value();
  store.close();  // before what its jobs use
}

TEST_P(Contract, bulk_waits_for_the_rest_but_not_for_ever) {
  std::string order;
  auto store = open();
  std::promise<void> gate, entered;
  store.write([&](Session&) {
    entered.set_value();
    gate.get_future().wait();
  });
  entered.get_future().wait();
  for (const char c : {'a', 'b'}) store.write_bulk([&, c](Session&) { order += c; });
  for (int i = 0; i < 3; ++i) store.write([&](Session&) { order += '.'; });
  // Each of these is given by the one before it, so there is always one more waiting.
  std::function<void(int)> chain = [&](int left) {
    store.write([&](Session&) { order += '-'; },
                [&, left](std::exception_ptr) {
                  if (left > 0) chain(left - 1);
                });
  };
  chain(20);
  gate.set_value();
  while (store.counts().jobs < 27) std::this_thread::yield();
  store.close();
  EXPECT_EQ(order.substr(0, 3), "...");
  EXPECT_LT(order.find('a'), order.find('b'));
  EXPECT_GT(order.find('a'), 6u);
  EXPECT_LT(order.find('a'), 14u) << order;
}

TEST_P(Contract, many_threads_may_write_and_read) {
  auto store = open();
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 100; ++i) {
        store.write_now([&](Session& s) { s.run("INSERT INTO note(id) VALUES (:id)", t * 1000 + i + 1); });
        EXPECT_GT(count_notes(store), 0);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(count_notes(store), 400);
}

TEST_P(Contract, readers_cannot_write) {
  if (!lasting()) return;  // there the one session does both
  auto store = open();
  EXPECT_THROW(store.read_now([](Session& s) { s.run("INSERT INTO note(id) VALUES (:id)", 1); }), Failure);
  EXPECT_EQ(count_notes(store), 0);
}

}  // namespace
}  // namespace longwave::store
