// SPDX-License-Identifier: Apache-2.0
#include "library/properties.hpp"

#include "library/album_edit.hpp"
#include "library/song.hpp"
#include "library/tagging.hpp"
#include "media.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace longwave::library {
namespace {

std::string value(const std::vector<Property>& all, const std::string& key, const std::string& source) {
  const auto found = std::find_if(all.begin(), all.end(),
                                  [&](const Property& p) { return p.key == key && p.source == source; });
  return found == all.end() ? "-" : found->value;
}

class Properties : public testing::Test {
 protected:
  Properties() {
    make(music_ / "a/1.flac", {.tags = {{"TITLE", "so what"},
                                        {"ARTIST", "Miles"},
                                        {"ALBUM", "Kind of Blue"},
                                        {"GENRE", "Jazz"},
                                        {"DATE", "1959"}},
                               .sound = 1});
    make(music_ / "a/2.flac",
         {.tags = {{"TITLE", "two"}, {"ARTIST", "Miles"}, {"ALBUM", "Kind of Blue"}}, .sound = 2});
    shelf_.scan({music_.path()});
    id_ = shelf_.only("so what").id;
  }
  template <class F>
  auto write(F f) {
    return shelf_.store.write_now([&](store::Session& s) { return f(s, changes_); });
  }
  Result<void> set(const Values& values, const std::string& client = "page") {
    return write([&](auto& s, auto& c) { return set_properties(s, id_, client, values, c); });
  }
  Result<void> unset(const std::vector<std::string>& keys, const std::string& client = "page") {
    return write([&](auto& s, auto& c) { return unset_properties(s, id_, client, keys, c); });
  }
  Song now() {
    return *shelf_.read([&](store::Session& s) { return song(s, id_); });
  }
  std::vector<Property> all() {
    return *shelf_.read([&](store::Session& s) { return properties(s, id_); });
  }
  std::vector<std::string> genres() {
    std::vector<std::string> names;
    for (const auto& a : shelf_.read([&](store::Session& s) { return assigned(s, Tagged::song, id_.value); }))
      names.push_back(a.tag.name);
    return names;
  }
  Music music_;
  Shelf shelf_;
  Changes changes_;
  TrackId id_;
};

TEST_F(Properties, a_clients_value_wins_and_unsetting_shows_the_files_again) {
  ASSERT_TRUE(set({{"title", "So What"}, {"year", "1960"}, {"note", "take 2"}}));
  EXPECT_EQ(now().track.title, "So What");
  EXPECT_EQ(now().track.year, 1960);
  EXPECT_EQ(value(all(), "title", "file"), "so what");
  EXPECT_EQ(value(all(), "title", "client/page"), "So What");
  EXPECT_EQ(value(all(), "note", "client/page"), "take 2");
  EXPECT_EQ(shelf_.read([](store::Session& s) { return search(s, "So What").total; }), 1);

  ASSERT_TRUE(set({{"title", "Another"}}, "wxmms2"));
  EXPECT_EQ(now().track.title, "Another") << "of several clients the last";
  ASSERT_TRUE(unset({"title"}, "wxmms2"));
  EXPECT_EQ(now().track.title, "So What");
  ASSERT_TRUE(unset({"title", "year"}));
  EXPECT_EQ(now().track.title, "so what");
  EXPECT_EQ(now().track.year, 1959);
  EXPECT_EQ(value(all(), "title", "client/page"), "-");
  EXPECT_EQ(value(all(), "note", "client/page"), "take 2");
}

TEST_F(Properties, a_rescan_keeps_both_right) {
  ASSERT_TRUE(set({{"title", "Mine"}, {"genre", "Modal; Jazz"}}));
  retag(music_ / "a/1.flac", {{"TITLE", "new in the file"}, {"GENRE", "Bebop"}});
  EXPECT_EQ(shelf_.scan({music_.path()}).changed, 1);
  EXPECT_EQ(now().track.title, "Mine");
  EXPECT_EQ(genres(), (std::vector<std::string>{"Jazz", "Modal"}));
  EXPECT_EQ(value(all(), "title", "file"), "new in the file");
  ASSERT_TRUE(unset({"title", "genre"}));
  EXPECT_EQ(now().track.title, "new in the file");
  EXPECT_EQ(now().track.genre, "Bebop");
  EXPECT_EQ(genres(), (std::vector<std::string>{"Bebop"}));
}

TEST_F(Properties, albums_and_artists_follow_what_is_said) {
  const auto album = now().track.album_id;
  ASSERT_TRUE(write([&](auto& s, auto& c) { return set_album_origin(s, album, "CD", c); }));
  ASSERT_TRUE(set({{"artist", "Miles Davis; John Coltrane"}, {"album", "Blue"}}));
  EXPECT_NE(now().track.album_id, album);
  const auto records = shelf_.read([](store::Session& s) { return album_records(s, AlbumQuery{}); });
  ASSERT_EQ(records.size(), 2u);
  EXPECT_EQ(records[0].name, "Blue");
  EXPECT_EQ(records[0].artist, "Miles Davis") << "the first is the one it is listed under";
  EXPECT_EQ(records[1].songs, 1);
  ASSERT_TRUE(unset({"artist", "album"}, ""));
  EXPECT_EQ(now().track.album_id, album);
  EXPECT_EQ(shelf_.read([](store::Session& s) { return totals(s).albums; }), 1) << "the empty one went";
  EXPECT_EQ(shelf_.read([](store::Session& s) { return totals(s).artists; }), 1);

  // All of an album under another name: what was said of it stays with its songs.
  ASSERT_TRUE(set({{"album", "Kind of Blue (mono)"}}));
  id_ = shelf_.only("two").id;
  ASSERT_TRUE(set({{"album", "Kind of Blue (mono)"}}));
  const auto after = shelf_.read([](store::Session& s) { return album_records(s, AlbumQuery{}); });
  ASSERT_EQ(after.size(), 1u);
  EXPECT_EQ(after[0].origin, "CD");
}

TEST_F(Properties, nonsense_is_refused_and_changes_nothing) {
  EXPECT_EQ(set({{"title", " "}}).error().code, Errc::invalid);
  EXPECT_EQ(set({{"year", "soon"}}).error().code, Errc::invalid);
  EXPECT_EQ(set({{"track", "10000"}}).error().code, Errc::invalid);
  EXPECT_EQ(set({{"", "x"}}).error().code, Errc::invalid);
  EXPECT_EQ(set({{"note", std::string(5000, 'x')}}).error().code, Errc::invalid);
  id_ = TrackId{999};
  EXPECT_EQ(set({{"title", "x"}}).error().code, Errc::not_found);
}

TEST_F(Properties, a_moved_file_keeps_what_was_said_of_it) {
  ASSERT_TRUE(set({{"title", "Mine"}}));
  std::filesystem::create_directory(music_ / "b");
  std::filesystem::rename(music_ / "a/1.flac", music_ / "b/x.flac");
  EXPECT_EQ(shelf_.scan({music_.path()}).moved, 1);
  EXPECT_EQ(now().track.title, "Mine");
  EXPECT_EQ(now().path, "b/x.flac");
  EXPECT_EQ(value(all(), "title", "file"), "so what");
}

}  // namespace
}  // namespace longwave::library
