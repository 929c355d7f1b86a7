// SPDX-License-Identifier: Apache-2.0
#include "schedule/rules/choose.hpp"
#include "made.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

namespace longwave::rules {
namespace {

using namespace made;

TEST(Choose, PlainRadio) {
  Radio radio{programme(60)};
  const auto items = radio.until(monday(24h));
  EXPECT_EQ(items.size(), 480U);
  for (const auto& item : items) {
    EXPECT_EQ(item.why.rule, Rule::rotation);
    EXPECT_EQ(item.play.end - item.play.start, 180s);
    EXPECT_GT(item.why.candidates, 0U);
  }
  std::map<std::int64_t, WallTime> last;
  // 60 songs are 3 hours: a song comes again when the lists before have gone through nearly all of them.
  for (const auto& item : items) {
    if (last.contains(item.song.id)) EXPECT_GT(item.play.start, last[item.song.id]);
    last[item.song.id] = item.play.end;
  }
}

TEST(Choose, NothingToPlay) {
  Radio none{Programme{}};
  EXPECT_FALSE(none.step());
  Radio disabled{programme(3)};
  disabled.programme.playlists[0].enabled = false;
  EXPECT_FALSE(disabled.step());
  Radio one{programme(1)};
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(one.step());
}

TEST(Choose, NeverSilentWhileAnyPlaylistHasASong) {
  Radio radio{programme(0)};
  radio.programme.playlists.push_back(playlist(2, 500, 3));
  const auto chosen = radio.step();
  ASSERT_TRUE(chosen);
  EXPECT_EQ(chosen->why.rule, Rule::fallback);
  // Even a jingle rather than silence.
  radio.programme.jingles.push_back({1, "j", 2, 10});
  EXPECT_TRUE(radio.step());
  // And rather than to keep a limit.
  radio.programme.limits.push_back({1, Limit::Of::playlist, 2, 24h});
  EXPECT_TRUE(radio.step());
}

TEST(Choose, SameSeedSameProgramme) {
  Radio a{programme(100)}, b{programme(100)}, c{programme(100)};
  c.random = Random{8};
  bool other = false;
  for (int i = 0; i < 200; ++i) {
    const auto chosen = a.step()->song.id;
    EXPECT_EQ(chosen, b.step()->song.id);
    other |= chosen != c.step()->song.id;
  }
  EXPECT_TRUE(other);
}

TEST(Choose, ShowInOrderThenTheRotation) {
  Radio radio{programme(100)};
  radio.programme.playlists.push_back(playlist(2, 500, 5, 240));
  radio.programme.shows.push_back({9, "Evening", 2, {every_day, 20h}, 20min, false});
  radio.now = monday(19h);
  const auto items = radio.until(monday(22h));
  std::vector<std::int64_t> in_show;
  for (const auto& item : items) {
    const bool on = item.play.start >= monday(20h) && item.play.start < monday(20h + 20min);
    EXPECT_EQ(item.why.rule, on ? Rule::show : Rule::rotation);
    EXPECT_EQ(item.show, on ? 9 : 0);
    if (on) in_show.push_back(item.song.id);
  }
  EXPECT_EQ(in_show, (std::vector<std::int64_t>{500, 501, 502, 503, 504}));
}

TEST(Choose, ExactShowCutsAndAFittedOneNeedsNoCut) {
  for (const auto start : {Start::exact, Start::fitted}) {
    Radio radio{programme(0)};
    auto& songs = radio.programme.playlists[0].songs;
    for (int i = 0; i < 120; ++i) {
      songs.push_back(playlist(1, 1000 + i, 1).songs[0]);
      songs.back().duration_ms = 150'000 + (i * 7919) % 140'000;
    }
    radio.programme.playlists.push_back(playlist(2, 500, 20));
    radio.programme.shows.push_back({9, "Eight", 2, {every_day, 20h}, 1h, true, true, start});
    radio.now = monday(18h);
    Duration cut{};
    int shows = 0;
    for (const auto& item : radio.until(monday(18h + 7 * 24h))) {
      if (item.why.rule == Rule::show && item.play.start == show_at(radio.programme, item.play.start).begin)
        ++shows;
      if (item.play.cut()) cut = std::max(cut, item.play.length - (item.play.end - item.play.start));
      EXPECT_GE(item.play.end - item.play.start, 30s);
    }
    EXPECT_EQ(shows, 7);
    if (start == Start::fitted) EXPECT_LT(cut, 1s);
    if (start == Start::exact) EXPECT_GT(cut, 10s);
  }
}

TEST(Choose, SeparationIsKeptWhereItCanBe) {
  Radio radio{programme(200)};
  for (auto& song : radio.programme.playlists[0].songs)
    song.artist = static_cast<std::uint32_t>(song.id % 40 + 1);
  radio.programme.separation = {3h, 0h, 45min, 0h};
  std::map<std::uint32_t, WallTime> artists;
  std::map<std::int64_t, WallTime> songs;
  for (const auto& item : radio.until(monday(3 * 24h))) {
    EXPECT_FALSE(item.why.relaxed());
    if (artists.contains(item.song.artist)) EXPECT_GE(item.play.start - artists[item.song.artist], 45min);
    if (songs.contains(item.song.id)) EXPECT_GE(item.play.start - songs[item.song.id], 3h);
    artists[item.song.artist] = songs[item.song.id] = item.play.end;
  }
}

TEST(Choose, SeparationGivesWayAndSaysSo) {
  Radio radio{programme(10)};
  for (auto& song : radio.programme.playlists[0].songs)
    song.artist = static_cast<std::uint32_t>(song.id % 2 + 1);
  radio.programme.separation = {20min, 0h, 1h, 0h};
  int relaxed = 0;
  WallTime end{};
  std::map<std::int64_t, WallTime> songs;
  for (const auto& item : radio.until(monday(5h))) {
    relaxed += item.why.relaxed() ? 1 : 0;
    if (item.why.relaxed()) EXPECT_GT(item.why.excluded[static_cast<std::size_t>(Excluded::artist)], 0U);
    // The artist's distance gives way before the song's.
    if (songs.contains(item.song.id)) EXPECT_GE(item.play.start - songs[item.song.id], 20min);
    songs[item.song.id] = item.play.end;
    EXPECT_GE(item.play.start, end);
    end = item.play.end;
  }
  EXPECT_GT(relaxed, 50);
}

TEST(Choose, LimitsHold) {
  Radio radio{programme(100)};
  auto& songs = radio.programme.playlists[0].songs;
  for (std::size_t i = 0; i < 30; ++i) songs[i].artist = 1;
  radio.programme.limits = {{1, Limit::Of::artist, 1, 40min}, {2, Limit::Of::song, 150, 48h}};
  WallTime last{};
  int of_150 = 0;
  for (const auto& item : radio.until(monday(40h))) {
    of_150 += item.song.id == 150 ? 1 : 0;
    if (item.song.artist != 1) continue;
    EXPECT_GE(item.play.start - last, 40min);
    last = item.play.start;
  }
  EXPECT_EQ(of_150, 1);
}

TEST(Choose, JingleAfterEveryFourSongs) {
  Radio radio{programme(100)};
  radio.programme.playlists.push_back(playlist(2, 900, 3, 8));
  radio.programme.jingles.push_back({1, "Station", 2, 4});
  int songs = 0;
  for (const auto& item : radio.until(monday(10h))) {
    if (item.why.rule == Rule::jingle) {
      EXPECT_EQ(songs, 4);
      songs = 0;
    } else {
      ++songs;
    }
  }
}

TEST(Choose, HourJingleOnTheSecondAndTheSongGoesOn) {
  Radio radio{programme(100)};
  radio.programme.zone = Zone::named("Asia/Kathmandu").value();  // its full hours are at :15
  radio.programme.playlists.push_back(playlist(2, 900, 1, 10));
  radio.programme.jingles.push_back({1, "Hour", 2, 0, true, true});
  radio.now = monday(1min);
  const auto items = radio.until(monday(12h));
  int jingles = 0;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (items[i].why.rule != Rule::hour_jingle) continue;
    ++jingles;
    EXPECT_EQ((items[i].play.start - monday()) % 1h, 15min);
    const auto& before = items[i - 1].play;
    if (!before.cut() || before.length - before.offset - (before.end - before.start) < 10s) continue;
    EXPECT_EQ(items[i + 1].why.rule, Rule::resumed);
    EXPECT_EQ(items[i + 1].song.id, before.song);
    EXPECT_EQ(items[i + 1].offset, before.end - before.start + before.offset);
    EXPECT_EQ(items[i + 1].until - items[i + 1].play.start, before.length - items[i + 1].offset);
  }
  EXPECT_EQ(jingles, 12);
}

TEST(Choose, EventsExactAndAtTheBoundary) {
  Radio radio{programme(100)};
  radio.programme.playlists.push_back(playlist(2, 900, 1, 60));
  radio.programme.playlists.push_back(playlist(3, 950, 2, 30));
  radio.programme.events.push_back({5, "News", {every_day, 0h}, {}, true, 2, 0, Start::exact, false, 5min});
  radio.programme.events.push_back(
      {6, "Advert", {every_day, 9h + 31min}, {}, false, 3, 951, Start::boundary});
  radio.now = monday(6min);
  int news = 0, adverts = 0;
  for (const auto& item : radio.until(monday(24h))) {
    if (item.why.rule != Rule::event) continue;
    if (item.why.subject == 5) {
      ++news;
      EXPECT_EQ((item.play.start - monday()) % 1h, 0h);
    } else {
      ++adverts;
      EXPECT_EQ(item.song.id, 951);
      EXPECT_GE(item.play.start, monday(9h + 31min));
      EXPECT_LT(item.play.start, monday(9h + 34min));
    }
  }
  EXPECT_EQ(news, 23);
  EXPECT_EQ(adverts, 1);
}

TEST(Choose, EventThatIsTooLateIsGivenUp) {
  Radio radio{programme(10)};
  radio.programme.playlists.push_back(playlist(2, 900, 1, 60));
  radio.programme.events.push_back(
      {5, "News", {every_day, 9h}, {}, false, 2, 0, Start::boundary, false, 5min});
  radio.now = monday(9h + 5min);
  EXPECT_EQ(radio.step()->why.rule, Rule::event);
  radio.heard.clear();
  radio.now = monday(9h + 5min + 1s);
  EXPECT_EQ(radio.step()->why.rule, Rule::rotation);
}

TEST(Choose, ClockInTurnFromEveryFullHour) {
  Radio radio{programme(50)};
  radio.programme.playlists.push_back(playlist(2, 500, 40));
  radio.programme.playlists.push_back(playlist(3, 700, 40));
  radio.programme.playlists.push_back(playlist(4, 900, 2, 6));
  radio.programme.clocks.push_back({8,
                                    "Pop",
                                    {{Slot::Kind::playlist, 2},
                                     {Slot::Kind::jingle, 4},
                                     {Slot::Kind::playlist, 3},
                                     {Slot::Kind::playlist, 77}}});
  radio.programme.dayparts.push_back({1, "Morning", {every_day, 6h}, 10h, 8});
  radio.now = monday(5h + 1min);
  std::int64_t expected = 2;
  WallTime hour{};
  for (const auto& item : radio.until(monday(11h))) {
    if (item.play.start < monday(6h) || item.play.start >= monday(10h)) {
      EXPECT_EQ(item.why.rule, Rule::rotation);
      continue;
    }
    const auto this_hour = Zone::utc()->hour_of(item.play.start);
    if (this_hour != hour) expected = 2;  // begins anew
    hour = this_hour;
    EXPECT_EQ(item.play.playlist, expected);
    expected = expected == 2 ? 4 : expected == 4 ? 3 : 2;
  }
}

TEST(Choose, DaypartPlaylist) {
  Radio radio{programme(50)};
  radio.programme.playlists.push_back(playlist(2, 500, 40));
  radio.programme.dayparts.push_back({1, "Night", {every_day, 22h}, 6h, 0, 2});
  for (const auto& item : radio.until(monday(24h))) {
    const auto hour = (item.play.start - monday()) / 1h;
    EXPECT_EQ(item.play.playlist, hour < 6 || hour >= 22 ? 2 : 1);
  }
}

TEST(Choose, RequestsWithinTheRules) {
  Radio radio{programme(60)};
  radio.programme.separation = {1h, 0h, 0h, 0h};
  radio.programme.shows.push_back({9, "Talk", 1, {every_day, 1h}, 1h});
  const auto first = radio.step()->song.id;  // just heard: has to wait for an hour
  const std::int64_t second = first == 150 ? 151 : 150, third = first == 140 ? 141 : 140;
  radio.programme.requests = {
      {1, first, monday(), "ann"}, {2, second, monday(), "ben"}, {3, third, monday(), "cid"}};
  std::map<std::int64_t, WallTime> played;
  std::vector<Chosen> items;
  while (radio.now < monday(3h)) {
    items.push_back(*radio.step());
    if (items.back().why.rule != Rule::request) continue;
    played[items.back().why.subject] = items.back().play.start;
    EXPECT_EQ(items.back().song.id, items.back().why.subject == 1   ? first
                                    : items.back().why.subject == 2 ? second
                                                                    : third);
    std::erase_if(radio.programme.requests,
                  [&](const Request& r) { return r.id == items.back().why.subject; });
  }
  EXPECT_EQ(played[2], monday(3min));
  EXPECT_EQ(played[3], monday(12min));  // two songs between
  EXPECT_GE(played[1], monday(2h));     // its distance, and then the show, which takes no requests
}

TEST(Choose, RequestWaitsUntilNothingCutsIt) {
  Radio radio{programme(60)};
  radio.programme.playlists.push_back(playlist(2, 900, 1, 60));
  radio.programme.events.push_back({5, "News", {every_day, 10min}, {}, true, 2, 0, Start::exact});
  radio.until(monday(6min));
  radio.programme.playlists[0].songs[0].duration_ms = 600'000;
  radio.programme.requests = {{1, 100, radio.now, "ann"}};
  std::map<std::int64_t, WallTime> played;
  for (const auto& item : radio.until(monday(1h)))
    if (item.why.rule == Rule::request) played.try_emplace(item.song.id, item.play.start);
  EXPECT_EQ(played[100], monday(11min));  // behind the news
  // One that is never whole is cut rather than never played.
  radio.programme.playlists[0].songs[1].duration_ms = 4'000'000;
  radio.programme.requests = {{2, 101, radio.now, "ben"}};
  const auto asked = radio.now;
  for (const auto& item : radio.until(monday(4h)))
    if (item.why.rule == Rule::request) played.try_emplace(item.song.id, item.play.start);
  EXPECT_GE(played[101], asked + 1h);
  EXPECT_LE(played[101], asked + 1h + 5min);
}

TEST(Choose, RestOfASongIsntResumedWhenAShowBegins) {
  Radio radio{programme(20, 200)};
  radio.programme.playlists.push_back(playlist(2, 900, 1, 10));
  radio.programme.playlists.push_back(playlist(3, 500, 10));
  radio.programme.jingles.push_back({1, "Hour", 2, 0, true, true});
  radio.programme.shows.push_back({9, "One", 3, {every_day, 1h}, 1h, true, true, Start::exact});
  std::map<WallTime, Rule> rules;
  for (const auto& item : radio.until(monday(2h))) rules[item.play.start] = item.why.rule;
  EXPECT_EQ(rules[monday(1h)], Rule::hour_jingle);
  EXPECT_EQ(rules[monday(1h + 10s)], Rule::show);
}

TEST(Choose, SaysWhyInWords) {
  Radio radio{programme(3)};
  radio.programme.shows.push_back({9, "Evening", 1, {every_day, 0h}, 24h});
  const auto chosen = radio.step();
  EXPECT_EQ(chosen->why.text(radio.programme), "The show \"Evening\" is on air");
  EXPECT_EQ(name(chosen->why.rule), "show");
}

}  // namespace
}  // namespace longwave::rules
