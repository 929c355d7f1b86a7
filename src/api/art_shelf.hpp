// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>

namespace longwave::api {

/// Scaled pictures on disk, by the hash of the original and the size: made once, never stale. Blocks; any
/// thread. Inside api/ only. A file is there as a whole or not at all; one that a power cut has damaged is as
/// good as none.
class ArtShelf {
 public:
  struct Kept {
    std::string jpeg;
    std::string accent;  ///< "#rrggbb"
  };

  /// `folder` empty: nothing is kept.
  ArtShelf(std::filesystem::path folder, std::int64_t most_bytes)
      : folder_(std::move(folder)), most_bytes_(most_bytes) {}

  std::optional<Kept> read(const std::string& hash, int size) const;
  /// What can't be kept isn't: the picture is made again another time. Beyond the limit the oldest go.
  void write(const std::string& hash, int size, const Kept& picture);

 private:
  std::filesystem::path path_of(const std::string& hash, int size) const;
  void make_room();

  const std::filesystem::path folder_;
  const std::int64_t most_bytes_;
  std::mutex mutex_;         // one writer at a time
  std::int64_t bytes_ = -1;  // of all; -1: not counted yet
  std::uint64_t number_ = 0;
};

}  // namespace longwave::api
