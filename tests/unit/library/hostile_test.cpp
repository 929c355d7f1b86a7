// SPDX-License-Identifier: Apache-2.0
#include "media.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <fstream>
#include <set>

namespace longwave::library {
namespace {

namespace fs = std::filesystem;

std::string be32(std::uint32_t v) {
  return {static_cast<char>(v >> 24), static_cast<char>(v >> 16), static_cast<char>(v >> 8),
          static_cast<char>(v)};
}
std::string synchsafe(std::uint32_t v) {
  return {static_cast<char>(v >> 21 & 127), static_cast<char>(v >> 14 & 127), static_cast<char>(v >> 7 & 127),
          static_cast<char>(v & 127)};
}

/// A file that is much longer than what is in it.
void sparse(const fs::path& path, const std::string& begin, std::int64_t size) {
  write(path, begin);
  ASSERT_EQ(::truncate(path.c_str(), size), 0);
}

std::string reason_for(const Shelf& shelf, const std::string& name) {
  for (const auto& problem : shelf.problems) {
    if (fs::path(problem.path).filename() == name) return problem.reason;
  }
  return "(not reported)";
}

TEST(Hostile, each_is_reported_with_its_reason_and_the_scan_goes_on) {
  const Music music;
  make(music / "good.mp3", {.tags = {{"TITLE", "Good"}}});
  write(music / "empty.mp3", "");
  write(music / "playlist.mp3", "#EXTM3U\nhttp://127.0.0.1/secret\n");
  write(music / "page.ogg", "<!doctype html><p>Not found");
  write(music / "zeros.flac", std::string(100000, '\0'));
  write(music / "tag_only.mp3", "ID3" + std::string("\x04\0\0", 3) + synchsafe(20) + std::string(20, '\0'));
  write(music / "cut.flac", bare("flac").substr(0, 30));
  write(music / "cut.m4a", bare("m4a").substr(0, 60));
  write(music / "no_sound.m4a", std::string("\0\0\0\x18", 4) + "ftypM4A " + std::string(12, '\0') + be32(16) +
                                    "moov" + std::string(8, '\0'));
  ASSERT_EQ(::mkfifo((music / "pipe.mp3").c_str(), 0600), 0);
  fs::create_symlink("/dev/zero", music / "device.flac");
  fs::create_symlink("loop.mp3", music / "loop.mp3");
  fs::create_symlink("nowhere.mp3", music / "dangling.mp3");
  fs::create_directory(music / "folder.mp3");
  const int socket = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
  const std::string name = (music / "socket.ogg").string();
  ASSERT_LT(name.size(), sizeof address.sun_path);
  std::copy(name.begin(), name.end(), address.sun_path);
  ASSERT_EQ(::bind(socket, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);

  Shelf shelf;
  const auto report = shelf.scan({music.path()});
  ::close(socket);
  EXPECT_EQ(report.added, 1);
  EXPECT_EQ(shelf.only("Good").state, TrackState::ok);
  const std::map<std::string, std::string> expected = {
      {"empty.mp3", "it is empty"},
      {"playlist.mp3", "not a file of music: a playlist"},
      {"page.ogg", "not a file of music: a web page or XML"},
      {"zeros.flac", "not a file of music: only zeros"},
      {"tag_only.mp3", "it has a tag and no sound"},
      {"cut.flac", "it ends inside the FLAC header"},
      {"cut.m4a", "it ends inside an MP4 box"},
      {"no_sound.m4a", "an MP4 file without sound"},
      {"pipe.mp3", "it is a named pipe, not a file of music"},
      {"device.flac", "it is a device, not a file of music"},
      {"loop.mp3", "a symbolic link that leads in a circle"},
      {"dangling.mp3", "a symbolic link to nothing"},
      {"socket.ogg", "it is a socket, not a file of music"},
  };
  for (const auto& [file, reason] : expected) EXPECT_EQ(reason_for(shelf, file), reason) << file;
  for (const auto& problem : shelf.problems) {
    EXPECT_TRUE(expected.contains(fs::path(problem.path).filename()))
        << problem.path << ": " << problem.reason;
  }
  EXPECT_EQ(report.broken, static_cast<std::int64_t>(expected.size()));
  const auto stored = shelf.read([](store::Session& s) { return problems(s); });
  EXPECT_EQ(stored.total, static_cast<std::int64_t>(expected.size()));

  EXPECT_EQ(shelf.scan({music.path()}).broken, report.broken) << "said again as long as they are there";
  for (const auto& [file, reason] : expected) fs::remove(music / file);
  EXPECT_EQ(shelf.scan({music.path()}).broken, 0);
  EXPECT_EQ(shelf.read([](store::Session& s) { return problems(s).total; }), 0) << "and forgotten with them";
}

TEST(Hostile, no_permission_is_said_and_tried_again) {
  if (::geteuid() == 0) {
    // The superuser may read everything; the same code path is reached through a folder that isn't one.
    Shelf shelf;
    const Music music;
    write(music / "file", "x");
    EXPECT_EQ(shelf.scan({music / "file"}).broken, 1);
    EXPECT_EQ(shelf.problems.at(0).reason, "it is not a folder");
    return;
  }
  const Music music;
  make(music / "a.mp3", {.tags = {{"TITLE", "a"}}});
  make(music / "closed/b.mp3", {.tags = {{"TITLE", "b"}}, .sound = 2});
  fs::permissions(music / "a.mp3", fs::perms::none);
  fs::permissions(music / "closed", fs::perms::none);
  Shelf shelf;
  EXPECT_EQ(shelf.scan({music.path()}).broken, 2);
  EXPECT_EQ(reason_for(shelf, "a.mp3"), "no permission to read it");
  EXPECT_EQ(reason_for(shelf, "closed"), "no permission to look into this folder");
  fs::permissions(music / "a.mp3", fs::perms::owner_all);
  fs::permissions(music / "closed", fs::perms::owner_all);
  EXPECT_EQ(shelf.scan({music.path()}).added, 2);
}

TEST(Hostile, tags_made_to_eat_memory_or_time_are_refused_quickly) {
  const Music music;
  const std::string id3("ID3\x04\0\0", 6);
  sparse(music / "huge_tag.mp3", id3 + synchsafe(200u << 20), 201ll << 20);
  sparse(music / "endless.mp3", "\xff\xfb\x90\x64", 4ll << 30);  // one frame, then 4 GiB of nothing
  sparse(music / "endless2.mp3", bare("mp3", 1), 4ll << 30);     // good frames, then nothing
  sparse(music / "endless.flac", bare("flac", 1), 4ll << 30);
  sparse(music / "endless.ogg", bare("ogg", 1), 4ll << 30);
  // A text frame that claims to be compressed: deflate could make gigabytes of it.
  const std::string zipped = "TIT2" + synchsafe(60000) + std::string("\0\x08", 2) + std::string(60000, 'z');
  write(music / "bomb.mp3",
        id3 + synchsafe(static_cast<std::uint32_t>(zipped.size())) + zipped + bare("mp3"));
  // Chapters inside chapters inside chapters.
  std::string chapters;
  const std::string filling("\0\0c\0", 4);
  constexpr std::uint32_t levels = 20000, level = 30;
  for (std::uint32_t i = 0; i < levels; ++i) {
    chapters += "CHAP" + synchsafe((levels - i) * level - 10) + filling + std::string(16, '\0');
  }
  write(music / "chapters.mp3",
        id3 + synchsafe(static_cast<std::uint32_t>(chapters.size())) + chapters + bare("mp3"));
  // Boxes inside boxes inside boxes.
  std::string boxes;
  for (std::uint32_t i = 0; i < 50000; ++i) boxes += be32((50000 - i) * 8) + "udta";
  write(music / "boxes.m4a", be32(16) + "ftypM4A " + be32(0) +
                                 be32(static_cast<std::uint32_t>(boxes.size() + 8)) + "moov" + boxes +
                                 bare("m4a").substr(24));
  make(music / "good.mp3", {.tags = {{"TITLE", "Good"}}, .sound = 9});

  Shelf shelf;
  const Instant began = shelf.clock.now();
  const auto report = shelf.scan({music.path()});
  EXPECT_LT(to_ms(shelf.clock.now() - began), 30'000);
  EXPECT_EQ(report.added + report.broken, 9);
  EXPECT_EQ(shelf.only("Good").state, TrackState::ok);
  EXPECT_EQ(reason_for(shelf, "huge_tag.mp3"), "its ID3 tag has 200 MiB");
  EXPECT_EQ(reason_for(shelf, "bomb.mp3"), "its ID3 tag is compressed too much to be trusted");
  EXPECT_EQ(reason_for(shelf, "boxes.m4a"), "its MP4 boxes are nested beyond reason");
  EXPECT_EQ(shelf.only("chapters").format, "mp3") << "only its sound counts";
}

TEST(Hostile, circles_of_folders_end_and_nothing_is_taken_twice) {
  const Music music, outside;
  make(music / "a/b/1.mp3", {.tags = {{"TITLE", "One"}}});
  make(outside / "2.mp3", {.tags = {{"TITLE", "Two"}}, .sound = 2});
  fs::create_directory_symlink("..", music / "a/b/up");
  fs::create_directory_symlink(music.path(), music / "a/self");
  fs::create_directory_symlink(outside.path(), music / "linked");
  fs::create_symlink(music / "a/b/1.mp3", music / "0_same.mp3");
  Shelf shelf;
  const auto report = shelf.scan({music.path(), music / "a", music.path()});
  EXPECT_EQ(report.added, 2);
  EXPECT_EQ(report.broken, 0);
  EXPECT_EQ(shelf.path(shelf.only("One").id), (music / "a/b/1.mp3").string());
  EXPECT_EQ(shelf.path(shelf.only("Two").id), (music / "linked/2.mp3").string());
}

TEST(Hostile, folders_nested_without_end_are_left_at_some_depth) {
  const Music music;
  std::string path = "d";
  for (int i = 0; i < 100; ++i) path += "/d";
  make(music / (path + "/deep.mp3"), {.tags = {{"TITLE", "Deep"}}});
  make(music / "d/d/near.mp3", {.tags = {{"TITLE", "Near"}}, .sound = 2});
  Shelf shelf;
  const auto report = shelf.scan({music.path()});
  EXPECT_EQ(report.added, 1);
  ASSERT_EQ(shelf.problems.size(), 1u);
  EXPECT_EQ(shelf.problems[0].reason, "folders are nested too deep below this one");
}

TEST(Hostile, names_that_are_no_text_are_played_and_shown_as_text) {
  const Music music;
  const std::string name("caf\xe9 \xff.mp3");
  make(music / "x.mp3", {});
  fs::rename(music / "x.mp3", music / name);
  write(music / "bad\xfe.ogg", "nothing");
  Shelf shelf;
  EXPECT_EQ(shelf.scan({music.path()}).added, 1);
  const Track track = shelf.only("caf\uFFFD \uFFFD");
  EXPECT_EQ(shelf.path(track.id), (music / name).string()) << "the file is found under its real name";
  ASSERT_EQ(shelf.problems.size(), 1u);
  EXPECT_TRUE(shelf.problems[0].path.ends_with("bad\uFFFD.ogg"));
  EXPECT_EQ(shelf.scan({music.path()}).unchanged, 1);
}

TEST(Hostile, two_hundred_broken_files_among_good_ones) {
  const Music music;
  std::uint32_t state = 7;
  const auto chance = [&](std::uint32_t below) {
    state = state * 1664525u + 1013904223u;
    return (state >> 8) % below;
  };
  for (int i = 0; i < 200; ++i) {
    const std::string format = all_formats[chance(static_cast<std::uint32_t>(all_formats.size()))];
    const fs::path path = music / ("bad/" + std::to_string(i) + "." + format);
    const std::string whole = bare(format, 1, i);
    switch (i % 8) {
      case 0:
        write(path, whole.substr(0, chance(40)));
        break;
      case 1:
        fs::create_directories(path.parent_path());
        ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
        break;
      case 2:
        write(path, "#EXTM3U\nother.mp3\n");
        break;
      case 3:
        fs::create_symlink(path.filename(), path);
        break;
      case 4:
        write(path, std::string(chance(5000) + 1, '\0'));
        break;
      case 5:
        write(path, "ID3" + std::string(chance(60) + 1, '\xff'));
        break;
      case 6:
        fs::create_symlink("/dev/full", path);
        break;
      default: {
        std::string text;
        for (std::uint32_t n = chance(3000) + 1; n > 0; --n) text += static_cast<char>(chance(96) + 32);
        write(path, text);
      }
    }
  }
  for (int i = 0; i < 50; ++i)
    make(music / ("good/" + std::to_string(i) + ".mp3"),
         {.tags = {{"TITLE", "ok"}}, .seconds = 1, .sound = 1000 + i});
  Shelf shelf;
  const auto report = shelf.scan({music.path()});
  EXPECT_EQ(report.added, 50);
  EXPECT_EQ(report.broken, 200);
  std::set<std::string> paths;
  for (const auto& problem : shelf.problems) {
    paths.insert(problem.path);
    EXPECT_NE(problem.reason, "") << problem.path;
  }
  EXPECT_EQ(paths.size(), 200u);
}

}  // namespace
}  // namespace longwave::library
