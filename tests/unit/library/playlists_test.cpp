// SPDX-License-Identifier: Apache-2.0
#include "library/playlists.hpp"

#include "library/browse.hpp"
#include "library/collections.hpp"
#include "library/events.hpp"
#include "library/library.hpp"
#include "library/list_transfer.hpp"
#include "library/query_sql.hpp"
#include "library/spelling.hpp"
#include "media.hpp"

#include <gtest/gtest.h>

#include <random>

namespace longwave::library {
namespace {

constexpr std::int64_t now = 1'800'000'000'000;

class Playlists : public testing::Test {
 protected:
  Playlists() {
    const char* titles[] = {"So What",   "Freddie Freeloader", "Blue in Green",
                            "All Blues", "Hyperballad",        "Ça ira"};
    int sound = 0;
    for (const char* title : titles) {
      const bool davis = sound < 4;
      ++sound;
      make(music_ / (std::to_string(sound) + ".wav"), {.tags = {{"TITLE", title},
                                                                {"ARTIST", davis        ? "Miles Davis"
                                                                           : sound == 5 ? "Björk"
                                                                                        : "Édith Piaf"},
                                                                {"ALBUM", davis ? "Kind of Blue" : "Other"},
                                                                {"DATE", davis ? "1959" : "1995"},
                                                                {"TRACKNUMBER", std::to_string(sound)}},
                                                       .seconds = 1,
                                                       .sound = sound});
    }
    shelf_.scan({music_.path()});
    for (const char* title : titles) ids_.push_back(shelf_.only(title).id);
  }

  /// A change as Library::edit makes it.
  template <class F>
  auto edit(F job) {
    return shelf_.store.write_now([&](store::Session& session) { return job(session, changes_); });
  }
  std::vector<TrackId> held(const std::string& name) {
    std::vector<TrackId> tracks;
    const auto entries = shelf_.read([&](store::Session& s) { return playlist_entries(s, name); });
    if (entries) {
      for (const auto& entry : *entries) tracks.push_back(entry.track);
    }
    return tracks;
  }
  int position(const std::string& name) {
    return shelf_.read([&](store::Session& s) { return playlist(s, name)->position; });
  }
  std::vector<TrackId> some(std::initializer_list<int> which) {
    std::vector<TrackId> tracks;
    for (const int i : which) tracks.push_back(ids_[static_cast<std::size_t>(i)]);
    return tracks;
  }
  std::vector<std::string> find(const std::string& text) {
    std::vector<std::string> titles;
    const auto page = shelf_.read([&](store::Session& s) { return search(s, text, {}, now); });
    for (const auto& track : page.items) titles.push_back(track.title);
    std::ranges::sort(titles);
    return titles;
  }

