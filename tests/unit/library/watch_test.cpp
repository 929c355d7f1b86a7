// SPDX-License-Identifier: Apache-2.0
#include "library/watch.hpp"

#include "media.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <set>

namespace longwave::library {
namespace {

using namespace std::chrono_literals;

class Watching : public testing::Test {
 protected:
  /// Watches, and knows that it does: a first file is told again and again until it is noticed.
  void start(Duration rescan = 0ms) {
    watch = std::make_unique<Watch>(
        WatchOptions{.music = {music.path()}, .settle = 20ms, .at_last = 100ms, .rescan = rescan},
        [this](const FoldersChanged& changed) {
          const std::lock_guard lock(mutex);
          told.insert(changed.folders.begin(), changed.folders.end());
          everything = everything || changed.everything;
          ready.notify_all();
        });
    for (int i = 0; i < 100 && !seen(music.path(), 100ms); ++i) write(music / "probe.mp3", std::to_string(i));
    told.clear();
  }
  bool seen(const std::filesystem::path& folder, Duration within = 20s) {
    std::unique_lock lock(mutex);
    return ready.wait_for(lock, within, [&] { return told.contains(folder.string()); });
  }

  Music music;
  std::mutex mutex;
  std::condition_variable ready;
  std::set<std::string> told;
  bool everything = false;
  std::unique_ptr<Watch> watch;
};

TEST_F(Watching, TellsWhereFilesCameChangedAndWent) {
  std::filesystem::create_directories(music / "a");
  std::filesystem::create_directories(music / "b");
  write(music / "b/old.mp3", "x");
  start();
  write(music / "a/new.mp3", "x");
  EXPECT_TRUE(seen(music / "a"));
  std::filesystem::remove(music / "b/old.mp3");
  EXPECT_TRUE(seen(music / "b"));
}

TEST_F(Watching, FollowsFoldersThatComeAndGetOtherNames) {
  start();
  std::filesystem::create_directories(music / "x/y/z");
  write(music / "x/y/z/one.mp3", "x");
  EXPECT_TRUE(seen(music / "x/y/z"));
  std::filesystem::rename(music / "x", music / "w");
  EXPECT_TRUE(seen(music / "x")) << "it stands for all that was below it";
  EXPECT_TRUE(seen(music / "w/y/z"));
  write(music / "w/y/two.mp3", "x");
  EXPECT_TRUE(seen(music / "w/y"));
}

TEST_F(Watching, LooksAtAllOfItWhenLinksAppearOrAFolderIsAway) {
  start(50ms);
  std::filesystem::create_symlink(music / "nowhere", music / "link.mp3");
  std::unique_lock lock(mutex);
  EXPECT_TRUE(ready.wait_for(lock, 20s, [&] { return everything; }));
  lock.unlock();
  watch.reset();
  everything = false;
  std::filesystem::remove_all(music.path());
  watch = std::make_unique<Watch>(WatchOptions{.music = {music.path()}, .rescan = 50ms},
                                  [this](const FoldersChanged& changed) {
                                    const std::lock_guard inner(mutex);
                                    everything = everything || changed.everything;
                                    ready.notify_all();
                                  });
  lock.lock();
  EXPECT_TRUE(ready.wait_for(lock, 20s, [&] { return everything; })) << "it may come back";
  lock.unlock();
  watch.reset();
}

}  // namespace
}  // namespace longwave::library
