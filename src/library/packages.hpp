// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/task.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace longwave::store {
class Store;
}

namespace longwave::library {

enum class PackageFormat { zip = 0, tar = 1 };

struct PackageRequest {
  std::string name;  ///< of the list: becomes the folder in the archive and the M3U8's name
  std::vector<TrackId> tracks;
  PackageFormat format = PackageFormat::zip;
};

/// One for each track, in order.
struct PackageItem {
  int done = 0;  ///< 1 … total
  int total = 0;
  TrackId track;
  std::string title;
  std::string problem;  ///< why it is not in the archive; empty: it is
};

struct Package {
  std::string token;      ///< 32 hexadecimal digits that nobody can guess
  std::string file_name;  ///< "Jazz.zip"
  PackageFormat format = PackageFormat::zip;
  int tracks = 0;  ///< in it
  std::int64_t bytes = 0;
  std::int64_t expires_ms = 0;  ///< wall clock
  std::string url() const { return "/package/" + token; }
};

/// Called on the loop of Packages.
struct PackageObserver {
  std::function<void(const PackageItem&)> item = [](const PackageItem&) {};
  /// True: the one who is told takes no more now; the next track waits until `when_ready` has run its task.
  std::function<bool()> paused = [] { return false; };
  std::function<void(Task)> when_ready = [](Task task) { task(); };
};

struct PackageLimits {
  Duration kept = std::chrono::hours{24};
  std::int64_t bytes = 64ll << 30;  ///< of all packages together
  std::size_t tracks = 10'000;      ///< in one
  std::size_t at_once = 4;          ///< being made
};

/// Lists of music as one file to take home: ZIP (stored, not compressed) or TAR with the music files under
/// UTF-8 names "01 Artist - Title.mp3" and an M3U8 beside them. Written to disk song by song, so that memory
/// doesn't grow with the list; visible under its token only when it is complete and on disk.
///
/// Belongs to one loop: made, called and destroyed there; everything is answered there.
class Packages {
 public:
  using Blocking = std::function<void(Task)>;
  using Done = UniqueFunction<void(Result<Package>)>;
  using JobId = std::uint64_t;

  Packages(store::Store& store, std::filesystem::path folder, PackageLimits limits, Blocking blocking,
           Post own_loop, const Clock& clock);
  /// After the pool behind `blocking` has stopped.
  ~Packages();
  Packages(const Packages&) = delete;
  Packages& operator=(const Packages&) = delete;

  /// Finds the packages of earlier processes; what was half-made goes. Once, first.
  void recover();

  /// Exactly one item for each track, then `done`, once. Errors: invalid (no tracks, too many), full (limits,
  /// disk), unavailable, cancelled. A track without a file gets its item with a problem; when none has one
  /// the package fails with not_found.
  JobId make(PackageRequest request, PackageObserver observer, Done done);
  /// `done` gets `cancelled`; what was written is removed.
  void cancel(JobId job);

  /// The file behind a token. not_found, also for one that has expired.
  Result<std::pair<Package, std::filesystem::path>> find(std::string_view token) const;

  /// Removes what has expired. Now and then.
  void tick();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace longwave::library
