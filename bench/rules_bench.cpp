// rooms: rules
// SPDX-License-Identifier: Apache-2.0
#include "schedule/rules/preview.hpp"

#include <benchmark/benchmark.h>

#include <chrono>
#include <string>

/// What a choice costs, and a week's preview (docs/programme.md).
namespace longwave::rules {
namespace {

using namespace std::chrono_literals;

Playlist playlist(std::int64_t id, std::int64_t first, std::int64_t count, std::int32_t seconds) {
  Playlist made;
  made.id = id;
  for (auto i = first; i < first + count; ++i) {
    Song song;
    song.id = i;
    song.file = song.title = static_cast<std::uint32_t>(i);
    song.artist = static_cast<std::uint32_t>(i % 997 + 1);
    song.album = static_cast<std::uint32_t>(i / 10 + 1);
    song.duration_ms = seconds * 1000 + static_cast<std::int32_t>(i * 7919 % 60'000);
    made.songs.push_back(song);
  }
  return made;
}

/// Separations, limits, 40 shows of which half begin on the second, clock, jingles by count and on the hour,
/// news.
Programme everything(std::int64_t songs) {
  Programme p;
  p.zone = Zone::named("Europe/Berlin").value();
  p.default_playlist = 1;
  p.playlists = {playlist(1, 1, songs, 180), playlist(2, 50'000, 300, 180), playlist(3, 60'000, 5, 8),
                 playlist(4, 70'000, 1, 90)};
  for (int i = 0; i < 40; ++i)
    p.shows.push_back({100 + i,
                       "",
                       2,
                       {static_cast<Days>(1 << i % 7), 9h + i * 20min},
                       1h,
                       true,
                       true,
                       i % 2 ? Start::fitted : Start::boundary});
  p.clocks.push_back({1, "", {{Slot::Kind::playlist, 1}, {Slot::Kind::request, 2}, {Slot::Kind::jingle, 3}}});
  p.dayparts.push_back({1, "", {every_day, 6h}, 9h, 1});
  p.jingles = {{1, "", 3, 5}, {2, "", 3, 0, true}};
  p.events.push_back({1, "", {every_day, 15min}, {}, true, 4, 0, Start::exact, true});
  p.limits.push_back({1, Limit::Of::artist, 5, 6h});
  p.separation = {6h, 3h, 45min, 30min};
  return p;
}

const WallTime monday{std::chrono::sys_days{std::chrono::year{2026} / 11 / 23}.time_since_epoch()};

void preview_week(benchmark::State& state) {
  const auto programme = everything(state.range(0));
  std::size_t items = 0;
  for (auto _ : state) items = preview(programme, {}, monday, monday + 168h, 1).items.size();
  state.counters["items"] = static_cast<double>(items);
}
BENCHMARK(preview_week)->Arg(500)->Arg(2'000)->Arg(10'000)->Unit(benchmark::kMillisecond);

void choose_plain(benchmark::State& state) {
  Programme p;
  p.default_playlist = 1;
  p.playlists = {playlist(1, 1, 60, 180)};
  Prepared prepared;
  Random random{1};
  std::vector<Play> heard;
  auto now = monday;
  for (auto _ : state) {
    const auto chosen = choose(p, prepared, heard, now, random);
    heard.assign(1, chosen->play);
    note_started(p, chosen->play);
    now = chosen->until;
  }
}
BENCHMARK(choose_plain);

}  // namespace
}  // namespace longwave::rules

BENCHMARK_MAIN();
