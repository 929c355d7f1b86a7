// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "audio/encode.hpp"
#include "audio/rendition.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

namespace longwave::audio {

/// Renditions on disk under one folder, the least recently used thrown away first when they are larger than
/// the cap. What somebody holds a RenditionPtr of is pinned: it is neither removed nor opened twice. A file
/// is written under another name and renamed when it is complete; one that is damaged is removed and made
/// again. Thread-safe. Calls block on the disk (pool threads), except stats(). Throws
/// std::filesystem::filesystem_error only from the constructor.
class RenditionCache {
 public:
  RenditionCache(std::filesystem::path folder, std::uint64_t cap_bytes);
  ~RenditionCache();
  RenditionCache(const RenditionCache&) = delete;
  RenditionCache& operator=(const RenditionCache&) = delete;

  /// The complete rendition if there is one, or null. Marks it as used.
  RenditionPtr find(const TrackSound& sound, Format format);

  /// The rendition, complete or growing. When it is new, Encoding::run must be called (once, on a pool
  /// thread): it encodes and then stores the file. A disk that is full costs only the storing: the rendition
  /// is complete in memory as long as it is held, and stats().store_failures counts. The cache must outlive
  /// run().
  Encoding obtain(const TrackSound& sound, Format format);

  struct Stats {
    std::uint64_t bytes = 0;  ///< on disk
    std::uint64_t files = 0;
    std::uint64_t hits = 0;
    std::uint64_t misses = 0;
    std::uint64_t evicted = 0;
    std::uint64_t damaged = 0;         ///< files that failed their check and were removed
    std::uint64_t store_failures = 0;  ///< complete renditions that could not be written
    std::string last_store_failure;
  };
  Stats stats() const;

  /// Changes the cap and evicts at once.
  void set_cap(std::uint64_t cap_bytes);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

/// The file format, for the cache and for the fuzz target: refuses (broken) what is truncated or damaged.
Result<RenditionPtr> open_rendition_file(const std::filesystem::path& file, const std::string& key);

}  // namespace longwave::audio
