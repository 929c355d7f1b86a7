// SPDX-License-Identifier: Apache-2.0
#include "library/library.hpp"

#include "base/log.hpp"
#include "library/marks.hpp"
#include "library/painter.hpp"
#include "library/relations.hpp"
#include "library/roots.hpp"
#include "store/failure.hpp"
#include "store/store.hpp"

#include <algorithm>
#include <iterator>
#include <thread>
#include <unordered_map>

namespace longwave::library {

namespace {

using namespace std::chrono_literals;

/// While a scan adds tracks, the catalogue is published no more often than this, and takes no more than a
/// tenth of a reading thread; but at once when it has doubled.
constexpr Duration publish_every = 1s;

struct Snapshot {
  Catalogue catalogue;
  Totals totals;
};

std::string describe(std::exception_ptr error) {
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& e) {
    return e.what();
  } catch (...) {
    return "unknown error";
  }
}

/// For the administrator; the log has the rest.
std::string sentence(const std::exception& error) {
  log::error("library: a scan ended early: {}", error.what());
  const auto* failure = dynamic_cast<const store::Failure*>(&error);
  if (failure && failure->kind() == store::FailureKind::disk_full)
    return "the disk is full: what the scan found can't be kept";
  return failure ? "the database can't be written: what the scan found can't be kept"
                 : "the scan ended early; the log says why";
}

template <class E>
bool is(std::exception_ptr error) {
  try {
    std::rethrow_exception(error);
  } catch (const E&) {
    return true;
  } catch (...) {
    return false;
  }
}

}  // namespace

class Library::Impl {
  /// Calls `f` with the same arguments, later, on the library's loop; not at all once the library is gone.
  template <class F>
  auto on_loop(F f) {
    return [post = post_, alive = std::weak_ptr<int>(alive_), f = std::move(f)](const auto&... args) {
      post([alive, f, ... values = args] {
        if (alive.lock()) f(values...);
      });
    };
  }

 public:
  Impl(Library& room, store::Store& store, LibraryOptions options, Post post, const Clock& clock)
      : room_(room),
        store_(store),
        options_(std::move(options)),
        post_(std::move(post)),
        clock_(clock),
        catalogue_(std::make_shared<const CatalogueRows>()),
        painter_(store, on_loop([this](const std::vector<std::int64_t>& albums) {
                   room_.happened.emit({AlbumsChanged{albums}});
                 })) {}

  ~Impl() {
    stop_.request_stop();
    if (thread_.joinable()) thread_.join();
  }

  bool scan() {
    if (scanning_) return false;
    scanning_ = true;
    if (!looking_) begin_scan();
    return true;
  }

  Result<bool> rescan(std::string_view path, Scanned done) {
    auto absolute = path.empty() ? "/" : Roots(options_.music).absolute(path);
    if (!absolute) return error(Errc::invalid, "this is no path below the music folders");
    again_below_.push_back(std::move(*absolute));
    if (done) when_rescanned_.push_back(std::move(done));
    return scan();
  }

  void look(std::vector<std::string> folders, Task done) {
    wanted_.insert(wanted_.end(), std::make_move_iterator(folders.begin()),
                   std::make_move_iterator(folders.end()));
    if (done) when_looked_.push_back(std::move(done));
    begin_look();
  }

  bool scanning() const { return scanning_; }
  void cancel() { stop_.request_stop(); }
  Catalogue catalogue() const { return catalogue_; }

  /// Loads and publishes, now or when the load that is running is done.
  void refresh() {
    if (loading_) {
      again_ = true;
      return;
    }
    loading_ = true;
    again_ = false;
    waiting_rows_ = 0;
    load_began_ = clock_.now();
    auto loaded = std::make_shared<Snapshot>();
    store_.read(
        [loaded](store::Session& session) {
          *loaded = {load_catalogue(session), totals(session)};
        },
        on_loop([this, loaded](std::exception_ptr error) { publish(*loaded, error); }));
  }

