// SPDX-License-Identifier: Apache-2.0
#include "app/data_folder.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace longwave::app {

Result<DataFolder> DataFolder::open(const std::string& path) {
  std::error_code bad;
  const bool made = std::filesystem::create_directories(path, bad);
  if (bad) return error(Errc::unavailable, fmt::format("data folder {}: {}", path, bad.message()));
  if (made) chmod(path.c_str(), 0700);
  const auto lock_path = std::filesystem::path(path) / "lock";
  const int lock = ::open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock < 0)
    return error(Errc::unavailable, fmt::format("data folder {}: {}", path, std::strerror(errno)));
  if (flock(lock, LOCK_EX | LOCK_NB) != 0) {
    close(lock);
    return error(
        Errc::conflict,
        fmt::format(
            "data folder {} is in use by a running Longwave; talk to it with `longwave call`, stop it, "
            "or name another folder with --data",
            path));
  }
  return DataFolder(path, lock);
}

DataFolder::DataFolder(DataFolder&& other) noexcept
    : path_(std::move(other.path_)), lock_(std::exchange(other.lock_, -1)) {}

DataFolder::~DataFolder() {
  if (lock_ >= 0) close(lock_);
}

}  // namespace longwave::app
