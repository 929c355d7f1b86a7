// SPDX-License-Identifier: Apache-2.0
#include "schedule/autodj.hpp"

#include "unit/schedule/desk.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <string>

namespace longwave::schedule {
namespace {

using test::library;
using test::minutes;

Samples hours(double h) {
  return minutes(60 * h);
}

TEST(AutoDj, DrawsByWeight) {
  auto rows = library(4);
  rows[0].weight = 1;
  rows[1].weight = 2;
  rows[2].weight = 5;
  rows[3].weight = 0;  // never drawn
  const Catalogue catalogue(rows);
  Random random(3);
  std::map<std::int64_t, int> drawn;
  constexpr int n = 40'000;
  for (int i = 0; i < n; ++i) ++drawn[pick(catalogue, {}, {}, random)->candidate.track.value];
  EXPECT_EQ(drawn[4], 0);
  for (const auto& [track, share] : std::map<int, double>{{1, 1 / 8.0}, {2, 2 / 8.0}, {3, 5 / 8.0}}) {
    const auto deviation = std::sqrt(n * share * (1 - share));
    EXPECT_NEAR(drawn[track], n * share, 5 * deviation) << track;
  }
}

TEST(AutoDj, DrawsByWeightAlsoFromTheFewTheRulesLeave) {
  auto rows = library(1000, 10);
  rows[999].weight = 3;
  const Catalogue catalogue(rows);
  PickContext context;
  context.at = hours(10);
  for (int i = 1; i <= 998; ++i) context.heard.push_back({TrackId{i}, 0, hours(9)});
  Random random(4);
  int heavy = 0;
  constexpr int n = 4000;
  for (int i = 0; i < n; ++i) {
    const auto picked = pick(catalogue, {}, context, random);
    ASSERT_GE(picked->candidate.track.value, 999);
    EXPECT_EQ(picked->reason.candidates, 2);
    heavy += picked->candidate.track.value == 1000;
  }
  EXPECT_NEAR(heavy, n * 0.75, 5 * std::sqrt(n * 0.75 * 0.25));
}

TEST(AutoDj, KeepsTheDistancesAndCountsWhatTheyKeepOut) {
  const Catalogue catalogue(library(100, 10));  // tracks 1-10 of artist 1000, 11-20 of 1001 ...
  PickContext context;
  context.at = hours(10);
  context.heard = {{TrackId{1}, 1000, hours(10) - hours(4)},      // long ago
                   {TrackId{11}, 1001, hours(10) - hours(2)},     // the track only
                   {TrackId{21}, 1002, hours(10) - minutes(30)},  // track and artist
                   {TrackId{22}, 1002, hours(10) - minutes(20)}};
  Random random(1);
  std::map<std::int64_t, int> drawn;
  for (int i = 0; i < 5000; ++i) {
    const auto picked = pick(catalogue, {}, context, random);
    ++drawn[picked->candidate.track.value];
    ASSERT_EQ(picked->reason.rule, rule::autodj);
    ASSERT_EQ(picked->reason.candidates, 89);
    ASSERT_EQ(picked->reason.excluded,
              (std::vector<std::pair<std::string, std::int64_t>>{{"artist", 8}, {"track", 3}}));
  }
  EXPECT_EQ(drawn.size(), 89U);
  EXPECT_TRUE(drawn.contains(1));
  EXPECT_FALSE(drawn.contains(11));
  for (int track = 21; track <= 30; ++track) EXPECT_FALSE(drawn.contains(track)) << track;
}

TEST(AutoDj, GivesWayInTheDocumentedOrder) {
  struct Case {
    const char* name;
    std::vector<Candidate> rows;
    std::vector<Heard> heard;
    std::vector<std::int64_t> allowed;
    std::string_view rule;
  };
  const auto at = hours(10);
  const auto ago = [&](double m) { return at - minutes(m); };
  const Case cases[] = {
      {"the artist's distance first: who was heard longest ago",
       library(4, 2),
       {{TrackId{1}, 1000, ago(40)}, {TrackId{3}, 1001, ago(5)}},
       {2},
       rule::relaxed},
      {"no distance of the artist helps: the track's is still kept",
       library(3, 3),
       {{TrackId{1}, 1000, ago(60)}, {TrackId{2}, 1000, ago(0)}},
       {3},
       rule::relaxed},
      {"then the track's: longest ago first",
       library(3, 1),
       {{TrackId{1}, 1000, ago(100)}, {TrackId{2}, 1001, ago(20)}, {TrackId{3}, 1002, ago(0)}},
       {1},
       rule::relaxed},
      {"then anything but the one before",
       library(3, 3),
       {{TrackId{1}, 1000, ago(2)}, {TrackId{2}, 1000, ago(1)}, {TrackId{3}, 1000, ago(0)}},
       {1, 2},
       rule::relaxed},
      {"at last the same again", library(1), {{TrackId{1}, 1000, ago(0)}}, {1}, rule::relaxed},
      {"the full distances, when there is enough",
       library(2, 1),
       {{TrackId{1}, 1000, ago(0)}},
       {2},
       rule::autodj},
  };
  for (const auto& c : cases) {
    const Catalogue catalogue(c.rows);
    PickContext context;
    context.at = at;
    context.heard = c.heard;
    Random random(1);
    std::map<std::int64_t, int> drawn;
    for (int i = 0; i < 200; ++i) {
      const auto picked = pick(catalogue, {}, context, random);
      ASSERT_TRUE(picked) << c.name;
      ++drawn[picked->candidate.track.value];
      EXPECT_EQ(picked->reason.rule, c.rule) << c.name;
    }
    std::vector<std::int64_t> tracks;
    for (const auto& [track, n] : drawn) tracks.push_back(track);
    EXPECT_EQ(tracks, c.allowed) << c.name;
  }
}

TEST(AutoDj, NeverDrawsWhatFailedLatelyOrCannotBePlayed) {
  auto rows = library(4);
  rows[0].playable = false;
  const Catalogue catalogue(rows);
  const std::unordered_map<TrackId, Samples> avoided{{TrackId{2}, hours(11)}, {TrackId{3}, hours(9)}};
  PickContext context;
  context.at = hours(10);
  context.avoided = &avoided;
  Random random(1);
  for (int i = 0; i < 200; ++i) {
    const auto picked = pick(catalogue, {}, context, random);
    EXPECT_GE(picked->candidate.track.value, 3);
    EXPECT_EQ(picked->reason.excluded, (std::vector<std::pair<std::string, std::int64_t>>{{"failed", 1}}));
  }
  const Catalogue nothing({rows[0], rows[1]});
  EXPECT_FALSE(pick(nothing, {}, context, random)) << "the failed one is not a way out";
  EXPECT_FALSE(pick(Catalogue{{}}, {}, context, random));
}

TEST(AutoDj, OpensWithTheShortestKnownLength) {
  auto rows = library(5);
  rows[0].duration_ms = 0;  // not known
  rows[2].duration_ms = 31'000;
  rows[3].duration_ms = 4'000;
  rows[3].playable = false;
  const Catalogue catalogue(rows);
  PickContext context;
  context.shortest = true;
  Random random(1);
  const auto picked = pick(catalogue, {}, context, random);
  EXPECT_EQ(picked->candidate.track, TrackId{3});
  EXPECT_EQ(picked->reason.rule, rule::opening);
}

TEST(AutoDj, AnUnknownArtistIsNoArtist) {
  auto rows = library(3);
  for (auto& row : rows) row.artist = 0;
  const Catalogue catalogue(rows);
  PickContext context;
  context.at = hours(1);
  context.heard = {{TrackId{1}, 0, hours(1)}};
  Random random(1);
  const auto picked = pick(catalogue, {}, context, random);
  EXPECT_EQ(picked->reason.rule, rule::autodj);
  EXPECT_EQ(picked->reason.candidates, 2);
}

TEST(Reason, SurvivesItsJson) {
  const Reason reason{"autodj", "Drawn from 3 \"good\" tracks", 3, {{"artist", 2}, {"track", 1}}};
  EXPECT_EQ(*Reason::from_json(reason.to_json()), reason);
  const Reason request{"request", "Requested by Zoë", 0, {}};
  EXPECT_EQ(*Reason::from_json(request.to_json()), request);
  EXPECT_EQ(request.to_json(), R"({"rule":"request","text":"Requested by Zoë"})");
  for (const char* bad :
       {"", "[]", "{", R"({"rule":1,"text":""})", R"({"rule":"x"})",
        R"({"rule":"x","text":"","candidates":"3"})", R"({"rule":"x","text":"","excluded":[]})"}) {
    EXPECT_FALSE(Reason::from_json(bad)) << bad;
  }
}

}  // namespace
}  // namespace longwave::schedule
