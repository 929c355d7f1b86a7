// SPDX-License-Identifier: Apache-2.0
#include "library/album_edit.hpp"
#include "library/colours.hpp"
#include "library/lyrics.hpp"
#include "library/marks.hpp"
#include "library/relations.hpp"
#include "library/roots.hpp"
#include "library/song.hpp"
#include "library/tagging.hpp"
#include "library/videos.hpp"
#include "media.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace longwave::library {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

class Depth : public testing::Test {
 protected:
  template <class F>
  auto write(F f) {
    return shelf_.store.write_now([&](store::Session& s) { return f(s, changes_); });
  }
  template <class F>
  auto read(F f) {
    return shelf_.read(f);
  }
  Song get(const std::string& title) {
    const auto id = shelf_.only(title).id;
    return *read([&](store::Session& s) { return song(s, id); });
  }
  std::vector<Assigned> tags_of(Tagged what, std::int64_t target) {
    return read([&](store::Session& s) { return assigned(s, what, target); });
  }
  std::int64_t genre(const std::string& name) {
    const auto found = read([&](store::Session& s) { return tag_named(s, TagClass::genre, name); });
    return found ? found->id : 0;
  }
  Media on_album(const std::string& title, int sound, const std::string& genre = "") {
    Media media{.tags = {{"TITLE", title}, {"ARTIST", "Can"}, {"ALBUM", "Future Days"}}, .sound = sound};
    if (!genre.empty()) media.tags["GENRE"] = genre;
    return media;
  }
  Music music_;
  Shelf shelf_;
  Changes changes_;
};

TEST_F(Depth, genres_of_files_become_tags_and_albums_have_those_of_their_songs) {
  make(music_ / "a/1.flac", on_album("one", 1, "Krautrock"));
  make(music_ / "a/2.mp3", on_album("two", 2, "Krautrock; Ambient"));
  make(music_ / "a/3.m4a", on_album("three", 3));
  shelf_.scan({music_.path()});
  ASSERT_EQ(tags_of(Tagged::song, get("two").track.id.value).size(), 2u);
  const auto album = get("one").track.album_id;
  auto derived = tags_of(Tagged::album, album);
  ASSERT_EQ(derived.size(), 2u);
  EXPECT_EQ(derived[0].tag.name, "Ambient");
  EXPECT_NEAR(derived[0].confidence, 1.0 / 3, 1e-9);
  EXPECT_NEAR(derived[1].confidence, 2.0 / 3, 1e-9);
  EXPECT_TRUE(derived[0].derived);

  const auto krautrock = genre("Krautrock");
  ASSERT_TRUE(write([&](auto& s, auto& c) { return unassign(s, Tagged::album, album, krautrock, c); }));
  EXPECT_EQ(tags_of(Tagged::album, album).size(), 1u) << "refused: it doesn't follow any more";
  const auto one = get("one").track.id;
  ASSERT_TRUE(write([&](auto& s, auto& c) { return unassign(s, Tagged::song, one.value, krautrock, c); }));
  retag(music_ / "a/1.flac", {{"GENRE", "Krautrock"}, {"COMMENT", "again"}});
  shelf_.scan({music_.path()});
  EXPECT_TRUE(tags_of(Tagged::song, one.value).empty()) << "a rescan doesn't bring it back";
  const auto statistics = read([](store::Session& s) { return tag_statistics(s); });
  const auto found = std::find_if(statistics.begin(), statistics.end(),
                                  [&](const auto& entry) { return entry.tag.id == krautrock; });
  ASSERT_NE(found, statistics.end());
  EXPECT_EQ(found->songs, 1);
  EXPECT_EQ(found->albums, 0);
}

