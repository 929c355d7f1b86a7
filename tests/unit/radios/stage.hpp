// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "schedule/radios/radios.hpp"
#include "schedule/rules/play.hpp"
#include "schedule/rules/programme.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

/// A Radios with everything around it in memory: what it says is kept with the time at which it said it.
namespace longwave::radios::test {

using namespace std::chrono_literals;

/// 2013-01-28 17:00:00 UTC, a Monday: a full hour.
inline const WallTime monday_17h = WallTime{std::chrono::sys_days{std::chrono::year{2013} / 1 / 28} + 17h};

/// A clock whose wall time can be set.
class StageClock final : public Clock {
 public:
  explicit StageClock(WallTime start) : wall_(start) {}
  Instant now() const override { return now_; }
  WallTime wall() const override { return wall_; }
  void advance(Duration by) {
    now_ += by;
    wall_ += by;
  }
  void set_wall_ahead(Duration by) { wall_ += by; }

 private:
  Instant now_{};
  WallTime wall_;
};

struct Said {
  enum class Kind { play, prepare, started } kind{};
  Duration at{};  ///< since the stage began
  std::string radio, streamer, file;
  std::int64_t item = 0, song = 0;
  Duration delay{}, offset{};
  Duration start{};  ///< since the stage began
  Duration duration{};
};

class Stage final : public Port, public Source {
 public:
  explicit Stage(WallTime from = monday_17h + 100s, Settings settings = {}) : clock(from), begin(from) {
    new_radios(settings);
  }
  void new_radios(Settings settings = {}) {
    radios = std::make_unique<Radios>(clock, *this, *this, settings, 7);
  }

  // Port
  void play(const Play& play) override {
    Said said{Said::Kind::play, now(), std::string(play.radio), std::string(play.streamer),
              std::string(play.file)};
    said.item = play.item;
    said.delay = play.delay;
    said.offset = play.offset;
    said.start = play.start - begin;
    all.push_back(said);
  }
  void prepare(const Prepare& prepare) override {
    Said said{Said::Kind::prepare, now(), std::string(prepare.radio), std::string(prepare.streamer),
              std::string(prepare.file)};
    said.item = prepare.item;
    said.start = prepare.start_at - begin;
    said.offset = prepare.offset;
    said.duration = prepare.duration;
    all.push_back(said);
  }
  void song_started(const SongStarted& song) override {
    Said said{Said::Kind::started, now(), std::string(song.radio), {}, {}};
    said.song = song.song;
    said.start = song.at - begin;
    all.push_back(said);
  }

  void item_ended(const ItemEnded& item) override {
    ended.push_back({item.song, item.start - begin, item.end - begin,
                     item.programme ? item.why.text(*item.programme) : "unknown"});
  }
  void request_started(std::string_view, std::int64_t request) override { fulfilled.push_back(request); }

  // Source
  void load(std::string_view radio) override {
    ++loads;
    wanted.emplace_back(radio);
  }
  std::string file(std::uint32_t key) const override {
    if (gone.contains(key)) return {};
    auto digits = std::to_string(key);
    return std::string(9 - digits.size(), '0') + digits + ".mp3";
  }

  /// The source answers what was asked.
  void answer() {
    while (!wanted.empty()) {
      const auto radio = wanted.front();
      wanted.erase(wanted.begin());
      const auto found = programmes.find(radio);
      radios->loaded(radio, down || found == programmes.end() ? nullptr : found->second);
    }
  }
  /// Goes from event to event.
  void advance(Duration by) {
    const auto end = clock.wall() + by;
    answer();
    for (auto next = radios->deadline(); next && *next <= end; next = radios->deadline()) {
      if (*next > clock.wall()) clock.advance(*next - clock.wall());
      radios->tick();
      answer();
    }
    if (end > clock.wall()) clock.advance(end - clock.wall());
  }
  Duration now() const { return clock.wall() - begin; }
  std::vector<Said> take(Said::Kind kind) {
    std::vector<Said> found;
    for (const auto& said : all)
      if (said.kind == kind) found.push_back(said);
    std::erase_if(all, [&](const Said& said) { return said.kind == kind; });
    return found;
  }
  std::vector<Said> plays() { return take(Said::Kind::play); }
  std::vector<Said> prepares() { return take(Said::Kind::prepare); }
  std::vector<Said> started() { return take(Said::Kind::started); }

  struct Ended {
    std::int64_t song = 0;
    Duration start{}, end{};  ///< since the stage began
    std::string why;
  };

  StageClock clock;
  WallTime begin;
  std::vector<Ended> ended;
  std::vector<std::int64_t> fulfilled;
  std::vector<Said> all;
  std::map<std::string, std::shared_ptr<rules::Programme>> programmes;
  std::set<std::uint32_t> gone;
  std::vector<std::string> wanted;
  int loads = 0;
  bool down = false;
  std::unique_ptr<Radios> radios;
};

/// A playlist that is played in order: songs id .. id + n - 1, files of the same numbers.
inline rules::Playlist in_order(std::int64_t id, std::int64_t first, const std::vector<Duration>& lengths) {
  rules::Playlist playlist;
  playlist.id = id;
  playlist.name = id == 1 ? "default" : "other";
  playlist.ordered = true;
  for (const auto length : lengths) {
    rules::Song song;
    song.id = first;
    song.file = static_cast<std::uint32_t>(first);
    song.order = static_cast<std::int32_t>(first++);
    song.duration_ms = static_cast<std::int32_t>(to_ms(length));
    playlist.songs.push_back(song);
  }
  return playlist;
}

inline std::shared_ptr<rules::Programme> programme(const std::vector<Duration>& lengths) {
  auto made = std::make_shared<rules::Programme>();
  made->default_playlist = 1;
  made->playlists.push_back(in_order(1, 1, lengths));
  return made;
}

}  // namespace longwave::radios::test
