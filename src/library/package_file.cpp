// SPDX-License-Identifier: Apache-2.0
#include "library/package_file.hpp"

#include "base/text.hpp"
#include "library/names.hpp"
#include "library/upload_files.hpp"
#include "library/upload_name.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <clocale>
#include <cstdlib>
#include <memory>
#include <utility>

namespace longwave::library {

namespace {

constexpr std::size_t piece = 256 << 10;
constexpr std::string_view doing = "the package can't be written";

/// libarchive asks the thread's locale what bytes of a name mean. Ours are UTF-8, whatever the environment
/// says.
class Utf8Names {
 public:
  Utf8Names() : before_(::uselocale(utf8())) {}
  ~Utf8Names() { ::uselocale(before_); }
  Utf8Names(const Utf8Names&) = delete;
  Utf8Names& operator=(const Utf8Names&) = delete;

 private:
  static locale_t utf8() {
    static const locale_t made = ::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
    return made;
  }
  locale_t before_;
};

class Source {
 public:
  explicit Source(const std::filesystem::path& path)
      : fd_(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC)) {
    if (fd_ >= 0 && (::fstat(fd_, &stat) != 0 || !S_ISREG(stat.st_mode))) {
      ::close(fd_);
      fd_ = -1;
    }
  }
  ~Source() {
    if (fd_ >= 0) ::close(fd_);
  }
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;
  explicit operator bool() const { return fd_ >= 0; }
  ssize_t read(char* to, std::size_t size) {
    while (true) {
      const auto got = ::read(fd_, to, size);
      if (got >= 0 || errno != EINTR) return got;
    }
  }
  struct ::stat stat {};

 private:
  int fd_;
};

}  // namespace

std::string file_text(std::string_view text) {
  std::string out = clean(text, 120);
  for (char& c : out) {
    if (std::string_view("/\\<>:\"|?*%").find(c) != std::string_view::npos) c = '_';
  }
  while (out.ends_with('.') || out.ends_with(' ')) out.pop_back();
  const auto first = out.find_first_not_of(". -");
  out.erase(0, std::min(first, out.size()));
  if (out.empty()) return "_";
  return safe_name(out) ? out : "_" + out;
}

PackageFile::PackageFile(std::filesystem::path path, std::string name, PackageFormat format, int fd)
    : path_(std::move(path)), name_(file_text(name)), fd_(fd), archive_(archive_write_new()) {
  const Utf8Names names;
  if (format == PackageFormat::zip) {
    archive_write_set_format_zip(archive_);
    archive_write_zip_set_compression_store(archive_);  // music doesn't get smaller
  } else {
    archive_write_set_format_pax_restricted(archive_);
  }
  archive_write_set_bytes_in_last_block(archive_, 1);
  archive_write_set_options(archive_, "hdrcharset=UTF-8");
  archive_write_open(archive_, this, nullptr, &PackageFile::write, nullptr);
}

std::ptrdiff_t PackageFile::write(struct ::archive*, void* self, const void* bytes, std::size_t size) {
  auto& file = *static_cast<PackageFile*>(self);
  auto* from = static_cast<const char*>(bytes);
  for (auto left = size; left > 0 && file.problem_ == 0;) {
    const auto done = ::write(file.fd_, from, left);
    if (done < 0) {
      if (errno != EINTR) file.problem_ = errno;
      continue;
    }
    from += done;
    left -= static_cast<std::size_t>(done);
  }
  return static_cast<std::ptrdiff_t>(size);
}

Result<std::unique_ptr<PackageFile>> PackageFile::create(std::filesystem::path path, std::string name,
                                                         PackageFormat format) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (fd < 0) return file_error(errno, doing);
  return std::unique_ptr<PackageFile>(new PackageFile(std::move(path), std::move(name), format, fd));
}