TEST_F(Depth, tags_have_a_place_and_a_lower_approval_never_replaces_a_higher_one) {
  make(music_ / "1.flac", on_album("one", 1));
  shelf_.scan({music_.path()});
  const auto song = get("one").track.id.value;
  const auto metal = write([&](auto& s, auto& c) { return create_tag(s, {.name = "Metal"}, c); });
  const auto doom = write([&](auto& s, auto& c) {
    return create_tag(s, {.name = "Doom", .kind = TagClass::subgenre, .parent = *metal}, c);
  });
  const auto mood = write([&](auto& s, auto& c) {
    return create_tag(
        s, {.name = "calm", .kind = TagClass::mood, .icon = "☾", .colour = "#102030", .x = 2, .y = 1}, c);
  });
  ASSERT_TRUE(metal && doom && mood);
  EXPECT_EQ(write([&](auto& s, auto& c) { return create_tag(s, {.name = "METAL"}, c); }).error().code,
            Errc::conflict);
  EXPECT_EQ(write([&](auto& s, auto& c) { return remove_tag(s, 1, c); }).error().code, Errc::conflict);
  const auto put = [&](std::int64_t tag, Approval approval, double confidence) {
    return write(
        [&](auto& s, auto& c) { return assign(s, Tagged::song, song, tag, approval, confidence, c); });
  };
  ASSERT_TRUE(put(*doom, Approval::user, 1));
  ASSERT_TRUE(put(*doom, Approval::guessed, 0.2));
  const auto tags = tags_of(Tagged::song, song);
  ASSERT_EQ(tags.size(), 2u) << "its genre came with it";
  EXPECT_EQ(tags[1].approval, Approval::user);
  EXPECT_EQ(tags[1].confidence, 1);
  EXPECT_FALSE(put(*doom, Approval::user, 1.5));
  const auto whole = read([&](store::Session& s) { return whole_tag(s, *metal); });
  ASSERT_TRUE(write([&](auto& s, auto& c) { return remove_tag(s, *metal, c); }));
  EXPECT_TRUE(tags_of(Tagged::song, song).empty());
  EXPECT_FALSE(read([&](store::Session& s) { return tag(s, *doom); })) << "subgenres go with their genre";

  ASSERT_TRUE(write([&](auto& s, auto& c) { return put_back_tag(s, whole, c); }));
  const auto again = tags_of(Tagged::song, song);
  ASSERT_EQ(again.size(), 2u) << "what had them has them again";
  EXPECT_EQ(again[1].tag.id, *doom);
  EXPECT_EQ(again[1].tag.parent, *metal);
  EXPECT_EQ(again[1].approval, Approval::user);
  EXPECT_EQ(write([&](auto& s, auto& c) { return put_back_tag(s, whole, c); }).error().code, Errc::conflict);

  ASSERT_TRUE(write([&](auto& s, auto& c) { return remove_tag(s, *metal, c); }));
  const auto other = write([&](auto& s, auto& c) { return create_tag(s, {.name = "Folk"}, c); });
  const auto moved = write([&](auto& s, auto& c) { return put_back_tag(s, whole, c); });
  ASSERT_TRUE(other && moved);
  EXPECT_EQ(read([&](store::Session& s) { return tag(s, *moved); })->name, "Metal");
  EXPECT_EQ(tags_of(Tagged::song, song).size(), 2u) << "also under other ids";
}

TEST_F(Depth, the_catalogue_knows_flags_and_tags) {
  make(music_ / "a/1.flac", on_album("one", 1, "Jazz"));
  make(music_ / "a/2.flac", on_album("two", 2));
  shelf_.scan({music_.path()});
  const auto one = get("one").track;
  ASSERT_TRUE(write([&](auto& s, auto& c) {
    return set_marks(s, one.id, {.favourite = Favourite::hated, .live = true}, c);
  }));
  ASSERT_TRUE(write([&](auto& s, auto& c) { return hide_album(s, one.album_id, true, c); }));
  const auto rows = read([](store::Session& s) { return load_catalogue(s); });
  ASSERT_EQ(rows->size(), 2u);
  const auto& row = (*rows)[0];
  EXPECT_EQ(row.favourite, -1);
  EXPECT_TRUE(row.live && row.album_hidden && !row.disabled);
  EXPECT_EQ(row.album, one.album_id);
  EXPECT_EQ(rows->tag_sets[row.song_tags], TagIds{genre("Jazz")});
  EXPECT_EQ((*rows)[1].song_tags, 0u);
  EXPECT_EQ(rows->tag_sets[(*rows)[1].album_tags], TagIds{genre("Jazz")}) << "its album has it";
  ASSERT_TRUE(write([&](auto& s, auto& c) { return remove_track(s, one.id, c); }));
  EXPECT_EQ(read([](store::Session& s) { return load_catalogue(s); })->size(), 1u);
}

