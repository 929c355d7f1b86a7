// SPDX-License-Identifier: Apache-2.0
#include "base/random.hpp"
#include "station/player.hpp"
#include "unit/schedule/desk.hpp"
#include "unit/station/simulated_media.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

/// A week of one station in seconds: the real programmer and the real player, joined by the messages of
/// orders/, with generated frames that say which frame of which track they are. People edit and listen, files
/// break, the process is killed. Whatever a listener was sent must be what the history says was on air.
/// LONGWAVE_SEED repeats a run.
namespace longwave {
namespace {

using namespace std::chrono_literals;
using schedule::test::Desk;

constexpr int tracks = 600;
constexpr Samples frame{1152};

std::vector<schedule::Candidate> library() {
  auto rows = schedule::test::library(tracks, 6);
  for (auto& row : rows)
    row.duration_ms = static_cast<std::int32_t>(120'000 + row.track.value * 7919 % 240'000);
  return rows;
}

class Radio final : public station::PlayerHost {
 public:
  explicit Radio(std::uint64_t seed) : random_(seed), desk(library(), {}, seed), media(desk.clock) {
    desk.auto_answer = false;
    for (std::int64_t id = 1; id <= tracks; ++id) {
      auto& track = media.tracks[id];
      track.frames = (120'000 + id * 7919 % 240'000) * 441 / 10 / 1152 - 3;
      track.unreadable = id % 97 == 0;
      track.vanished = id % 101 == 0;
      if (id % 103 == 0) track.breaks_at = 2000;
      track.joint_fails = id % 31 == 0;
    }
    new_player();
  }

  void live(Duration length) {
    const auto end = desk.clock.now() + length;
    auto edit = desk.clock.now() + pause(15min);
    auto come = desk.clock.now() + pause(3h);
    auto leave = Instant::max();
    auto kill = desk.clock.now() + pause(18h);
    while (desk.clock.now() < end && !::testing::Test::HasFatalFailure()) {
      auto next = std::min({end, edit, come, leave, kill, player_->wake()});
      if (const auto at = media.next()) next = std::min(next, *at);
      if (const auto at = desk.programmer->deadline()) next = std::min(next, *at);
      if (next > desk.clock.now()) desk.clock.advance(next - desk.clock.now());
      const auto now = desk.clock.now();
      media.run();
      if (now >= player_->wake()) player_->tick();
      desk.programmer->tick(desk.moment());
      if (now >= edit) {
        command();
        edit = now + pause(15min);
      }
      if (now >= come) {
        listen(1);
        leave = now + pause(4min);
        come = Instant::max();
      }
      if (now >= leave) {
        listen(0);
        come = now + pause(3h);
        leave = Instant::max();
      }
      if (now >= kill) {
        restart();
        kill = now + pause(18h);
        come = now + pause(1h);
        leave = Instant::max();
      }
      settle();
      if (!desk.programmer->now().current) silent_turns++;
    }
  }

  /// What was sent against what the history says.
  void judge() {
    std::map<Samples, schedule::HistoryRow> rows;
    const schedule::HistoryRow* before = nullptr;
    for (const auto& [id, row] : desk.history) {
      if (row.start_at == row.end_at) continue;
      if (before) {
        ASSERT_GE(row.start_at, before->end_at) << "rows " << before->id << " and " << id << " overlap";
        if (row.start_at > before->end_at && !away(before->end_at, row.start_at))
          holes += row.start_at - before->end_at;
      }
      before = &rows.emplace(row.start_at, row).first->second;
    }
    for (const auto& [n, what] : sent) {
      const auto at = frame * n;
      const auto after = rows.upper_bound(at);
      if (after == rows.begin() || what.kind != 'r') continue;
      const auto& row = std::prev(after)->second;
      if (at >= row.end_at) continue;  // the item that is on air at the end
      ++judged;
      if (what.track == 0) {
        ++filler;
      } else if (what.track != row.track.value || what.frame != (at - row.start_at) / frame) {
        ++wrong;
        if (wrong <= 5) {
          ADD_FAILURE() << "frame " << n << " is frame " << what.frame << " of track " << what.track
                        << ", the history says " << (at - row.start_at) / frame << " of " << row.track.value
                        << " (row " << row.id << " " << row.problem << ")";
        }
      }
    }
    std::set<EntryId> there;
    for (const auto& [id, row] : desk.history) there.insert(row.entry);
    for (const auto& entry : desk.programmer->queue().entries()) there.insert(entry->id);
    for (const auto id : promised) ASSERT_TRUE(there.contains(id)) << "entry " << id.value << " is lost";
  }