PackageFile::~PackageFile() {
  if (!kept_) problem_ = ECANCELED;  // nothing more is written, not even its end
  archive_write_free(archive_);
  ::close(fd_);
  if (!kept_) ::unlink(path_.c_str());
}

Error PackageFile::failure() {
  const int code = problem_ != 0 ? problem_ : archive_errno(archive_);
  return file_error(code > 0 ? code : EIO, doing);
}

Result<void> PackageFile::entry(const std::string& name, std::int64_t size, std::int64_t mtime) {
  const Utf8Names names;
  const std::unique_ptr<archive_entry, decltype(&archive_entry_free)> made(archive_entry_new2(archive_),
                                                                           archive_entry_free);
  const auto path = name_ + '/' + name;
  archive_entry_set_pathname(made.get(), path.c_str());
  archive_entry_set_size(made.get(), size);
  archive_entry_set_filetype(made.get(), AE_IFREG);
  archive_entry_set_perm(made.get(), 0644);
  archive_entry_set_mtime(made.get(), mtime, 0);
  const int code = archive_write_header(archive_, made.get());
  if (code == ARCHIVE_FATAL || code == ARCHIVE_FAILED || problem_ != 0) return failure();
  return {};
}

Result<void> PackageFile::add(const PackedTrack& track) {
  Source source(track.file);
  if (!source) return error(Errc::not_found, "its file isn't there");
  const auto artist = track.artist.empty() ? std::string() : track.artist + " - ";
  const auto name = fmt::format("{:02} {}{}", tracks_ + 1, file_text(artist + track.title), track.ending);
  const auto size = static_cast<std::int64_t>(source.stat.st_size);
  if (auto begun = entry(name, size, source.stat.st_mtime); !begun) return begun;
  const auto buffer = std::make_unique<char[]>(piece);
  std::int64_t left = size;
  while (left > 0) {
    const auto got = source.read(buffer.get(), std::min<std::size_t>(piece, static_cast<std::size_t>(left)));
    if (got <= 0) break;  // it became shorter meanwhile: the rest is filled up, or the archive were broken
    const auto written = archive_write_data(archive_, buffer.get(), static_cast<std::size_t>(got));
    if (written < got || problem_ != 0) return failure();
    left -= got;
    bytes_ += got;
  }
  if (left == 0 && archive_write_finish_entry(archive_) < ARCHIVE_WARN) return failure();
  if (left > 0) {
    const std::string zeros(piece, '\0');
    for (; left > 0; left -= std::min<std::int64_t>(left, piece)) {
      const auto part = std::min<std::size_t>(piece, static_cast<std::size_t>(left));
      if (archive_write_data(archive_, zeros.data(), part) < static_cast<la_ssize_t>(part) || problem_ != 0)
        return failure();
    }
    if (archive_write_finish_entry(archive_) < ARCHIVE_WARN) return failure();
    ++tracks_;
    return error(Errc::broken, "its file could not be read to its end");
  }
  ++tracks_;
  list_ += fmt::format("#EXTINF:{},{}{}\n{}\n", (track.duration_ms + 500) / 1000,
                       track.artist.empty() ? "" : clean(track.artist) + " - ", clean(track.title), name);
  return {};
}

Result<std::int64_t> PackageFile::finish() {
  struct ::stat s {};
  if (::fstat(fd_, &s) != 0) return file_error(errno, doing);
  auto begun = entry(name_ + ".m3u8", static_cast<std::int64_t>(list_.size()), s.st_mtim.tv_sec);
  if (!begun) return begun.error();
  if (archive_write_data(archive_, list_.data(), list_.size()) < 0) return failure();
  const Utf8Names names;
  if (archive_write_close(archive_) != ARCHIVE_OK || problem_ != 0) return failure();
  if (::fsync(fd_) != 0) return file_error(errno, doing);
  if (::fstat(fd_, &s) != 0) return file_error(errno, doing);
  kept_ = true;
  return static_cast<std::int64_t>(s.st_size);
}

}  // namespace longwave::library