  /// Throws inside the job, so that its savepoint is rolled back when the change isn't wanted after all.
  void edit(UniqueFunction<bool(store::Session&, Changes&)> job, UniqueFunction<void(bool)> done) {
    struct Refused {};
    auto changes = std::make_shared<Changes>();
    auto end = std::make_shared<UniqueFunction<void(bool)>>(std::move(done));
    store_.write(
        [changes, job = std::move(job)](store::Session& session) mutable {
          if (!job(session, *changes)) throw Refused{};
        },
        on_loop([this, changes, end](std::exception_ptr error) {
          const bool failed = error && !is<Refused>(error);
          if (failed) log::warn("library: a change was not kept: {}", describe(error));
          if (!error) tell(*changes);
          (*end)(failed);
        }));
  }

  void played(StationId station, TrackId track, WallTime started, WallTime ended, bool complete,
              bool random) {
    if (!complete) return;
    const auto pair = trackers_[station].played(track, started, ended, random);
    edit(
        [track, pair, at = unix_ms(started)](store::Session& session, Changes& changes) {
          count_play(session, track, at, changes);
          if (pair) relate_songs(session, pair->first, pair->second);
          return true;
        },
        [](bool) {});
  }

 private:
  /// What a commit brought. The catalogue is loaded again when what it says may have changed.
  void tell(Changes& changes) {
    const bool affected = changes.catalogue();
    for (auto& event : changes.take()) room_.happened.emit({std::move(event)});
    if (affected) refresh();
  }

  void begin_scan() {
    rescanned_ = std::exchange(when_rescanned_, {});
    begin([this, again = std::exchange(again_below_, {})](std::stop_token stop) {
      run(again, std::move(stop));
    });
  }

  void begin(std::function<void(std::stop_token)> work) {
    if (thread_.joinable()) thread_.join();
    stop_ = std::stop_source();
    thread_ = std::thread([work = std::move(work), stop = stop_.get_token()] { work(stop); });
  }

  ScanObserver observe() {
    ScanObserver observer;
    observer.problem = on_loop([this](const Problem& problem) { room_.problem_found.emit(problem); });
    observer.committed = on_loop([this](std::int64_t rows) { grown(rows); });
    observer.happened = on_loop([this](const std::vector<Event>& events) {
      for (const auto& event : events) room_.happened.emit({event});
    });
    return observer;
  }

  void begin_look() {
    if (scanning_ || looking_ || (wanted_.empty() && when_looked_.empty())) return;
    looking_ = true;
    std::sort(wanted_.begin(), wanted_.end());
    wanted_.erase(std::unique(wanted_.begin(), wanted_.end()), wanted_.end());
    begin([this, folders = std::exchange(wanted_, {})](std::stop_token stop) {
      run_look(folders, std::move(stop));
    });
    looked_ = std::exchange(when_looked_, {});
  }

  void run_look(const std::vector<std::string>& folders, std::stop_token stop) {  // on the scan's thread
    const ScanObserver observer = observe();
    ScanFinished finished;
    try {
      if (!folders.empty())
        finished.report = library::scan(
            store_, {.music = options_.music, .threads = options_.scan_threads, .only = folders}, clock_,
            std::move(stop), observer);
    } catch (const std::exception& e) {
      finished.failure = sentence(e);
    }
    on_loop([this](const ScanFinished& f) { finish_look(f); })(finished);
  }

  void finish_look(const ScanFinished& finished) {
    looking_ = false;
    const ScanReport& r = finished.report;
    if (waiting_rows_ > 0 || r.missing + r.returned + r.changed + r.moved > 0) refresh();
    for (auto& done : std::exchange(looked_, {})) done();
    if (scanning_) return begin_scan();
    begin_look();
  }

  void run(const std::vector<std::string>& again, std::stop_token stop) {  // on the scan's thread
    ScanObserver observer = observe();
    observer.progress = on_loop([this](const ScanProgress& progress) { room_.scan_progress.emit(progress); });
    ScanFinished finished;
    try {
      // Without folders of its own it knows what another process with the same database finds.
      if (!options_.music.empty())
        finished.report =
            library::scan(store_, {.music = options_.music, .threads = options_.scan_threads, .again = again},
                          clock_, std::move(stop), observer);
    } catch (const std::exception& e) {
      finished.failure = sentence(e);
    }
    on_loop([this](const ScanFinished& f) { finish(f); })(finished);
  }

