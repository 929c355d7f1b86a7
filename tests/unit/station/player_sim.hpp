// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "simulated_media.hpp"
#include "station/player.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace longwave::station::simulated {

/// One player with simulated media, a hand-moved clock and a simple programmer that keeps two items ahead.
/// What every mount sends is recorded and checked as it comes.
class Station : public PlayerHost {
 public:
  virtual ~Station() = default;
  explicit Station(BroadcastOptions options = {}) : options_(options), media(clock) {
    player = std::make_unique<Player>(StationId{1}, "Test FM", orders::StreamClock{clock.now(), Samples{0}},
                                      clock, options_, media, *this, metrics);
  }

  struct Record {
    std::int64_t n = 0;  // frame of the mount
    Parsed what;
  };

  BroadcastOptions options_;
  ManualClock clock;
  Media media;
  StationMetrics metrics;
  std::unique_ptr<Player> player;

  std::map<audio::Format, std::vector<Record>> sent;
  std::map<audio::Format, std::int64_t> next;
  std::vector<orders::FromPlayer> messages;
  std::vector<Heard> heard_events;
  std::vector<std::string> acted_problems;
  std::vector<Instant> acted_at;
  double worst_lag = -100;  ///< seconds; -4 is the full lead, 0 would be a gap for a listener

  Samples now() const { return player->stream().position(clock.now()); }

  void tell(StationId, const orders::FromPlayer& message) override {
    messages.push_back(message);
    inbox_.push_back(message);
  }
  void batch(const MountBatchPtr& batch) override {
    const auto per = frames_per_unit(batch->format);
    const auto first = batch->first * per;
    auto& expected = next[batch->format];
    if (expected != 0) {
      EXPECT_EQ(first, expected) << "the frames of a mount are contiguous";
    }
    auto frames = parse(batch->bytes);
    EXPECT_EQ(static_cast<std::int64_t>(frames.size()), static_cast<std::int64_t>(batch->ends.size()) * per);
    ASSERT_FALSE(batch->marks.empty());
    EXPECT_EQ(batch->marks.front().unit, batch->first);
    for (std::size_t i = 0; i < frames.size(); ++i)
      sent[batch->format].push_back({first + static_cast<std::int64_t>(i), frames[i]});
    expected = batch->end() * per;
  }
  void heard(const Heard& event) override { heard_events.push_back(event); }
  void acted(const WatchdogActed& event) override {
    acted_problems.push_back(event.problem);
    acted_at.push_back(clock.now());
  }
  void hurry(StationId) override { hurry_ = true; }

  /// Called for every message, after the player's call has returned.
  std::function<void(const orders::FromPlayer&)> on_message;

  void run_for(Duration time) { run_until(clock.now() + time); }
  void run_until(Instant until) {
    while (true) {
      settle();
      auto to = std::min(until, player->wake());
      if (const auto event = media.next()) to = std::min(to, *event);
      if (to > until || clock.now() >= until) break;
      if (to > clock.now()) clock.advance(to - clock.now());
      media.run();
      if (hurry_ || clock.now() >= player->wake()) tick();
    }
  }
  void settle() {
    media.run();
    for (int i = 0; (hurry_ || !inbox_.empty()) && i < 100; ++i) {
      while (!inbox_.empty()) {
        const auto message = inbox_.front();
        inbox_.pop_front();
        if (on_message) on_message(message);
      }
      if (hurry_) tick();
    }
  }
  void listen(audio::Format format, int count) {
    player->listeners(format, count);
    settle();
  }
  /// A mount that was closed begins anew somewhere else.
  void forget(audio::Format format) { next[format] = 0; }

 private:
  void tick() {
    hurry_ = false;
    player->tick();
    ++ticks;
    for (const auto format : audio::all_formats) {
      if (!player->live(format)) {
        next[format] = 0;
        continue;
      }
      if (next[format] == 0) {
        began_[format] = clock.now();
        continue;
      }
      if (clock.now() - began_[format] < std::chrono::seconds{1}) continue;
      const auto end = audio::time_of_frame(format, next[format]);
      worst_lag = std::max(worst_lag, std::chrono::duration<double>(now() - end).count());
    }
  }
  std::map<audio::Format, Instant> began_;
  bool hurry_ = false;
  std::deque<orders::FromPlayer> inbox_;

 public:
  std::int64_t ticks = 0;
};

template <class T>
std::vector<T> all_of(const std::vector<orders::FromPlayer>& messages) {
  std::vector<T> out;
  for (const auto& message : messages)
    if (const auto* found = std::get_if<T>(&message)) out.push_back(*found);
  return out;
}

}  // namespace longwave::station::simulated
