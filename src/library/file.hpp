// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

struct stat;

namespace longwave::library {

/// What tells that a file is still the one that was read.
struct FileStamp {
  std::int64_t size = 0;
  std::int64_t mtime = 0;  ///< ns since 1970
  std::int64_t inode = 0;
  friend bool operator==(const FileStamp&, const FileStamp&) = default;
};
FileStamp stamp_of(const struct ::stat& s);

/// "a named pipe", "a device" … for what isn't a regular file.
const char* kind_of_file(unsigned mode);

/// An open regular file, never anything else: it is opened without blocking and looked at before the first
/// byte is read. Its beginning and end are read in one piece each and kept, as everything about a music file
/// is asked there. Reads are counted: a hostile file can't make its reader go through gigabytes. One thread
/// at a time.
class MusicFile {
 public:
  /// Errors: not_found, refused, unsupported (not a regular file), broken (can't be read, empty).
  static Result<std::unique_ptr<MusicFile>> open(const std::string& path);
  ~MusicFile();
  MusicFile(const MusicFile&) = delete;
  MusicFile& operator=(const MusicFile&) = delete;

  const FileStamp& stamp() const { return stamp_; }
  std::int64_t size() const { return stamp_.size; }

  /// Up to `length` bytes at `offset`: fewer at the end of the file, on an error and when the allowance is
  /// used up.
  std::size_t read(std::int64_t offset, char* out, std::size_t length);
  std::string read(std::int64_t offset, std::size_t length);

  /// The bytes at `offset` if they lie in what is kept in memory, else empty. Valid as long as the file.
  std::string_view peek(std::int64_t offset, std::size_t length);

  /// Takes from the allowance what going round in kept bytes costs: little for the bytes, much for the number
  /// of times, as a tag reader that is led astray searches in small steps.
  void spend(std::size_t bytes) { allowance_ -= static_cast<std::int64_t>(bytes / 8 + cost_of_a_read); }
  bool exhausted() const { return allowance_ <= 0; }
  bool failed() const { return failed_; }  ///< the device gave an error

 private:
  static constexpr std::size_t head_bytes = 128 << 10;
  static constexpr std::int64_t cost_of_a_read = 4096;
  static constexpr std::size_t tail_bytes = 66 << 10;

  MusicFile(int fd, FileStamp stamp);
  std::string_view tail();
  std::size_t read_device(std::int64_t offset, char* out, std::size_t length);

  int fd_;
  FileStamp stamp_;
  std::int64_t allowance_ = 96ll << 20;  ///< bytes that may still be read
  bool failed_ = false;
  bool tail_read_ = false;
  std::unique_ptr<char[]> head_, tail_;
  std::size_t head_size_ = 0, tail_size_ = 0;
};

}  // namespace longwave::library