  void grown(std::int64_t rows) {
    waiting_rows_ += rows;
    const bool doubled = waiting_rows_ >= static_cast<std::int64_t>(catalogue_->size());
    const bool due = clock_.now() - load_began_ > std::max(publish_every, 10 * load_took_);
    if (!loading_ && (doubled || due)) refresh();
  }

  void finish(const ScanFinished& finished) {
    scanning_ = false;
    const ScanReport& r = finished.report;
    if (waiting_rows_ > 0 || r.missing + r.returned + r.changed + r.moved > 0 || !finished.failure.empty())
      refresh();
    painter_.start();
    auto rescanned = std::exchange(rescanned_, {});
    room_.scan_finished.emit(finished);
    for (auto& done : rescanned) done(finished);
    if (!again_below_.empty()) scan();
    begin_look();
  }

  void publish(const Snapshot& loaded, std::exception_ptr error) {
    loading_ = false;
    load_took_ = clock_.now() - load_began_;
    if (error) {
      log::error("library: the catalogue can't be loaded: {}", describe(error));
    } else {
      catalogue_ = loaded.catalogue;
      room_.catalogue_changed.emit({catalogue_});
      room_.changed.emit({loaded.totals});
    }
    if (again_) {
      refresh();
    } else if (waiting_rows_ > 0) {
      grown(0);
    }
  }

  Library& room_;
  store::Store& store_;
  const LibraryOptions options_;
  const Post post_;
  const Clock& clock_;
  Catalogue catalogue_;
  bool scanning_ = false;  // everything; it waits while some folders are looked at
  bool looking_ = false;   // at some folders
  std::vector<std::string> wanted_;
  std::vector<Task> when_looked_, looked_;           // of those that wait, and of the one that runs
  std::vector<std::string> again_below_;             // for the scan that begins next
  std::vector<Scanned> when_rescanned_, rescanned_;  // of it, and of the one that runs
  bool loading_ = false;
  bool again_ = false;
  std::unordered_map<StationId, Tracker> trackers_;
  std::int64_t waiting_rows_ = 0;  // committed since the last load began
  Instant load_began_{};
  Duration load_took_{};
  std::stop_source stop_;
  std::thread thread_;
  std::shared_ptr<int> alive_ = std::make_shared<int>();
  Painter painter_;
};

Library::Library(store::Store& store, LibraryOptions options, Post own_loop, const Clock& clock)
    : impl_(std::make_unique<Impl>(*this, store, std::move(options), std::move(own_loop), clock)) {}
Library::~Library() = default;

void Library::start() {
  impl_->refresh();
  impl_->scan();
}
void Library::read_again() {
  impl_->refresh();
}
bool Library::scan() {
  return impl_->scan();
}
Result<bool> Library::rescan(std::string_view path, Scanned done) {
  return impl_->rescan(path, std::move(done));
}
bool Library::scanning() const {
  return impl_->scanning();
}
void Library::look(std::vector<std::string> folders, Task done) {
  impl_->look(std::move(folders), std::move(done));
}
void Library::cancel_scan() {
  impl_->cancel();
}
Catalogue Library::catalogue() const {
  return impl_->catalogue();
}

void Library::run_edit(UniqueFunction<bool(store::Session&, Changes&)> job, UniqueFunction<void(bool)> done) {
  impl_->edit(std::move(job), std::move(done));
}

void Library::mark_broken(TrackId track, std::string reason) {
  edit([track, reason = std::move(reason)](store::Session& session, Changes& changes) -> Result<void> {
    library::mark_broken(session, track, reason);
    changes.track_changed(track, aspect_file);
    return {};
  });
}
void Library::played(StationId station, TrackId track, WallTime started, WallTime ended, bool complete,
                     bool random) {
  impl_->played(station, track, started, ended, complete, random);
}

}  // namespace longwave::library
