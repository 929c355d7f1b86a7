// rooms: radios
// SPDX-License-Identifier: Apache-2.0
#include "base/random.hpp"
#include "schedule/radios/radios.hpp"
#include "schedule/radios/tables.hpp"
#include "schedule/rules/programme.hpp"

#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

/// Very many radios on one core: radios_bench [RADIOS [MINUTES [EDITS_PER_SECOND]]].
///
/// Time is the CPU time of this thread plus what it would have slept: what a core of its own gives, whatever
/// else this machine does, and an hour takes a minute. Counted: every `play` against its audible instant
/// (`play.delay` absorbs the wait: late is what is missing from the beginning), and every event against its
/// own date. Not counted is what other threads do: reading programmes (here they are made up) and writing
/// states; taking them is.
namespace longwave::radios {
namespace {

using namespace std::chrono_literals;

class CoreClock final : public Clock {
 public:
  Instant now() const override { return Instant{passed()}; }
  WallTime wall() const override { return begin_ + passed(); }
  void sleep_until(WallTime at) { slept_ += std::max(at - wall(), Duration{}); }
  /// The work of other threads.
  template <class F>
  auto elsewhere(F work) {
    const auto before = cpu();
    auto result = work();
    slept_ -= cpu() - before;
    return result;
  }
  Duration cpu() const {
    timespec t{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return std::chrono::seconds{t.tv_sec} + std::chrono::nanoseconds{t.tv_nsec};
  }

 private:
  Duration passed() const { return cpu() + slept_; }
  WallTime begin_ = WallTime{std::chrono::sys_days{std::chrono::year{2026} / 11 / 21}} + 17h + 30min;
  Duration slept_{};
};

/// Counts by powers of two of microseconds.
struct Histogram {
  std::vector<std::uint32_t> late_us;
  void add(Duration late) {
    late_us.push_back(static_cast<std::uint32_t>(std::clamp<std::int64_t>(
        std::chrono::floor<std::chrono::microseconds>(late).count(), 0, 0xffffffff)));
  }
  void print(const char* name) {
    std::sort(late_us.begin(), late_us.end());
    const auto at = [&](double part) {
      return late_us.empty()
                 ? 0.0
                 : late_us[static_cast<std::size_t>(part * static_cast<double>(late_us.size() - 1))] / 1000.0;
    };
    const auto within = [&](std::uint32_t us) {
      const auto n = std::upper_bound(late_us.begin(), late_us.end(), us) - late_us.begin();
      return 100.0 * static_cast<double>(n) / static_cast<double>(std::max<std::size_t>(late_us.size(), 1));
    };
    std::printf(
        "%-22s %9zu  p50 %.3f ms  p99 %.3f  p99.99 %.3f  worst %.3f  within 20 ms %.4f %%, 100 ms %.4f %%\n",
        name, late_us.size(), at(0.5), at(0.99), at(0.9999), at(1), within(20'000), within(100'000));
  }
};

class Bench final : public Port, public Source {
 public:
  Bench(std::size_t count, double edits) : count_(count), edits_(edits) {
    name_list_.reserve(count);
    for (std::size_t i = 0; i < count; ++i) name_list_.push_back(name(i));
  }

  void play(const Play& play) override {
    audible.add(clock.wall() - play.start);
    plays++;
  }
  void prepare(const Prepare&) override { prepares++; }
  void song_started(const SongStarted& song) override { started.add(clock.wall() - song.at); }
  void load(std::string_view radio) override { asked_.emplace_back(radio); }
  std::string file(std::uint32_t key) const override {
    auto digits = std::to_string(key);
    return std::string(9 - std::min<std::size_t>(digits.size(), 9), '0') + digits + ".mp3";
  }

  void create() {
    for (std::size_t i = 0; i < count_; ++i) {
      std::optional<Master> master;
      if (i % 10 == 0) master = Master{"st-" + std::to_string(i % 7), i % 20 == 0};
      radios.create(name_list_[i], master);
      answer(~std::size_t{});
    }
    radios.tick();
  }

  /// Programmes are edited all the time, states are taken twice a second.
  void run(Duration length) {
    const auto end = clock.wall() + length;
    auto edit = clock.wall();
    auto flush = clock.wall();
    Random random(3);
    while (clock.wall() < end) {
      radios.tick();
      answer(16);
      if (clock.wall() >= edit) {
        radios.programme_changed(name_list_[random.below(count_)]);
        edit += std::chrono::duration_cast<Duration>(std::chrono::duration<double>(1 / edits_));
      }
      if (clock.wall() >= flush) {
        taken += radios.take_changes(2000).put.size();
        flush += 500ms;
      }
      auto next = std::min({end, edit, flush});
      if (const auto at = radios.deadline()) next = std::min(next, *at);
      if (asked_.empty()) clock.sleep_until(next);
    }
  }

