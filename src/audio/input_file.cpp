// SPDX-License-Identifier: Apache-2.0
#include "audio/input_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace longwave::audio {
namespace {

Error open_error(int code) {
  switch (code) {
    case ENOENT:
    case ENOTDIR:
      return error(Errc::not_found, "there is no such file");
    case EACCES:
    case EPERM:
      return error(Errc::refused, "no permission to read the file");
    case ELOOP:
      return error(Errc::unsupported, "a symbolic link that leads in a circle");
    case ENXIO:
    case EISDIR:
      return error(Errc::unsupported, "not a regular file");
    default:
      return error(Errc::unavailable, std::string{"the file can't be opened: "} + std::strerror(code));
  }
}

}  // namespace

Result<InputFile> InputFile::open(const std::filesystem::path& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  if (fd < 0) return open_error(errno);
  struct stat status {};
  if (::fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) {
    ::close(fd);
    return error(Errc::unsupported, "not a regular file");
  }
  return InputFile{fd, status.st_size};
}

InputFile::~InputFile() {
  if (fd_ >= 0) ::close(fd_);
}

std::int64_t InputFile::read_at(std::int64_t offset, void* buffer, std::size_t n) const {
  for (;;) {
    const auto got = ::pread(fd_, buffer, n, offset);
    if (got >= 0) return got;
    if (errno != EINTR) return -errno;
  }
}

}  // namespace longwave::audio
