// SPDX-License-Identifier: Apache-2.0
#include "library/library.hpp"

#include "library/analyses.hpp"
#include "library/marks.hpp"
#include "media.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>

namespace longwave::library {
namespace {

/// The thread of the test as the library's loop.
class TestLoop {
 public:
  Post poster() {
    return [this](Task task) {
      std::unique_lock lock(mutex_);
      taken_.wait(lock, [this] { return !in_step_ || tasks_.empty(); });
      tasks_.push_back(std::move(task));
      ready_.notify_one();
    };
  }
  /// In step, whoever posts waits until everything before has been taken: a slow loop isn't outrun.
  void keep_in_step(bool yes) {
    const std::lock_guard lock(mutex_);
    in_step_ = yes;
    taken_.notify_all();
  }
  template <class Until>
  void run_until(Until done) {
    while (!done()) {
      Task task;
      {
        std::unique_lock lock(mutex_);
        ASSERT_TRUE(ready_.wait_for(lock, std::chrono::seconds(60), [&] { return !tasks_.empty(); }))
            << "nothing happens";
        task = std::move(tasks_.front());
        tasks_.pop_front();
        taken_.notify_all();
      }
      task();
    }
  }

 private:
  std::mutex mutex_;
  std::condition_variable ready_;
  std::condition_variable taken_;
  std::deque<Task> tasks_;
  bool in_step_ = false;
};

class LibraryTest : public testing::Test {
 protected:
  void listen(Library& library) {
    subscriptions_.push_back(library.catalogue_changed.connect(
        [this](const CatalogueChanged& e) { catalogues_.push_back(e.catalogue); }));
    subscriptions_.push_back(
        library.changed.connect([this](const LibraryChanged& e) { totals_ = e.totals; }));
    subscriptions_.push_back(
        library.scan_finished.connect([this](const ScanFinished& e) { finished_.push_back(e); }));
    subscriptions_.push_back(
        library.problem_found.connect([this](const Problem& e) { problems_.push_back(e); }));
    subscriptions_.push_back(library.scan_progress.connect([this](const ScanProgress& e) { progress_ = e; }));
  }
  std::size_t playable() const {
    if (catalogues_.empty()) return 0;
    return static_cast<std::size_t>(std::count_if(catalogues_.back()->begin(), catalogues_.back()->end(),
                                                  [](const auto& row) { return row.playable; }));
  }
  Music music_;
  TestLoop loop_;  // outlives the store, whose threads post to it
  Shelf shelf_;
  std::vector<Subscription> subscriptions_;
  std::vector<Catalogue> catalogues_;
  std::vector<ScanFinished> finished_;
  std::vector<Problem> problems_;
  Totals totals_;
  ScanProgress progress_;
};

TEST_F(LibraryTest, publishes_what_is_stored_then_what_it_finds) {
  constexpr std::size_t files =
      1500;  // more than the batches that can be on their way: 1 + 8 + 64 + 100 + 100
  for (int i = 0; i < static_cast<int>(files); ++i)
    make(music_ / (std::to_string(i) + ".wav"), {.seconds = 1, .sound = i});
  write(music_ / "bad.ogg", "no");
  Library library(shelf_.store, {.music = {music_.path()}}, loop_.poster(), shelf_.clock);
  listen(library);
  loop_.keep_in_step(true);
  library.start();
  EXPECT_TRUE(library.scanning());
  EXPECT_FALSE(library.scan()) << "one at a time";
  loop_.run_until([&] { return playable() > 0; });
  EXPECT_LT(playable(), files) << "the first files can be played while the rest is read";
  loop_.keep_in_step(false);
  loop_.run_until([&] { return !finished_.empty() && playable() == files; });
  EXPECT_FALSE(library.scanning());
  EXPECT_EQ(finished_[0].report.added, static_cast<std::int64_t>(files));
  EXPECT_EQ(finished_[0].failure, "");
  EXPECT_EQ(problems_.size(), 1u);
  EXPECT_EQ(progress_.done, static_cast<std::int64_t>(files) + 1);
  EXPECT_EQ(totals_.tracks, static_cast<std::int64_t>(files));
  EXPECT_EQ(totals_.broken, 1);
  EXPECT_LE(catalogues_.size(), 14u) << "coalesced";
  EXPECT_EQ(library.catalogue(), catalogues_.back());
  for (std::size_t i = 1; i < catalogues_.back()->size(); ++i) {
    EXPECT_LT((*catalogues_.back())[i - 1].track.value, (*catalogues_.back())[i].track.value);
  }
}

TEST_F(LibraryTest, a_broken_track_leaves_the_catalogue) {
  make(music_ / "a.wav", {.tags = {{"TITLE", "a"}}, .sound = 1});
  make(music_ / "b.wav", {.tags = {{"TITLE", "b"}}, .sound = 2});
  shelf_.scan({music_.path()});
  Library library(shelf_.store, {.music = {music_.path()}}, loop_.poster(), shelf_.clock);
  listen(library);
  library.start();
  loop_.run_until([&] { return !finished_.empty() && playable() == 2; });
  const auto id = shelf_.only("a").id;
  library.mark_broken(id, "no sound came out of it");
  library.played(StationId{1}, shelf_.only("b").id, shelf_.clock.wall(), shelf_.clock.wall(), true, false);
  loop_.run_until([&] { return playable() == 1; });
  EXPECT_EQ(shelf_.read([&](store::Session& s) { return track_details(s, id).value().problem; }),
            "no sound came out of it");
}

TEST_F(LibraryTest, cancelled_or_destroyed_in_the_middle_it_keeps_what_it_has) {
  for (int i = 0; i < 400; ++i) make(music_ / (std::to_string(i) + ".wav"), {.seconds = 1, .sound = i});
  {
    Library library(shelf_.store, {.music = {music_.path()}, .scan_threads = 1}, loop_.poster(),
                    shelf_.clock);
    listen(library);
    library.start();
    loop_.run_until([&] { return playable() > 0; });
    library.cancel_scan();
    loop_.run_until([&] { return !finished_.empty(); });
    EXPECT_TRUE(finished_[0].report.cancelled || finished_[0].report.added == 400);
    EXPECT_TRUE(library.scan());
  }  // its tasks that are still posted do nothing
  subscriptions_.clear();
  bool drained = false;
  loop_.poster()([&] { drained = true; });
  loop_.run_until([&] { return drained; });
  EXPECT_GT(shelf_.all().size(), 0u);
}

TEST_F(LibraryTest, a_rescan_that_is_asked_for_during_a_scan_follows_it_and_reads_again) {
  make(music_ / "d/a.wav", {.tags = {{"TITLE", "old"}}, .sound = 1});
  make(music_ / "e/b.wav", {.tags = {{"TITLE", "other"}}, .sound = 2});
  shelf_.scan({music_.path()});
  const auto id = shelf_.only("old").id;
  const auto time = std::filesystem::last_write_time(music_ / "d/a.wav");
  retag(music_ / "d/a.wav", {{"TITLE", "new"}});
  std::filesystem::last_write_time(music_ / "d/a.wav", time);
  Library library(shelf_.store, {.music = {music_.path()}}, loop_.poster(), shelf_.clock);
  listen(library);
  library.start();
  std::vector<ScanReport> done;
  const auto note = [&](const ScanFinished& end) { done.push_back(end.report); };
  EXPECT_EQ(library.rescan("../d", note).error().code, Errc::invalid);
  EXPECT_FALSE(library.rescan("d", note).value()) << "one runs";
  EXPECT_FALSE(library.rescan("e/b.wav", note).value()) << "they go together";
  loop_.run_until([&] { return done.size() == 2; });
  ASSERT_EQ(finished_.size(), 2u) << "the scan that ran, and one for both";
  EXPECT_EQ(finished_[0].report.unchanged, 2);
  EXPECT_EQ(done[0].changed, 2);
  EXPECT_EQ(shelf_.only("new").id, id);
  EXPECT_TRUE(library.rescan({}, note).value());
  loop_.run_until([&] { return done.size() == 3; });
  EXPECT_EQ(done[2].changed, 2) << "everything";
  EXPECT_FALSE(library.scanning());
}

TEST_F(LibraryTest, what_is_known_of_the_sound_outlives_moves_and_tags) {
  make(music_ / "a.flac", {.tags = {{"TITLE", "a"}}});
  shelf_.scan({music_.path()});
  const auto id = shelf_.only("a").id;
  audio::Analysis analysis;
  analysis.length = Samples{44100 * 2};
  analysis.end = analysis.length;
  analysis.source_rate = 44100;
  analysis.source_channels = 2;
  analysis.source_samples = analysis.length.count();
  analysis.lufs = -9.5;
  analysis.payload_hash = "abc";
  analysis.true_peak_db = -0.5;
  analysis.limiter_loss_db.fill(0.25F);
  analysis.level_db = {-10, -20, -30};
  shelf_.store.write_now([&](store::Session& s) {
    EXPECT_FALSE(analysis_of(s, id));
    keep_analysis(s, id, analysis);
    mark_broken(s, id, "x");
    keep_analysis(s, id, analysis);
  });
  EXPECT_EQ(shelf_.only("a").duration_ms, 2000) << "the exact length";
  EXPECT_EQ(shelf_.only("a").state, TrackState::ok) << "it could be decoded";
  EXPECT_TRUE((*shelf_.read([](store::Session& s) { return load_catalogue(s); }))[0].analysed);
  std::filesystem::rename(music_ / "a.flac", music_ / "b.flac");
  retag(music_ / "b.flac", {{"TITLE", "new"}});
  shelf_.scan({music_.path()});
  const auto kept = shelf_.read([&](store::Session& s) { return analysis_of(s, id); });
  ASSERT_TRUE(kept.has_value());
  EXPECT_EQ(kept->lufs, analysis.lufs);
  EXPECT_EQ(kept->level_db, analysis.level_db);
  EXPECT_EQ(kept->payload_hash, "abc");
  std::vector<std::pair<TrackId, double>> loudness;
  shelf_.read([&](store::Session& s) {
    each_loudness(s, [&](TrackId track, const audio::Analysis& known) {
      loudness.emplace_back(track, audio::gain_for(known).db);
    });
    return 0;
  });
  ASSERT_EQ(loudness.size(), 1u);
  EXPECT_EQ(loudness[0].first, id);
  EXPECT_EQ(loudness[0].second, audio::gain_for(analysis).db);
  analysis.partial = true;
  analysis.lufs = 0;
  shelf_.store.write_now([&](store::Session& s) { keep_analysis(s, id, analysis); });
  EXPECT_EQ(shelf_.read([&](store::Session& s) { return analysis_of(s, id)->lufs; }), -9.5);
}

TEST_F(LibraryTest, an_edit_is_told_after_its_commit_in_order_and_a_refused_one_leaves_nothing) {
  make(music_ / "a.mp3", {.tags = {{"TITLE", "a"}}});
  shelf_.scan({music_.path()});
  const auto id = shelf_.only("a").id;
  Library library(shelf_.store, {.music = {music_.path()}}, loop_.poster(), shelf_.clock);
  std::vector<std::string> told;
  const auto sub = library.happened.connect([&](const Changed& e) {
    told.push_back(std::holds_alternative<TracksChanged>(e.event)   ? "changed"
                   : std::holds_alternative<TracksRemoved>(e.event) ? "removed"
                                                                    : "other");
  });
  library.edit([id](store::Session& s, Changes& c) { return set_marks(s, id, {.disabled = true}, c); },
               [&](const Result<void>& kept) { told.push_back(kept ? "kept" : "refused"); });
  library.edit(
      [id](store::Session& s, Changes& c) -> Result<int> {
        (void)remove_track(s, id, c);
        return error(Errc::conflict, "not after all");
      },
      [&](const Result<int>& kept) { told.push_back(kept ? "kept" : "refused"); });
  library.edit([](store::Session&, Changes&) -> Result<void> { throw std::runtime_error("the disk"); },
               [&](const Result<void>& kept) {
                 told.push_back(kept.error().code == Errc::unavailable ? "unavailable" : "?");
               });
  library.edit([id](store::Session& s, Changes& c) { return remove_track(s, id, c); },
               [&](const Result<void>& kept) { told.push_back(kept ? "kept" : "refused"); });
  loop_.run_until([&] { return told.size() >= 6; });
  EXPECT_EQ(told, (std::vector<std::string>{"changed", "kept", "refused", "unavailable", "removed", "kept"}));
}

}  // namespace
}  // namespace longwave::library
