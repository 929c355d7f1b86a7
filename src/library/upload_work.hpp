// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "library/upload_files.hpp"
#include "library/uploads.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace longwave::library {

/// Quotas count what was sent within this while.
inline constexpr std::int64_t upload_day_ms = 24ll * 3600 * 1000;

/// "512 MiB", for people.
std::string megabytes(std::int64_t bytes);

/// What uploads need of disk and store. Every function blocks (blocking pool); of one upload only one at a
/// time runs. Immutable: any thread.
class UploadWork {
 public:
  UploadWork(store::Store& store, const UploadOptions& options, Inspect inspect)
      : store_(store), limits_(options.limits), inspect_(std::move(inspect)), files_(options.folder) {}

  const UploadFiles& files() const { return files_; }

  /// Room on the disk and in the quota, and a row. How many bytes may come.
  Result<std::int64_t> admit(const Upload& upload) const;
  /// What it is, when it is complete, on disk and what the sender meant.
  Result<std::string> look(const std::string& id, std::int64_t expected, const UploadRequest& request) const;
  /// Its place, relative to the upload folder. The row knows each place before the file gets it.
  Result<std::string> place(Upload& upload, const std::vector<std::string>& folders,
                            const std::string& name) const;
  /// What an earlier process left. What belongs to nobody, and forms whose connection is gone, are removed.
  std::vector<Upload> left_behind() const;

 private:
  store::Store& store_;
  const UploadLimits limits_;
  const Inspect inspect_;
  const UploadFiles files_;
};

}  // namespace longwave::library
