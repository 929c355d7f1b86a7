// SPDX-License-Identifier: Apache-2.0
#include "schedule/randy.hpp"

#include "unit/schedule/desk.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>

/// The selection by album: its constraints, its filter and its blacklists.
namespace longwave::schedule {
namespace {

using namespace std::chrono_literals;
using test::Desk;

/// `albums` albums; album a has a songs, of artist a.
std::vector<Candidate> shelf(int albums) {
  std::vector<Candidate> rows;
  for (int album = 1; album <= albums; ++album) {
    for (int song = 0; song < album; ++song) {
      Candidate row;
      row.track = TrackId{album * 100 + song};
      row.artist = album;
      row.album = album;
      row.duration_ms = 200'000;
      row.analysed = true;
      rows.push_back(row);
    }
  }
  return rows;
}

struct Bench {
  std::optional<Pick> draw(std::optional<std::int64_t> album = std::nullopt) {
    const Catalogue catalogue(rows, tags);
    auto picked = pick_by_album(catalogue, rules, lists, {now, {}, nullptr, album}, random);
    if (picked && keep) lists.add(rules, picked->candidate, now);
    return picked;
  }
  std::set<std::int64_t> drawn(int times) {
    std::set<std::int64_t> result;
    for (int i = 0; i < times; ++i) {
      if (const auto picked = draw()) result.insert(picked->candidate.track.value);
    }
    return result;
  }
  std::vector<Candidate> rows = shelf(4);
  Tags tags;
  RandomRules rules;
  Blacklists lists;
  WallTime now{std::chrono::hours{1000}};
  Random random{7};
  bool keep = false;
};

TEST(ByAlbum, EveryAlbumHasTheSameChance) {
  Bench bench;
  std::map<std::int64_t, int> times;
  for (int i = 0; i < 4000; ++i) ++times[bench.draw()->candidate.album];
  for (const auto& [album, count] : times) EXPECT_NEAR(count, 1000, 120) << album;
  EXPECT_EQ(bench.draw()->reason.rule, rule::album);
}

TEST(ByAlbum, ConstraintsKeepSongsOut) {
  struct Case {
    void (*spoil)(Candidate&);
    void (*allow)(RandomRules&);
  };
  const Case cases[] = {
      {[](Candidate& c) { c.disabled = true; }, [](RandomRules& r) { r.no_disabled = false; }},
      {[](Candidate& c) { c.favourite = -1; }, [](RandomRules& r) { r.no_hated = false; }},
      {[](Candidate& c) { c.bad_audio = true; }, [](RandomRules& r) { r.no_bad_audio = false; }},
      {[](Candidate& c) { c.duration_ms = 119'000; }, [](RandomRules& r) { r.min_song_s = 60; }},
      {[](Candidate& c) { c.duration_ms = 700'000; }, [](RandomRules& r) { r.max_song_s = 900; }},
  };
  for (const auto& c : cases) {
    Bench bench;
    for (auto& row : bench.rows) c.spoil(row);
    EXPECT_FALSE(bench.draw());
    c.allow(bench.rules);
    EXPECT_TRUE(bench.draw());
  }
  Bench live;
  for (auto& row : live.rows) row.live = true;
  EXPECT_TRUE(live.draw()) << "live music is allowed unless somebody says otherwise";
  live.rules.no_live = true;
  EXPECT_FALSE(live.draw());
  Bench hidden;
  for (auto& row : hidden.rows) row.hidden_album = row.album != 3;
  for (const auto track : hidden.drawn(50)) EXPECT_EQ(track / 100, 3);
}

TEST(ByAlbum, BlacklistsAreRingsAndGrowOld) {
  Bench bench;
  bench.keep = true;
  bench.rules.max_tries = 200;
  std::vector<std::int64_t> albums;
  for (int i = 0; i < 100; ++i) albums.push_back(bench.draw()->candidate.album);
  for (std::size_t i = 2; i < albums.size(); ++i) {
    EXPECT_NE(albums[i], albums[i - 1]);
    EXPECT_NE(albums[i], albums[i - 2]) << "two albums are listed";
  }
  EXPECT_EQ(bench.lists.songs.size(), 5U);
  EXPECT_EQ(bench.lists.albums.size(), 2U);
  EXPECT_EQ(bench.lists.artists.size(), 1U);

  Bench one;
  one.rows = shelf(1);
  one.keep = true;
  ASSERT_TRUE(one.draw());
  EXPECT_FALSE(one.draw()) << "the only song is listed";
  one.now += 25h;
  EXPECT_TRUE(one.draw()) << "a day later it isn't any more";
  one.rules.song_list = one.rules.album_list = one.rules.artist_list = 0;
  EXPECT_TRUE(one.draw()) << "changed lengths count at once";
}

TEST(ByAlbum, OfOneAlbumRatherAListedSongThanNone) {
  Bench bench;
  bench.keep = true;
  std::set<std::int64_t> tracks;
  for (int i = 0; i < 4; ++i) tracks.insert(bench.draw(4)->candidate.track.value);
  EXPECT_GE(tracks.size(), 3U);
  EXPECT_TRUE(bench.draw(1));
  EXPECT_EQ(bench.draw(1)->candidate.track.value, 100);
  EXPECT_FALSE(bench.draw(77));
}

TEST(ByAlbum, TheFilterOfGenresAndSubgenres) {
  Bench bench;
  constexpr std::int64_t metal = 1, jazz = 2, doom = 11, death = 12;
  bench.tags.sets = {{}, {metal}, {metal, doom}, {metal, death}, {jazz}};
  bench.tags.parents = {{doom, metal}, {death, metal}};
  for (auto& row : bench.rows) row.album_tags = static_cast<std::uint32_t>(row.album);
  const auto albums = [&] {
    std::set<std::int64_t> result;
    for (const auto track : bench.drawn(200)) result.insert(track / 100);
    return result;
  };
  bench.rules.genres = {{metal, {}}};
  EXPECT_EQ(albums(), (std::set<std::int64_t>{1, 2, 3}));
  bench.rules.genres = {{metal, {doom}}};
  EXPECT_EQ(albums(), (std::set<std::int64_t>{1, 2})) << "one of the chosen, or none at all";
  bench.rules.genres = {{metal, {doom}}, {jazz, {}}};
  EXPECT_EQ(albums(), (std::set<std::int64_t>{1, 2, 4}));
  for (auto& row : bench.rows) row.song_tags = row.album == 1 ? 4 : 0;
  EXPECT_EQ(albums(), (std::set<std::int64_t>{1, 2, 4})) << "its song is jazz, which is on";
  bench.rules.genres = {{metal, {doom}}};
  EXPECT_EQ(albums(), (std::set<std::int64_t>{2})) << "its only song is jazz, which is off";
}

TEST(ByAlbum, AStationAddsAndFillsByItsRules) {
  Desk desk(shelf(20));
  SetRandom set;
  set.rules.selection = Selection::albums;
  ASSERT_TRUE(desk.run(set));
  ASSERT_TRUE(desk.run(AddRandom{Where::last, 7, {}, "Anna"}));
  EXPECT_EQ(desk.tracks().back() / 100, 7);
  EXPECT_FALSE(desk.saved.station.blacklists.songs.empty()) << "what was added is listed, and that is kept";
  desk.answer_all();
  desk.pass(30min);
  EXPECT_EQ(desk.programmer->view().entries.back()->reason.rule, rule::album);
  const auto lists = desk.saved.station.blacklists;
  desk.restart();
  EXPECT_EQ(desk.saved.station.blacklists, lists);
  SetRandom none = set;
  none.rules.min_song_s = 900;
  none.rules.max_song_s = 901;
  ASSERT_TRUE(desk.run(none));
  EXPECT_EQ(desk.run(AddRandom{}).error().code, Errc::not_found);
  desk.answer_all();
  desk.pass(3h);
  EXPECT_NE(desk.on_air(), TrackId{}) << "a radio never falls silent: rotation helps out";
}

}  // namespace
}  // namespace longwave::schedule