  CoreClock clock;
  Histogram audible, started;
  std::size_t plays = 0, prepares = 0, taken = 0, loads = 0;
  Radios radios{clock, *this, *this, {}, 1};

 private:
  static std::string name(std::size_t i) {
    char text[24];
    std::snprintf(text, sizeof text, "%010zx", i * 2654435761U + 0x1000000000U);
    return text;
  }
  void answer(std::size_t most) {
    for (std::size_t n = 0; n < most && !asked_.empty(); ++n) {
      const auto radio = std::move(asked_.front());
      asked_.pop_front();
      auto programme = clock.elsewhere([&] { return make(radio); });
      radios.loaded(radio, std::move(programme));
      ++loads;
    }
  }
  /// 60 to 260 songs of 2 to 6 minutes; every tenth radio has two shows and a jingle on the hour, every
  /// hundredth artists to keep apart.
  static std::shared_ptr<rules::Programme> make(const std::string& radio) {
    Random random(std::strtoull(radio.c_str(), nullptr, 16));
    const auto kind = random.below(100);
    auto made = std::make_shared<rules::Programme>();
    made->default_playlist = 1;
    const auto fill = [&](std::int64_t id, std::size_t songs, Duration least) {
      rules::Playlist playlist;
      playlist.id = id;
      playlist.name = id == 1 ? "default" : "list";
      for (std::size_t i = 0; i < songs; ++i) {
        rules::Song song;
        song.id = id * 1000 + static_cast<std::int64_t>(i);
        song.file = static_cast<std::uint32_t>(random.below(1'000'000) + 1);
        song.duration_ms = static_cast<std::int32_t>(
            to_ms(least) +
            static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(to_ms(least)) * 2)));
        song.artist = static_cast<std::uint32_t>(random.below(40) + 1);
        song.order = static_cast<std::int32_t>(i);
        playlist.songs.push_back(song);
      }
      made->playlists.push_back(std::move(playlist));
    };
    fill(1, 60 + random.below(200), 2min);
    if (kind < 10) {
      for (int i = 0; i < 2; ++i) {
        fill(2 + i, 60, 2min);
        rules::Show show;
        show.id = 10 + i;
        show.playlist = 2 + i;
        show.at.time = std::chrono::hours{random.below(24)};
        show.duration = 2h;
        made->shows.push_back(show);
      }
      fill(9, 3, 8s);
      rules::Jingle jingle;
      jingle.id = 1;
      jingle.playlist = 9;
      jingle.on_the_hour = true;
      made->jingles.push_back(jingle);
    }
    if (kind == 99) made->separation.artist = 45min;
    return made;
  }

  std::size_t count_;
  double edits_;
  std::vector<std::string> name_list_;
  std::deque<std::string> asked_;
};

std::size_t resident() {
  std::ifstream file("/proc/self/statm");
  std::size_t all = 0;
  std::size_t pages = 0;
  file >> all >> pages;
  return pages * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

int main_of(int argc, char** argv) {
  const auto count = static_cast<std::size_t>(argc > 1 ? std::atoi(argv[1]) : 100'000);
  const auto minutes = argc > 2 ? std::atoi(argv[2]) : 60;
  const auto edits = argc > 3 ? std::atof(argv[3]) : 20.0;
  Bench bench(count, edits);
  const auto before = resident();
  auto cpu = bench.clock.cpu();
  bench.create();
  const auto created = bench.clock.cpu() - cpu;
  std::printf(
      "%zu radios (a tenth has a streamer, half of those prepare; a tenth has shows and the hour), created "
      "in %.2f s of CPU\n",
      count, std::chrono::duration<double>(created).count());
  bench.run(20min);  // until they are at different places
  bench.audible = bench.started = {};
  bench.plays = bench.prepares = bench.taken = bench.loads = 0;
  cpu = bench.clock.cpu();
  bench.run(std::chrono::minutes{minutes});
  const auto used = std::chrono::duration<double>(bench.clock.cpu() - cpu).count();
  const auto seconds = 60.0 * minutes;
  std::printf("memory %.0f MB, %.0f bytes a radio\n", static_cast<double>(resident() - before) / 1e6,
              static_cast<double>(resident() - before) / static_cast<double>(count));
  std::printf(
      "%d minutes with %.0f edits a second: %.1f s of CPU (with making up %zu programmes) = %.2f %% of a "
      "core\n",
      minutes, edits, used, bench.loads, 100 * used / seconds);
  std::printf("songs %.0f a second, plays %zu, prepares %zu, states written %zu\n",
              static_cast<double>(bench.started.late_us.size()) / seconds, bench.plays, bench.prepares,
              bench.taken);
  bench.audible.print("plays, as heard");
  bench.started.print("starts, as handled");
  return 0;
}

}  // namespace
}  // namespace longwave::radios

int main(int argc, char** argv) {
  return longwave::radios::main_of(argc, argv);
}
