// SPDX-License-Identifier: Apache-2.0
#include "unit/schedule/desk.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <set>

/// A station that chooses by a programme.
namespace longwave::schedule {
namespace {

using namespace std::chrono_literals;
using test::Desk;
using test::library;
using test::minutes;

rules::Playlist list_of(std::int64_t id, std::initializer_list<std::int64_t> tracks) {
  rules::Playlist playlist;
  playlist.id = id;
  playlist.name = "list " + std::to_string(id);
  for (const auto track : tracks) {
    rules::Song song;
    song.id = track;
    song.order = static_cast<std::int32_t>(playlist.songs.size());
    playlist.songs.push_back(song);
  }
  return playlist;
}

/// Tracks 1..40 are music; 41 and 42 jingles, 43 the news; 44..46 a show's.
StationProgramme programme() {
  StationProgramme p;
  p.enabled = true;
  p.next_id = 100;
  p.rules.default_playlist = 1;
  rules::Playlist all;
  all.id = 1;
  for (int i = 1; i <= 40; ++i) {
    rules::Song song;
    song.id = i;
    song.order = i;
    all.songs.push_back(song);
  }
  p.rules.playlists = {all, list_of(2, {41, 42}), list_of(3, {43}), list_of(4, {44, 45, 46})};
  return p;
}

class ProgrammeTest : public ::testing::Test {
 protected:
  ProgrammeTest() : desk(library(50)) {
    desk.lengths[TrackId{41}] = desk.lengths[TrackId{42}] = minutes(0.2);
    desk.lengths[TrackId{43}] = minutes(1);
    // The desk's clock begins at 08:00:00 UTC on a Friday (2027-01-15).
    desk.answer_all();
  }
  void use(StationProgramme p) {
    auto shared = std::make_shared<const StationProgramme>(std::move(p));
    ASSERT_TRUE(desk.run(SetProgramme{shared, std::nullopt}));
    desk.answer_all();
  }
  std::vector<HistoryRow> played() const {
    std::vector<HistoryRow> rows;
    for (const auto& [id, row] : desk.history) {
      if (row.end_at > row.start_at) rows.push_back(row);
    }
    return rows;
  }
  /// Since the hour.
  static Duration past_hour(WallTime at) { return at.time_since_epoch() % 1h; }
  Desk desk;
};

TEST_F(ProgrammeTest, ChoosesByItAtOnceAndSaysWhy) {
  use(programme());
  desk.pass(1h);
  int by_it = 0;
  for (const auto& row : played()) {
    if (!row.reason.programmed) continue;  // what was on air already
    ++by_it;
    EXPECT_EQ(row.reason.rule, "programme.rotation");
    EXPECT_EQ(row.reason.programmed->playlist, 1);
    EXPECT_LE(row.track.value, 40);
    EXPECT_FALSE(row.reason.text.empty());
    EXPECT_GT(row.reason.candidates, 0);
  }
  EXPECT_GE(by_it, 18);
}

TEST_F(ProgrammeTest, OffAndTheAutoDjIsBack) {
  use(programme());
  desk.pass(10min);
  auto off = programme();
  off.enabled = false;
  use(off);
  EXPECT_EQ(desk.programmer->queue().entries().back()->reason.rule, rule::autodj);
  EXPECT_FALSE(desk.programmer->programme().works());
  EXPECT_EQ(desk.programmer->programme().rules().playlists.size(), 4U) << "it can still be previewed";
  desk.pass(1h);
  EXPECT_TRUE(played().back().reason.drawn());
  EXPECT_FALSE(played().back().reason.programmed);
}

TEST_F(ProgrammeTest, OnlyFromTheVersionThatWasRead) {
  use(programme());
  auto shared = std::make_shared<const StationProgramme>(programme());
  const auto stale = desk.run(SetProgramme{shared, 0});
  ASSERT_FALSE(stale);
  EXPECT_EQ(stale.error().code, Errc::conflict);
  EXPECT_TRUE(desk.run(SetProgramme{shared, 1}));
  EXPECT_EQ(desk.saved.station.programme->version, 2U);
}

TEST_F(ProgrammeTest, NewsOnTheSecondAndTheSongGoesOn) {
  auto p = programme();
  p.rules.events.push_back({9, "News", {rules::every_day, 30min}, {}, true, 3, 0, rules::Start::exact, true});
  use(p);
  desk.pass(5h);
  int news = 0;
  const auto rows = played();
  for (std::size_t i = 1; i + 1 < rows.size(); ++i) {
    EXPECT_EQ(rows[i].start_at, rows[i - 1].end_at);  // no hole
    if (rows[i].reason.rule != "programme.event") continue;
    ++news;
    EXPECT_EQ(rows[i].track.value, 43);
    const auto late = past_hour(rows[i].started) - 30min;
    const auto before = rows[i - 1];
    const auto heard = before.end_at - before.start_at;
    const bool was_cut = heard < minutes(3);
    EXPECT_GE(late, was_cut ? Duration{0ms} : Duration{-500ms});
    EXPECT_LE(late, 27ms);
    if (heard > minutes(3) - Samples{441'000}) continue;
    EXPECT_EQ(rows[i + 1].reason.rule, "programme.resumed");
    EXPECT_EQ(rows[i + 1].track, before.track);
    EXPECT_NEAR(static_cast<double>((rows[i + 1].end_at - rows[i + 1].start_at + heard).count()),
                static_cast<double>(minutes(3).count()), 2 * 1152.0);
  }
  EXPECT_EQ(news, 5);
  // The player was told to cut exactly there, and to go on from where it was.
  int cuts = 0, offsets = 0;
  for (const auto& play : desk.ordered<orders::Play>()) {
    cuts += play.cut && play.track.value == 43 ? 1 : 0;
    offsets += play.offset > Samples{0} ? 1 : 0;
  }
  EXPECT_GE(cuts, 4);
  EXPECT_GE(offsets, 4);
}

/// Put 6 s before its time, with a song that nobody has measured yet.
TEST_F(ProgrammeTest, AnEventThatIsntReadyIsCoveredUntilItIs) {
  for (const auto ready_after : {Duration{3s}, Duration{10s}}) {
    Desk station(library(50));
    station.answer_all();
    ASSERT_TRUE(
        station.run(SetProgramme{std::make_shared<const StationProgramme>(programme()), std::nullopt}));
    station.answer_all();
    station.pass(20min + 30s);
    const auto second = std::chrono::ceil<std::chrono::seconds>(station.moment().wall) + 6s;
    const auto midnight = std::chrono::floor<std::chrono::days>(second);
    auto p = programme();
    p.rules.events.push_back(
        {9, "News", {rules::every_day, second - midnight}, {}, false, 3, 0, rules::Start::exact, false, 30s});
    station.unanswered = {TrackId{43}};
    const auto entries = station.saved.station.next_entry;
    ASSERT_TRUE(station.run(SetProgramme{std::make_shared<const StationProgramme>(p), std::nullopt}));
    station.answer_all();
    station.pass(ready_after);
    const auto known = station.moment().wall;
    const bool in_time = known < second;
    EXPECT_NE(station.on_air(), TrackId{43});
    station.unanswered.clear();
    station.answer_all();
    station.pass(10s);
    EXPECT_EQ(station.on_air(), TrackId{43});
    const auto began =
        station.moment().wall - to_duration(station.position() - station.programmer->now().current->start_at);
    EXPECT_GE(began, second);
    EXPECT_LE(began, std::max<WallTime>(second, known) + (in_time ? 27ms : 1s));
    EXPECT_LT(station.saved.station.next_entry - entries, 12) << "nothing is put and taken for ever";
    EXPECT_EQ(station.history.rbegin()->second.reason.rule == rule::stand_in, !in_time);
    station.pass(5min);
    for (auto row = station.history.begin(); std::next(row) != station.history.end(); ++row)
      EXPECT_EQ(std::next(row)->second.start_at, row->second.end_at);
  }
}

TEST_F(ProgrammeTest, NewsComesBeforeRequestsThatStandInItsWay) {
  auto p = programme();
  p.rules.events.push_back({9, "News", {rules::every_day, 30min}, {}, true, 3, 0, rules::Start::exact});
  use(p);
  desk.pass(20min);
  Add add;
  for (std::int64_t t = 20; t < 30; ++t) add.tracks.push_back(TrackId{t});
  ASSERT_TRUE(desk.run(add));
  desk.pass(15min);
  const auto rows = played();
  const auto news = std::find_if(rows.begin(), rows.end(), [](const auto& r) { return r.track.value == 43; });
  ASSERT_NE(news, rows.end());
  EXPECT_LT(past_hour(news->started) - 30min, 27ms);
  EXPECT_EQ(std::prev(news)->reason.rule, "request");
  desk.pass(30min);
  std::set<std::int64_t> heard;
  for (const auto& row : played()) heard.insert(row.track.value);
  for (std::int64_t t = 20; t < 30; ++t) EXPECT_TRUE(heard.contains(t)) << t;
}

/// A skip brings what was chosen for the second too early: it waits, and something else is played.
TEST_F(ProgrammeTest, ASkipDoesntBringTheNewsTooEarly) {
  auto p = programme();
  p.rules.events.push_back({9, "News", {rules::every_day, 30min}, {}, true, 3, 0, rules::Start::exact});
  use(p);
  desk.pass(28min + 30s);
  EXPECT_EQ(desk.programmer->now().next->entry->track.value, 43);
  ASSERT_TRUE(desk.run(Skip{}));
  desk.pass(10s);
  EXPECT_NE(desk.on_air().value, 43);
  desk.pass(2min);
  const auto rows = played();
  int news = 0;
  for (const auto& row : rows) news += row.track.value == 43 ? 1 : 0;
  news += desk.on_air().value == 43 ? 1 : 0;
  EXPECT_EQ(news, 1);
  EXPECT_TRUE(desk.on_air().value == 43 || past_hour(rows.back().started) >= 30min);
}

TEST_F(ProgrammeTest, HourJingleShowAndJinglesByCount) {
  auto p = programme();
  p.rules.jingles.push_back({5, "Hour", 2, 0, true, false});
  p.rules.jingles.push_back({6, "Four", 2, 4});
  p.rules.shows.push_back(
      {7, "Show", 4, {rules::every_day, 9h}, 30min, false, true, rules::Start::boundary, false});
  use(p);
  desk.pass(3h);
  int on_the_hour = 0, by_count = 0;
  std::vector<std::int64_t> show;
  for (const auto& row : played()) {
    if (row.reason.rule == "programme.hour_jingle") {
      ++on_the_hour;
      EXPECT_LT(past_hour(row.started), 27ms);
    }
    by_count += row.reason.rule == "programme.jingle" ? 1 : 0;
    if (row.reason.rule == "programme.show") show.push_back(row.track.value);
  }
  EXPECT_EQ(on_the_hour, 1);  // at 10; at 9 the show keeps them out, 11 is the end
  EXPECT_GE(by_count, 10);
  ASSERT_GE(show.size(), 10U);
  for (std::size_t i = 0; i < show.size(); ++i) EXPECT_EQ(show[i], 44 + static_cast<std::int64_t>(i) % 3);
}

TEST_F(ProgrammeTest, WhatFailsIsntChosenAgainAtOnce) {
  desk.broken[TrackId{3}] = "broken";
  auto p = programme();
  p.rules.playlists[0] = list_of(1, {3, 4});
  use(p);
  desk.pass(30min);
  int failed = 0;
  for (const auto& [id, row] : desk.history) failed += row.track.value == 3 ? 1 : 0;
  EXPECT_EQ(failed, 1);
}

TEST_F(ProgrammeTest, NothingToPlayAndTheAutoDjHelpsOut) {
  auto p = programme();
  p.rules.playlists[0].songs.clear();
  p.rules.playlists.resize(1);
  use(p);
  desk.pass(20min);
  EXPECT_EQ(played().back().reason.rule, rule::autodj);
}

TEST_F(ProgrammeTest, RequestsWithinTheRulesAreTakenOutWhenPlayed) {
  auto p = programme();
  p.rules.requests = {{50, 17, desk.clock.wall(), "ann"}};
  use(p);
  desk.pass(20min);
  int wishes = 0;
  for (const auto& row : played())
    wishes += row.reason.rule == "programme.request" && row.track.value == 17 ? 1 : 0;
  EXPECT_EQ(wishes, 1);
  EXPECT_TRUE(desk.saved.station.programme->rules.requests.empty());
}

TEST_F(ProgrammeTest, ARestartForgetsNothing) {
  auto p = programme();
  p.rules.playlists[0].ordered = true;
  p.rules.events.push_back({9, "News", {rules::every_day, 30min}, {}, true, 3, 0, rules::Start::boundary});
  use(p);
  desk.pass(33min);
  desk.restart();
  desk.answer_all();
  desk.pass(40min);
  int news = 0;
  std::int64_t last = 0;
  for (const auto& row : played()) {
    news += row.track.value == 43 ? 1 : 0;
    if (row.reason.rule != "programme.rotation") continue;
    EXPECT_EQ(row.track.value, last % 40 + 1);
    last = row.track.value;
  }
  EXPECT_EQ(news, 1);
  EXPECT_GE(last, 15);
}

}  // namespace
}  // namespace longwave::schedule
