// SPDX-License-Identifier: Apache-2.0
#include "library/library.hpp"
#include "library/upload_files.hpp"
#include "library/upload_name.hpp"
#include "library/uploads.hpp"
#include "media.hpp"
#include "unit/store/options.hpp"

#include <gtest/gtest.h>

#include <condition_variable>
#include <deque>
#include <fstream>
#include <mutex>

namespace longwave::library {
namespace {

using namespace std::chrono_literals;

TEST(UploadName, RefusesEveryTrick) {
  const std::vector<std::string> tricks = {"",
                                           ".",
                                           "..",
                                           "../a.mp3",
                                           "/a.mp3",
                                           "a/b.mp3",
                                           "a\\b.mp3",
                                           "..\\a",
                                           "C:\\a.mp3",
                                           "C:a.mp3",
                                           "%2fa.mp3",
                                           "%2Fa",
                                           "a%5Cb",
                                           "%2e%2e",
                                           "a%00.mp3",
                                           "%252f",
                                           std::string("a\0.mp3", 6),
                                           "CON",
                                           "con.mp3",
                                           "NUL.tar.mp3",
                                           "aux",
                                           "prn .mp3",
                                           "COM1",
                                           "lpt9.mp3",
                                           "com\xc2\xb9.mp3",
                                           "CONIN$",
                                           ".hidden.mp3",
                                           " a.mp3",
                                           "a.mp3 ",
                                           "a.mp3.",
                                           "-a.mp3",
                                           "a\n.mp3",
                                           "a\x7f.mp3",
                                           "a\xc2\x85.mp3",
                                           "a\xe2\x80\xae.mp3",
                                           "a\xe2\x81\xa6.mp3",
                                           "a\xff.mp3",
                                           "\xc0\xaf.mp3",
                                           "a?.mp3",
                                           "a*",
                                           "a|b",
                                           "<a>",
                                           "a\"b",
                                           std::string(201, 'a')};
  for (const auto& trick : tricks) EXPECT_FALSE(safe_name(trick)) << trick;
  for (const std::string good : {"a", "So What.mp3", "d\xc3\xa9j\xc3\xa0 vu (2).flac", "com.mp3", "com10.mp3",
                                 "nullo.mp3", "100% live.mp3", "\xe5\xa4\x9c.ogg", "a..b.mp3", "console.mp3"})
    EXPECT_EQ(safe_name(good).value(), good);
  EXPECT_EQ(safe_folder("Artist/2021 - Album").value(), (std::vector<std::string>{"Artist", "2021 - Album"}));
  EXPECT_TRUE(safe_folder("").value().empty());
  for (const auto* bad : {"/a", "a/", "a//b", "a/../b", "../a", "a/./b", "a/b/c/d/e/f/g/h/i"})
    EXPECT_FALSE(safe_folder(bad)) << bad;
}

TEST(UploadName, EndsAsTheFileIs) {
  EXPECT_EQ(with_ending("a.mp3", "mp3"), "a.mp3");
  EXPECT_EQ(with_ending("a.MP3", "mp3"), "a.MP3");
  EXPECT_EQ(with_ending("a.mp3", "flac"), "a.flac");
  EXPECT_EQ(with_ending("a.ogg", "opus"), "a.ogg");
  EXPECT_EQ(with_ending("Vol. 2", "mp3"), "Vol. 2.mp3");
  EXPECT_EQ(with_ending("a.exe", "mp3"), "a.exe.mp3");
  EXPECT_EQ(numbered("a.mp3", 2), "a (2).mp3");
  EXPECT_EQ(numbered("a", 3), "a (3)");
}

/// The thread of the test as the loop; blocking work runs there too, when its turn comes.
class Uploading : public testing::Test {
 protected:
  Uploading() { start(); }

  void start() {
    uploads.reset();
    library = std::make_unique<Library>(store, LibraryOptions{.music = {music.path()}}, poster(), clock);
    uploads = std::make_unique<Uploads>(
        store, *library, UploadOptions{.folder = music.path(), .limits = limits},
        [this](const std::filesystem::path&, UploadKind) -> Result<std::string> {
          if (bad) return error(Errc::broken, "no music");
          return std::string("mp3");
        },
        poster(), poster(), clock);
  }
  ~Uploading() override {
    uploads.reset();
    library.reset();
    store.close();
  }

