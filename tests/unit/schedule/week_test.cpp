// SPDX-License-Identifier: Apache-2.0
#include "schedule/programmer.hpp"

#include "unit/schedule/desk.hpp"
#include "unit/schedule/sim_player.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <set>
#include <string>

/// A week of radio in seconds: the real programmer and a player with all kinds of trouble, people who edit,
/// clocks that step, and kills at any moment. LONGWAVE_SEED repeats a run.
namespace longwave::schedule {
namespace {

using namespace std::chrono_literals;
using test::Desk;
using test::SimPlayer;
using test::Troubles;

struct Week {
  Week(std::uint64_t seed, std::vector<Candidate> rows, Troubles troubles)
      : random(seed), tracks(rows.size()), desk(std::move(rows), Rules{}, seed), player(seed + 1, troubles) {
    desk.auto_answer = false;
    durable = desk.saved;
    durable_history = desk.history;
    mirror(true);
  }

  // --- the world

  void live(Duration length, double edits_per_hour, double kills_per_day) {
    const auto end = desk.clock.now() + length;
    const auto soon = [this](double mean_seconds) { return desk.clock.now() + pause(mean_seconds); };
    auto edit = edits_per_hour > 0 ? soon(3600 / edits_per_hour) : Instant::max();
    auto kill = kills_per_day > 0 ? soon(86400 / kills_per_day) : Instant::max();
    while (desk.clock.now() < end && !::testing::Test::HasFatalFailure()) {
      auto next = std::min({end, edit, kill});
      if (const auto due = desk.programmer->deadline()) next = std::min(next, *due);
      if (const auto due = player.next()) next = std::min(next, desk.programmer->clock().instant(*due));
      if (next > desk.clock.now()) desk.clock.advance(next - desk.clock.now());
      desk.programmer->tick(desk.moment());
      exchange();
      player.advance(desk.position(), [this](const orders::FromPlayer& m) { heard.push_back(m); });
      for (const auto& message : std::exchange(heard, {})) {
        desk.programmer->receive(message, desk.moment());
        exchange();
      }
      if (desk.clock.now() >= edit) {
        command();
        edit = soon(3600 / edits_per_hour);
      }
      if (desk.clock.now() >= kill) {
        restart();
        kill = soon(86400 / kills_per_day);
      }
      if (random.chance(0.001))
        desk.wall_step += std::chrono::seconds{static_cast<int>(random.below(7200)) - 3600};
      check();
      ++steps;
    }
  }

  void exchange() {
    desk.collect();
    for (const auto& order : std::exchange(desk.orders, {})) player.order(order, desk.position());
    desk.asked.clear();
    mirror(false);
    if (random.chance(0.02)) make_durable();
  }

  void make_durable() {
    durable = desk.saved;
    durable_history = desk.history;
  }

  void restart() {
    ++kills;
    player.forget();
    desk.saved = durable;
    desk.history = durable_history;
    if (random.chance(0.7)) desk.clock.advance(pause(600));
    if (random.chance(0.05)) desk.clock.advance(pause(86400));
    const auto stored = desk.saved.station.version;
    desk.restart();
    EXPECT_GE(desk.programmer->queue().version(), stored);
    absences.push_back(desk.position());
    mirror(true);
    exchange();
  }

  void command() {
    const auto& queue = desk.programmer->queue();
    const auto some_entry = [&]() -> EntryId {
      return queue.size() == 0 ? EntryId{1} : queue.entries()[random.below(queue.size())]->id;
    };
    Command what;
    switch (random.below(10)) {
      case 0:
      case 1:
      case 2:
      case 3: {
        Add add{{}, {}, "Anna"};
        for (auto n = random.below(4) + 1; n > 0; --n) {
          add.tracks.push_back(TrackId{static_cast<std::int64_t>(random.below(tracks)) + 1});
        }
        if (random.chance(0.5)) add.at = random.below(queue.size() + 3);
        what = add;
        break;
      }
      case 4:
      case 5:
        what = Remove{some_entry(), "Ben"};
        break;
      case 6:
      case 7:
        what = Move{some_entry(), random.below(queue.size() + 2), "Cleo"};
        break;
      case 8:
        what = Skip{"Dora"};
        break;
      default:
        if (random.chance(0.3)) {
          what = Clear{"Emil"};
        } else {
          what = Skip{"Dora"};
        }
    }
    std::set<EntryId> before;
    for (const auto& entry : queue.entries()) before.insert(entry->id);
    const auto answer = desk.programmer->run(what, desk.moment());
    exchange();
    if (!answer) return;
    make_durable();  // acknowledged: it is on disk
    ++commands;
    for (const auto id : answer->entries) promised.insert(id);
    if (const auto* remove = std::get_if<Remove>(&what)) promised.erase(remove->entry);
    if (std::holds_alternative<Clear>(what)) {
      for (const auto id : before) promised.erase(id);
    }
  }

