// SPDX-License-Identifier: Apache-2.0
#include "library/upload_files.hpp"

#include "base/text.hpp"
#include "library/upload_name.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <utility>

namespace longwave::library {

namespace {

constexpr const char* hidden = ".longwave-uploads";
constexpr int most_numbers = 1000;  // of files with one name

class Fd {
 public:
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Fd() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_;
};

Fd open_folder(int at, const char* name) {
  return Fd(::openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
}
/// The upload folder itself may be reached through links: its path is the administrator's.
Fd open_top(const std::filesystem::path& path) {
  return Fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}
Fd open_hidden(const std::filesystem::path& folder) {
  const Fd top = open_top(folder);
  return top ? open_folder(top.get(), hidden) : Fd(-1);
}
Fd open_file(int at, const std::string& name, int flags) {
  return Fd(::openat(at, name.c_str(), flags | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600));
}

bool write_all(int fd, std::int64_t offset, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto written = ::pwrite(fd, bytes.data(), bytes.size(), offset);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
    offset += written;
  }
  return true;
}

/// Never replaces. Where the file system can't rename so, a second name and then the first one's end do it.
int rename_new(int from, const char* name, int to, const char* new_name) {
  if (::renameat2(from, name, to, new_name, RENAME_NOREPLACE) == 0) return 0;
  if (errno != EINVAL && errno != ENOSYS) return errno;
  if (::linkat(from, name, to, new_name, 0) != 0) return errno;
  ::unlinkat(from, name, 0);
  return 0;
}

}  // namespace

Error file_error(int code, std::string_view doing) {
  switch (code) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      return error(Errc::full, fmt::format("{}: the disk is full", doing));
    case EACCES:
    case EPERM:
    case EROFS:
      return error(Errc::unavailable, fmt::format("{}: the server may not write there", doing));
    case ELOOP:
    case ENOTDIR:
      return error(Errc::refused, fmt::format("{}: a name on the way is a link or no folder", doing));
    default:
      return error(Errc::unavailable, fmt::format("{}: {}", doing, std::strerror(code)));
  }
}

Result<std::int64_t> UploadFiles::prepare() const {
  constexpr std::string_view doing = "the upload folder";
  const Fd top = open_top(folder_);
  if (!top) return file_error(errno, doing);
  if (::mkdirat(top.get(), hidden, 0700) != 0 && errno != EEXIST) return file_error(errno, doing);
  const Fd inner = open_folder(top.get(), hidden);
  if (!inner) return file_error(errno, doing);
  struct ::statvfs space {};
  if (::fstatvfs(inner.get(), &space) != 0) return file_error(errno, doing);
  return static_cast<std::int64_t>(space.f_bavail) * static_cast<std::int64_t>(space.f_frsize);
}

Result<void> UploadFiles::append(const std::string& id, std::int64_t offset, std::string_view bytes) const {
  constexpr std::string_view doing = "the bytes can't be kept";
  const Fd folder = open_hidden(folder_);
  if (!folder) return file_error(errno, doing);
  const Fd file = open_file(folder.get(), id, O_WRONLY | O_CREAT);
  if (!file) return file_error(errno, doing);
  if (write_all(file.get(), offset, bytes)) return {};
  const int code = errno;
  if (::ftruncate(file.get(), offset) != 0) return file_error(errno, doing);
  return file_error(code, doing);
}

std::int64_t UploadFiles::size(const std::string& id) const {
  const Fd folder = open_hidden(folder_);
  struct ::stat s {};
  if (!folder || ::fstatat(folder.get(), id.c_str(), &s, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(s.st_mode))
    return -1;
  return s.st_size;
}

Result<void> UploadFiles::sync(const std::string& id) const {
  const Fd folder = open_hidden(folder_);
  const Fd file = folder ? open_file(folder.get(), id, O_RDONLY) : Fd(-1);
  if (!file || ::fsync(file.get()) != 0) return file_error(errno, "the file can't be brought to disk");
  return {};
}

Result<std::string> UploadFiles::sha1(const std::string& id) const {
  const Fd folder = open_hidden(folder_);
  const Fd file = folder ? open_file(folder.get(), id, O_RDONLY) : Fd(-1);
  if (!file) return file_error(errno, "the file can't be read");
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> digest(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  EVP_DigestInit_ex(digest.get(), EVP_sha1(), nullptr);
  const auto buffer = std::make_unique<char[]>(256 << 10);
  while (true) {
    const auto got = ::read(file.get(), buffer.get(), 256 << 10);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return file_error(errno, "the file can't be read");
    if (got == 0) break;
    EVP_DigestUpdate(digest.get(), buffer.get(), static_cast<std::size_t>(got));
  }
  unsigned char result[EVP_MAX_MD_SIZE];
  unsigned length = 0;
  EVP_DigestFinal_ex(digest.get(), result, &length);
  return text::hex({reinterpret_cast<const char*>(result), length});
}

void UploadFiles::remove(const std::string& id) const {
  if (const Fd folder = open_hidden(folder_)) ::unlinkat(folder.get(), id.c_str(), 0);
}

std::vector<std::string> UploadFiles::ids() const {
  std::vector<std::string> found;
  const int fd = ::dup(open_hidden(folder_).get());
  DIR* directory = fd < 0 ? nullptr : ::fdopendir(fd);
  if (!directory) return found;
  while (const dirent* entry = ::readdir(directory)) {
    if (entry->d_name[0] != '.') found.emplace_back(entry->d_name);
  }
  ::closedir(directory);
  return found;
}

std::filesystem::path UploadFiles::path(const std::string& id) const {
  return folder_ / hidden / id;
}

bool UploadFiles::exists(const std::string& relative) const {
  struct ::stat s {};
  return ::lstat((folder_ / relative).c_str(), &s) == 0 && S_ISREG(s.st_mode);
}

Result<std::string> UploadFiles::place(const std::string& id, const std::vector<std::string>& folders,
                                       const std::string& name,
                                       const std::function<void(const std::string&)>& intend) const {
  constexpr std::string_view doing = "the file can't be put into the library";
  const Fd from = open_hidden(folder_);
  Fd to = open_top(folder_);
  if (!from || !to) return file_error(errno, doing);
  std::string prefix;
  for (const auto& folder : folders) {
    if (::mkdirat(to.get(), folder.c_str(), 0755) == 0) {
      ::fsync(to.get());
    } else if (errno != EEXIST) {
      return file_error(errno, doing);
    }
    to = open_folder(to.get(), folder.c_str());
    if (!to) return file_error(errno, doing);
    prefix += folder + '/';
  }
  ::fchmodat(from.get(), id.c_str(), 0644, 0);
  for (int number = 1; number <= most_numbers; ++number) {
    const auto candidate = number == 1 ? name : numbered(name, number);
    struct ::stat s {};
    if (::fstatat(to.get(), candidate.c_str(), &s, AT_SYMLINK_NOFOLLOW) == 0) continue;
    intend(prefix + candidate);
    const int code = rename_new(from.get(), id.c_str(), to.get(), candidate.c_str());
    if (code == EEXIST) continue;
    if (code != 0) return file_error(code, doing);
    if (::fsync(to.get()) != 0) return file_error(errno, doing);
    return prefix + candidate;
  }
  return error(Errc::full, "there are too many files of that name");
}

}  // namespace longwave::library
