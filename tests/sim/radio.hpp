// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "audio/analysis.hpp"
#include "audio/rendition_cache.hpp"
#include "base/clock.hpp"
#include "io/pool.hpp"
#include "schedule/programmer.hpp"
#include "station/media_pool.hpp"
#include "station/player.hpp"

#include <algorithm>
#include <deque>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

/// A station without a server: the real programmer, the real player and the real media on worker threads,
/// under a clock that the simulation moves as soon as all work is done. What its mounts send is kept.
namespace longwave::sim {

/// The library of the simulation: files by number.
class Files final : public station::TrackSource {
 public:
  TrackId add(const std::filesystem::path& path, const std::string& title) {
    station::TrackFile file;
    file.path = path;
    file.artist = "Sim";
    file.title = title;
    files_.push_back(std::move(file));
    return TrackId{static_cast<std::int64_t>(files_.size())};
  }
  schedule::CataloguePtr catalogue() const {
    std::vector<schedule::Candidate> rows;
    for (std::size_t i = 1; i <= files_.size(); ++i) {
      const auto number = static_cast<std::int64_t>(i);
      rows.push_back({.track = TrackId{number}, .artist = number, .duration_ms = 10'000});
    }
    return std::make_shared<const schedule::Catalogue>(std::move(rows));
  }

  void find(TrackId track, UniqueFunction<void(Result<station::TrackFile>)> done) override {
    std::unique_lock lock(mutex_);
    auto file = files_.at(static_cast<std::size_t>(track.value - 1));
    lock.unlock();
    done(std::move(file));
  }
  void keep(TrackId track, std::shared_ptr<const audio::Analysis> analysis) override {
    std::lock_guard lock(mutex_);
    ++analyses;
    files_.at(static_cast<std::size_t>(track.value - 1)).analysis = *analysis;
  }
  void broken(TrackId, const std::string& reason) override {
    std::lock_guard lock(mutex_);
    problems.push_back(reason);
  }

  std::vector<std::string> problems;
  int analyses = 0;

 private:
  std::mutex mutex_;
  std::vector<station::TrackFile> files_;
};

struct Boundary {
  EntryId item;
  TrackId track;
  Samples at{};
};

class Radio final : private station::PlayerHost {
 public:
  Radio(Files& files, const std::filesystem::path& cache, std::uint64_t seed)
      : cache_(cache, 1ull << 30),
        pool_("sim", 2),
        media_(files, cache_, pool_, poster(), clock),
        programmer_(saved(clock), {}, files.catalogue(), moment(), seed),
        player_(StationId{1}, "Sim", programmer_.clock(), clock, options_, media_, *this, metrics) {}
  ~Radio() { pool_.stop(); }

  void listen(audio::Format format, int count) { player_.listeners(format, count); }

  /// Moves the clock on; whatever takes real time is waited for, so the virtual machine is infinitely fast.
  void run_for(Duration time) {
    const auto end = clock.now() + time;
    settle();
    while (clock.now() < end) {
      auto next = std::min(end, player_.wake());
      if (const auto due = programmer_.deadline()) next = std::min(next, *due);
      clock.advance(std::max(next - clock.now(), Duration{std::chrono::milliseconds{1}}));
      programmer_.tick(moment());
      player_.tick();
      settle();
    }
  }
  Result<schedule::Answer> command(const schedule::Command& command) {
    return programmer_.run(command, moment());
  }
  Samples position() const { return programmer_.clock().position(clock.now()); }

  ManualClock clock;
  station::StationMetrics metrics;
  std::map<audio::Format, std::string> sent;          ///< bytes, one batch after the other
  std::map<audio::Format, std::int64_t> first_frame;  ///< mount frame with which `sent` begins
  std::vector<Boundary> boundaries;                   ///< where items began, as the player said
  std::vector<std::string> verdicts;                  ///< of the watchdog

 private:
  schedule::Moment moment() const { return {.now = clock.now(), .wall = clock.wall()}; }
  static schedule::Saved saved(const Clock& clock) {
    schedule::Saved saved;
    saved.station.id = StationId{1};
    saved.station.slug = "main";
    saved.station.epoch = clock.wall();
    return saved;
  }
  Post poster() {
    return [this](Task task) {
      std::lock_guard lock(mutex_);
      tasks_.push_back(std::move(task));
    };
  }
  bool run_one() {
    std::unique_lock lock(mutex_);
    if (tasks_.empty()) return false;
    Task task = std::move(tasks_.front());
    tasks_.pop_front();
    lock.unlock();
    task();
    return true;
  }

  /// Until nothing is left to do at this moment of the virtual time.
  void settle() {
    for (;;) {
      const bool busy = pool_.busy() > 0;  // before looking for tasks: a job posts before it is over
      bool moved = false;
      while (run_one()) moved = true;
      for (; !to_programmer_.empty(); moved = true) {
        const auto message = std::move(to_programmer_.front());
        to_programmer_.pop_front();
        programmer_.receive(message, moment());
      }
      for (auto out = programmer_.take(); !out.empty(); out = programmer_.take()) {
        for (const auto& order : out.orders) send(order);
        moved = true;
      }
      if (std::exchange(hurry_, false)) {
        player_.tick();
        moved = true;
      }
      if (moved) continue;
      if (!busy) return;
      std::this_thread::yield();
    }
  }

  void send(const orders::ToPlayer& order) {
    if (const auto* play = std::get_if<orders::Play>(&order)) tracks_[play->item] = play->track;
    player_.receive(order);
  }

  void tell(StationId, const orders::FromPlayer& message) override {
    if (const auto* started = std::get_if<orders::Started>(&message)) {
      boundaries.push_back({started->item, tracks_[started->item], started->at});
    }
    to_programmer_.push_back(message);
  }
  void batch(const station::MountBatchPtr& batch) override {
    first_frame.try_emplace(batch->format, batch->first * station::frames_per_unit(batch->format));
    sent[batch->format] += batch->bytes;
  }
  void heard(const station::Heard&) override {}
  void acted(const station::WatchdogActed& event) override { verdicts.push_back(event.problem); }
  void hurry(StationId) override { hurry_ = true; }

  std::mutex mutex_;
  std::deque<Task> tasks_;
  audio::RenditionCache cache_;
  io::Pool pool_;
  station::MediaPool media_;
  schedule::Programmer programmer_;
  station::BroadcastOptions options_;
  station::Player player_;
  std::deque<orders::FromPlayer> to_programmer_;
  std::map<EntryId, TrackId> tracks_;
  bool hurry_ = false;
};

}  // namespace longwave::sim
