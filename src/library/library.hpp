// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/signal.hpp"
#include "base/task.hpp"
#include "library/catalogue.hpp"
#include "library/queries.hpp"
#include "library/scan.hpp"
#include "library/track.hpp"
#include "store/migration.hpp"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace longwave::store {
class Store;
}

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

  /// Publishes the catalogue as it is stored, then starts a scan.
  void start();

  /// Starts a scan; false if one is running (its signals serve both callers).
  bool scan();
  bool scanning() const;
  /// The scan ends within a few files; what it has found so far is kept.
  void cancel_scan();

  /// The newest; empty until the first was loaded. May be read only on this loop.
  Catalogue catalogue() const;

  /// Takes the track out of what is played until its file changes. The catalogue follows.
  void mark_broken(TrackId track, std::string reason);
  void record_play(TrackId track, WallTime started);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace longwave::library
