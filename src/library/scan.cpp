// SPDX-License-Identifier: Apache-2.0
#include "library/scan.hpp"

#include "base/log.hpp"
#include "base/text.hpp"
#include "library/apply.hpp"
#include "library/known.hpp"
#include "library/reader.hpp"
#include "library/roots.hpp"
#include "library/walk.hpp"
#include "store/store.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <filesystem>
#include <mutex>
#include <thread>
#include <unordered_set>

namespace longwave::library {

namespace {

using namespace std::chrono_literals;

constexpr int most_threads = 32;          // measured best when the disk has to be waited for
constexpr std::size_t chunk_names = 32;   // names handed to a thread at once
constexpr std::size_t most_chunks = 512;  // waiting; the listing pauses beyond
constexpr int most_commits = 2;           // batches on their way to the store; the readers pause beyond
constexpr auto longest_batch = 1s;        // what was read is committed after that long at the latest
constexpr auto progress_every = 100ms;

/// Sound comes first: threads of a scan get the processor when nobody else wants it.
void step_back() {
  ::setpriority(PRIO_PROCESS, 0, 10);
}

bool is_there(const std::string& path) {
  std::error_code unreadable;
  return std::filesystem::exists(path, unreadable);
}

/// Blocks read from the disk by this thread: whether it had to wait for it.
long disk_reads() {
  rusage usage{};
  ::getrusage(RUSAGE_THREAD, &usage);
  return usage.ru_inblock;
}

Known with_roots(store::Store& store, const std::vector<std::filesystem::path>& music) {
  store.write_now([&](store::Session& session) { keep_roots(session, music); });
  return store.read_now([](store::Session& session) { return load_known(session); });
}

class Scan {
 public:
  Scan(store::Store& store, const ScanOptions& options, const Clock& clock, std::stop_token stop,
       const ScanObserver& observer)
      : store_(store),
        options_(options),
        clock_(clock),
        stop_(std::move(stop)),
        observer_(observer),
        known_(with_roots(store, options.music)),
        reader_(known_, options.again),
        applier_(known_, unix_ms(clock.wall())),
        began_(clock.now()),
        last_commit_(began_),
        last_progress_(began_ - progress_every) {}

  ScanReport run() {
    start_threads(options_.threads > 0 ? options_.threads : 2);
    std::stop_callback wake(stop_, [this] {
      const std::lock_guard lock(mutex_);
      changed_.notify_all();
    });
    const WalkSink sink{.folder = [this](Listed listed) { folder(std::move(listed)); },
                        .problem = [this](Problem p) { problem(std::move(p)); }};
    if (options_.only.empty()) {
      walk(options_.music, stop_, sink);
    } else {
      walk_only(options_.only, stop_, sink, [this](const std::string& gone) { gone_.push_back(gone + '/'); });
    }
    {
      std::unique_lock lock(mutex_);
      listed_ = true;
      phase_ = ScanProgress::Phase::reading;
      changed_.notify_all();
      changed_.wait(lock, [&] { return chunks_.empty() && busy_ == 0; });
    }
    for (auto& thread : threads_) thread.join();
    flush();
    wait_for_commits();
    if (failure_) std::rethrow_exception(failure_);
    if (stop_.stop_requested()) {
      report_.cancelled = true;
    } else {
      finish();
    }
    report_.unchanged = reader_.unchanged();
    tell(true);
    return report_;
  }

 private:
  struct Chunk {
    FolderPtr folder;
    std::vector<std::string> names;
    std::string picture;
    bool look_at_picture = false;
  };

  bool stopped() const { return stop_.stop_requested() || failed_; }

  void folder(Listed listed) {
    auto folder = std::make_shared<const Folder>(
        Folder{listed.path, known_.folder(listed.path), std::move(listed.lyrics)});
    total_ += static_cast<std::int64_t>(listed.music.size());
    for (const auto& name : listed.videos) {
      seen_videos_.insert(join(listed.path, name));
      if (auto video = reader_.look_at_video(folder, name)) take(std::move(*video));
    }
    bool first = true;
    for (std::size_t at = 0; at < listed.music.size(); at += chunk_names) {
      Chunk chunk{folder, {}, listed.picture, first};
      first = false;
      const auto end = std::min(at + chunk_names, listed.music.size());
      for (auto i = at; i < end; ++i) chunk.names.push_back(std::move(listed.music[i]));
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return chunks_.size() < most_chunks || stopped(); });
      if (stopped()) return;
      chunks_.push_back(std::move(chunk));
      changed_.notify_all();
    }
    tell(false);
  }