TEST_F(Depth, what_was_removed_stays_away_until_its_file_changes_or_somebody_asks) {
  make(music_ / "a/1.flac", on_album("one", 1));
  make(music_ / "a/2.flac", on_album("two", 2));
  shelf_.scan({music_.path()});
  const auto one = get("one").track.id;
  ASSERT_TRUE(write([&](auto& s, auto& c) { return count_likes(s, one, 3, c); }));
  ASSERT_TRUE(write([&](auto& s, auto& c) { return remove_track(s, one, c); }));
  const auto gone = [&] { return !read([&](store::Session& s) { return track(s, one); }); };
  EXPECT_TRUE(gone());
  EXPECT_TRUE(fs::exists(music_ / "a/1.flac"));
  EXPECT_EQ(shelf_.scan({music_.path()}).added, 0);
  EXPECT_TRUE(gone());
  fs::rename(music_ / "a/1.flac", music_ / "a/7.flac");
  shelf_.scan({music_.path()});
  EXPECT_TRUE(gone()) << "a new name is no reason";
  EXPECT_EQ(read([](store::Session& s) { return songs_after(s, TrackId{0}, 10).size(); }), 1u);
  ASSERT_TRUE(write([&](auto& s, auto& c) { return restore_track(s, one, c); }));
  EXPECT_EQ(get("one").likes, 3);
  ASSERT_TRUE(write([&](auto& s, auto& c) { return remove_track(s, one, c); }));
  retag(music_ / "a/7.flac", {{"TITLE", "one, better"}});
  shelf_.scan({music_.path()});
  EXPECT_EQ(get("one, better").track.id, one);
}

TEST_F(Depth, lyrics_of_tags_lrc_files_and_people) {
  auto media = on_album("one", 1);
  media.tags["LYRICS"] = "from the tag\nsecond";
  for (const char* name : {"a/1.flac", "a/2.mp3", "a/3.m4a", "a/4.ogg"}) make(music_ / name, media);
  shelf_.scan({music_.path()});
  for (const auto& t : shelf_.all()) {
    const auto words = *read([&](store::Session& s) { return lyrics(s, t.id); });
    EXPECT_EQ(words.text, "from the tag\nsecond") << t.format;
    EXPECT_EQ(words.state, LyricsState::from_file);
  }
  const auto id = shelf_.all().front().id;
  library::write(music_ / "a/1.lrc", "[00:01.50]sung\n[00:00.00]first\n");
  EXPECT_EQ(shelf_.scan({music_.path()}).unchanged, 4);
  const auto words = [&] { return *read([&](store::Session& s) { return lyrics(s, id); }); };
  EXPECT_EQ(words().source, "lrc");
  EXPECT_EQ(parse_lyrics(words().text).lines, (std::vector<LyricsLine>{{0, "first"}, {1500, "sung"}}));
  ASSERT_TRUE(write([&](auto& s, auto& c) { return set_lyrics(s, id, LyricsState::from_user, "mine", c); }));
  EXPECT_EQ(words().text, "mine");
  shelf_.scan({music_.path()});
  EXPECT_EQ(words().text, "mine");
  ASSERT_TRUE(write([&](auto& s, auto& c) { return set_lyrics(s, id, LyricsState::empty, "", c); }));
  EXPECT_EQ(words().source, "lrc");
  fs::remove(music_ / "a/1.lrc");
  shelf_.scan({music_.path()});
  EXPECT_EQ(words().source, "file");
}

