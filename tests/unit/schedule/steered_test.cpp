// SPDX-License-Identifier: Apache-2.0
#include "schedule/programmer.hpp"

#include "unit/schedule/desk.hpp"
#include "unit/schedule/sim_player.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <set>
#include <string>

/// Stations of both kinds that people steer with every command, in an order by chance, with a player that has
/// troubles and with kills at any moment. LONGWAVE_SEED repeats a run, LONGWAVE_SEEDS says how many there
/// are.
namespace longwave::schedule {
namespace {

using namespace std::chrono_literals;
using test::Desk;
using test::SimPlayer;
using test::Troubles;

constexpr int track_count = 60;

std::vector<Candidate> albums_of_five() {
  auto rows = test::library(track_count, 5);
  for (auto& row : rows) row.album = row.artist;
  return rows;
}

struct Steered {
  Steered(std::uint64_t seed, Kind which)
      : random(seed), desk(albums_of_five(), Rules{}, seed), player(seed + 1, troubles(seed)), kind(which) {
    Saved fresh;
    fresh.station.id = StationId{1};
    fresh.station.slug = "main";
    fresh.station.kind = kind;
    fresh.station.modes = Modes::of(kind);
    fresh.station.state = kind == Kind::player ? Transport::stopped : Transport::playing;
    desk.auto_answer = false;
    desk.orders.clear();
    desk.events.clear();
    desk.saved = {};
    desk.open(fresh);
    make_durable();
    exchange();
  }
  static Troubles troubles(std::uint64_t seed) {
    return seed % 2 == 0 ? Troubles{0, 0, 0, 0, 0, 0, 0} : Troubles{};
  }

  void live(int actions) {
    for (int i = 0; i < actions && !::testing::Test::HasFatalFailure(); ++i) {
      pass(Duration{static_cast<std::int64_t>(random.unit() * (random.chance(0.2) ? 400 : 20) * 1e9)});
      if (random.chance(0.06)) {
        restart();
      } else {
        command();
      }
      check();
    }
  }

