// SPDX-License-Identifier: Apache-2.0
#include "unit/radios/stage.hpp"

#include <gtest/gtest.h>

#include <algorithm>

/// What comes of the programme: jingles, the full hour, shows, playlists that are prepared and loaded again.
namespace longwave::radios::test {
namespace {

const Master st01{"st-01", false};
const Master ahead{"st-02", true};

std::shared_ptr<rules::Programme> with_jingle(const std::vector<Duration>& lengths, Duration jingle) {
  auto made = programme(lengths);
  made->playlists.push_back(in_order(2, 900, {jingle}));
  rules::Jingle row;
  row.id = 5;
  row.playlist = 2;
  made->jingles.push_back(row);
  return made;
}

TEST(Hour, JingleOnTheSecondAndTheSongGoesOnWhereItStood) {
  Stage stage(monday_17h + 58min);
  auto made = with_jingle({600s, 200s}, 12s);
  made->jingles[0].on_the_hour = true;
  stage.programmes["R"] = made;
  stage.radios->create("R", st01);
  stage.advance(20min);
  const auto plays = stage.plays();
  ASSERT_GE(plays.size(), 4U);
  EXPECT_EQ(plays[1].file, "000000900.mp3");
  EXPECT_EQ(plays[1].start, 2min);
  EXPECT_GE(plays[1].delay, 5s);
  EXPECT_LE(plays[1].delay, 60s);
  EXPECT_EQ(plays[1].at + plays[1].delay, 2min);
  EXPECT_EQ(plays[2].file, "000000001.mp3");
  EXPECT_EQ(plays[2].start, 2min + 12s);
  EXPECT_EQ(plays[2].offset, 2min);
  EXPECT_EQ(plays[2].delay, 5s);
  EXPECT_EQ(plays[3].start, 10min + 12s);
  const auto started = stage.started();
  ASSERT_GE(started.size(), 2U);  // the song that goes on isn't a new one, the jingle isn't a song
  EXPECT_EQ(started[0].song, 1);
  EXPECT_EQ(started[1].song, 2);
}

TEST(Hour, TheProgrammeMayBeLoadedAnewMeanwhile) {
  Stage stage(monday_17h + 58min);
  std::vector<Duration> lengths(200, 600s);
  auto made = with_jingle(lengths, 12s);
  made->jingles[0].on_the_hour = true;
  stage.programmes["R"] = made;
  stage.radios->create("R", st01);
  stage.advance(2min + 1s);
  stage.radios->programme_changed("R");
  stage.advance(20s);
  const auto plays = stage.plays();
  ASSERT_EQ(plays.size(), 3U);
  EXPECT_EQ(plays[2].file, plays[0].file);
  EXPECT_EQ(plays[2].offset, 2min);
}

TEST(Hour, RadiosAreSpreadOverTheMinuteBefore) {
  Stage stage(monday_17h + 55min);
  for (int i = 0; i < 200; ++i) {
    auto made = with_jingle({600s, 200s}, 12s);
    made->jingles[0].on_the_hour = true;
    const auto name = "R" + std::to_string(i);
    stage.programmes[name] = made;
    stage.radios->create(name, st01);
  }
  stage.advance(5min);
  std::map<std::int64_t, int> seconds;
  for (const auto& play : stage.plays())
    if (play.file == "000000900.mp3") seconds[to_ms(play.at) / 1000]++;
  int most = 0;
  int all = 0;
  for (const auto& [second, n] : seconds) {
    most = std::max(most, n);
    all += n;
  }
  EXPECT_EQ(all, 200);
  EXPECT_LE(most, 20);
  EXPECT_GE(seconds.begin()->first, 240);
  EXPECT_LE(seconds.rbegin()->first, 295);
}

TEST(Jingles, EveryThreeSongs) {
  Stage stage;
  auto made = with_jingle({100s, 100s, 100s, 100s, 100s}, 10s);
  made->jingles[0].every_songs = 3;
  stage.programmes["R"] = made;
  stage.radios->create("R", st01);
  stage.advance(1h);
  int songs = 0;
  for (const auto& play : stage.plays()) {
    if (play.file == "000000900.mp3") {
      EXPECT_EQ(songs, 3);
      songs = 0;
    } else {
      ++songs;
    }
  }
}

TEST(Shows, AreOnAirAndRecorded) {
  Stage stage(monday_17h + 50min);
  auto made = programme({100s, 110s});
  made->playlists.push_back(in_order(3, 300, {120s, 130s, 140s}));
  rules::Show show;
  show.id = 44;
  show.playlist = 3;
  show.at = {1, 18h};  // Mondays
  show.duration = 10min;
  show.random_play = false;
  made->shows.push_back(show);
  stage.programmes["R"] = made;
  stage.radios->create("R", st01);
  stage.advance(30min);
  std::vector<std::int64_t> in_show;
  for (const auto& song : stage.started()) {
    const bool on_air = song.start >= 10min && song.start < 20min;
    EXPECT_EQ(song.song >= 300, on_air) << song.song << " at " << to_ms(song.start);
    if (on_air) in_show.push_back(song.song);
  }
  ASSERT_GE(in_show.size(), 4U);
  EXPECT_EQ((std::vector<std::int64_t>(in_show.begin(), in_show.begin() + 4)),
            (std::vector<std::int64_t>{300, 301, 302, 300}));
  bool recorded = false;
  for (const auto& change : stage.radios->take_changes(10).put) recorded = recorded || change.show == 0;
  EXPECT_TRUE(recorded);
}

TEST(Shows, TheStateSaysWhichAndSinceWhen) {
  Stage stage(monday_17h + 50min);
  auto made = programme({100s, 110s});
  made->playlists.push_back(in_order(3, 300, {120s}));
  rules::Show show;
  show.id = 44;
  show.playlist = 3;
  show.at = {1, 18h};
  show.duration = 10min;
  made->shows.push_back(show);
  stage.programmes["R"] = made;
  stage.radios->create("R");
  stage.advance(17min);
  const auto changes = stage.radios->take_changes(10);
  ASSERT_EQ(changes.put.size(), 1U);
  EXPECT_EQ(changes.put[0].show, 44);
  EXPECT_GE(changes.put[0].show_time - stage.begin, 10min);
  EXPECT_LT(changes.put[0].show_time - stage.begin, 12min);
  stage.advance(10min);
  EXPECT_EQ(stage.radios->take_changes(10).put[0].show, 0);
}

TEST(Loading, ALongPlaylistIsAskedForAgainWhenThreeAreLeft) {
  Stage stage;
  stage.programmes["R"] = programme(std::vector<Duration>(500, 100s));
  stage.radios->create("R", st01);
  stage.advance(4600s);
  EXPECT_EQ(stage.loads, 1);
  stage.advance(200s);
  EXPECT_EQ(stage.loads, 2);
  stage.advance(5h);
  int n = 0;
  for (const auto& song : stage.started())
    EXPECT_EQ(song.song, ++n);  // nothing is left out, nothing comes twice
  EXPECT_EQ(n, 229);
}

TEST(Loading, ASourceThatIsDownIsNoSilence) {
  Stage stage;
  stage.programmes["R"] = programme(std::vector<Duration>(500, 100s));
  stage.radios->create("R", st01);
  stage.advance(1s);
  stage.down = true;
  stage.advance(10h);
  const auto plays = stage.plays();
  EXPECT_EQ(plays.size(), 361U);
  stage.down = false;
  stage.advance(1min);
  EXPECT_EQ(stage.radios->counts().loading, 0U);
}

TEST(Loading, AtMostSoManyAtTheSameTimeAndTheSilentFirst) {
  Settings settings;
  settings.loads = 3;
  Stage stage(monday_17h, settings);
  for (int i = 0; i < 10; ++i) {
    stage.programmes["R" + std::to_string(i)] = programme({100s});
    stage.radios->create("R" + std::to_string(i));
  }
  EXPECT_EQ(stage.wanted.size(), 3U);
  stage.advance(0s);
  EXPECT_EQ(stage.loads, 10);
  EXPECT_EQ(stage.started().size(), 10U);
}

TEST(Changes, ArriveWhileTheOldIsBeingReadAreReadAgain) {
  Stage stage;
  stage.programmes["R"] = programme({100s});
  stage.radios->create("R");
  stage.radios->programme_changed("R");
  stage.advance(0s);
  EXPECT_EQ(stage.loads, 2);
}

TEST(Changes, MakeARadioThatHasNoState) {
  Stage stage;
  stage.programmes["R"] = programme({100s});
  stage.radios->programme_changed("R");
  stage.advance(0s);
  EXPECT_TRUE(stage.radios->exists("R"));
  EXPECT_EQ(stage.started().size(), 1U);
}

TEST(Changes, ADeletedPlaylistIsNotPlayedAnyMore) {
  Stage stage;
  auto made = programme({100s, 110s, 120s});
  made->default_playlist = 1;
  stage.programmes["R"] = made;
  stage.radios->create("R", st01);
  stage.advance(10s);
  auto other = std::make_shared<rules::Programme>();
  other->default_playlist = 9;
  other->playlists.push_back(in_order(9, 90, {60s}));
  stage.programmes["R"] = other;
  stage.radios->playlist_deleted("R", 1);
  stage.plays();
  stage.advance(200s);
  for (const auto& play : stage.plays()) EXPECT_EQ(play.file, "000000090.mp3");
}

TEST(Ahead, CoversThreeMinutesAndThreeItems) {
  for (const Duration length : {Duration{20s}, Duration{400s}}) {
    Stage stage;
    stage.programmes["R"] = programme({length, length + 1s, length + 2s});
    stage.radios->create("R", ahead);
    stage.advance(1h);
    std::map<std::int64_t, Said> prepared;
    for (const auto& said : stage.all) {
      if (said.kind == Said::Kind::prepare) prepared[said.item] = said;
      if (said.kind != Said::Kind::play || said.at == 0s) continue;
      ASSERT_TRUE(prepared.contains(said.item));
      EXPECT_EQ(prepared[said.item].start, said.start);
      EXPECT_EQ(prepared[said.item].file, said.file);
      // The moment before the next is announced is when the least is covered.
      EXPECT_GE(std::distance(prepared.find(said.item), prepared.end()), 3);
      const auto& last = prepared.rbegin()->second;
      EXPECT_GE(last.start + last.duration, said.at + 180s);
    }
  }
}

TEST(Ahead, AChangeReplacesWhatWasOnlyPrepared) {
  Stage stage;
  stage.programmes["R"] = programme({100s, 110s, 120s});
  stage.radios->create("R", ahead);
  stage.advance(50s);
  stage.prepares();
  auto other = programme({100s, 110s, 120s});
  for (auto& song : other->playlists[0].songs) song.file += 50;
  other->playlists[0].edition = 1;
  stage.programmes["R"] = other;
  stage.radios->programme_changed("R");
  stage.advance(0s);
  const auto prepares = stage.prepares();
  ASSERT_GE(prepares.size(), 3U);
  EXPECT_EQ(prepares[0].start, 100s);
  EXPECT_EQ(prepares[0].file, "000000052.mp3");
}

TEST(Ahead, MoreItemsThanAreEverPreparedAreReadInTurn) {
  Stage stage;
  stage.programmes["R"] = programme(std::vector<Duration>(300, 2s));
  stage.radios->create("R", ahead);
  stage.advance(20min);
  EXPECT_LE(stage.loads, 16);  // 600 songs of 50 each, and some
  std::int64_t song = 0;
  for (const auto& started : stage.started()) {
    EXPECT_EQ(started.song, song % 300 + 1);
    ++song;
  }
}

TEST(Ahead, NoneForOriginalsAndNoneWithoutAMaster) {
  Stage stage;
  stage.programmes["R"] = programme({100s, 110s, 120s});
  stage.radios->create("R", st01);
  stage.advance(200s);
  EXPECT_TRUE(stage.prepares().empty());
  stage.radios->join("R", ahead);
  EXPECT_FALSE(stage.prepares().empty());
  stage.radios->set_master("R", std::nullopt);
  stage.advance(1000s);
  EXPECT_TRUE(stage.prepares().empty());
}

TEST(Explain, SaysWhatIsOnAirWhatComesAndWhy) {
  Stage stage;
  stage.programmes["R"] = programme({100s, 110s, 120s});
  stage.radios->create("R", ahead);
  stage.advance(50s);
  const auto told = stage.radios->explain("R");
  ASSERT_TRUE(told);
  EXPECT_TRUE(told->playing);
  ASSERT_GE(told->items.size(), 3U);
  EXPECT_EQ(told->items[0].first.song, 1);
  EXPECT_EQ(told->items[0].second.rule, "rotation");
  EXPECT_FALSE(told->items[0].second.text.empty());
  EXPECT_FALSE(stage.radios->explain("nope"));
}

TEST(Views, EventsAndList) {
  Stage stage;
  stage.programmes["A"] = programme({100s});
  stage.programmes["B"] = programme({200s});
  stage.programmes["C"] = programme({});
  stage.radios->create("A");
  stage.radios->create("B", st01);
  stage.radios->create("C");
  stage.advance(1s);
  const auto events = stage.radios->events("A");
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].kind, EventKind::prepare);
  EXPECT_EQ(events[0].at - stage.begin, 95s);
  const auto all = stage.radios->list(Show::all, 0, 10);
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[0].radio, "B");
  EXPECT_EQ(all[1].radio, "C");
  EXPECT_TRUE(all[1].broken);
  EXPECT_EQ(stage.radios->list(Show::streaming, 0, 10).size(), 1U);
  EXPECT_EQ(stage.radios->list(Show::broken, 0, 10).size(), 1U);
  EXPECT_EQ(stage.radios->list(Show::all, 1, 1)[0].radio, "C");
}

