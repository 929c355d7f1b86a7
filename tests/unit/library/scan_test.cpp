// SPDX-License-Identifier: Apache-2.0
#include "library/scan.hpp"

#include "media.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <utime.h>

#include <algorithm>
#include <set>

namespace longwave::library {
namespace {

namespace fs = std::filesystem;

Media song(const std::string& title, int sound) {
  return {.tags = {{"TITLE", title}, {"ARTIST", "Can"}, {"ALBUM", "Future Days"}}, .sound = sound};
}

TEST(Scan, a_second_scan_reads_nothing) {
  const Music music;
  for (int i = 0; i < 30; ++i)
    make(music / ("d/" + std::to_string(i) + ".flac"), song("t" + std::to_string(i), i));
  Shelf shelf;
  EXPECT_EQ(shelf.scan({music.path()}).added, 30);
  // Unreadable now: a scan that opened them again would report them.
  for (const auto& file : fs::directory_iterator(music / "d")) {
    const auto time = fs::last_write_time(file);
    const auto size = fs::file_size(file);
    write(file.path(), std::string(size, 'x'));
    fs::last_write_time(file, time);
  }
  const auto report = shelf.scan({music.path()});
  EXPECT_EQ(report.unchanged, 30);
  EXPECT_EQ(report.added + report.changed + report.broken + report.missing, 0);
}

/// New tags with the size and the time of before, as some editors of tags leave them: no stamp tells it.
void retag_unnoticed(const fs::path& file, const std::string& title) {
  const auto time = fs::last_write_time(file);
  const auto size = fs::file_size(file);
  retag(file, {{"TITLE", title}, {"ARTIST", "Can"}, {"ALBUM", "Future Days"}});
  fs::last_write_time(file, time);
  ASSERT_EQ(fs::file_size(file), size);
}

TEST(Scan, what_is_asked_for_again_is_read_again) {
  const Music music;
  for (const char* name : {"a/1.flac", "a/2.flac", "ab/3.flac", "ab/4.flac"})
    make(music / name, song("old", name[name[1] == 'b' ? 3 : 2]));
  write(music / "a/bad.flac", "no");
  Shelf shelf;
  EXPECT_EQ(shelf.scan({music.path()}).added, 4);
  std::vector<TrackId> before;
  for (const auto& track : shelf.all()) before.push_back(track.id);
  for (const char* name : {"a/1.flac", "a/2.flac", "ab/3.flac", "ab/4.flac"})
    retag_unnoticed(music / name, "new");
  const auto titles = [&](const std::string& title) {
    const auto all = shelf.all();
    return std::ranges::count_if(all, [&](const Track& track) { return track.title == title; });
  };
  EXPECT_EQ(shelf.scan({music.path()}).unchanged, 4) << "an ordinary scan can't know";
  EXPECT_EQ(shelf.scan({music.path()}, {.again = {(music / "a/1.flac").string()}}).changed, 1);
  EXPECT_EQ(titles("new"), 1);
  EXPECT_EQ(shelf.scan({music.path()}, {.again = {(music / "a").string()}}).changed, 2) << "and not in ab";
  EXPECT_EQ(titles("new"), 2);
  const auto report = shelf.scan({music.path()}, {.again = {"/"}});
  EXPECT_EQ(report.changed, 4);
  EXPECT_EQ(report.broken, 1) << "what is broken is looked at too";
  EXPECT_EQ(titles("new"), 4);
  std::vector<TrackId> after;
  for (const auto& track : shelf.all()) after.push_back(track.id);
  EXPECT_EQ(after, before);
}

TEST(Scan, without_a_folder_nothing_is_missing) {
  const Music music;
  make(music / "1.flac", song("t", 1));
  Shelf shelf;
  shelf.scan({music.path()});
  EXPECT_EQ(shelf.scan({}).missing, 0) << "a node of a platform that has no music knows nothing of others'";
  EXPECT_EQ(shelf.all().front().state, TrackState::ok);
}

TEST(Scan, a_vanished_mount_marks_missing_and_what_comes_back_is_as_it_was) {
  const Music music;
  for (int i = 0; i < 10; ++i)
    make(music / ("m/" + std::to_string(i) + ".wav"), song("t" + std::to_string(i), i));
  Shelf shelf;
  shelf.scan({music / "m"});
  const auto before = shelf.all();
  for (const bool empty : {true, false}) {  // an empty mount point, and none at all
    fs::rename(music / "m", music / "away");
    if (empty) fs::create_directory(music / "m");
    auto report = shelf.scan({music / "m"});
    EXPECT_EQ(report.missing, 10);
    EXPECT_EQ(report.broken, empty ? 0 : 1) << "a folder that isn't there is said";
    for (const auto& track : shelf.all()) EXPECT_EQ(track.state, TrackState::missing);
    EXPECT_EQ(shelf.read([](store::Session& s) { return search(s, "t3").total; }), 0);
    EXPECT_EQ(shelf.scan({music / "m"}).missing, 0) << "only once";

    if (empty) fs::remove(music / "m");
    fs::rename(music / "away", music / "m");
    report = shelf.scan({music / "m"});
    EXPECT_EQ(report.returned, 10);
    EXPECT_EQ(report.added + report.moved + report.changed, 0);
  }
  const auto after = shelf.all();
  ASSERT_EQ(after.size(), before.size());
  for (std::size_t i = 0; i < after.size(); ++i) {
    EXPECT_EQ(after[i].id, before[i].id);
    EXPECT_EQ(after[i].title, before[i].title);
    EXPECT_EQ(after[i].state, TrackState::ok);
  }
}

TEST(Scan, whole_folders_may_be_renamed_and_moved_to_another_music_folder) {
  const Music one, two;
  for (int i = 0; i < 40; ++i)
    make(one / ("a/" + std::to_string(i) + ".mp3"), song("t" + std::to_string(i), i));
  Shelf shelf;
  shelf.scan({one.path(), two.path()});
  std::set<std::int64_t> ids;
  for (const auto& track : shelf.all()) ids.insert(track.id.value);
  fs::create_directories(two / "x/y");
  fs::rename(one / "a", two / "x/y/a");
  const auto report = shelf.scan({one.path(), two.path()});
  EXPECT_EQ(report.moved, 40);
  EXPECT_EQ(report.added + report.missing, 0);
  for (const auto& track : shelf.all()) EXPECT_TRUE(ids.contains(track.id.value));
  EXPECT_EQ(shelf.all().size(), 40u);
}

TEST(Scan, a_copy_is_a_track_of_its_own) {
  const Music music;
  make(music / "a.mp3", song("t", 1));
  Shelf shelf;
  shelf.scan({music.path()});
  const auto first = shelf.only("t").id;
  fs::copy_file(music / "a.mp3", music / "b.mp3");
  const auto report = shelf.scan({music.path()});
  EXPECT_EQ(report.added, 1);
  EXPECT_EQ(report.moved, 0);
  EXPECT_EQ(shelf.path(first), (music / "a.mp3").string());
}

TEST(Scan, files_that_swap_names_keep_their_ids) {
  const Music music;
  make(music / "a.mp3", {.tags = {{"TITLE", "A"}}, .seconds = 3, .sound = 1});
  make(music / "b.mp3", {.tags = {{"TITLE", "B"}}, .seconds = 4, .sound = 2});
  Shelf shelf;
  shelf.scan({music.path()});
  const auto a = shelf.only("A").id, b = shelf.only("B").id;
  fs::rename(music / "a.mp3", music / "t");
  fs::rename(music / "b.mp3", music / "a.mp3");
  fs::rename(music / "t", music / "b.mp3");
  const auto report = shelf.scan({music.path()});
  EXPECT_EQ(report.moved, 2);
  EXPECT_EQ(shelf.only("A").id, a);
  EXPECT_EQ(shelf.only("B").id, b);
  EXPECT_EQ(shelf.path(a), (music / "b.mp3").string());
  EXPECT_EQ(shelf.all().size(), 2u);
  for (const auto& track : shelf.all()) EXPECT_EQ(track.state, TrackState::ok);
}

TEST(Scan, new_sound_under_an_old_name_is_a_change) {
  const Music music;
  make(music / "a.mp3", song("old", 1));
  Shelf shelf;
  shelf.scan({music.path()});
  const auto id = shelf.only("old").id;
  make(music / "a.mp3", song("new and longer", 2));
  const auto report = shelf.scan({music.path()});
  EXPECT_EQ(report.changed, 1);
  EXPECT_EQ(shelf.only("new and longer").id, id);
}

TEST(Scan, a_broken_track_heals_with_its_file) {
  const Music music;
  make(music / "a.mp3", song("t", 1));
  Shelf shelf;
  shelf.scan({music.path()});
  const auto id = shelf.only("t").id;
  shelf.store.write_now([id](store::Session& s) { mark_broken(s, id, "it could not be decoded"); });
  EXPECT_EQ(shelf.only("t").state, TrackState::broken);
  EXPECT_EQ(shelf.scan({music.path()}).broken, 1) << "unchanged: still broken";
  ASSERT_EQ(shelf.problems.size(), 1u);
  EXPECT_EQ(shelf.problems[0].reason, "it could not be decoded");
  make(music / "a.mp3", {.tags = {{"TITLE", "t"}, {"ARTIST", "x"}}, .sound = 1});
  EXPECT_EQ(shelf.scan({music.path()}).changed, 1);
  EXPECT_EQ(shelf.only("t").state, TrackState::ok);
  write(music / "a.mp3", "junk");
  EXPECT_EQ(shelf.scan({music.path()}).broken, 1);
  EXPECT_EQ(shelf.only("t").state, TrackState::broken);
  EXPECT_EQ(shelf.only("t").id, id);
}

TEST(Scan, cancelled_and_resumed_it_ends_where_a_whole_one_ends) {
  const Music music;
  for (int i = 0; i < 300; ++i)
    make(music / ("d" + std::to_string(i % 7) + "/" + std::to_string(i) + ".wav"),
         {.seconds = 1, .sound = i});
  Shelf shelf;
  std::stop_source stop;
  ScanOptions options{.music = {music.path()}, .threads = 2, .batch = 20};
  ScanObserver observer;
  std::int64_t committed = 0;
  observer.committed = [&](std::int64_t rows) {
    committed += rows;
    if (committed >= 60) stop.request_stop();
  };
  const auto first = scan(shelf.store, options, shelf.clock, stop.get_token(), observer);
  EXPECT_TRUE(first.cancelled);
  EXPECT_GE(first.added, 60);
  EXPECT_LT(first.added, 300);
  EXPECT_EQ(first.missing, 0) << "what wasn't looked at isn't missing";
  EXPECT_EQ(shelf.all().size(), static_cast<std::size_t>(first.added)) << "what was found is kept";
  const auto second = shelf.scan({music.path()});
  EXPECT_FALSE(second.cancelled);
  EXPECT_EQ(second.unchanged, first.added);
  EXPECT_EQ(second.added, 300 - first.added);
}

TEST(Scan, the_first_file_is_committed_alone) {
  const Music music;
  for (int i = 0; i < 100; ++i) make(music / (std::to_string(i) + ".wav"), {.seconds = 1, .sound = i});
  Shelf shelf;
  std::vector<std::int64_t> batches;
  ScanObserver observer;
  observer.committed = [&](std::int64_t rows) { batches.push_back(rows); };
  scan(shelf.store, {.music = {music.path()}, .threads = 1, .batch = 50}, shelf.clock, {}, observer);
  ASSERT_GE(batches.size(), 4u);
  EXPECT_EQ(batches[0], 1);
  EXPECT_EQ(batches[1], 8);
}

TEST(Scan, progress_counts_every_file) {
  const Music music;
  for (int i = 0; i < 20; ++i) make(music / (std::to_string(i) + ".wav"), {.seconds = 1, .sound = i});
  write(music / "bad.mp3", "no");
  Shelf shelf;
  ScanProgress last;
  std::int64_t before = 0;
  ScanObserver observer;
  observer.progress = [&](const ScanProgress& progress) {
    EXPECT_GE(progress.done, before);
    EXPECT_LE(progress.done, progress.total);
    before = progress.done;
    last = progress;
  };
  scan(shelf.store, {.music = {music.path()}}, shelf.clock, {}, observer);
  EXPECT_EQ(last.phase, ScanProgress::Phase::finishing);
  EXPECT_EQ(last.done, 21);
  EXPECT_EQ(last.total, 21);
  EXPECT_EQ(last.broken, 1);
}

TEST(Scan, a_store_that_fails_ends_it_with_that_error) {
  const Music music;
  for (int i = 0; i < 50; ++i) make(music / (std::to_string(i) + ".wav"), {.seconds = 1, .sound = i});
  Shelf shelf;
  shelf.store.write_now([](store::Session& s) { s.script("ALTER TABLE library_folder RENAME TO away"); });
  try {
    shelf.scan({music.path()}, {.music = {}, .batch = 10});
    FAIL() << "there is no such table";
  } catch (const store::Failure& failure) {
    EXPECT_EQ(failure.kind(), store::FailureKind::other);
  }
  shelf.store.write_now([](store::Session& s) { s.script("ALTER TABLE away RENAME TO library_folder"); });
  shelf.scan({music.path()});
  EXPECT_EQ(shelf.all().size(), 50u);
}

TEST(Scan, a_cover_beside_the_files_is_theirs_and_may_change) {
  const Music music;
  make(music / "a/1.mp3", song("plain", 1));
  make(music / "a/2.mp3", {.tags = {{"TITLE", "own"}}, .sound = 2, .picture = jpeg(7)});
  write(music / "a/Folder.JPG", jpeg(1));
  Shelf shelf;
  shelf.scan({music.path()});
  const auto hash = shelf.only("plain").art;
  EXPECT_EQ(hash.size(), 64u);
  EXPECT_NE(shelf.only("own").art, hash);
  write(music / "a/cover.png", "\x89PNG\r\n\x1a\n and so on");  // ranks before folder.jpg
  shelf.scan({music.path()});
  EXPECT_NE(shelf.only("plain").art, hash);
  fs::remove(music / "a/cover.png");
  shelf.scan({music.path()});
  EXPECT_EQ(shelf.only("plain").art, hash);
  write(music / "a/Folder.JPG", "<svg xmlns='http://www.w3.org/2000/svg'/>");
  shelf.scan({music.path()});
  EXPECT_EQ(shelf.only("plain").art, "");
  EXPECT_NE(shelf.only("own").art, "");
}

TEST(Scan, pictures_that_are_none_or_too_large_are_not_offered) {
  const Music music;
  make(music / "svg.mp3", {.tags = {{"TITLE", "svg"}}, .sound = 1, .picture = "<svg/>"});
  make(music / "huge.flac",
       {.tags = {{"TITLE", "huge"}}, .sound = 2, .picture = "\xff\xd8\xff" + std::string(11 << 20, 'x')});
  Shelf shelf;
  EXPECT_EQ(shelf.scan({music.path()}).added, 2);
  EXPECT_EQ(shelf.only("svg").art, "");
  EXPECT_EQ(shelf.only("huge").art, "");
}

}  // namespace
}  // namespace longwave::library