  void start_threads(int count) {
    for (int i = 0; i < count; ++i) threads_.emplace_back([this] { work(); });
    running_ += count;
  }

  /// More threads only help while they wait for the disk; on a warm cache they would be in each other's way.
  void widen() {
    const std::lock_guard lock(mutex_);
    if (options_.threads > 0 || running_ >= most_threads || listed_and_empty()) return;
    widened_ = true;
    start_threads(most_threads - running_);
  }
  bool listed_and_empty() const { return listed_ && chunks_.empty(); }

  void work() {
    step_back();
    while (true) {
      Chunk chunk;
      {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return !chunks_.empty() || listed_ || stopped(); });
        if (stopped()) chunks_.clear();
        if (chunks_.empty()) {
          changed_.notify_all();
          return;
        }
        chunk = std::move(chunks_.front());
        chunks_.pop_front();
        ++busy_;
        if (chunks_.size() + 1 == most_chunks) changed_.notify_all();
      }
      look(chunk);
      const std::lock_guard lock(mutex_);
      --busy_;
      if (busy_ == 0 || stopped()) changed_.notify_all();
    }
  }

  void look(const Chunk& chunk) {
    const long before = disk_reads();
    if (chunk.look_at_picture) {
      if (auto art = reader_.look_at_picture(chunk.folder, chunk.picture)) take(std::move(*art));
    }
    for (const auto& name : chunk.names) {
      if (stopped()) return;
      if (auto result = reader_.look(chunk.folder, name)) {
        if (const auto* broken = std::get_if<Broken>(&result->what)) {
          report({text::to_utf8(join(chunk.folder->path, name)), broken->reason});
        }
        take(std::move(*result));
      }
      ++done_;
      if (!widened_ && disk_reads() - before > 0) widen();
    }
    tell(false);
  }

  void problem(Problem p) {
    report({text::to_utf8(p.path), p.reason});
    take(std::move(p));
  }

  void report(const Problem& problem) {
    ++broken_;
    const std::lock_guard lock(observer_mutex_);
    observer_.problem(problem);
  }

  void take(ScanResult result) {
    bool full = false;
    {
      const std::lock_guard lock(mutex_);
      results_.push_back(std::move(result));
      full = results_.size() >= batch_ || clock_.now() - last_commit_ > longest_batch;
    }
    if (full) flush();
  }

  /// Sends what was read to the store. The first batches are small, so that a station can begin.
  void flush() {
    std::vector<ScanResult> batch;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return commits_ < most_commits; });
      if (results_.empty() || failed_) return;
      batch.swap(results_);
      batch_ = std::min(batch_ * 8, options_.batch);
      last_commit_ = clock_.now();
      ++commits_;
    }
    const auto rows = static_cast<std::int64_t>(batch.size());
    commit(
        [this, batch = std::move(batch)](store::Session& session, ScanReport& report, Changes& changes) {
          applier_.apply(session, batch, report, changes);
        },
        rows);
  }

  using ApplyJob = UniqueFunction<void(store::Session&, ScanReport&, Changes&)>;

  void commit(ApplyJob job, std::int64_t rows) {
    struct Outcome {
      ScanReport report;
      Changes changes;
    };
    auto outcome = std::make_shared<Outcome>();
    store_.write_bulk(
        [outcome, job = std::move(job)](store::Session& session) mutable {
          job(session, outcome->report, outcome->changes);
        },
        [this, outcome, rows](std::exception_ptr error) {
          committed(error, outcome->report, outcome->changes, rows);
        });
  }

  void committed(std::exception_ptr error, const ScanReport& added, Changes& changes, std::int64_t rows) {
    if (error) {
      applier_.forget();
    } else {
      const std::lock_guard lock(observer_mutex_);
      observer_.committed(rows);
      if (!changes.empty()) observer_.happened(changes.take());
    }
    const std::lock_guard lock(mutex_);
    if (error) {
      if (!failure_) failure_ = error;
      failed_ = true;
    } else {
      report_.added += added.added;
      report_.changed += added.changed;
      report_.moved += added.moved;
      report_.missing += added.missing;
      report_.returned += added.returned;
      report_.broken += added.broken;
    }
    --commits_;
    changed_.notify_all();
  }

  void wait_for_commits() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return commits_ == 0; });
  }

  void commit_and_wait(ApplyJob job) {
    {
      const std::lock_guard lock(mutex_);
      ++commits_;
    }
    commit(std::move(job), 0);
    wait_for_commits();
    if (failure_) std::rethrow_exception(failure_);
  }

  /// This scan would have met what is in that folder.
  bool looked_at(const std::string& folder) const {
    if (options_.only.empty()) return true;
    const auto below = folder + '/';
    return std::find(options_.only.begin(), options_.only.end(), folder) != options_.only.end() ||
           std::any_of(gone_.begin(), gone_.end(), [&](const auto& gone) { return below.starts_with(gone); });
  }

  /// What wasn't met is missing; in pieces, so that other writers get their turn.
  void finish() {
    phase_ = ScanProgress::Phase::finishing;
    if (options_.music.empty()) return;  // what another process found in its folders stays as it is
    std::vector<std::uint32_t> gone;
    for (std::uint32_t i = 0; i < known_.files.size(); ++i) {
      const auto& file = known_.files[i];
      if (reader_.seen(i) || file.state == TrackState::missing || file.state == TrackState::removed) continue;
      // Links are not followed by a scan of some folders, so not having met one says nothing.
      const bool met = options_.only.empty() ||
                       (looked_at(known_.folders[file.folder].path) && !is_there(known_.path_of(file)));
      if (met) gone.push_back(i);
    }
    for (std::size_t at = 0; at < gone.size(); at += options_.batch) {
      const auto end = std::min(at + options_.batch, gone.size());
      commit_and_wait([this, part = std::vector(gone.begin() + static_cast<std::ptrdiff_t>(at),
                                                gone.begin() + static_cast<std::ptrdiff_t>(end))](
                          store::Session& session, ScanReport& report, Changes& changes) {
        applier_.mark_missing(session, part, report, changes);
      });
    }
    std::vector<std::int64_t> videos;
    for (const auto& [path, video] : known_.videos) {
      if (!video.missing && !seen_videos_.contains(path) && looked_at(path.substr(0, path.rfind('/'))))
        videos.push_back(video.id);
    }
    if (!videos.empty()) {
      commit_and_wait([this, videos](store::Session& session, ScanReport&, Changes& changes) {
        applier_.mark_videos_missing(session, videos, changes);
      });
    }
    if (!applier_.untidy() && known_.problems.empty()) return;
    commit_and_wait([this](store::Session& session, ScanReport&, Changes&) {
      applier_.forget_problems(session, [this](const std::string& path) {
        return looked_at(path) || looked_at(path.substr(0, path.rfind('/')));
      });
      applier_.tidy(session);
    });
  }

  void tell(bool now) {
    const std::lock_guard lock(observer_mutex_);
    const Instant at = clock_.now();
    if (!now && at - last_progress_ < progress_every) return;
    last_progress_ = at;
    ScanProgress progress{phase_, done_, total_, broken_, {}};
    if (progress.phase != ScanProgress::Phase::listing && progress.done > 0) {
      progress.eta_ms = to_ms(at - began_) * (progress.total - progress.done) / progress.done;
    }
    observer_.progress(progress);
  }

  store::Store& store_;
  const ScanOptions& options_;
  const Clock& clock_;
  const std::stop_token stop_;
  const ScanObserver& observer_;
  const Known known_;
  Reader reader_;
  Applier applier_;                              // only inside write jobs
  std::unordered_set<std::string> seen_videos_;  // paths; only on the thread that lists
  const Instant began_;
  std::vector<std::string> gone_;  // of the folders that were to be looked at
  std::mutex mutex_;               // guards what follows, up to the next one
  std::condition_variable changed_;
  std::deque<Chunk> chunks_;
  std::vector<ScanResult> results_;
  std::vector<std::thread> threads_;
  int running_ = 0;
  int busy_ = 0;
  int commits_ = 0;
  bool listed_ = false;
  std::size_t batch_ = 1;
  Instant last_commit_;
  ScanReport report_;
  std::exception_ptr failure_;
  std::mutex observer_mutex_;
  Instant last_progress_;

  std::atomic<bool> failed_{false}, widened_{false};
  std::atomic<ScanProgress::Phase> phase_{ScanProgress::Phase::listing};
  std::atomic<std::int64_t> done_{0}, total_{0}, broken_{0};
};

}  // namespace

const char* to_string(ScanProgress::Phase phase) {
  constexpr const char* names[] = {"listing", "reading", "finishing"};
  return names[static_cast<int>(phase)];
}

ScanReport scan(store::Store& store, const ScanOptions& options, const Clock& clock, std::stop_token stop,
                const ScanObserver& observer) {
  return Scan(store, options, clock, std::move(stop), observer).run();
}

}  // namespace longwave::library
