// SPDX-License-Identifier: Apache-2.0
#include "schedule/queue.hpp"

#include "base/random.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <string>

namespace longwave::schedule {
namespace {

Entry entry(std::int64_t id) {
  Entry e;
  e.id = EntryId{id};
  e.track = TrackId{id * 10};
  return e;
}

std::vector<Entry> entries(std::initializer_list<std::int64_t> ids) {
  std::vector<Entry> result;
  for (const auto id : ids) result.push_back(entry(id));
  return result;
}

std::vector<std::int64_t> ids(const Queue& queue) {
  std::vector<std::int64_t> result;
  for (const auto& e : queue.entries()) result.push_back(e->id.value);
  return result;
}

using Ids = std::vector<std::int64_t>;

TEST(Queue, InsertsWhereItIsTold) {
  struct Case {
    std::size_t at;
    Ids expected;
    int cursor;
  };
  const Case cases[] = {
      {0, {8, 9, 1, 2, 3}, 3}, {1, {1, 8, 9, 2, 3}, 3},  {2, {1, 2, 8, 9, 3}, 1},
      {3, {1, 2, 3, 8, 9}, 1}, {99, {1, 2, 3, 8, 9}, 1},
  };
  for (const auto& c : cases) {
    Queue queue;
    queue.insert(0, entries({1, 2, 3}));
    queue.set_cursor(1);
    queue.insert(c.at, entries({8, 9}));
    EXPECT_EQ(ids(queue), c.expected) << c.at;
    EXPECT_EQ(queue.cursor(), c.cursor) << c.at;
  }
}

TEST(Queue, RemovesAndKeepsTheCursorOnItsEntry) {
  struct Case {
    std::int64_t id;
    bool there;
    Ids expected;
    int cursor;
  };
  const Case cases[] = {
      {1, true, {2, 3}, 0}, {2, true, {1, 3}, 1}, {3, true, {1, 2}, 1}, {4, false, {1, 2, 3}, 1}};
  for (const auto& c : cases) {
    Queue queue;
    queue.insert(0, entries({1, 2, 3}));
    queue.set_cursor(1);
    EXPECT_EQ(queue.remove(EntryId{c.id}), c.there);
    EXPECT_EQ(ids(queue), c.expected) << c.id;
    EXPECT_EQ(queue.cursor(), c.cursor) << c.id;
  }
  Queue queue;
  queue.insert(0, entries({1}));
  queue.set_cursor(0);
  queue.remove(EntryId{1});
  EXPECT_EQ(queue.cursor(), -1);
}

TEST(Queue, MovesToTheIndexAfterwards) {
  struct Case {
    std::int64_t id;
    std::size_t to;
    Ids expected;
    int cursor;
  };
  const Case cases[] = {
      {1, 0, {1, 2, 3, 4}, 1}, {1, 1, {2, 1, 3, 4}, 0}, {1, 3, {2, 3, 4, 1}, 0},  {4, 0, {4, 1, 2, 3}, 2},
      {4, 1, {1, 4, 2, 3}, 2}, {2, 3, {1, 3, 4, 2}, 3}, {3, 99, {1, 2, 4, 3}, 1},
  };
  for (const auto& c : cases) {
    Queue queue;
    queue.insert(0, entries({1, 2, 3, 4}));
    queue.set_cursor(1);
    EXPECT_TRUE(queue.move(EntryId{c.id}, c.to));
    EXPECT_EQ(ids(queue), c.expected) << c.id << " to " << c.to;
    EXPECT_EQ(queue.cursor(), c.cursor) << c.id << " to " << c.to;
  }
  Queue queue;
  EXPECT_FALSE(queue.move(EntryId{1}, 0));
}

TEST(Queue, CountsOneVersionForEachChange) {
  Queue queue;
  EXPECT_FALSE(queue.take_change());
  queue.insert(0, entries({1, 2, 3}));
  queue.set_cursor(0);
  const auto change = queue.take_change();
  ASSERT_TRUE(change);
  EXPECT_EQ(change->version, 1U);
  EXPECT_EQ(change->ops.size(), 3U);
  EXPECT_EQ(change->cursor, 0);
  EXPECT_EQ(change->total, 3U);
  queue.set_cursor(0);
  queue.move(EntryId{2}, 1);
  EXPECT_FALSE(queue.take_change()) << "nothing changed";
  queue.set_cursor(1);
  EXPECT_EQ(queue.take_change()->version, 2U);
}

TEST(Queue, AMoveWritesOneRow) {
  Queue queue;
  std::vector<Entry> many;
  for (int i = 1; i <= 1000; ++i) many.push_back(entry(i));
  queue.insert(0, many);
  queue.take_change();
  Random random(5);
  std::size_t rows = 0;
  for (int i = 0; i < 2000; ++i) {
    queue.move(EntryId{static_cast<std::int64_t>(random.below(1000)) + 1}, random.below(1000));
    if (const auto change = queue.take_change()) rows += change->put.size();
  }
  EXPECT_LE(rows, 2100U) << "keys are spread again only when a gap is used up";
}

TEST(Queue, SpreadsKeysWhenAGapIsUsedUp) {
  Queue queue;
  queue.insert(0, entries({1, 2}));
  std::size_t most = 0;
  std::size_t rows = 0;
  for (std::int64_t id = 3; id < 3000; ++id) {  // always at the same place: the worst for halved gaps
    queue.insert(1, entries({id}));
    const auto change = queue.take_change();
    most = std::max(most, change->put.size());
    rows += change->put.size();
  }
  EXPECT_LE(most, 2100U);
  EXPECT_LE(rows, 12U * 3000U);
  for (std::size_t i = 1; i < queue.size(); ++i) {
    ASSERT_LT(queue.entries()[i - 1]->key, queue.entries()[i]->key) << i;
  }
}

TEST(Queue, ALargeChangeSaysStartOver) {
  Queue queue;
  std::vector<Entry> many;
  for (int i = 1; i <= 5000; ++i) many.push_back(entry(i));
  queue.insert(0, many);
  const auto change = queue.take_change();
  ASSERT_EQ(change->ops.size(), 1U);
  EXPECT_EQ(std::get<ResetOp>(change->ops[0]).entries.size(), 5000U);
  EXPECT_EQ(change->put.size(), 5000U);
  queue.set_cursor(7);
  queue.clear();
  EXPECT_EQ(ids(queue), Ids{8});
  EXPECT_EQ(queue.cursor(), 0);
  EXPECT_EQ(queue.take_change()->removed.size(), 4999U);
}

/// The list as others keep it: built from the ops alone, and as a store keeps it: built from the rows alone.
struct Mirrors {
  std::vector<std::int64_t> list;
  std::map<std::int64_t, std::int64_t> rows;  ///< id -> key
  std::uint64_t version = 0;

