// SPDX-License-Identifier: Apache-2.0
#include "library/file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace longwave::library {

FileStamp stamp_of(const struct ::stat& s) {
  return {s.st_size, s.st_mtim.tv_sec * 1'000'000'000ll + s.st_mtim.tv_nsec,
          static_cast<std::int64_t>(s.st_ino)};
}

const char* kind_of_file(unsigned mode) {
  if (S_ISFIFO(mode)) return "a named pipe";
  if (S_ISSOCK(mode)) return "a socket";
  if (S_ISDIR(mode)) return "a folder";
  if (S_ISCHR(mode) || S_ISBLK(mode)) return "a device";
  return "not a regular file";
}

Result<std::unique_ptr<MusicFile>> MusicFile::open(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  if (fd < 0) {
    switch (errno) {
      case ENOENT:
      case ENOTDIR:
        return error(Errc::not_found, "it is gone");
      case EACCES:
      case EPERM:
        return error(Errc::refused, "no permission to read it");
      case ELOOP:
        return error(Errc::unsupported, "a symbolic link that leads in a circle");
      case ENXIO:
      case ENODEV:
        return error(Errc::unsupported, "a device or socket, not a regular file");
      default:
        return error(Errc::broken, std::string("it can't be opened: ") + std::strerror(errno));
    }
  }
  struct ::stat s {};
  if (::fstat(fd, &s) != 0 || !S_ISREG(s.st_mode)) {
    ::close(fd);
    return error(Errc::unsupported,
                 std::string("it is ") + kind_of_file(s.st_mode) + ", not a file of music");
  }
  if (s.st_size == 0) {
    ::close(fd);
    return error(Errc::broken, "it is empty");
  }
  std::unique_ptr<MusicFile> file(new MusicFile(fd, stamp_of(s)));
  if (file->failed_) return error(Errc::broken, "reading it failed");
  return file;
}

MusicFile::MusicFile(int fd, FileStamp stamp) : fd_(fd), stamp_(stamp) {
  const auto wanted = static_cast<std::size_t>(std::min<std::int64_t>(stamp.size, head_bytes));
  head_.reset(new char[wanted]);
  head_size_ = read_device(0, head_.get(), wanted);
}

MusicFile::~MusicFile() {
  ::close(fd_);
}

std::size_t MusicFile::read_device(std::int64_t offset, char* out, std::size_t length) {
  std::size_t got = 0;
  length = static_cast<std::size_t>(
      std::min<std::int64_t>(static_cast<std::int64_t>(length), std::max<std::int64_t>(allowance_, 0)));
  while (got < length) {
    const auto n = ::pread(fd_, out + got, length - got, offset + static_cast<std::int64_t>(got));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) failed_ = true;
    if (n <= 0) break;
    got += static_cast<std::size_t>(n);
  }
  allowance_ -= static_cast<std::int64_t>(got) + cost_of_a_read;
  return got;
}

std::string_view MusicFile::tail() {
  if (!tail_read_) {
    tail_read_ = true;
    const auto wanted = static_cast<std::size_t>(std::min<std::int64_t>(size(), tail_bytes));
    tail_.reset(new char[wanted]);
    tail_size_ = read_device(size() - static_cast<std::int64_t>(wanted), tail_.get(), wanted);
    if (tail_size_ < wanted) tail_size_ = 0;  // its place would not be known
  }
  return {tail_.get(), tail_size_};
}

std::string_view MusicFile::peek(std::int64_t offset, std::size_t length) {
  if (offset < 0 || offset >= size()) return {};
  length =
      static_cast<std::size_t>(std::min<std::int64_t>(static_cast<std::int64_t>(length), size() - offset));
  const std::int64_t end = offset + static_cast<std::int64_t>(length);
  if (end <= static_cast<std::int64_t>(head_size_)) return {head_.get() + offset, length};
  const std::int64_t tail_begin =
      size() - static_cast<std::int64_t>(std::min<std::int64_t>(size(), tail_bytes));
  if (offset < tail_begin) return {};
  const auto kept = tail();
  return kept.empty() ? std::string_view{}
                      : kept.substr(static_cast<std::size_t>(offset - tail_begin), length);
}

std::size_t MusicFile::read(std::int64_t offset, char* out, std::size_t length) {
  if (offset < 0 || offset >= size()) return 0;
  length =
      static_cast<std::size_t>(std::min<std::int64_t>(static_cast<std::int64_t>(length), size() - offset));
  if (const auto kept = peek(offset, length); !kept.empty()) {
    spend(length);
    if (exhausted()) return 0;
    std::memcpy(out, kept.data(), kept.size());
    return kept.size();
  }
  return read_device(offset, out, length);
}

std::string MusicFile::read(std::int64_t offset, std::size_t length) {
  if (offset < 0 || offset >= size()) return {};
  std::string bytes(
      static_cast<std::size_t>(std::min<std::int64_t>(static_cast<std::int64_t>(length), size() - offset)),
      '\0');
  bytes.resize(read(offset, bytes.data(), bytes.size()));
  return bytes;
}

}  // namespace longwave::library
