// SPDX-License-Identifier: Apache-2.0
#include "library/queries.hpp"
#include "media.hpp"

#include <gtest/gtest.h>

namespace longwave::library {
namespace {

std::vector<std::string> at(const std::filesystem::path& path) {
  return {path.string()};
}

TEST(Look, SeesOnlyTheFoldersItIsTold) {
  const Music music;
  make(music / "a/one.mp3", {.tags = {{"TITLE", "One"}}, .sound = 1});
  make(music / "b/two.mp3", {.tags = {{"TITLE", "Two"}}, .sound = 2});
  Shelf shelf;
  shelf.scan({music.path()});
  make(music / "a/three.mp3", {.tags = {{"TITLE", "Three"}}, .sound = 3});
  make(music / "b/four.mp3", {.tags = {{"TITLE", "Four"}}, .sound = 4});
  std::filesystem::remove(music / "a/one.mp3");
  std::filesystem::remove(music / "b/two.mp3");

  const auto report = shelf.scan({music.path()}, {.only = at(music / "a")});
  EXPECT_EQ(report.added, 1);
  EXPECT_EQ(report.missing, 1);
  EXPECT_EQ(shelf.only("One").state, TrackState::missing);
  EXPECT_EQ(shelf.only("Two").state, TrackState::ok) << "nobody looked there";
  EXPECT_EQ(shelf.all().size(), 3u);
}

TEST(Look, AFolderThatIsGoneStandsForAllThatWasBelowIt) {
  const Music music;
  make(music / "a/x/one.mp3", {.tags = {{"TITLE", "One"}}, .sound = 1});
  make(music / "ab/two.mp3", {.tags = {{"TITLE", "Two"}}, .sound = 2});
  Shelf shelf;
  shelf.scan({music.path()});
  std::filesystem::remove_all(music / "a");
  EXPECT_EQ(shelf.scan({music.path()}, {.only = at(music / "a")}).missing, 1);
  EXPECT_EQ(shelf.only("One").state, TrackState::missing);
  EXPECT_EQ(shelf.only("Two").state, TrackState::ok);
  EXPECT_TRUE(shelf.problems.empty());
}

TEST(Look, AMoveBetweenTwoFoldersKeepsTheTrack) {
  const Music music;
  make(music / "a/one.mp3", {.tags = {{"TITLE", "One"}}, .sound = 1});
  make(music / "b/two.mp3", {.tags = {{"TITLE", "Two"}}, .sound = 2});
  Shelf shelf;
  shelf.scan({music.path()});
  const auto id = shelf.only("One").id;
  std::filesystem::rename(music / "a/one.mp3", music / "b/other.mp3");
  const auto report = shelf.scan({music.path()}, {.only = {(music / "a").string(), (music / "b").string()}});
  EXPECT_EQ(report.moved, 1);
  EXPECT_EQ(report.missing, 0);
  EXPECT_EQ(shelf.only("One").id, id);
  EXPECT_TRUE(shelf.path(id).ends_with("b/other.mp3"));
}

TEST(Look, WhatIsALinkStaysAndProblemsElsewhereToo) {
  const Music music;
  const Music elsewhere;
  make(elsewhere / "one.mp3", {.tags = {{"TITLE", "One"}}, .sound = 1});
  std::filesystem::create_directories(music / "a");
  std::filesystem::create_symlink(elsewhere / "one.mp3", music / "a/link.mp3");
  make(music / "a/two.mp3", {.tags = {{"TITLE", "Two"}}, .sound = 2});
  write(music / "b/bad.mp3", "no music");
  Shelf shelf;
  shelf.scan({music.path()});
  ASSERT_EQ(shelf.problems.size(), 1u);
  make(music / "a/three.mp3", {.tags = {{"TITLE", "Three"}}, .sound = 3});
  shelf.scan({music.path()}, {.only = at(music / "a")});
  EXPECT_EQ(shelf.only("One").state, TrackState::ok);
  const auto kept =
      shelf.read([](store::Session& s) { return problems(s, {.limit = 10, .offset = 0}).total; });
  EXPECT_EQ(kept, 1);
}

}  // namespace
}  // namespace longwave::library
