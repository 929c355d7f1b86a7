// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"

#include <filesystem>
#include <string>

namespace longwave::app {

/// The folder in which one Longwave keeps all it owns. Created for this user only when it doesn't exist;
/// locked while this object lives, so that two programs never write one database. The lock goes with the
/// process, however it ends.
class DataFolder {
 public:
  static Result<DataFolder> open(const std::string& path);
  DataFolder(DataFolder&& other) noexcept;
  DataFolder& operator=(DataFolder&&) = delete;
  ~DataFolder();

  std::filesystem::path database() const { return database_in(path_); }
  static std::filesystem::path database_in(const std::filesystem::path& folder) {
    return folder / "longwave.db";
  }
  std::filesystem::path cache() const { return path_ / "cache"; }
  std::filesystem::path artwork() const { return path_ / "art"; }
  std::filesystem::path packages() const { return path_ / "packages"; }
  std::filesystem::path musicdb_key() const { return path_ / "musicdb-key"; }
  std::filesystem::path admin_password() const { return path_ / "admin-password"; }

 private:
  DataFolder(std::filesystem::path path, int lock) : path_(std::move(path)), lock_(lock) {}
  std::filesystem::path path_;
  int lock_;
};

}  // namespace longwave::app
