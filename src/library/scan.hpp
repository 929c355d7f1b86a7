// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "library/events.hpp"
#include "library/track.hpp"

#include <cstdint>
#include <exception>
#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <vector>

namespace longwave::store {
class Store;
}

namespace longwave::library {

struct ScanOptions {
  std::vector<std::filesystem::path> music;  ///< the folders; one that lies in another is read once
  int threads = 0;  ///< reading tags; 0: two, and up to 32 while they mostly wait for the disk
  /// Not everything: these folders, each without what lies below it. One that isn't there any more stands for
  /// all that was below it. Paths as a walk of `music` gives them.
  std::vector<std::string> only = {};
  /// What is at or below these absolute paths is read again although nothing about it changed; "/" stands for
  /// everything.
  std::vector<std::string> again = {};
  std::size_t batch = 100;  ///< files per commit, once the first few are in
};

struct ScanProgress {
  enum class Phase { listing, reading, finishing };
  Phase phase = Phase::listing;
  std::int64_t done = 0;   ///< files looked at, those known before included
  std::int64_t total = 0;  ///< files found so far; final once the phase isn't `listing`
  std::int64_t broken = 0;
  std::optional<std::int64_t> eta_ms;
};
const char* to_string(ScanProgress::Phase phase);

struct ScanReport {
  std::int64_t added = 0;
  std::int64_t changed = 0;   ///< new tags or new content under the same name
  std::int64_t moved = 0;     ///< found again elsewhere by its sound; it keeps its TrackId
  std::int64_t missing = 0;   ///< gone since the last scan
  std::int64_t returned = 0;  ///< were missing and are back
  std::int64_t unchanged = 0;
  std::int64_t broken = 0;  ///< files that can't be taken in, each with a Problem in the store
  bool cancelled = false;
};

/// Called on threads of the scan, one call at a time.
struct ScanObserver {
  std::function<void(const ScanProgress&)> progress = [](const ScanProgress&) {};
  std::function<void(const Problem&)> problem = [](const Problem&) {};
  std::function<void(std::int64_t rows)> committed = [](std::int64_t) {};  ///< that many rows are on disk now
  /// After each commit, what it did.
  std::function<void(const std::vector<Event>&)> happened = [](const std::vector<Event>&) {};
};

/// Brings the store up to date with the folders. Blocks the caller until it is done; starts threads of its
/// own, with low priority, and ends them. A file is read only if its size, time or inode changed, or if it is
/// asked for (`again`); what was found is committed in batches, the first playable files at once. A scan that
/// is stopped or killed loses nothing that was committed; the next one skips it. Throws store::Failure when
/// the store can't keep the result. docs/library.md tells the rules.
ScanReport scan(store::Store& store, const ScanOptions& options, const Clock& clock,
                std::stop_token stop = {}, const ScanObserver& observer = {});

}  // namespace longwave::library
