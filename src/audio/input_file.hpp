// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <utility>

namespace longwave::audio {

/// A regular file, open for reading. Anything else (FIFO, device, socket, folder) is refused without waiting
/// for it; symbolic links are followed, circles of them refused. Any thread.
class InputFile {
 public:
  static Result<InputFile> open(const std::filesystem::path& path);
  InputFile(InputFile&& other) noexcept : fd_(std::exchange(other.fd_, -1)), size_(other.size_) {}
  InputFile& operator=(InputFile&& other) noexcept {
    std::swap(fd_, other.fd_);
    std::swap(size_, other.size_);
    return *this;
  }
  ~InputFile();

  std::int64_t size() const { return size_; }  ///< when it was opened
  /// Up to `n` bytes at `offset`; 0 at the end, -errno on failure.
  std::int64_t read_at(std::int64_t offset, void* buffer, std::size_t n) const;

 private:
  InputFile(int fd, std::int64_t size) : fd_(fd), size_(size) {}
  int fd_ = -1;
  std::int64_t size_ = 0;
};

}  // namespace longwave::audio
