// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"
#include "library/packages.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

struct archive;

namespace longwave::library {

/// What an archive is told of a track.
struct PackedTrack {
  std::filesystem::path file;
  std::string artist, title, ending;  ///< ending: ".mp3"
  std::int64_t duration_ms = 0;
};

/// An archive that grows on disk, song by song. Blocks; one thread at a time. Destroyed without finish(), it
/// takes its file with it.
class PackageFile {
 public:
  /// Errors: full, unavailable.
  static Result<std::unique_ptr<PackageFile>> create(std::filesystem::path path, std::string name,
                                                     PackageFormat format);
  ~PackageFile();
  PackageFile(const PackageFile&) = delete;
  PackageFile& operator=(const PackageFile&) = delete;

  /// Errors: not_found and broken (that file: the archive goes on without it), full and unavailable (the
  /// archive is spoiled).
  Result<void> add(const PackedTrack& track);
  /// The M3U8, the archive's end, on disk for good. Its size.
  Result<std::int64_t> finish();
  std::int64_t bytes() const { return bytes_; }
  int tracks() const { return tracks_; }

 private:
  PackageFile(std::filesystem::path path, std::string name, PackageFormat format, int fd);
  Result<void> entry(const std::string& name, std::int64_t size, std::int64_t mtime);
  Error failure();
  /// What libarchive writes to. It never hears of a failure: it doesn't free all it has after one.
  static std::ptrdiff_t write(struct ::archive* archive, void* self, const void* bytes, std::size_t size);

  const std::filesystem::path path_;
  const std::string name_;
  int fd_;
  struct ::archive* archive_;
  std::string list_ = "#EXTM3U\n";
  std::int64_t bytes_ = 0;
  int tracks_ = 0;
  int problem_ = 0;  ///< errno of the first write that failed; nothing is written after it
  bool kept_ = false;
};

/// A name for a folder or file made of any text: what file systems of others can't hold becomes '_'. Never
/// empty, at most 120 bytes, valid UTF-8.
std::string file_text(std::string_view text);

}  // namespace longwave::library