TEST(LyricsText, lrc) {
  const auto text = parse_lyrics(
      "\xef\xbb\xbf[ar:Can]\r\n[offset:+500]\r\n[00:10.5][01:00]La <00:11.00>la\r\n[99:59.999]end\n[x]no\n");
  EXPECT_EQ(text.lines, (std::vector<LyricsLine>{{10'000, "La la"}, {59'500, "La la"}, {5'999'499, "end"}}));
  EXPECT_EQ(text.plain, "La la\nLa la\nend\n");
  for (const char* plain :
       {"no times\nat all", "[chorus]\nla", "[1:2:3:4]x", "[00:61]x", "", "[", "[00:01.1234]x"}) {
    EXPECT_TRUE(parse_lyrics(plain).lines.empty()) << plain;
    EXPECT_EQ(parse_lyrics(plain).plain, plain);
  }
}

TEST_F(Depth, likes_never_go_below_zero_and_relations_go_both_ways) {
  for (int i = 1; i <= 3; ++i)
    make(music_ / (std::to_string(i) + ".flac"), on_album("t" + std::to_string(i), i));
  shelf_.scan({music_.path()});
  const auto a = get("t1").track.id, b = get("t2").track.id, c3 = get("t3").track.id;
  ASSERT_TRUE(write([&](auto& s, auto& c) { return count_dislikes(s, a, -1, c); }));
  EXPECT_EQ(get("t1").dislikes, 0);
  ASSERT_TRUE(write([&](auto& s, auto& c) { return count_dislikes(s, a, 2, c); }));
  ASSERT_TRUE(write([&](auto& s, auto& c) { return count_dislikes(s, a, std::nullopt, c); }));
  EXPECT_EQ(get("t1").dislikes, 0);
  write([&](auto& s, auto&) {
    relate_songs(s, a, b);
    relate_songs(s, b, a);
    relate_songs(s, b, c3);
    return 0;
  });
  const auto related = read([&](store::Session& s) { return related_songs(s, b); });
  ASSERT_EQ(related.size(), 2u);
  EXPECT_EQ(related[0].id, a.value);
  EXPECT_EQ(related[0].weight, 2);
  ASSERT_TRUE(write([&](auto& s, auto&) { return cut_songs(s, c3, b); }));
  EXPECT_TRUE(read([&](store::Session& s) { return related_songs(s, c3); }).empty());
  EXPECT_FALSE(write([&](auto& s, auto&) { return cut_songs(s, c3, b); }));
}

TEST(RelationTracker, pairs_songs_that_people_chose) {
  Tracker tracker;
  const WallTime start{};
  EXPECT_FALSE(tracker.played(TrackId{1}, start, start + 3min, false));
  EXPECT_FALSE(tracker.played(TrackId{9}, start + 3min, start + 6min, true)) << "random: no pair, no cut";
  EXPECT_EQ(tracker.played(TrackId{2}, start + 6min, start + 9min, false),
            (std::pair{TrackId{1}, TrackId{2}}));
  EXPECT_FALSE(tracker.played(TrackId{3}, start + 40min, start + 43min, false)) << "the chain is cut";
  EXPECT_TRUE(tracker.played(TrackId{4}, start + 43min, start + 46min, false));
}

TEST_F(Depth, paths_are_relative_to_their_music_folder) {
  const Music two;
  make(music_ / "a/1.flac", on_album("one", 1));
  shelf_.scan({music_.path()});
  EXPECT_EQ(get("one").path, "a/1.flac");
  EXPECT_EQ(read([](store::Session& s) { return track_at(s, "a/1.flac"); }), get("one").track.id);
  const Roots roots({"/srv/music", "/mnt/music/", "/srv/music/deep"});
  EXPECT_EQ(roots.relative("/srv/music/x.mp3"), "music/x.mp3");
  EXPECT_EQ(roots.relative("/mnt/music/x.mp3"), "music (2)/x.mp3");
  EXPECT_EQ(roots.relative("/srv/musical/x.mp3"), "");
  EXPECT_EQ(roots.relative("/srv/music/deep/x.mp3"), "deep/x.mp3");
  EXPECT_EQ(roots.absolute("music (2)/y/x.mp3"), "/mnt/music/y/x.mp3");
  for (const char* bad : {"/etc/passwd", "music/../../x", "nothing/x", ".."})
    EXPECT_FALSE(roots.absolute(bad)) << bad;
}

