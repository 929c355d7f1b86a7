// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "fleet/scheduler.hpp"
#include "schedule/radios/radios.hpp"
#include "schedule/rules/programme.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace longwave::fleet {

/// A scheduler and its radios in virtual time. The radios of the database are `known`; each plays ten songs
/// of 180 s in order, "song00001.mp3" and so on.
struct World : fleet::Port, radios::Source {
  explicit World(SchedulerOptions options = {}, const radios::Saved* saved = nullptr, SavedFleet fleet = {})
      : scheduler(clock, *this, options), radios(clock, scheduler, *this, {}, 1) {
    if (saved) radios.restore({*saved});
    scheduler.start(radios, fleet);
    scheduler.bus_up();
  }
  virtual ~World() = default;

  // Port.
  void send(std::string_view streamer, const ToStreamer& message,
            const std::optional<Stamp>& stamp) override {
    said.push_back(fmt::format("{} {}", streamer, format(message, stamp)));
  }
  void report(const Report& report) override { reports.push_back(text(report)); }
  void find_user(std::uint64_t ticket, const Credentials& credentials) override {
    asked.emplace_back(ticket, credentials);
  }
  void find_radio(std::string_view radio) override { sought.emplace_back(radio); }
  void fetch_events() override { ++fetches; }
  // Source.
  void load(std::string_view radio) override { loading.emplace_back(radio); }
  std::string file(std::uint32_t key) const override { return fmt::format("song{:05}.mp3", key); }

  static std::string text(const Report& report) {
    const auto user = [](const auto& r) { return r.user_id ? fmt::format("{}", *r.user_id) : "nobody"; };
    if (const auto* r = std::get_if<StartListening>(&report))
      return fmt::format("start {} {}", r->radio_uuid, user(*r));
    if (const auto* r = std::get_if<StopListening>(&report))
      return fmt::format("stop {} {} {}", r->radio_uuid, user(*r), r->seconds);
    if (const auto* r = std::get_if<Stopped>(&report))
      return fmt::format("stopped {} {}", r->radio_uuid, r->seconds);
    const auto& r = std::get<SongStarted>(report);
    return fmt::format("song {} {}", r.radio_uuid, r.song_id);
  }

  static rules::Programme ten_songs() {
    rules::Programme programme;
    programme.default_playlist = 1;
    programme.separation = {};
    rules::Playlist list;
    list.id = 1;
    list.ordered = true;
    for (std::uint32_t i = 1; i <= 10; ++i) {
      rules::Song song;
      song.id = 100 + i;
      song.file = i;
      song.duration_ms = 180'000;
      song.order = static_cast<std::int32_t>(i);
      list.songs.push_back(song);
    }
    programme.playlists.push_back(std::move(list));
    return programme;
  }

  /// Lets the database answer, and everything that is due happen.
  void settle() {
    for (bool more = true; more;) {
      more = false;
      if (database_answers) {
        for (const auto& radio : std::exchange(sought, {})) {
          scheduler.radio_found(radio, known.contains(radio));
          more = true;
        }
      }
      for (const auto& radio : std::exchange(loading, {})) {
        radios.loaded(radio, std::make_shared<const rules::Programme>(programme));
        more = true;
      }
      if (const auto due = radios.deadline(); due && *due <= clock.wall()) {
        radios.tick();
        more = true;
      }
      if (const auto due = scheduler.deadline(); due && *due <= clock.now()) {
        scheduler.tick();
        more = true;
      }
    }
  }
  /// Lets time pass, from deadline to deadline.
  void pass(Duration time) {
    const auto end = clock.now() + time;
    settle();
    while (clock.now() < end) {
      Duration step = end - clock.now();
      if (const auto due = radios.deadline()) step = std::min(step, *due - clock.wall());
      if (const auto due = scheduler.deadline()) step = std::min(step, *due - clock.now());
      step = std::max(step, Duration{1});
      listened += step * static_cast<std::int64_t>(scheduler.counts().listeners);
      clock.advance(step);
      settle();
    }
  }
  /// The same, with these streamers answering every ping.
  void pass_alive(Duration time, const std::vector<std::string>& alive) {
    using std::chrono::seconds;
    for (; time > Duration{}; time -= seconds{1}) {
      for (const auto& streamer : alive) scheduler.receive(Pong{streamer});
      pass(std::min<Duration>(time, seconds{1}));
    }
  }
  void say(const FromStreamer& message) {
    scheduler.received(format(message));  // through JSON, as on the bus
    settle();
  }
  /// What was sent since, without pings.
  std::vector<std::string> take() {
    auto all = std::exchange(said, {});
    std::erase_if(all, [](const auto& one) { return one.find(R"({"type":"ping")") != std::string::npos; });
    return all;
  }
  std::vector<std::string> take_reports(bool songs = false) {
    auto all = std::exchange(reports, {});
    if (!songs) std::erase_if(all, [](const auto& one) { return one.starts_with("song "); });
    return all;
  }
  std::size_t pings(const std::string& streamer) const {
    return static_cast<std::size_t>(std::count_if(said.begin(), said.end(), [&](const auto& one) {
      return one.starts_with(streamer + R"( {"type":"ping")");
    }));
  }
  /// The message of 5.2 for a radio that plays this song.
  static std::string play(const std::string& to, int song, const std::string& delay,
                          const std::string& offset, const std::string& radio = "R") {
    return fmt::format(
        R"({} {{"type":"play","radio_uuid":"{}","filename":"song{:05}.mp3","delay":{},"offset":{},"crossfade_duration":0}})",
        to, radio, song, delay, offset);
  }
  static std::string plain(const std::string& to, const std::string& type, const std::string& radio = "R") {
    return fmt::format(R"({} {{"type":"{}","radio_uuid":"{}"}})", to, type, radio);
  }

  ManualClock clock{WallTime{std::chrono::seconds{1'800'000'300}}};
  rules::Programme programme = ten_songs();
  std::set<std::string> known{"R", "S", "T"};
  bool database_answers = true;
  std::vector<std::string> said, reports, sought, loading;
  std::vector<std::pair<std::uint64_t, Credentials>> asked;
  int fetches = 0;
  Duration listened{};  ///< by all of them together
  Scheduler scheduler;
  radios::Radios radios;
};

using Lines = std::vector<std::string>;

}  // namespace longwave::fleet