  Post poster() {
    return [this](Task task) {
      const std::lock_guard lock(mutex);
      tasks.push_back(std::move(task));
      ready.notify_one();
    };
  }
  template <class Call>
  Result<Upload> wait(Call call) {
    std::optional<Result<Upload>> said;
    call([&](Result<Upload> answer) { said = std::move(answer); });
    while (!said && turn()) {
    }
    return said ? *said : error(Errc::unavailable, "");
  }
  bool turn() {
    Task task;
    {
      std::unique_lock lock(mutex);
      if (!ready.wait_for(lock, 60s, [&] { return !tasks.empty(); })) {
        ADD_FAILURE() << "nothing happens";
        return false;
      }
      task = std::move(tasks.front());
      tasks.pop_front();
    }
    task();
    return true;
  }
  Result<Upload> begin(const std::string& name, std::int64_t size = 0, const std::string& who = "me") {
    return wait(
        [&](auto done) { uploads->begin({.name = name, .size = size, .who = who}, std::move(done)); });
  }
  Result<Upload> append(const std::string& id, std::int64_t at, const std::string& bytes) {
    return wait([&](auto done) { uploads->append(id, at, bytes, std::move(done)); });
  }
  Result<Upload> finish(const std::string& id, bool import = true) {
    return wait([&](auto done) { uploads->finish(id, std::move(done), import); });
  }
  std::size_t hidden() const {
    std::error_code none;
    std::filesystem::directory_iterator at(music / ".longwave-uploads", none), end;
    return static_cast<std::size_t>(std::distance(at, end));
  }

