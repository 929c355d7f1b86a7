// SPDX-License-Identifier: Apache-2.0
#include "library/watch.hpp"

#include "media.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <fstream>
#include <future>
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
  bool seen(const std::filesystem::path& folder, Duration within = 60s) {
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

TEST_F(Watching, LooksAtAllOfItWhenTheKernelCouldNotTellEverything) {
  write(music / "1.mp3", "x");
  write(music / "2.mp3", "x");
  std::atomic<bool> held{false};
  std::promise<void> holding, go_on;
  watch = std::make_unique<Watch>(
      WatchOptions{.music = {music.path()}, .settle = 20ms, .at_last = 100ms, .rescan = 0ms},
      [&, resume = go_on.get_future().share()](const FoldersChanged& changed) {
        if (!held.exchange(true)) {  // nobody reads what the kernel tells until the test lets it
          holding.set_value();
          resume.wait();
        }
        const std::lock_guard lock(mutex);
        told.insert(changed.folders.begin(), changed.folders.end());
        everything = everything || changed.everything;
        ready.notify_all();
      });
  for (int i = 0; i < 200 && !held; ++i) {
    write(music / "probe.mp3", std::to_string(i));
    std::unique_lock lock(mutex);
    ready.wait_for(lock, 100ms, [&] { return held.load(); });
  }
  ASSERT_EQ(holding.get_future().wait_for(60s), std::future_status::ready);
  std::ifstream limit("/proc/sys/fs/inotify/max_queued_events");
  int most = 0;
  limit >> most;
  // Twice the same in a row is told once only, so two files take turns.
  for (int i = 0; i < most + 100; ++i) {
    ASSERT_EQ(::chmod((music / (i % 2 == 0 ? "1.mp3" : "2.mp3")).c_str(), i % 4 < 2 ? 0600 : 0644), 0);
  }
  EXPECT_FALSE(everything);
  go_on.set_value();
  {
    std::unique_lock lock(mutex);
    EXPECT_TRUE(ready.wait_for(lock, 60s, [&] { return everything; }));
    told.clear();
  }
  std::filesystem::create_directory(music / "later");
  write(music / "later/3.mp3", "x");
  EXPECT_TRUE(seen(music / "later")) << "and goes on watching";
  watch.reset();
}

TEST_F(Watching, LooksAtAllOfItWhenLinksAppearOrAFolderIsAway) {
  start(50ms);
  std::filesystem::create_symlink(music / "nowhere", music / "link.mp3");
  std::unique_lock lock(mutex);
  EXPECT_TRUE(ready.wait_for(lock, 60s, [&] { return everything; }));
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
  EXPECT_TRUE(ready.wait_for(lock, 60s, [&] { return everything; })) << "it may come back";
  lock.unlock();
  watch.reset();
}

}  // namespace
}  // namespace longwave::library
