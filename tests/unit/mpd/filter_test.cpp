// SPDX-License-Identifier: Apache-2.0
#include "dialects/mpd/filter.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace longwave::mpd {
namespace {

Song song() {
  return {.id = TrackId{1},
          .uri = "Beta/Émigré/01 One.flac",
          .modified_s = 1'700'000'000,
          .format = "44100:f:2",
          .duration_ms = 30'040,
          .tags = {{Tag::title, "One"},
                   {Tag::artist, "Beta"},
                   {Tag::artist, "Gamma"},
                   {Tag::album, "Émigré"},
                   {Tag::track, "1"},
                   {Tag::date, "1999"}}};
}

bool matches(std::vector<std::string> words, bool fold = false) {
  auto filter = Filter::parse(words, fold);
  if (!filter) {
    ADD_FAILURE() << filter.error().message;
    return false;
  }
  return filter->matches(song());
}
std::string refused(std::vector<std::string> words) {
  auto filter = Filter::parse(words, false);
  return filter ? "taken" : filter.error().message;
}

TEST(MpdFilter, Expressions) {
  struct {
    const char* text;
    bool find, search;
  } const cases[] = {
      {"(artist == 'Beta')", true, true},
      {"(Artist == \"Gamma\")", true, true},
      {"(artist == 'beta')", false, true},
      {"(artist != 'Beta')", false, false},
      {"(artist != 'Delta')", true, true},
      {"(album contains 'migr')", true, true},
      {"(album contains 'ÉMIGRÉ')", false, true},
      {"(album !contains 'x')", true, true},
      {"(title =~ '^O.e$')", true, true},
      {"(title =~ '^o')", false, true},
      {"(title !~ '^x')", true, true},
      {"(any == 'One')", true, true},
      {"(any contains 'amm')", true, true},
      {"(albumartist == 'Beta')", true, true},
      {"(genre == '')", true, true},
      {"(genre == 'x')", false, false},
      {"(genre != 'x')", true, true},
      {"(file == 'Beta/Émigré/01 One.flac')", true, true},
      {"(base 'Beta')", true, true},
      {"(base 'Bet')", false, false},
      {"(base '')", true, true},
      {"(modified-since '2020-01-01')", true, true},
      {"(modified-since '2024-01-01T00:00:00Z')", false, false},
      {"(modified-since '1700000000')", true, true},
      {"(AudioFormat == '44100:f:2')", true, true},
      {"(AudioFormat =~ '44100:*:*')", true, true},
      {"(AudioFormat =~ '48000:*:*')", false, false},
      {"(!(artist == 'Beta'))", false, false},
      {"((artist == 'Beta') AND (date == '1999'))", true, true},
      {"((artist == 'Beta') AND (date == '2000'))", false, false},
      {"((artist == 'Beta') AND (!((date == '2000') AND (track == '1'))) AND (track == '1'))", true, true},
      {"(title == 'O\\ne')", true, true},
  };
  for (const auto& one : cases) {
    EXPECT_EQ(matches({one.text}), one.find) << one.text;
    EXPECT_EQ(matches({one.text}, true), one.search) << one.text;
  }
}

TEST(MpdFilter, PairsAsOfOld) {
  EXPECT_TRUE(matches({"artist", "Beta", "title", "One"}));
  EXPECT_FALSE(matches({"artist", "Beta", "title", "On"}));
  EXPECT_TRUE(matches({"ARTIST", "bet", "title", "ON"}, true));
  EXPECT_TRUE(matches({"any", "gam"}, true));
  EXPECT_TRUE(matches({"base", "Beta", "(title == 'One')"}));
  EXPECT_TRUE(matches({"modified-since", "2001-01-01"}));
}

TEST(MpdFilter, WhatIsWrongIsSaid) {
  EXPECT_EQ(refused({}), "Incorrect number of filter arguments");
  EXPECT_EQ(refused({"artist"}), "Incorrect number of filter arguments");
  EXPECT_EQ(refused({"bogus", "x"}), "Unknown filter type");
  EXPECT_EQ(refused({"(bogus == 'x')"}), "Unknown filter type: bogus");
  EXPECT_EQ(refused({"(artist == x)"}), "Quoted string expected");
  EXPECT_EQ(refused({"(artist = 'x')"}), "'==' or '!=' expected");
  EXPECT_EQ(refused({"(artist == 'x'"}), "')' expected");
  EXPECT_EQ(refused({"(artist == 'x)"}), "Closing quote not found");
  EXPECT_EQ(refused({"()"}), "Word expected");
  EXPECT_EQ(refused({"(!artist == 'x')"}), "'(' expected");
  EXPECT_EQ(refused({"((artist == 'x') OR (artist == 'y'))"}), "'AND' expected");
  EXPECT_EQ(refused({"(artist == 'x') y"}), "Unparsed garbage after expression");
  EXPECT_EQ(refused({"(modified-since 'x')"}), "Failed to parse date");
  EXPECT_EQ(refused({"(AudioFormat == 'x')"}), "Failed to parse the sample rate");
  EXPECT_NE(refused({"(artist =~ '(')"}).find("Error in regex"), std::string::npos);
}

TEST(MpdFilter, CostlyPatternsAreRefused) {
  const std::vector<std::string> patterns{"(a{100}){100}", "(.*)\\\\1", "a{99999}", std::string(300, 'a')};
  for (const auto& pattern : patterns) {
    EXPECT_NE(refused({"(artist =~ '" + pattern + "')"}).find("Error in regex"), std::string::npos)
        << pattern;
  }
  std::string deep;
  for (int i = 0; i < 2000; ++i) deep += "(!";
  EXPECT_EQ(refused({deep}), "Expression is nested too deeply");
}

TEST(MpdFilter, SortAndWindowAreCutOff) {
  const std::vector<std::string> words{"artist", "Beta", "sort", "-date", "window", "2:5", "position", "+0"};
  const auto selection = parse_selection(words, false);
  ASSERT_TRUE(selection);
  EXPECT_EQ(selection->sorting.tag, Tag::date);
  EXPECT_TRUE(selection->sorting.descending);
  EXPECT_EQ(selection->window.begin, 2u);
  EXPECT_EQ(selection->window.end, 5u);
  EXPECT_EQ(selection->position, "+0");
  std::vector<Song> songs(6, song());
  for (std::size_t i = 0; i < songs.size(); ++i) songs[i].tags = {{Tag::date, std::to_string(2000 + i)}};
  sort(songs, selection->sorting);
  cut(songs, selection->window);
  ASSERT_EQ(songs.size(), 3u);
  EXPECT_EQ(songs[0].tag(Tag::date), "2003");
  EXPECT_EQ(parse_selection(std::vector<std::string>{"artist", "x", "sort", "bogus"}, false).error().message,
            "Unknown sort tag");
}

TEST(MpdFilter, NumbersAndRanges) {
  EXPECT_EQ(parse_range("3:")->end, SIZE_MAX);
  EXPECT_EQ(parse_range("3")->end, 4u);
  EXPECT_EQ(parse_range("3:1").error().message, "Malformed range: 3:1");
  EXPECT_EQ(parse_range("x").error().message, "Integer or range expected: x");
  EXPECT_EQ(parse_integer("101", 0, 100).error().message, "Number too large: 101");
  EXPECT_EQ(parse_integer("-1", 0, 100).error().message, "Number too large: -1");
  EXPECT_EQ(parse_integer("3.5", 0, 100).error().message, "Integer expected: 3.5");
  EXPECT_EQ(parse_bool("2").error().message, "Boolean (0/1) expected: 2");
  EXPECT_EQ(parse_float("nan").error().message, "Float expected: nan");
}

TEST(MpdSong, Printed) {
  std::string out;
  TagMask mask = known_tags();
  mask.reset(index(Tag::date));
  print(out, song(), mask);
  EXPECT_EQ(
      out,
      "file: Beta/Émigré/01 One.flac\nLast-Modified: 2023-11-14T22:13:20Z\nFormat: 44100:f:2\nTitle: One\n"
      "Artist: Beta\nArtist: Gamma\nAlbum: Émigré\nTrack: 1\nTime: 30\nduration: 30.040\n");
}

TEST(MpdSong, FoldersStandBehindWhatIsInTheirParent) {
  const std::vector<std::string> sorted{"", "A", "A/B", "A/B/C", "A b", "B"};
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    for (std::size_t j = 0; j < sorted.size(); ++j) {
      EXPECT_EQ(folder_before(sorted[i], sorted[j]), i < j) << sorted[i] << " | " << sorted[j];
    }
  }
}

}  // namespace
}  // namespace longwave::mpd
