// SPDX-License-Identifier: Apache-2.0
#include "library/queries.hpp"
#include "library/marks.hpp"

#include "library/search.hpp"
#include "media.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

namespace longwave::library {
namespace {

namespace fs = std::filesystem;

Media song(const std::string& title, const std::string& artist, const std::string& album, int sound,
           int track = 1) {
  return {.tags = {{"TITLE", title},
                   {"ARTIST", artist},
                   {"ALBUM", album},
                   {"TRACKNUMBER", std::to_string(track)}},
          .seconds = 1,
          .sound = sound};
}

class Queries : public testing::Test {
 protected:
  Queries() {
    make(music_ / "a/1.wav", song("Hyperballad", "Björk", "Post", 1));
    make(music_ / "a/2.wav", song("Army of Me", "Björk", "Post", 2, 2));
    make(music_ / "b/1.wav", song("Post Office", "The Smiths", "Hatful", 3));
    make(music_ / "b/2.wav", song("Postcards from Italy", "Beirut", "Gulag Orkestar", 4));
    make(music_ / "c/1.wav", song("Ça ira", "Édith Piaf", "Été", 5));
    make(music_ / "c/2.wav", song("Sonne, Mond & Sterne!", "", "", 6));
    make(music_ / "d/1.wav", song("Группа крови", "Кино", "Группа крови", 7));
    shelf_.scan({music_.path()});
  }
  std::vector<std::string> find(const std::string& text, const Listing& listing = {}) {
    std::vector<std::string> titles;
    const auto page = shelf_.read([&](store::Session& s) { return search(s, text, listing); });
    for (const auto& track : page.items) titles.push_back(track.title);
    return titles;
  }
  Music music_;
  Shelf shelf_;
};
using Titles = std::vector<std::string>;

TEST_F(Queries, find_words_by_their_beginning_without_case_and_accents) {
  EXPECT_EQ(find("hyper"), Titles{"Hyperballad"});
  EXPECT_EQ(find("BJORK arm"), Titles{"Army of Me"});
  EXPECT_EQ(find("ca edith"), Titles{"Ça ira"});
  EXPECT_EQ(find("группа кро"), Titles{"Группа крови"});
  EXPECT_EQ(find("ballad"), Titles{}) << "not inside a word";
  EXPECT_EQ(find("bjork smiths"), Titles{}) << "every word";
}

TEST_F(Queries, a_title_stands_before_an_album) {
  const auto found = find("post");
  ASSERT_EQ(found.size(), 4u);
  EXPECT_EQ(found[0], "Post Office");
  EXPECT_EQ(found[1], "Postcards from Italy");
}

TEST_F(Queries, nothing_typed_is_an_operator) {
  const std::vector<std::string> hostile = {"\"", "post\"", "title:post", "post*",   "NEAR(a b)", "a AND",
                                            "(",  "^post",  "-post",      "'; DROP", "\xff\xfe",  "{}[]:"};
  for (const auto& text : hostile) EXPECT_NO_THROW(find(text)) << text;
  EXPECT_EQ(find("sonne, mond & STERNE!"), Titles{"Sonne, Mond & Sterne!"});
  EXPECT_EQ(to_fts_query("Ab-c \"d\" *"), "\"Ab\"* \"c\"* \"d\"*");
  EXPECT_EQ(to_fts_query("  ... "), "");
}

TEST_F(Queries, pages_have_totals_and_do_not_overlap) {
  std::vector<std::string> whole = find("", {.limit = 100}), parts;
  EXPECT_EQ(whole.size(), 7u);
  for (int offset = 0; offset < 9; offset += 2) {
    const auto page =
        shelf_.read([&](store::Session& s) { return search(s, "", {.limit = 2, .offset = offset}); });
    EXPECT_EQ(page.total, 7);
    for (const auto& track : page.items) parts.push_back(track.title);
  }
  EXPECT_EQ(parts, whole);
  const auto page =
      shelf_.read([](store::Session& s) { return search(s, "post", {.limit = 1, .offset = 1}); });
  EXPECT_EQ(page.total, 4);
  ASSERT_EQ(page.items.size(), 1u);
  EXPECT_EQ(page.items[0].title, "Postcards from Italy");
}

TEST_F(Queries, missing_tracks_are_left_out_unless_asked_for) {
  fs::remove(music_ / "a/1.wav");
  shelf_.scan({music_.path()});
  EXPECT_EQ(find("hyper"), Titles{});
  EXPECT_EQ(find("hyper", {.missing_too = true}), Titles{"Hyperballad"});
  EXPECT_EQ(find("").size(), 6u);
  const auto totals_now = shelf_.read([](store::Session& s) { return totals(s); });
  EXPECT_EQ(totals_now.tracks, 6);
  EXPECT_EQ(totals_now.missing, 1);
  const auto catalogue = shelf_.read([](store::Session& s) { return load_catalogue(s); });
  EXPECT_EQ(catalogue->size(), 7u);
  for (const auto& row : *catalogue) {
    const auto it = shelf_.read([&](store::Session& s) { return track(s, row.track).value(); });
    EXPECT_EQ(row.playable, it.title != "Hyperballad") << it.title;
  }
}

TEST_F(Queries, songs_of_one_title_have_one_key) {
  make(music_ / "e/1.wav", song("CA  IRA", "Somebody else", "", 8));
  shelf_.scan({music_.path()});
  const auto catalogue = shelf_.read([](store::Session& s) { return load_catalogue(s); });
  std::map<std::string, std::uint32_t> keys;
  for (const auto& row : *catalogue)
    keys[shelf_.read([&](store::Session& s) { return track(s, row.track).value(); }).title] = row.title;
  ASSERT_EQ(keys.size(), 8u);
  EXPECT_EQ(keys["Ça ira"], keys["CA IRA"]);
  std::set<std::uint32_t> different;
  for (const auto& [title, key] : keys) different.insert(key);
  EXPECT_EQ(different.size(), 7u);
  EXPECT_FALSE(different.contains(0));
}

TEST_F(Queries, artists_and_albums_stand_in_order_with_their_counts) {
  const auto people = shelf_.read([](store::Session& s) { return artists(s); });
  Titles names;
  for (const auto& artist : people.items) names.push_back(artist.name);
  EXPECT_EQ(names, (Titles{"Beirut", "Björk", "Édith Piaf", "The Smiths", "Кино"}));
  EXPECT_EQ(people.total, 5);
  EXPECT_EQ(people.items[1].tracks, 2);
  EXPECT_EQ(people.items[1].albums, 1);
  const auto some = shelf_.read([](store::Session& s) { return artists(s, "smith"); });
  EXPECT_EQ(some.total, 1);
  EXPECT_EQ(shelf_.read([](store::Session& s) { return artists(s, "the SMI").total; }), 1);
  EXPECT_EQ(shelf_.read([](store::Session& s) { return artists(s, "edith pi").total; }), 1);
  EXPECT_EQ(shelf_.read([](store::Session& s) { return artists(s, "iths").total; }), 0)
      << "not inside a word";
  EXPECT_EQ(shelf_.read([](store::Session& s) { return artists(s, "100%_").total; }), 0);

  const auto discs = shelf_.read([](store::Session& s) { return albums(s); });
  ASSERT_EQ(discs.total, 5);
  EXPECT_EQ(discs.items[3].title, "Post");
  EXPECT_EQ(discs.items[3].artist, "Björk");
  EXPECT_EQ(discs.items[3].tracks, 2);
  const auto his =
      shelf_.read([&](store::Session& s) { return albums(s, {.text = {}, .artist = people.items[1].id}); });
  ASSERT_EQ(his.total, 1);
  const auto whole = shelf_.read([&](store::Session& s) { return album(s, his.items[0].id); });
  ASSERT_TRUE(whole.has_value());
  ASSERT_EQ(whole->tracks.size(), 2u);
  EXPECT_EQ(whole->tracks[0].title, "Hyperballad");
  EXPECT_EQ(shelf_.read([](store::Session& s) { return album(s, 4711).error().code; }), Errc::not_found);
  EXPECT_EQ(shelf_.read([](store::Session& s) { return album(s, 0).error().code; }), Errc::not_found);
}

TEST_F(Queries, tracks_come_in_the_order_asked_for) {
  const auto a = shelf_.only("Hyperballad").id, b = shelf_.only("Post Office").id;
  const std::vector<TrackId> ids = {b, TrackId{999}, a, b};
  const auto found = shelf_.read([&](store::Session& s) { return tracks(s, ids); });
  ASSERT_EQ(found.size(), 3u);
  EXPECT_EQ(found[0].id, b);
  EXPECT_EQ(found[1].id, a);
  EXPECT_EQ(shelf_.read([](store::Session& s) { return track(s, TrackId{999}).error().code; }),
            Errc::not_found);
}

TEST_F(Queries, plays_are_counted) {
  const auto id = shelf_.only("Hyperballad").id;
  shelf_.store.write_now([&](store::Session& s) {
    Changes changes;
    count_play(s, id, 1000, changes);
    count_play(s, id, 2000, changes);
  });
  const auto details = shelf_.read([&](store::Session& s) { return track_details(s, id).value(); });
  EXPECT_EQ(details.plays, 2);
  EXPECT_EQ(details.last_played_ms, 2000);
}

TEST(Albums, compilations_and_discs_are_one_album_each) {
  const Music music;
  // Different artists, no album artist: a compilation.
  make(music / "mix/1.wav", song("a", "One", "Summer", 1));
  make(music / "mix/2.wav", song("b", "Two", "Summer", 2));
  // The same title elsewhere is another album.
  make(music / "other/1.wav", song("c", "Three", "Summer", 3));
  // Two discs in folders of their own.
  make(music / "double/CD 1/1.wav", song("d", "Four", "Double", 4));
  make(music / "double/CD2/1.wav", song("e", "Four", "Double", 5));
  // A compilation by its flag, spread over folders.
  for (int i = 0; i < 2; ++i) {
    auto media = song("f" + std::to_string(i), "P" + std::to_string(i), "Hits", 10 + i);
    media.tags["COMPILATION"] = "1";
    make(music / ("hits" + std::to_string(i) + "/1.wav"), media);
  }
  // Some with an album artist, some without, in one folder.
  for (int i = 0; i < 4; ++i) {
    auto media = song("g" + std::to_string(i), "Q" + std::to_string(i), "Score", 20 + i);
    if (i != 1) media.tags["ALBUMARTIST"] = "Orchestra";
    make(music / ("score/" + std::to_string(i) + ".wav"), media);
  }
  Shelf shelf;
  shelf.scan({music.path()});
  std::vector<std::string> seen;
  for (const auto& album : shelf.read([](store::Session& s) { return albums(s); }).items) {
    seen.push_back(album.title + " by " + album.artist + ": " + std::to_string(album.tracks));
  }
  std::sort(seen.begin(), seen.end());
  EXPECT_EQ(seen, (std::vector<std::string>{"Double by Four: 2", "Hits by Various Artists: 2",
                                            "Score by Orchestra: 4", "Summer by Three: 1",
                                            "Summer by Various Artists: 2"}));
  // With one artist left it is that artist's album again, and what is empty goes.
  make(music / "mix/2.wav", song("b", "One", "Summer", 2));
  make(music / "other/1.wav", song("c", "Three", "Winter", 3));
  shelf.scan({music.path()});
  EXPECT_EQ(shelf.only("a").album_artist, "One");
  EXPECT_EQ(shelf.read([](store::Session& s) { return albums(s, {.text = "summer", .artist = {}}).total; }),
            1);
  EXPECT_EQ(shelf.read([](store::Session& s) { return artists(s, "two").total; }), 0);
}

}  // namespace
}  // namespace longwave::library
