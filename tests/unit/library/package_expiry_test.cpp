// SPDX-License-Identifier: Apache-2.0
#include "library/library.hpp"
#include "library/packages.hpp"
#include "media.hpp"

#include <gtest/gtest.h>

#include <deque>

namespace longwave::library {
namespace {

using namespace std::chrono_literals;

/// Everything runs in the test's thread, when run() lets it; so nothing has to be waited for.
class Expiry : public testing::Test {
 protected:
  void start(PackageLimits limits = {}) {
    packages = std::make_unique<Packages>(
        shelf.store, folder.path(), limits, [this](Task task) { tasks.push_back(std::move(task)); },
        [this](Task task) { tasks.push_back(std::move(task)); }, clock);
    packages->recover();
    run();
  }
  void run() {
    while (!tasks.empty()) {
      Task task = std::move(tasks.front());
      tasks.pop_front();
      task();
    }
    shelf.store.write_now([](store::Session&) {});  // what was to be written is
  }
  Result<Package> make_one(std::vector<TrackId> tracks) {
    Result<Package> made = error(Errc::unavailable, "nothing came");
    packages->make({.name = "List", .tracks = std::move(tracks)}, {},
                   [&](Result<Package> done) { made = std::move(done); });
    run();
    return made;
  }
  std::size_t files() const {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder.path()), {}));
  }
  std::int64_t rows() {
    return *shelf.read(
        [](store::Session& s) { return s.value<std::int64_t>("SELECT COUNT(*) FROM library_package"); });
  }
  Music music, folder;
  Shelf shelf;
  ManualClock clock;
  std::deque<Task> tasks;
  std::unique_ptr<Packages> packages;
};

TEST_F(Expiry, APackageIsKeptItsTimeOverARestartAndThenGoesWithItsFileAndItsRow) {
  make(music / "a.mp3");
  shelf.scan({music.path()});
  start();
  const auto made = make_one({shelf.all().at(0).id});
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(files(), 1u);
  clock.advance(23h);
  packages->tick();
  run();
  start();  // another process
  EXPECT_TRUE(packages->find(made->token));
  clock.advance(1h);
  EXPECT_EQ(packages->find(made->token).error().code, Errc::not_found) << "even before anybody cleans up";
  EXPECT_EQ(files(), 1u);
  packages->tick();
  run();
  EXPECT_EQ(files(), 0u);
  EXPECT_EQ(rows(), 0);
}

TEST_F(Expiry, WhatExpiredMakesRoomForOthersAndNoMoreThanItTook) {
  make(music / "a.mp3");
  shelf.scan({music.path()});
  const TrackId track = shelf.all().at(0).id;
  start();
  const auto one = make_one({track})->bytes;
  start({.bytes = one / 2});  // no song is begun beyond it
  EXPECT_EQ(make_one({track}).error().code, Errc::full) << "those of an earlier process count";
  clock.advance(24h);
  packages->tick();
  run();
  EXPECT_TRUE(make_one({track}));
  EXPECT_EQ(make_one({track}).error().code, Errc::full);
}

}  // namespace
}  // namespace longwave::library