TEST_F(Depth, albums_and_videos_as_records) {
  make(music_ / "Can/1973 - Future Days/CD 1/1.flac", on_album("one", 1));
  make(music_ / "Can/1973 - Future Days/CD 2/1.flac", on_album("two", 2));
  library::write(music_ / "Can/1974 - Live.mkv", "not looked into");
  shelf_.scan({music_.path()});
  const auto albums = read([](store::Session& s) { return album_records(s, AlbumQuery{}); });
  ASSERT_EQ(albums.size(), 1u);
  EXPECT_EQ(albums[0].path, "Can/1973 - Future Days");
  EXPECT_EQ(albums[0].background, "#101010");
  const auto artists = read([](store::Session& s) { return artist_records(s); });
  ASSERT_EQ(artists.size(), 1u);
  EXPECT_EQ(artists[0].path, "Can");
  ASSERT_TRUE(write([&](auto& s, auto& c) {
    return set_album_colour(s, albums[0].id, AlbumColour::background, "#ff0000", c);
  }));
  EXPECT_FALSE(write([&](auto& s, auto& c) {
    return set_album_colour(s, albums[0].id, AlbumColour::background, "red", c);
  }));
  EXPECT_EQ(read([&](store::Session& s) { return album_record(s, albums[0].id); })->background, "#ff0000");

  auto videos = read([](store::Session& s) { return library::videos(s); });
  ASSERT_EQ(videos.size(), 1u);
  EXPECT_EQ(videos[0].name, "Live");
  EXPECT_EQ(videos[0].artist, "Can");
  EXPECT_EQ(videos[0].release, 1974);
  EXPECT_EQ(videos[0].artist_id, artists[0].id);
  videos[0].likes = 2;
  videos[0].begin_ms = 5000;
  ASSERT_TRUE(write([&](auto& s, auto& c) { return change_video(s, videos[0], c); }));
  shelf_.scan({music_.path()});
  EXPECT_EQ(read([](store::Session& s) { return library::videos(s); })[0].likes, 2);
  fs::remove(music_ / "Can/1974 - Live.mkv");
  shelf_.scan({music_.path()});
  EXPECT_TRUE(read([](store::Session& s) { return library::videos(s); }).empty());
}

/// A picture of one colour: BMP, 24 bits, two by two.
std::string bmp(unsigned char r, unsigned char g, unsigned char b) {
  std::string head = std::string("BM") + std::string("\x46\0\0\0\0\0\0\0\x36\0\0\0", 12) +
                     std::string("\x28\0\0\0\2\0\0\0\2\0\0\0\1\0\x18\0", 16) + std::string(24, '\0');
  for (int row = 0; row < 2; ++row) {
    for (int pixel = 0; pixel < 2; ++pixel) {
      for (const unsigned char c : {b, g, r}) head += static_cast<char>(c);
    }
    head += std::string(2, '\0');
  }
  return head;
}

double brightness(const std::string& css) {
  return std::stoi(css.substr(1, 2), nullptr, 16) * 0.3 + std::stoi(css.substr(3, 2), nullptr, 16) * 0.59 +
         std::stoi(css.substr(5, 2), nullptr, 16) * 0.11;
}

TEST(Colours, letters_can_be_read_on_the_background) {
  for (const auto& picture :
       {bmp(255, 0, 0), bmp(0, 0, 80), bmp(255, 255, 255), bmp(0, 0, 0), bmp(250, 240, 10)}) {
    const auto colours = colours_of(picture);
    ASSERT_TRUE(colours) << colours.error().message;
    EXPECT_TRUE(is_colour(colours->background) && is_colour(colours->foreground) &&
                is_colour(colours->highlight));
    EXPECT_LT(brightness(colours->background) + 80, brightness(colours->foreground));
    EXPECT_LT(brightness(colours->background), brightness(colours->highlight));
  }
  EXPECT_FALSE(colours_of("no picture"));
}

}  // namespace
}  // namespace longwave::library
