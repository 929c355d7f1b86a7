// SPDX-License-Identifier: Apache-2.0
#include "schedule/rules/prepared.hpp"
#include "made.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

namespace longwave::rules {
namespace {

using namespace made;

std::uint32_t seconds(WallTime t) {
  return static_cast<std::uint32_t>(std::chrono::floor<std::chrono::seconds>(t.time_since_epoch()).count());
}

TEST(Prepared, RandomTakesNoSongTwiceAndNoMoreThanFifty) {
  Random random{1};
  for (const int n : {1, 2, 30, 200}) {
    const auto list = build_random(playlist(1, 1, n), {}, monday(), random);
    EXPECT_EQ(list.songs.size(), std::min<std::size_t>(50, static_cast<std::size_t>(n)));
    EXPECT_EQ(std::set(list.songs.begin(), list.songs.end()).size(), list.songs.size());
    EXPECT_EQ(list.candidates, static_cast<std::uint32_t>(n));
  }
  EXPECT_TRUE(build_random(Playlist{}, {}, monday(), random).songs.empty());
}

TEST(Prepared, LatelyHeardStaysAwayUntilNothingElseIsThere) {
  Random random{1};
  auto list = playlist(1, 1, 10);
  for (std::size_t i = 0; i < 6; ++i) list.songs[i].last_play = seconds(monday() - 2h);
  list.songs[6].last_play = seconds(monday() - 3h);
  list.songs[7].enabled = false;
  list.songs[8].file = 0;
  const auto built = build_random(list, {}, monday(), random);
  EXPECT_EQ(std::set(built.songs.begin(), built.songs.end()), (std::set<std::uint32_t>{6, 9}));
  EXPECT_EQ(built.excluded[static_cast<std::size_t>(Excluded::song)], 6U);
  EXPECT_EQ(built.excluded[static_cast<std::size_t>(Excluded::disabled)], 1U);
  EXPECT_EQ(built.excluded[static_cast<std::size_t>(Excluded::no_file)], 1U);
  // What is only planned counts as heard.
  std::vector<Play> planned(2);
  planned[0].song = 7;
  planned[1].song = 10;
  planned[0].start = planned[1].start = monday();
  EXPECT_EQ(build_random(list, planned, monday(1min), random).songs.size(), 8U);  // none is left: all of them
}

/// The first song drawn has the chance that the sheet gives: frequency² × a line from 1 to 0.15 by age.
TEST(Prepared, ChanceByFrequencyAndAge) {
  auto list = playlist(1, 1, 4);
  const int frequencies[] = {10000, 5000, 5000, 10000};
  for (std::size_t i = 0; i < 4; ++i) {
    list.songs[i].last_play = static_cast<std::uint32_t>(1000 + i);  // song 0 is the oldest
    list.songs[i].frequency = static_cast<std::uint16_t>(frequencies[i]);
  }
  double weights[4], total = 0;
  for (int i = 0; i < 4; ++i) {
    const double f = frequencies[i] / 10000.0;
    weights[i] = f * f * (1 - 0.85 * i / 3);
    total += weights[i];
  }
  Random random{3};
  std::map<std::uint32_t, int> first;
  constexpr int draws = 20'000;
  for (int i = 0; i < draws; ++i) ++first[build_random(list, {}, monday(), random).songs[0]];
  for (int i = 0; i < 4; ++i) {
    EXPECT_NEAR(first[static_cast<std::uint32_t>(i)] / double{draws}, weights[i] / total, 0.015) << i;
  }
}

TEST(Prepared, FrequencyOfNothing) {
  Random random{1};
  auto list = playlist(1, 1, 3);
  list.songs[1].frequency = 0;
  EXPECT_EQ(build_random(list, {}, monday(), random).songs.size(), 2U);
  for (auto& song : list.songs) song.frequency = 0;
  EXPECT_EQ(build_random(list, {}, monday(), random).songs.size(), 3U);  // rather that than silence
}

TEST(Prepared, OrderedGoesOnBehindTheLast) {
  auto list = playlist(1, 1, 5);
  std::swap(list.songs[0].order, list.songs[4].order);  // order: 5 2 3 4 1
  EXPECT_EQ(build_ordered(list, {}).songs, (std::vector<std::uint32_t>{4, 1, 2, 3, 0}));
  list.songs[1].last_play = 50;
  list.songs[2].last_play = 90;  // the most recent one
  EXPECT_EQ(build_ordered(list, {}).songs, (std::vector<std::uint32_t>{3, 0, 4, 1, 2}));
  std::vector<Play> heard(1);
  heard[0].song = 4;
  heard[0].playlist = 1;
  EXPECT_EQ(build_ordered(list, heard).songs, (std::vector<std::uint32_t>{0, 4, 1, 2, 3}));
  list.songs[2].enabled = false;
  EXPECT_EQ(build_ordered(list, {}).songs, (std::vector<std::uint32_t>{3, 0, 4, 1}));
}

TEST(Prepared, OrderedWithoutOrdersStillGoesRound) {
  Radio radio{programme(120)};
  for (auto& song : radio.programme.playlists[0].songs) song.order = 0;
  radio.programme.playlists[0].ordered = true;
  for (int i = 0; i < 300; ++i) EXPECT_EQ(radio.step()->song.id, 100 + i % 120);
}

TEST(Prepared, RefillKeepsTheFrontAndFollowsEdits) {
  Random random{1};
  auto p = programme(100);
  Prepared prepared;
  prepared.of(p.playlists[0], false, {}, monday(), random).next = 46;
  EXPECT_FALSE(prepared.wants_refill(p));
  prepared.lists[0].next = 48;
  EXPECT_TRUE(prepared.wants_refill(p));
  const std::vector<std::uint32_t> front(prepared.lists[0].songs.end() - 2, prepared.lists[0].songs.end());
  prepared.refill(p, {}, monday(), random);
  EXPECT_TRUE(std::equal(front.begin(), front.end(), prepared.lists[0].songs.begin()));
  EXPECT_EQ(prepared.lists[0].left(), 50U);
  const auto& songs = prepared.lists[0].songs;
  EXPECT_EQ(std::set(songs.begin(), songs.end()).size(), 50U);
  EXPECT_FALSE(prepared.wants_refill(p));

  p.playlists[0].songs.resize(1);
  ++p.playlists[0].edition;
  EXPECT_TRUE(prepared.wants_refill(p));
  prepared.refill(p, {}, monday(), random);
  EXPECT_EQ(prepared.lists[0].songs, std::vector<std::uint32_t>{0});
  EXPECT_FALSE(prepared.wants_refill(p));
  p.playlists.clear();
  prepared.refill(p, {}, monday(), random);
  EXPECT_TRUE(prepared.lists.empty());
}

TEST(Prepared, OrderedRefillGoesOn) {
  Random random{1};
  auto p = programme(7);
  p.playlists[0].ordered = true;
  Prepared prepared;
  std::vector<std::int64_t> heard;
  for (int i = 0; i < 30; ++i) {
    auto chosen = choose(p, prepared, {}, monday(), random);
    heard.push_back(chosen->song.id - 100);
    prepared.refill(p, {}, monday(), random);
  }
  for (int i = 0; i < 30; ++i) EXPECT_EQ(heard[static_cast<std::size_t>(i)], i % 7);
}

}  // namespace
}  // namespace longwave::rules