  void apply(const QueueChange& change) {
    ASSERT_EQ(change.version, ++version);
    for (const auto& op : change.ops) std::visit([this](const auto& o) { repeat(o); }, op);
    ASSERT_EQ(list.size(), change.total);
    for (const auto& put : change.put) rows[put->id.value] = put->key;
    for (const auto id : change.removed) rows.erase(id.value);
  }
  void repeat(const InsertOp& op) {
    list.insert(list.begin() + static_cast<std::ptrdiff_t>(op.at), op.entry->id.value);
  }
  void repeat(const RemoveOp& op) { list.erase(std::find(list.begin(), list.end(), op.entry.value)); }
  void repeat(const MoveOp& op) {
    list.erase(std::find(list.begin(), list.end(), op.entry.value));
    list.insert(list.begin() + static_cast<std::ptrdiff_t>(op.to), op.entry.value);
  }
  void repeat(const UpdateOp&) {}
  void repeat(const ResetOp& op) {
    list.clear();
    for (const auto& e : op.entries) list.push_back(e->id.value);
  }
  std::vector<std::int64_t> by_key() const {
    std::vector<std::pair<std::int64_t, std::int64_t>> sorted;
    for (const auto& [id, key] : rows) sorted.emplace_back(key, id);
    std::sort(sorted.begin(), sorted.end());
    std::vector<std::int64_t> result;
    for (const auto& [key, id] : sorted) result.push_back(id);
    return result;
  }
};

TEST(Queue, BehavesAsAVectorWhateverIsDone) {
  const char* given = std::getenv("LONGWAVE_SEED");
  const auto first = given ? std::strtoull(given, nullptr, 10) : 1;
  for (auto seed = first; seed < first + 8; ++seed) {
    SCOPED_TRACE("LONGWAVE_SEED=" + std::to_string(seed));
    Random random(seed);
    Queue queue;
    std::vector<std::int64_t> model;
    std::int64_t on_air = 0;
    Mirrors mirrors;
    std::int64_t next = 1;
    for (int step = 0; step < 1500; ++step) {
      const auto some = [&] {
        return model.empty() || random.chance(0.02) ? 999'999 : model[random.below(model.size())];
      };
      switch (random.below(7)) {
        case 0:
        case 1: {
          const auto at = std::min<std::size_t>(random.below(model.size() + 2), model.size());
          std::vector<Entry> fresh;
          for (auto n = random.below(4) + 1; n > 0; --n) fresh.push_back(entry(next++));
          for (std::size_t i = 0; i < fresh.size(); ++i) {
            model.insert(model.begin() + static_cast<std::ptrdiff_t>(at + i), fresh[i].id.value);
          }
          queue.insert(at, fresh);
          break;
        }
        case 2:
        case 3: {
          const auto id = some();
          if (id == on_air) break;
          const auto found = std::find(model.begin(), model.end(), id);
          ASSERT_EQ(queue.remove(EntryId{id}), found != model.end());
          if (found != model.end()) model.erase(found);
          break;
        }
        case 4:
        case 5: {
          const auto id = some();
          const auto found = std::find(model.begin(), model.end(), id);
          const auto to = model.empty() ? 0 : random.below(model.size());
          ASSERT_EQ(queue.move(EntryId{id}, to), found != model.end());
          if (found == model.end()) break;
          model.erase(found);
          model.insert(model.begin() + static_cast<std::ptrdiff_t>(to), id);
          break;
        }
        default:
          if (!model.empty() && random.chance(0.5)) {
            const auto at = random.below(model.size());
            queue.set_cursor(static_cast<int>(at));
            on_air = model[at];
          } else if (random.chance(0.05)) {
            queue.clear();
            model = on_air != 0 ? std::vector<std::int64_t>{on_air} : std::vector<std::int64_t>{};
          }
      }
      if (random.chance(0.7)) {
        if (const auto change = queue.take_change()) mirrors.apply(*change);
        ASSERT_EQ(mirrors.list, model);
        ASSERT_EQ(mirrors.by_key(), model);
      }
      ASSERT_EQ(ids(queue), model);
      if (on_air != 0) {
        ASSERT_EQ(queue.current()->id.value, on_air);
      }
    }
  }
}

}  // namespace
}  // namespace longwave::schedule