  Music music_;
  Shelf shelf_;
  std::vector<TrackId> ids_;
  Changes changes_;
};

using Titles = std::vector<std::string>;

TEST_F(Playlists, hold_tracks_in_order_and_twice) {
  const auto tracks = some({0, 1, 0});
  const auto made = edit([&](auto& s, auto& c) { return create_playlist(s, " My  list ", tracks, now, c); });
  ASSERT_TRUE(made);
  EXPECT_EQ(made->name, "My list");
  EXPECT_EQ(made->entries, 3);
  EXPECT_EQ(held("My list"), tracks);
  const auto again = edit([&](auto& s, auto& c) { return create_playlist(s, "My list", tracks, now, c); });
  EXPECT_EQ(again.error().code, Errc::conflict);
  for (const char* name : {"", "  ", "_active", "a/b", ".."}) {
    EXPECT_EQ(edit([&](auto& s, auto& c) { return create_playlist(s, name, tracks, now, c); }).error().code,
              Errc::invalid)
        << name;
  }
}

TEST_F(Playlists, every_change_is_told_with_its_place) {
  (void)edit([&](auto& s, auto& c) { return create_playlist(s, "L", some({0, 1}), now, c); });
  (void)changes_.take();
  (void)edit([&](auto& s, auto& c) { return add_to_playlist(s, "L", some({2}), std::nullopt, now, c); });
  (void)edit([&](auto& s, auto& c) { return add_to_playlist(s, "L", some({3, 4}), 1, now, c); });
  EXPECT_EQ(held("L"), some({0, 3, 4, 1, 2}));
  (void)edit([&](auto& s, auto& c) { return move_in_playlist(s, "L", 0, 4, now, c); });
  EXPECT_EQ(held("L"), some({3, 4, 1, 2, 0}));
  (void)edit([&](auto& s, auto& c) { return move_in_playlist(s, "L", 3, 1, now, c); });
  EXPECT_EQ(held("L"), some({3, 2, 4, 1, 0}));
  (void)edit([&](auto& s, auto& c) { return remove_from_playlist(s, "L", 1, 2, now, c); });
  EXPECT_EQ(held("L"), some({3, 1, 0}));
  std::vector<std::string> told;
  for (const auto& event : changes_.take()) {
    const auto& changed = std::get<PlaylistChanged>(event);
    told.push_back(std::to_string(static_cast<int>(changed.action)) + "@" + std::to_string(changed.position) +
                   ">" + std::to_string(changed.new_position));
  }
  EXPECT_EQ(told, (Titles{"0@2>-1", "1@1>-1", "1@2>-1", "5@0>4", "5@3>1", "3@1>-1", "3@1>-1"}));
}

TEST_F(Playlists, the_position_follows_its_entry) {
  (void)edit([&](auto& s, auto& c) { return put_playlist(s, "L", some({0, 1, 2, 3}), 2, now, c); });
  EXPECT_EQ(position("L"), 2);
  (void)edit([&](auto& s, auto& c) { return remove_from_playlist(s, "L", 1, 1, now, c); });
  EXPECT_EQ(position("L"), 1) << "an entry before it went";
  (void)edit([&](auto& s, auto& c) { return add_to_playlist(s, "L", some({4}), 0, now, c); });
  EXPECT_EQ(position("L"), 2);
  (void)edit([&](auto& s, auto& c) { return move_in_playlist(s, "L", 2, 0, now, c); });
  EXPECT_EQ(position("L"), 0);
  (void)edit([&](auto& s, auto& c) { return remove_from_playlist(s, "L", 0, 1, now, c); });
  EXPECT_EQ(position("L"), 0) << "never below 0";
  (void)edit([&](auto& s, auto& c) { return clear_playlist(s, "L", now, c); });
  EXPECT_EQ(position("L"), -1);
}

TEST_F(Playlists, any_edits_leave_what_a_plain_list_has) {
  (void)edit([&](auto& s, auto& c) { return create_playlist(s, "L", {}, now, c); });
  std::vector<TrackId> model;
  std::mt19937 chance(7);
  const auto below = [&](std::size_t n) { return static_cast<std::size_t>(chance()) % n; };
  for (int i = 0; i < 400; ++i) {
    const auto what = below(4);
    if (what < 2 || model.empty()) {
      const auto at = below(model.size() + 1);
      const auto track = ids_[below(ids_.size())];
      // Always into the same gap now and then, so that keys run out.
      const auto place = what == 0 ? std::min<std::size_t>(1, model.size()) : at;
      (void)edit(
          [&](auto& s, auto& c) { return add_to_playlist(s, "L", std::span(&track, 1), place, now, c); });
      model.insert(model.begin() + static_cast<std::ptrdiff_t>(place), track);
    } else if (what == 2) {
      const auto at = below(model.size());
      (void)edit([&](auto& s, auto& c) { return remove_from_playlist(s, "L", at, 1, now, c); });
      model.erase(model.begin() + static_cast<std::ptrdiff_t>(at));
    } else {
      const auto from = below(model.size()), to = below(model.size());
      (void)edit([&](auto& s, auto& c) { return move_in_playlist(s, "L", from, to, now, c); });
      const auto track = model[from];
      model.erase(model.begin() + static_cast<std::ptrdiff_t>(from));
      model.insert(model.begin() + static_cast<std::ptrdiff_t>(to), track);
    }
    ASSERT_EQ(held("L"), model) << "after " << i;
  }
}

TEST_F(Playlists, wrong_places_and_tracks_change_nothing) {
  (void)edit([&](auto& s, auto& c) { return create_playlist(s, "L", some({0, 1}), now, c); });
  const auto code = [](const auto& result) { return result.error().code; };
  const std::vector<TrackId> unknown = {ids_[0], TrackId{9999}};
  EXPECT_EQ(
      code(edit([&](auto& s, auto& c) { return add_to_playlist(s, "L", unknown, std::nullopt, now, c); })),
      Errc::not_found);
  EXPECT_EQ(code(edit([&](auto& s, auto& c) { return add_to_playlist(s, "L", some({2}), 3, now, c); })),
            Errc::invalid);
  EXPECT_EQ(code(edit([&](auto& s, auto& c) { return remove_from_playlist(s, "L", 1, 2, now, c); })),
            Errc::invalid);
  EXPECT_EQ(code(edit([&](auto& s, auto& c) { return move_in_playlist(s, "L", 0, 2, now, c); })),
            Errc::invalid);
  EXPECT_EQ(code(edit([&](auto& s, auto& c) { return clear_playlist(s, "none", now, c); })), Errc::not_found);
  EXPECT_EQ(held("L"), some({0, 1}));
}

TEST_F(Playlists, are_renamed_and_deleted) {
  (void)edit([&](auto& s, auto& c) { return create_playlist(s, "A", some({0}), now, c); });
  (void)edit([&](auto& s, auto& c) { return create_playlist(s, "B", some({1}), now, c); });
  EXPECT_EQ(edit([&](auto& s, auto& c) { return rename_playlist(s, "A", "B", now, c); }).error().code,
            Errc::conflict);
  EXPECT_TRUE(edit([&](auto& s, auto& c) { return rename_playlist(s, "A", "C", now, c); }));
  EXPECT_EQ(held("C"), some({0}));
  EXPECT_TRUE(edit([&](auto& s, auto& c) { return delete_playlist(s, "B", c); }));
  const auto left = shelf_.read([](store::Session& s) { return playlists(s); });
  ASSERT_EQ(left.size(), 1u);
  EXPECT_EQ(left[0].name, "C");
  EXPECT_EQ(left[0].duration_ms, 1000);
}

TEST_F(Playlists, a_smart_list_follows_the_library) {
  const auto made =
      edit([&](auto& s, auto& c) { return create_smart_playlist(s, "Blue", "blue sort:title", now, c); });
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(held("Blue"), some({3, 2, 1, 0})) << "by title, the album counts too";
  EXPECT_EQ(
      edit([&](auto& s, auto& c) { return add_to_playlist(s, "Blue", some({4}), std::nullopt, now, c); })
          .error()
          .code,
      Errc::conflict);
  EXPECT_TRUE(shelf_.read([](store::Session& s) { return stale_playlists(s, now); }).empty());
  make(music_ / "7.wav",
       {.tags = {{"TITLE", "Blue Train"}, {"ARTIST", "John Coltrane"}}, .seconds = 1, .sound = 77});
  shelf_.scan({music_.path()});
  const auto stale = shelf_.read([](store::Session& s) { return stale_playlists(s, now); });
  ASSERT_EQ(stale.size(), 1u);
  (void)changes_.take();
  shelf_.store.write_now([&](store::Session& s) { refresh_playlist(s, stale[0], now, changes_); });
  EXPECT_EQ(held("Blue").size(), 5u);
  const auto told = changes_.take();
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(std::get<PlaylistChanged>(told[0]).action, PlaylistAction::update);
  EXPECT_EQ(
      edit([&](auto& s, auto& c) { return create_smart_playlist(s, "X", "year:abc", now, c); }).error().code,
      Errc::invalid);
}

TEST_F(Playlists, a_track_that_goes_leaves_all_lists) {
  (void)edit([&](auto& s, auto& c) { return put_playlist(s, "L", some({0, 1, 0, 2}), 3, now, c); });
  (void)changes_.take();
  shelf_.store.write_now([&](store::Session& s) { forget_track(s, ids_[0], changes_); });
  EXPECT_EQ(held("L"), some({1, 2}));
  EXPECT_EQ(position("L"), 1);
  EXPECT_EQ(changes_.take().size(), 2u);
}

TEST_F(Playlists, collections_find_what_their_query_says_now) {
  ASSERT_TRUE(edit([&](auto& s, auto& c) { return create_collection(s, "Old", "year:..1960", now, c); }));
  const auto page = shelf_.read([](store::Session& s) { return collection_tracks(s, "Old", now); });
  ASSERT_TRUE(page);
  EXPECT_EQ(page->total, 4);
  ASSERT_TRUE(edit([&](auto& s, auto& c) { return change_collection(s, "Old", "year:1990s", now, c); }));
  EXPECT_EQ(shelf_.read([](store::Session& s) { return collection_ids(s, "Old", now); })->size(), 2u);
  const auto wrong = edit([&](auto& s, auto& c) { return create_collection(s, "W", "year:x", now, c); });
  EXPECT_EQ(wrong.error().code, Errc::invalid);
  EXPECT_TRUE(wrong.error().message.starts_with("at character 6")) << wrong.error().message;
  ASSERT_TRUE(edit([&](auto& s, auto& c) { return rename_collection(s, "Old", "New", now, c); }));
  ASSERT_TRUE(edit([&](auto& s, auto& c) { return delete_collection(s, "New", c); }));
  EXPECT_TRUE(shelf_.read([](store::Session& s) { return collections(s); }).empty());
}

TEST_F(Playlists, the_query_language_is_answered_by_the_store) {
  EXPECT_EQ(find("artist:davis year:1955..1965 -green \"all blues\""), Titles{"All Blues"});
  EXPECT_EQ(find("title:blue"), (Titles{"All Blues", "Blue in Green"}));
  EXPECT_EQ(find("album:blue -title:blue"), (Titles{"Freddie Freeloader", "So What"}));
  EXPECT_EQ(find("björk OR piaf"), (Titles{"Hyperballad", "Ça ira"}));
  EXPECT_EQ(find("year:1990s -(bjork)"), Titles{"Ça ira"});
  EXPECT_EQ(find("-artist:davis"), (Titles{"Hyperballad", "Ça ira"}));
  EXPECT_EQ(find("(year:1959 what) OR hyper"), (Titles{"Hyperballad", "So What"}));
  EXPECT_EQ(find("path:5.wav"), Titles{"Hyperballad"});
  EXPECT_EQ(find("format:wav year:1995"), (Titles{"Hyperballad", "Ça ira"}));
  EXPECT_EQ(find("is:unplayed title:so"), Titles{"So What"});
  EXPECT_EQ(find("length:>1h"), Titles{});
  EXPECT_EQ(find("\"what so\""), Titles{});
  for (const char* flag : {"favourite", "hated", "disabled", "live", "bad", "lyrics", "missing"}) {
    EXPECT_EQ(find(std::string("is:") + flag), Titles{}) << flag;
  }
  for (const char* field : {"plays", "likes", "dislikes", "track", "disc", "bitrate"}) {
    EXPECT_NO_THROW(find(std::string(field) + ":1..2")) << field;
  }
  for (const char* order :
       {"title", "artist", "album", "year", "added", "played", "plays", "length", "shuffle"}) {
    EXPECT_EQ(find(std::string("blue sort:-") + order).size(), 4u) << order;
    EXPECT_EQ(find(std::string("year:1959 sort:") + order + " limit:3").size(), 3u) << order;
  }
}

TEST_F(Playlists, a_word_may_be_mistyped_in_one_letter) {
  for (const char* typed :
       {"hyprballad", "hyperbalad", "hyperbballad", "hypreballad", "gyperballad", "Hypervall"}) {
    EXPECT_EQ(find(typed), Titles{"Hyperballad"}) << typed;
  }
  EXPECT_EQ(find("freedie"), Titles{"Freddie Freeloader"});
  EXPECT_EQ(find("daivs title:what"), Titles{"So What"});
  EXPECT_EQ(find("hyprbalad"), Titles{}) << "two letters";
  EXPECT_EQ(find("waht"), Titles{}) << "four letters";
  EXPECT_EQ(find("\"freedie\""), Titles{}) << "in quotes as it is";
}

TEST_F(Playlists, a_query_finds_tags) {
  const auto assign = [&](const char* name, int kind, TrackId track) {
    shelf_.store.write_now([&](store::Session& s) {
      const auto tag = *s.value<std::int64_t>(
          "INSERT INTO library_tag(kind, name, fold) VALUES (:kind, :name, lower(:fold)) RETURNING id", kind,
          std::string(name), std::string(name));
      s.run(
          "INSERT INTO library_tagging(what, target_id, tag_id, from_file, confidence, approval) VALUES (0, "
          ":target, "
          ":tag, 0, 1, 1)",
          track, tag);
    });
  };
  assign("Modal Jazz", 1, ids_[0]);
  assign("Calm", 3, ids_[2]);
  EXPECT_EQ(find("genre:jazz"), Titles{"So What"});
  EXPECT_EQ(find("genre:\"modal jazz\""), Titles{"So What"});
  EXPECT_EQ(find("genre:\"jazz\""), Titles{});
  EXPECT_EQ(find("mood:calm"), Titles{"Blue in Green"});
  EXPECT_EQ(find("-mood:calm artist:davis").size(), 3u);
  const auto genre = shelf_.read([](store::Session& s) { return genres(s); });
  ASSERT_EQ(genre.size(), 1u);
  EXPECT_EQ(genre[0].name, "Modal Jazz");
  EXPECT_EQ(genre[0].tracks, 1);
  EXPECT_EQ(genre[0].albums, 1);
  const auto mood = shelf_.read([](store::Session& s) { return moods(s); });
  ASSERT_EQ(mood.size(), 1u);
  const auto with_genre = shelf_.read([&](store::Session& s) {
    return albums(s, {.text = {}, .genre = genre[0].id, .mood = mood[0].id, .year = 1959});
  });
  ASSERT_EQ(with_genre.total, 1);
  EXPECT_EQ(with_genre.items[0].title, "Kind of Blue");
  EXPECT_EQ(shelf_.read([](store::Session& s) { return albums(s, {.text = {}, .genre = 4711}).total; }), 0);
}

TEST_F(Playlists, years_have_their_counts) {
  const auto found = shelf_.read([](store::Session& s) { return years(s); });
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].id, 1995);
  EXPECT_EQ(found[1].tracks, 4);
  EXPECT_EQ(found[1].albums, 1);
}

