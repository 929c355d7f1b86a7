// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/signal.hpp"
#include "base/task.hpp"
#include "library/catalogue.hpp"
#include "library/events.hpp"
#include "library/queries.hpp"
#include "library/scan.hpp"
#include "library/track.hpp"
#include "store/migration.hpp"
#include "store/store.hpp"

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace longwave::library {

/// The tables of this room, for the one who opens the store: {"library", migrations()}.
std::vector<store::Migration> migrations();

struct ScanFinished {
  ScanReport report;
  std::string failure;  ///< empty, or why the scan ended early: a sentence for the log and the administrator
};

/// How much there is now; emitted after every change, at most about once a second while a scan runs.
struct LibraryChanged {
  Totals totals;
};

struct CatalogueChanged {
  Catalogue catalogue;
};

struct LibraryOptions {
  std::vector<std::filesystem::path> music;
  int scan_threads = 0;  ///< 0: chosen while it runs
};

/// The music of a server: keeps the store up to date with the folders and tells others what changed. Belongs
/// to one loop: constructed, called, destroyed there; its signals are emitted there. What only reads is in
/// queries.hpp and runs on a store thread.
///
///   Library library(store, {.music = {"/srv/music"}}, loop.poster(), clock);
///   auto sub = library.catalogue_changed.connect(…);   // the first one comes soon after start()
///   library.start();
class Library {
 public:
  Library(store::Store& store, LibraryOptions options, Post own_loop, const Clock& clock);
  ~Library();  ///< stops a running scan and waits for its threads (milliseconds)
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;

  Signal<ScanProgress> scan_progress;  ///< at most ten a second
  Signal<Problem> problem_found;
  Signal<ScanFinished> scan_finished;
  Signal<LibraryChanged> changed;
  Signal<CatalogueChanged> catalogue_changed;
  Signal<Changed> happened;  ///< every change, after its commit, in order; those of scans too

  /// Publishes the catalogue as it is stored, then starts a scan.
  void start();

  /// Another program has changed what is stored: reads it, and publishes it.
  void read_again();
  /// Starts a scan; false if one is running (its signals serve both callers).
  bool scan();
  /// A scan that reads what is at or below `path` again although its size and time are as they were: a path
  /// as clients know it (roots.hpp), empty for everything. False: a scan runs, and this one follows it.
  /// `done` is called after its scan_finished. Error: invalid, nothing below a music folder can be meant.
  using Scanned = UniqueFunction<void(const ScanFinished&)>;
  Result<bool> rescan(std::string_view path = {}, Scanned done = {});
  bool scanning() const;
  /// The scan ends within a few files; what it has found so far is kept. One that is to follow it begins.
  void cancel_scan();

  /// Looks at these folders alone (ScanOptions::only), as soon as no scan runs; then calls `done`. Its
  /// signals are those of a small change: no progress and no scan_finished.
  void look(std::vector<std::string> folders, Task done = {});

  /// The newest; empty until the first was loaded. May be read only on this loop.
  Catalogue catalogue() const;

  /// A change. `job(store::Session&, Changes&) -> Result<T>` runs as one write job of the store: it is kept
  /// whole, or, when it gives an error or throws, not at all. Then, on this loop, what it collected in
  /// Changes is emitted, and after that `done(Result<T>)` is called (nothing of both once the library is
  /// gone). What the database can't do comes as `unavailable`.
  ///
  ///   library.edit([=](store::Session& s, Changes& c) { return set_properties(s, track, "page", values, c);
  ///   },
  ///                [answer](const Result<void>& kept) { … });
  template <class Job, class Done>
  void edit(Job job, Done done) {
    using R = std::invoke_result_t<Job&, store::Session&, Changes&>;
    auto result = std::make_shared<R>(error(Errc::unavailable, "the database can't be written"));
    run_edit(
        [result, job = std::move(job)](store::Session& session, Changes& changes) mutable {
          *result = job(session, changes);
          return result->has_value();
        },
        [result, done = std::move(done)](bool failed) mutable {
          if (failed) *result = error(Errc::unavailable, "the change can't be kept: the database failed");
          done(std::as_const(*result));
        });
  }
  template <class Job>
  void edit(Job job) {
    edit(std::move(job), [](const auto&) {});
  }

  /// Takes the track out of what is played until its file changes. The catalogue follows.
  void mark_broken(TrackId track, std::string reason);

  /// An item of a station ended. One that was heard to its end counts as a play and is related to what was
  /// played before it on that station (relations.hpp, Tracker). `random`: nobody asked for it.
  void played(StationId station, TrackId track, WallTime started, WallTime ended, bool complete, bool random);

 private:
  /// False: nothing of the job is kept. `done(true)`: the database failed.
  void run_edit(UniqueFunction<bool(store::Session&, Changes&)> job, UniqueFunction<void(bool)> done);

  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace longwave::library