  // PlayerHost
  void tell(StationId, const orders::FromPlayer& message) override { inbox_.push_back(message); }
  void batch(const station::MountBatchPtr& batch) override {
    if (batch->format != audio::Format::mp3_128) return;
    auto frames = station::simulated::parse(batch->bytes);
    for (std::size_t i = 0; i < frames.size(); ++i) {
      const auto n = batch->first + static_cast<std::int64_t>(i);
      ASSERT_TRUE(next_frame_ == 0 || n == next_frame_) << "the frames of a mount are contiguous";
      next_frame_ = n + 1;
      // A mount lingers after its last listener: that nobody hears.
      if (player_->listeners(audio::Format::mp3_128) > 0) sent[n] = frames[i];
    }
  }
  void heard(const station::Heard&) override {}
  void acted(const station::WatchdogActed&) override { ++acts; }
  void hurry(StationId) override { hurry_ = true; }

  int commands = 0, kills = 0, acts = 0, judged = 0, wrong = 0, filler = 0, silent_turns = 0, listenings = 0;
  Samples holes{};
  std::map<std::int64_t, station::simulated::Parsed> sent;
  std::set<EntryId> promised;

 private:
  Duration pause(Duration mean) {
    return Duration{static_cast<std::int64_t>(random_.unit() * 2 * static_cast<double>(mean.count()))};
  }

  void new_player() {
    player_ = std::make_unique<station::Player>(StationId{1}, "Test FM", desk.programmer->clock(), desk.clock,
                                                options_, media, *this, metrics_);
    next_frame_ = 0;
  }

  /// Everything that is on its way arrives.
  void settle() {
    for (bool moved = true; moved;) {
      moved = false;
      desk.collect();
      desk.asked.clear();
      for (const auto& order : std::exchange(desk.orders, {})) {
        player_->receive(order);
        moved = true;
      }
      if (std::exchange(hurry_, false)) {
        player_->tick();
        moved = true;
      }
      for (const auto& message : std::exchange(inbox_, {})) {
        desk.programmer->receive(message, desk.moment());
        moved = true;
      }
    }
  }

  void listen(int count) {
    player_->listeners(audio::Format::mp3_128, count);
    if (count > 0) {
      ++listenings;
      if (!player_->live(audio::Format::mp3_128)) next_frame_ = 0;
    }
  }

  void restart() {
    ++kills;
    player_.reset();
    inbox_.clear();
    desk.clock.advance(pause(5min));
    desk.restart();
    absences_.push_back(desk.position());
    new_player();
  }
  bool away(Samples from, Samples to) const {
    return std::any_of(absences_.begin(), absences_.end(),
                       [&](Samples at) { return at >= from && at <= to + frame; });
  }

  void command() {
    const auto& queue = desk.programmer->queue();
    const auto some = [&] { return queue.entries()[random_.below(queue.size())]->id; };
    schedule::Command what = schedule::Skip{"Dora"};
    switch (random_.below(6)) {
      case 0:
      case 1:
      case 2: {
        schedule::Add add{{TrackId{static_cast<std::int64_t>(random_.below(tracks)) + 1}}, {}, "Anna"};
        if (random_.chance(0.5)) add.at = random_.below(4);
        what = add;
        break;
      }
      case 3:
        what = schedule::Remove{some(), "Ben"};
        break;
      case 4:
        what = schedule::Move{some(), random_.below(4), "Cleo"};
        break;
      default:
        break;
    }
    const auto answer = desk.run(what);
    if (!answer) return;
    ++commands;
    for (const auto id : answer->entries) promised.insert(id);
    if (const auto* remove = std::get_if<schedule::Remove>(&what)) promised.erase(remove->entry);
  }

  Random random_;

 public:
  Desk desk;
  station::simulated::Media media;

 private:
  station::BroadcastOptions options_;
  station::StationMetrics metrics_;
  std::unique_ptr<station::Player> player_;
  std::vector<orders::FromPlayer> inbox_;
  std::vector<Samples> absences_;
  std::int64_t next_frame_ = 0;
  bool hurry_ = false;
};

TEST(Week, WhatIsSentIsWhatTheHistorySays) {
  const char* given = std::getenv("LONGWAVE_SEED");
  const auto seed = given ? std::strtoull(given, nullptr, 10) : 1;
  SCOPED_TRACE("LONGWAVE_SEED=" + std::to_string(seed));
  Radio radio(seed);
  radio.live(7 * 24h);
  radio.judge();
  std::printf(
      "seed %llu: %zu items, %d commands, %d kills, %d listenings, %zu frames sent, %d judged, %d filler, %d "
      "wrong, "
      "%d acts of the watchdog, holes %.1f s\n",
      static_cast<unsigned long long>(seed), radio.desk.history.size(), radio.commands, radio.kills,
      radio.listenings, radio.sent.size(), radio.judged, radio.filler, radio.wrong, radio.acts,
      static_cast<double>(radio.holes.count()) / 44100);
  EXPECT_EQ(radio.wrong, 0);
  EXPECT_GT(radio.judged, 100'000);
  EXPECT_LT(radio.filler, radio.judged / 50);
  EXPECT_LT(radio.holes, Samples{30 * 44100});
}

}  // namespace
}  // namespace longwave
