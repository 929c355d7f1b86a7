// SPDX-License-Identifier: Apache-2.0
#include "schedule/rules/preview.hpp"
#include "made.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>

namespace longwave::rules {
namespace {

using namespace made;
using Kind = Violation::Kind;

std::size_t count(const Preview& preview, Kind kind) {
  return static_cast<std::size_t>(std::count_if(preview.violations.begin(), preview.violations.end(),
                                                [&](const Violation& v) { return v.kind == kind; }));
}

/// Everything a station may have, over a playlist of 10,000 songs.
Programme everything(int songs = 10'000) {
  auto p = programme(songs, 210);
  p.zone = Zone::named("Europe/Berlin").value();
  for (auto& song : p.playlists[0].songs) {
    song.artist = static_cast<std::uint32_t>(song.id % 997 + 1);
    song.duration_ms = static_cast<std::int32_t>(150'000 + song.id * 7919 % 120'000);
  }
  p.playlists.push_back(playlist(2, 50'000, 300, 200));
  p.playlists.push_back(playlist(3, 60'000, 5, 8));
  p.playlists.push_back(playlist(4, 70'000, 1, 120));
  for (int i = 0; i < 20; ++i)
    p.shows.push_back({100 + i,
                       "show",
                       2,
                       {static_cast<Days>(1 << i % 7), 9h + i * 30min},
                       1h,
                       true,
                       true,
                       i % 2 ? Start::fitted : Start::boundary});
  p.clocks.push_back(
      {1, "clock", {{Slot::Kind::playlist, 1}, {Slot::Kind::request, 2}, {Slot::Kind::jingle, 3}}});
  p.dayparts.push_back({1, "morning", {every_day, 6h}, 9h, 1});
  p.jingles.push_back({1, "count", 3, 5});
  p.jingles.push_back({2, "hour", 3, 0, true});
  p.events.push_back({1, "news", {every_day, 15min}, {}, true, 4, 0, Start::exact, true});
  p.limits.push_back({1, Limit::Of::artist, 5, 6h});
  p.separation = {6h, 3h, 45min, 30min};
  return p;
}

TEST(Preview, DeterministicBySeed) {
  const auto p = everything(500);
  const auto a = preview(p, {}, monday(), monday(24h), 5);
  const auto b = preview(p, {}, monday(), monday(24h), 5);
  const auto c = preview(p, {}, monday(), monday(24h), 6);
  const auto same = [](const Preview& x, const Preview& y) {
    return std::equal(
        x.items.begin(), x.items.end(), y.items.begin(), y.items.end(),
        [](const Chosen& m, const Chosen& n) { return m.song.id == n.song.id && m.until == n.until; });
  };
  EXPECT_TRUE(same(a, b));
  EXPECT_FALSE(same(a, c));
}

/// A week over both clock changes: no hole, every exact thing on its second, no violation that can be
/// avoided.
TEST(Preview, WeeksWithEverything) {
  for (const auto from : {at(2026, 3, 26), at(2026, 10, 22), monday()}) {
    const auto result = preview(everything(1500), {}, from, from + 7 * 24h, 3);
    WallTime now = from;
    std::size_t news = 0, hours = 0;
    for (const auto& item : result.items) {
      EXPECT_EQ(item.play.start, now);
      now = item.until;
      news += item.why.rule == Rule::event ? 1U : 0U;
      hours += item.why.rule == Rule::hour_jingle ? 1U : 0U;
    }
    EXPECT_EQ(news, 168U);
    EXPECT_EQ(hours, 168U);
    EXPECT_EQ(count(result, Kind::silence), 0U);
    EXPECT_EQ(count(result, Kind::separation), 0U);
    EXPECT_EQ(count(result, Kind::limit), 0U);
    EXPECT_EQ(count(result, Kind::late), 0U);
    EXPECT_EQ(count(result, Kind::missed), 0U);
    EXPECT_EQ(count(result, Kind::empty), 0U);
    for (const auto& violation : result.violations) ADD_FAILURE() << violation.text << unix_ms(violation.at);
  }
}

TEST(Preview, TellsWhatWouldGoWrong) {
  auto p = programme(2, 600);
  p.separation.artist = 2h;
  for (auto& song : p.playlists[0].songs) song.artist = 1;
  p.playlists.push_back(playlist(2, 500, 0));
  p.playlists.push_back(playlist(3, 600, 3, 600));
  p.shows.push_back({1, "Nothing", 2, {every_day, 3h}, 1h});
  p.shows.push_back({2, "Cuts", 3, {every_day, 5h + 5min}, 1h, true, true, Start::exact});
  p.shows.push_back({3, "Late", 3, {every_day, 6h + 57min}, 1h});
  p.events.push_back({4, "Covered", {every_day, 8h + 1min}, {}, false, 3, 600, Start::boundary, false, 1min});
  const auto result = preview(p, {}, monday(), monday(12h), 1);
  EXPECT_GT(count(result, Kind::separation), 20U);
  EXPECT_EQ(count(result, Kind::empty), 1U);
  EXPECT_EQ(count(result, Kind::cut), 1U);
  EXPECT_EQ(count(result, Kind::late), 1U);
  EXPECT_EQ(count(result, Kind::missed), 2U);  // the empty show, and the event that expires within a song
  EXPECT_TRUE(std::is_sorted(result.violations.begin(), result.violations.end(),
                             [](const Violation& a, const Violation& b) { return a.at < b.at; }));
}

TEST(Preview, SilenceIsToldOnce) {
  const auto result = preview(Programme{}, {}, monday(), monday(24h), 1);
  EXPECT_EQ(count(result, Kind::silence), 1U);
  EXPECT_TRUE(result.items.empty());
}

}  // namespace
}  // namespace longwave::rules