  void pass(Duration length) {
    const auto end = desk.clock.now() + length;
    for (int guard = 0; desk.clock.now() < end; ++guard) {
      ASSERT_LT(guard, 20'000) << "the programme does nothing but run in circles";
      auto next = end;
      if (const auto due = desk.programmer->deadline()) next = std::min(next, *due);
      if (const auto due = player.next()) next = std::min(next, desk.programmer->clock().instant(*due));
      if (next > desk.clock.now()) desk.clock.advance(next - desk.clock.now());
      desk.programmer->tick(desk.moment());
      exchange();
      player.advance(desk.position(), [this](const orders::FromPlayer& m) { said.push_back(m); });
      for (const auto& message : std::exchange(said, {})) {
        desk.programmer->receive(message, desk.moment());
        exchange();
      }
      quick_check();
      if (::testing::Test::HasFatalFailure()) return;
    }
  }

  void exchange() {
    desk.collect();
    for (const auto& order : std::exchange(desk.orders, {})) {
      if (const auto* play = std::get_if<orders::Play>(&order)) {
        ASSERT_GE(play->offset, Samples{0});
        ASSERT_LE(play->offset, play->duration);  // equal: it was cut before it was told
        rests = false;
      }
      if (const auto* stop = std::get_if<orders::Stop>(&order); stop && stop->rest) rests = true;
      player.order(order, desk.position());
    }
    desk.asked.clear();
    for (auto& event : std::exchange(desk.events, {})) {
      if (auto* changed = std::get_if<StationChanged>(&event)) {
        if (told) {
          ASSERT_GE(changed->view->version, told->version);
        }
        told = changed->view;
      }
    }
    if (random.chance(0.05)) make_durable();
  }

  void make_durable() {
    durable = desk.saved;
    durable_history = desk.history;
  }

  void restart() {
    player.forget();
    desk.saved = durable;
    desk.history = durable_history;
    const auto before = desk.saved.station;
    if (random.chance(0.5))
      desk.clock.advance(Duration{static_cast<std::int64_t>(random.unit() * 2000 * 1e9)});
    desk.restart();
    silent_since = desk.clock.now();
    rests = false;
    const auto view = desk.programmer->view();
    if (before.state != Transport::playing) {
      ASSERT_EQ(view.state, before.state) << "paused and stopped stay so";
      ASSERT_EQ(view.cursor, before.cursor);
    }
    if (before.state == Transport::paused && before.running) {
      ASSERT_TRUE(view.on_air);
      ASSERT_EQ(view.on_air_entry(), before.running->entry);
      ASSERT_EQ(view.on_air->elapsed, before.running->held);
    }
    ASSERT_EQ(view.volume, before.volume);
    ASSERT_EQ(view.list, before.list);
    ASSERT_EQ(view.random, before.random);
    ASSERT_EQ(view.modes.repeat, before.modes.repeat);
    ASSERT_EQ(view.modes.random, before.modes.random);
    ASSERT_EQ(view.modes.autodj, before.modes.autodj);
    ASSERT_EQ(view.modes.crossfade_s, before.modes.crossfade_s);
    const bool kept = !desk.saved.station.blacklists.songs.empty();
    ASSERT_TRUE(kept || before.blacklists.songs.empty() || before.random.song_list == 0);
    told = nullptr;
    exchange();
  }

  TrackId some_track() { return TrackId{static_cast<std::int64_t>(random.below(track_count)) + 1}; }
  std::size_t some_index() { return random.below(desk.programmer->queue().size() + 2); }
  EntryId some_entry() {
    const auto& queue = desk.programmer->queue();
    return queue.size() == 0 ? EntryId{1} : queue.entries()[random.below(queue.size())]->id;
  }
  Switch some_switch() { return static_cast<Switch>(random.below(3)); }

  Command listing() {
    const auto begin = some_index();
    switch (random.below(9)) {
      case 0:
        return RemoveRange{begin, begin + random.below(4), ""};
      case 1:
        return MoveRange{begin, begin + random.below(4), some_index(), ""};
      case 2:
        return Swap{some_index(), some_index(), ""};
      case 3:
        return Shuffle{begin, begin + random.below(10), ""};
      case 4:
        return Clear{"", random.chance(0.5)};
      case 5: {
        LoadList load{
            "List " + std::to_string(random.below(5)), {}, static_cast<int>(random.below(6)) - 1, ""};
        for (auto n = random.below(8); n > 0; --n) load.tracks.push_back(some_track());
        return load;
      }
      case 6:
        return RemoveEntries{{some_entry(), some_entry()}, random.chance(0.5), ""};
      case 7:
        return Move{some_entry(), some_index(), ""};
      default:
        return Remove{some_entry(), "", random.chance(0.5)};
    }
  }

  Command setting() {
    switch (random.below(4)) {
      case 0:
        return SetVolume{"master", static_cast<int>(random.below(101))};
      case 1: {
        SetRandom set;
        set.rules.selection = random.chance(0.5) ? Selection::albums : Selection::rotation;
        set.rules.song_list = static_cast<int>(random.below(20));
        return set;
      }
      default: {
        SetModes set;
        if (random.chance(0.4)) set.repeat = random.chance(0.5);
        if (random.chance(0.4)) set.random = random.chance(0.5);
        if (random.chance(0.4)) set.single = some_switch();
        if (random.chance(0.4)) set.consume = some_switch();
        if (random.chance(0.3)) set.autodj = random.chance(kind == Kind::radio ? 0.7 : 0.3);
        if (random.chance(0.3)) set.crossfade_s = static_cast<int>(random.below(61));
        return set;
      }
    }
  }

  Command some_command() {
    switch (random.below(16)) {
      case 0:
      case 1:
      case 2: {
        Add add;
        for (auto n = random.below(4) + 1; n > 0; --n) add.tracks.push_back(some_track());
        add.where = static_cast<Where>(random.below(6));
        add.entry = some_entry();
        add.replace = random.chance(0.05);
        if (random.chance(0.3)) add.at = some_index();
        return add;
      }
      case 3:
        return AddRandom{static_cast<Where>(random.below(6)), {}, some_entry(), ""};
      case 4:
      case 5:
        return listing();
      case 6:
        return setting();
      case 7:
        return Pause{};
      case 8:
        return random.chance(0.3) ? Command{Stop{}} : Command{Play{}};
      case 9:
        return Play{};
      case 10:
        return Play{some_index(), {}, Samples{static_cast<std::int64_t>(random.below(60)) * 44100}, ""};
      case 11:
        return Next{};
      case 12:
        return Previous{};
      case 13:
        return Seek{Samples{static_cast<std::int64_t>(random.below(400)) * 44100}, ""};
      case 14:
        return Mark{some_index(), ""};
      default:
        return Skip{};
    }
  }

  void command() {
    const auto what = some_command();
    const auto before = desk.programmer->view();
    const auto position = before.on_air ? before.on_air->position(desk.clock.now()) : Samples{-1};
    const auto answer = desk.programmer->run(what, desk.moment());
    exchange();
    const auto after = desk.programmer->view();
    if (answer) {
      make_durable();
      ++commands;
    }
    const bool same = before.on_air && after.on_air && before.on_air_entry() == after.on_air_entry();
    const bool jumps = std::holds_alternative<Seek>(what) || std::holds_alternative<Play>(what) ||
                       std::holds_alternative<Next>(what) || std::holds_alternative<Previous>(what) ||
                       std::holds_alternative<Skip>(what);
    const auto* one = std::get_if<Remove>(&what);
    const auto* some = std::get_if<RemoveEntries>(&what);
    const bool skips = (one && !one->detach) || (some && !some->detach);
    const bool again = before.cutting && before.next && before.next->id == before.on_air_entry();
    if (same && !jumps && !skips && !again) {
      const auto moved = after.on_air->position(desk.clock.now()) - position;
      ASSERT_LT(moved < Samples{0} ? -moved : moved, Samples{2 * 1152})
          << "only a seek moves the position; command " << what.index();
    }
    if (!answer) {
      ASSERT_EQ(before.state, after.state)
          << "what was refused has changed nothing: " << answer.error().message;
      ASSERT_EQ(before.modes, after.modes);
      ASSERT_EQ(before.list, after.list);
    } else {
      if (std::holds_alternative<Pause>(what)) {
        ASSERT_EQ(after.state, Transport::paused);
      }
      if (std::holds_alternative<Stop>(what)) {
        ASSERT_EQ(after.state, Transport::stopped);
      }
    }
  }

  /// What must hold at every step.
  void quick_check() {
    const auto view = desk.programmer->view();
    ASSERT_GE(view.cursor, -1);
    ASSERT_LT(view.cursor, static_cast<int>(view.entries.size()));
    if (view.state == Transport::stopped) {
      ASSERT_FALSE(view.on_air) << "nothing is on air while the station is stopped";
    }
    if (view.state != Transport::playing) {
      ASSERT_TRUE(rests) << "the player knows that silence is wanted";
      ASSERT_TRUE(!view.on_air || !view.on_air->running);
    }
    if (view.on_air && view.on_air->running) {
      ASSERT_LE(view.on_air->elapsed, view.on_air->duration + Samples{11 * 44100});
    }
    if (view.state == Transport::playing && view.on_air) {
      silent_since = desk.clock.now();
    } else if (view.state != Transport::playing) {
      silent_since = desk.clock.now();
    }
  }

  void check() {
    const auto view = desk.programmer->view();
    if (view.state == Transport::playing && view.modes.autodj && view.modes.single == Switch::off) {
      ASSERT_LT(desk.clock.now() - silent_since, Duration{400s}) << "dead air though there are songs";
    }
    std::set<EntryId> ids;
    for (const auto& entry : view.entries)
      ASSERT_TRUE(ids.insert(entry->id).second) << "an id was given twice";
    if (told) {
      ASSERT_FALSE(differences(*told, view).any())
          << "whoever listens to the changes sees the station as it is";
    }
  }

  /// At the end: nothing was on air twice at a time.
  void judge() {
    const HistoryRow* before = nullptr;
    for (const auto& [id, row] : desk.history) {
      ASSERT_GE(row.end_at, row.start_at) << id;
      if (row.end_at == row.start_at) continue;
      if (before) {
        ASSERT_GE(row.start_at, before->end_at) << "rows " << before->id << " and " << id << " overlap";
      }
      before = &row;
    }
  }

  Random random;
  Desk desk;
  SimPlayer player;
  Kind kind;
  std::vector<orders::FromPlayer> said;
  Saved durable;
  std::map<std::int64_t, HistoryRow> durable_history;
  ViewPtr told;
  bool rests = false;
  Instant silent_since{};
  int commands = 0;
};

std::uint64_t number(const char* name, std::uint64_t standard) {
  const char* given = std::getenv(name);
  return given ? std::strtoull(given, nullptr, 10) : standard;
}

TEST(Steered, EveryCommandOnBothKindsOfStations) {
  const auto first = number("LONGWAVE_SEED", 1);
  const auto seeds = number("LONGWAVE_SEEDS", 20);
  int commands = 0;
  for (auto seed = first; seed < first + seeds; ++seed) {
    for (const auto kind : {Kind::radio, Kind::player}) {
      SCOPED_TRACE(std::string(to_text(kind)) + ", LONGWAVE_SEED=" + std::to_string(seed));
      Steered steered(seed, kind);
      steered.live(150);
      steered.judge();
      commands += steered.commands;
      if (::testing::Test::HasFatalFailure()) return;
    }
  }
  std::printf("%llu seeds, %d commands were taken\n", static_cast<unsigned long long>(seeds), commands);
  EXPECT_GT(commands, static_cast<int>(seeds) * 100);
}

}  // namespace
}  // namespace longwave::schedule