  Music music;
  SystemClock clock;
  UploadLimits limits;
  bool bad = false;
  std::mutex mutex;
  std::condition_variable ready;
  std::deque<Task> tasks;
  store::Store store{store::test_options(), {{"library", migrations()}}};
  std::unique_ptr<Library> library;
  std::unique_ptr<Uploads> uploads;
};

TEST_F(Uploading, BecomesATrackUnderANameOfItsOwn) {
  std::vector<std::string> states;
  std::size_t imported = 0;
  const auto changes = uploads->changed.connect([&](const UploadChanged& e) {
    if (states.empty() || states.back() != to_string(e.upload.state))
      states.push_back(to_string(e.upload.state));
  });
  const auto events = library->happened.connect(
      [&](const Changed& e) { imported += std::holds_alternative<ContentImported>(e.event) ? 1 : 0; });
  write(music / "So What.mp3", bare("mp3", 3, 1));
  const auto bytes = bare("mp3", 3, 2);
  const auto id = begin("So What.mp3", static_cast<std::int64_t>(bytes.size())).value().id;
  EXPECT_EQ(append(id, 0, bytes.substr(0, 100)).value().received, 100);
  EXPECT_EQ(append(id, 50, "x").error().code, Errc::conflict);
  EXPECT_EQ(append(id, 100, "").value().received, 100);
  EXPECT_EQ(finish(id).error().code, Errc::conflict) << "not complete";
  EXPECT_EQ(append(id, 100, bytes.substr(100)).value().received, static_cast<std::int64_t>(bytes.size()));
  EXPECT_EQ(append(id, static_cast<std::int64_t>(bytes.size()), "x").error().code, Errc::invalid);
  const auto done = finish(id).value();
  EXPECT_EQ(done.path, "So What (2).mp3");
  EXPECT_GT(done.track.value, 0);
  EXPECT_EQ(imported, 1u);
  EXPECT_EQ(states, (std::vector<std::string>{"receiving", "checking", "ready", "importing", "imported"}));
  EXPECT_EQ(hidden(), 0u);
}

TEST_F(Uploading, WhatIsNoMusicLeavesNothing) {
  bad = true;
  const auto id = begin("a.mp3").value().id;
  append(id, 0, "no music");
  EXPECT_EQ(finish(id).error().code, Errc::broken);
  EXPECT_EQ(uploads->find(id)->state, UploadState::failed);
  EXPECT_EQ(hidden(), 0u);
  const auto other = begin("b.mp3").value().id;
  append(other, 0, "some");
  EXPECT_TRUE(wait([&](auto done) { uploads->cancel(other, std::move(done)); }));
  EXPECT_EQ(append(other, 4, "more").error().code, Errc::not_found);
  EXPECT_EQ(hidden(), 0u);
}

TEST_F(Uploading, KeepsQuotas) {
  limits = {.largest = 1000, .quota = 1500, .open = 2};
  start();
  EXPECT_EQ(begin("a.mp3", 1001).error().code, Errc::full);
  EXPECT_TRUE(begin("a.mp3", 1000));
  EXPECT_EQ(begin("b.mp3", 600).error().code, Errc::full);
  EXPECT_TRUE(begin("b.mp3", 600, "you"));
  const auto id = begin("c.mp3").value().id;
  EXPECT_EQ(append(id, 0, std::string(501, 'x')).error().code, Errc::full);
  EXPECT_TRUE(append(id, 0, std::string(500, 'x')));
  EXPECT_EQ(begin("d.mp3", 1).error().code, Errc::full) << "two are open";
}

TEST_F(Uploading, GoesOnAfterTheProcessDied) {
  const auto bytes = bare("mp3");
  const auto size = static_cast<std::int64_t>(bytes.size());
  const auto open = begin("open.mp3", size).value().id;
  append(open, 0, bytes.substr(0, 1000));
  const auto ready_one = begin("ready.mp3", size).value().id;
  append(ready_one, 0, bytes);
  EXPECT_EQ(finish(ready_one, false).value().state, UploadState::ready);
  const auto form = begin("form.mp3").value().id;
  append(form, 0, bytes);
  write(music / ".longwave-uploads/stranger", "x");
  start();
  uploads->recover();
  while (!uploads->find(open)) turn();
  EXPECT_EQ(uploads->find(open)->received, 1000);
  EXPECT_EQ(uploads->find(ready_one)->state, UploadState::ready);
  EXPECT_FALSE(uploads->find(form)) << "nobody can go on with a form";
  EXPECT_EQ(hidden(), 2u);
  EXPECT_TRUE(append(open, 1000, bytes.substr(1000)));
  EXPECT_EQ(finish(open).value().path, "open.mp3");
  const auto placed =
      wait([&](auto done) { uploads->import(ready_one, "A/B", "other.mp3", std::move(done)); }).value();
  EXPECT_EQ(placed.path, "A/B/other.mp3");
  EXPECT_EQ(wait([&](auto done) { uploads->import(ready_one, "..", "", std::move(done)); }).error().code,
            Errc::conflict);
}

TEST_F(Uploading, NeverFollowsLinks) {
  const Music outside;
  const auto id = begin("a.mp3").value().id;
  append(id, 0, bare("mp3"));
  finish(id, false);
  std::filesystem::create_directory_symlink(outside.path(), music / "way");
  EXPECT_EQ(wait([&](auto done) { uploads->import(id, "way", "", std::move(done)); }).error().code,
            Errc::refused);
  std::filesystem::create_symlink(outside / "gone.mp3", music / "a.mp3");
  EXPECT_EQ(wait([&](auto done) { uploads->import(id, "", "", std::move(done)); }).value().path, "a (2).mp3");
  EXPECT_TRUE(std::filesystem::is_empty(outside.path()));
}

TEST(UploadFilesTest, AFailedWriteLeavesWhatWasThere) {
  const Music folder;
  const UploadFiles files(folder.path());
  ASSERT_TRUE(files.prepare());
  ASSERT_TRUE(files.append("x", 0, "12345"));
  EXPECT_EQ(files.size("x"), 5);
  EXPECT_EQ(files.sha1("x").value(), "8cb2237d0679ca88db6464eac60da96345513964");
  EXPECT_EQ(files.size("y"), -1);
  files.remove("x");
  EXPECT_TRUE(files.ids().empty());
}

}  // namespace
}  // namespace longwave::library