TEST_F(Playlists, files_of_lists_find_their_tracks) {
  ListFile file;
  file.items = {{(music_ / "1.wav").string(), "", "", "", std::nullopt},
                {"2.wav", "", "", "", std::nullopt},
                {"file://" + (music_ / "3.wav").string(), "", "", "", std::nullopt},
                {"D:\\Elsewhere\\" + music_.path().filename().string() + "\\4.wav", "", "", "", std::nullopt},
                {"gone.mp3", "Hyperballad", "Bjork", "", 1400},
                {"gone.mp3", "Hyperballad", "Nobody", "", 1400},
                {"../../etc/passwd", "", "", "", std::nullopt},
                {"http://example.net/2.wav", "", "", "", std::nullopt}};
  const auto matched = shelf_.read([&](store::Session& s) { return match_list(s, file); });
  EXPECT_EQ(matched.tracks, some({0, 1, 2, 3, 4}));
  EXPECT_EQ(matched.missing, (Titles{"gone.mp3", "../../etc/passwd", "http://example.net/2.wav"}));
  const auto back = shelf_.read([&](store::Session& s) { return list_of(s, "T", some({1, 5})); });
  ASSERT_EQ(back.items.size(), 2u);
  EXPECT_EQ(back.items[0].location, "2.wav");
  EXPECT_EQ(back.items[1].artist, "Édith Piaf");
}

}  // namespace
}  // namespace longwave::library