TEST(Requests, AreFulfilledOnceHoweverOftenTheProgrammeIsRead) {
  Stage stage;
  auto made = programme({100s, 100s, 100s, 100s, 100s, 100s});
  made->request_rules.enabled = true;
  stage.programmes["R"] = made;
  stage.radios->create("R", st01);
  stage.advance(10s);
  auto wished = std::make_shared<rules::Programme>(*made);
  wished->requests.push_back({77, 5, stage.clock.wall(), "ada"});
  stage.programmes["R"] = wished;
  for (int i = 0; i < 60; ++i) {  // until it is stored that it was fulfilled
    stage.radios->programme_changed("R");
    stage.advance(5s);
    if (!stage.fulfilled.empty()) break;
  }
  ASSERT_EQ(stage.fulfilled, std::vector<std::int64_t>{77});
  stage.radios->programme_changed("R");
  stage.advance(60s);  // it is still on
  stage.programmes["R"] = made;
  stage.radios->programme_changed("R");
  stage.advance(20min);
  EXPECT_EQ(stage.fulfilled, std::vector<std::int64_t>{77});
}

TEST(Ended, ItemsAreToldWithTheirTimesAndWhy) {
  Stage stage;
  auto made = with_jingle({100s, 200s}, 12s);
  made->jingles[0].every_songs = 1;
  stage.programmes["R"] = made;
  stage.radios->create("R", st01);
  stage.advance(500s);
  ASSERT_GE(stage.ended.size(), 3U);
  EXPECT_EQ(stage.ended[0].song, 1);
  EXPECT_EQ(stage.ended[0].end - stage.ended[0].start, 100s);
  EXPECT_EQ(stage.ended[1].song, 900) << "jingles too";
  EXPECT_LE(stage.ended[1].start, stage.ended[0].end);
  EXPECT_EQ(stage.ended[2].song, 2);
  for (const auto& one : stage.ended) EXPECT_FALSE(one.why.empty());
}

}  // namespace
}  // namespace longwave::radios::test