  Duration pause(double mean_seconds) {
    return Duration{static_cast<std::int64_t>(random.unit() * 2 * mean_seconds * 1e9)};
  }

  // --- what must always hold

  /// What a page does with the events.
  void mirror(bool fresh) {
    if (fresh) {
      list.clear();
      for (const auto& entry : desk.programmer->queue().entries()) list.push_back(entry->id);
      version = desk.programmer->queue().version();
      desk.events.clear();
      return;
    }
    for (const auto& event : std::exchange(desk.events, {})) {
      const auto* changed = std::get_if<QueueChanged>(&event);
      if (!changed) continue;
      ASSERT_EQ(changed->change.version, ++version);
      for (const auto& op : changed->change.ops) repeat(op);
      ASSERT_EQ(list.size(), changed->change.total);
    }
    const auto& entries = desk.programmer->queue().entries();
    ASSERT_EQ(list.size(), entries.size());
    for (std::size_t i = 0; i < list.size(); ++i) ASSERT_EQ(list[i], entries[i]->id);
  }
  void repeat(const QueueOp& op) {
    const auto at = [&](EntryId id) { return std::find(list.begin(), list.end(), id); };
    if (const auto* insert = std::get_if<InsertOp>(&op)) {
      ASSERT_LE(insert->at, list.size());
      list.insert(list.begin() + static_cast<std::ptrdiff_t>(insert->at), insert->entry->id);
    } else if (const auto* remove = std::get_if<RemoveOp>(&op)) {
      ASSERT_NE(at(remove->entry), list.end());
      list.erase(at(remove->entry));
    } else if (const auto* move = std::get_if<MoveOp>(&op)) {
      ASSERT_NE(at(move->entry), list.end());
      list.erase(at(move->entry));
      list.insert(list.begin() + static_cast<std::ptrdiff_t>(move->to), move->entry);
    } else if (const auto* reset = std::get_if<ResetOp>(&op)) {
      list.clear();
      for (const auto& entry : reset->entries) list.push_back(entry->id);
    }
  }

  void check() {
    const auto& programmer = *desk.programmer;
    const auto& queue = programmer.queue();
    const auto view = programmer.now();
    const auto position = desk.position();
    ASSERT_GE(queue.size() - queue.next_index(), 2U) << "two entries follow, whatever happens";
    if (view.current) {
      ASSERT_GT(view.current->end_at, position - Samples{11 * 44100})
          << "an item that is over is on air only while a cut waits for the player";
      ASSERT_LT(view.current->start_at, position + Samples{60 * 44100});
      if (view.next) {
        ASSERT_EQ(view.next->start_at, view.current->end_at);
      }
    } else {
      silent += 1;
    }
  }

  /// At the end: every row of the history against the one before it, and every promise.
  void judge() {
    const HistoryRow* before = nullptr;
    std::vector<Heard> plays;
    for (const auto& [id, row] : desk.history) {
      ASSERT_GE(row.end_at, row.start_at) << id;
      if (row.end_at == row.start_at) continue;
      if (before) {
        ASSERT_GE(row.start_at, before->end_at) << "rows " << before->id << " and " << id << " overlap";
        const bool away = std::any_of(absences.begin(), absences.end(), [&](Samples back) {
          return back >= before->end_at && back <= row.start_at + Samples{1152};
        });
        if (row.start_at != before->end_at && !away) {
          ++gaps;
          gap_length += row.start_at - before->end_at;
        }
      }
      if (row.reason.rule == rule::autodj &&
          !keeps_separation(Separation{}, plays, row.track, row.artist, row.start_at)) {
        ++near;
      }
      rules[row.reason.rule]++;
      plays.push_back({row.track, row.artist, row.end_at});
      if (plays.size() > 400) plays.erase(plays.begin());
      before = &row;
    }
    std::set<EntryId> there;
    for (const auto& [id, row] : desk.history) there.insert(row.entry);
    for (const auto& entry : desk.programmer->queue().entries()) there.insert(entry->id);
    for (const auto id : promised) {
      ASSERT_TRUE(there.contains(id)) << "entry " << id.value << " was acknowledged and is gone";
    }
  }

