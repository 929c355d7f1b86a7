// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace longwave::library {

/// The bytes of uploads on disk: a hidden folder in the upload folder with a file per upload, named by its
/// id. Every path is walked name by name and no symbolic link is followed below the upload folder. All
/// functions block (blocking pool) and may be called from several threads, one at a time per id. Errors: full
/// (the disk, or a limit of the process), unavailable (anything else the file system says), not_found.
class UploadFiles {
 public:
  explicit UploadFiles(std::filesystem::path folder) : folder_(std::move(folder)) {}

  /// Makes the hidden folder, and says how many bytes of the disk are free.
  Result<std::int64_t> prepare() const;

  /// Writes all of it or nothing: on a failure the file is again as long as `offset`.
  Result<void> append(const std::string& id, std::int64_t offset, std::string_view bytes) const;
  /// -1: there is none.
  std::int64_t size(const std::string& id) const;
  /// On disk for good.
  Result<void> sync(const std::string& id) const;
  /// SHA-1 in hex, as the originals' clients name files.
  Result<std::string> sha1(const std::string& id) const;
  void remove(const std::string& id) const;
  std::vector<std::string> ids() const;
  std::filesystem::path path(const std::string& id) const;

  /// Gives it a name below the upload folder, by one rename that never replaces anything: "name", "name (2)"
  /// … `intend` is called with the relative path before each attempt, so that it is known after a crash. The
  /// path that it got. It and its folder are on disk for good.
  Result<std::string> place(const std::string& id, const std::vector<std::string>& folders,
                            const std::string& name,
                            const std::function<void(const std::string&)>& intend) const;
  bool exists(const std::string& relative) const;

 private:
  std::filesystem::path folder_;
};

/// What an errno of the file system means to the one who sent something.
Error file_error(int code, std::string_view doing);

}  // namespace longwave::library