  Random random;
  std::size_t tracks;
  Desk desk;
  SimPlayer player;
  std::vector<orders::FromPlayer> heard;
  Saved durable;
  std::map<std::int64_t, HistoryRow> durable_history;
  std::vector<EntryId> list;
  std::uint64_t version = 0;
  std::set<EntryId> promised;
  std::map<std::string, int> rules;
  std::vector<Samples> absences;  ///< when the programme came back
  int steps = 0, commands = 0, kills = 0, silent = 0, gaps = 0, near = 0;
  Samples gap_length{};
};

std::uint64_t seed_or(std::uint64_t standard) {
  const char* given = std::getenv("LONGWAVE_SEED");
  return given ? std::strtoull(given, nullptr, 10) : standard;
}

void report(const Week& week, std::uint64_t seed) {
  std::printf(
      "seed %llu: %d steps, %d commands, %d kills, %zu rows, %d gaps (%.1f s), %d turns without an item, %d "
      "near\n",
      static_cast<unsigned long long>(seed), week.steps, week.commands, week.kills, week.desk.history.size(),
      week.gaps, static_cast<double>(week.gap_length.count()) / 44100, week.silent, week.near);
  for (const auto& [name, count] : week.rules) std::printf("  %s: %d\n", name.c_str(), count);
}

struct Case {
  const char* name;
  int tracks;
  int per_artist;
  Troubles troubles;
  Duration length;
  double edits_per_hour;
  double kills_per_day;
  double silence;  ///< seconds without a planned item, outside of absences: at most
};

TEST(Week, WithTroublesEditsAndKills) {
  const Case cases[] = {
      {"a station of a small team", 2000, 10, Troubles{}, 7 * 24h, 6, 4, 60},
      {"a party", 2000, 10, Troubles{}, 24h, 120, 0, 0},
      {"a failing machine", 500, 5, Troubles{0.1, 0.3, 0.2, 0.2, 0.1, 0.1, 0.2}, 3 * 24h, 6, 50, 600},
      {"a handful of tracks", 7, 2, Troubles{0.01, 0.05, 0, 0.03, 0.01, 0.005, 0.02}, 3 * 24h, 6, 4, 60},
      {"one track", 1, 1, Troubles{0, 0, 0, 0, 0, 0, 0}, 24h, 3, 4, 0},
  };
  const char* more = std::getenv("LONGWAVE_SEEDS");
  const auto seeds = more ? std::strtoull(more, nullptr, 10) : 1;
  for (const auto& c : cases) {
    for (auto seed = seed_or(1); seed < seed_or(1) + seeds; ++seed) {
      SCOPED_TRACE(std::string(c.name) + ", LONGWAVE_SEED=" + std::to_string(seed));
      Week week(seed, test::library(c.tracks, c.per_artist), c.troubles);
      week.live(c.length, c.edits_per_hour, c.kills_per_day);
      week.judge();
      std::printf("%s, ", c.name);
      report(week, seed);
      EXPECT_LE(week.gap_length, Samples{static_cast<std::int64_t>(c.silence * 44100)});
      EXPECT_EQ(week.near, 0) << "a draw at full distance was too near to what was before it";
      if (::testing::Test::HasFatalFailure()) return;
    }
  }
}

TEST(Week, UndisturbedHasNoGapAndKeepsEveryDistance) {
  const auto seed = seed_or(11);
  SCOPED_TRACE("LONGWAVE_SEED=" + std::to_string(seed));
  Week week(seed, test::library(2000, 10), Troubles{0, 0, 0, 0, 0, 0, 0});
  week.live(7 * 24h, 0, 0);
  week.judge();
  report(week, seed);
  EXPECT_EQ(week.gaps, 0);
  EXPECT_EQ(week.near, 0);
  EXPECT_EQ(week.rules.size(), 1U) << "the library is large enough for the full distances";
}

}  // namespace
}  // namespace longwave::schedule
