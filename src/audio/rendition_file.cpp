// SPDX-License-Identifier: Apache-2.0
#include "audio/rendition_file.hpp"

#include "audio/bytes.hpp"
#include "audio/rendition_cache.hpp"
#include "base/assert.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <limits>

// The file: header, end of each frame (u32), levels (i8), head and tail sound (i16 pairs), frames, CRC-32 of
// all before.
namespace longwave::audio {
namespace {

constexpr std::string_view magic = "LWR2";
constexpr std::size_t key_chars = 64;

struct Header {
  std::uint32_t format = 0;
  std::int64_t samples = 0;
  std::uint32_t frames = 0;
  std::uint32_t levels = 0;
  std::uint32_t head_pairs = 0;
  std::uint32_t tail_pairs = 0;
  std::int64_t tail_at = 0;
  std::uint32_t frame_bytes = 0;
};
constexpr std::size_t header_bytes =
    4 + key_chars + 4 + 8 + 4 * 4 + 8 + 4;  // 108: what follows stays aligned to 4

/// A rendition in a file that is mapped: its memory is the page cache. Nobody writes to such files; they are
/// replaced.
class MappedRendition final : public Rendition {
 public:
  MappedRendition(const char* base, std::size_t size, const Header& h)
      : base_(base),
        size_(size),
        header_(h),
        ends_(reinterpret_cast<const std::uint32_t*>(base + header_bytes)),
        levels_(reinterpret_cast<const std::int8_t*>(ends_ + h.frames)),
        // Samples may lie at an odd address: they are copied out.
        head_(copy(levels_ + h.levels, h.head_pairs)),
        tail_(copy(levels_ + h.levels + std::size_t{h.head_pairs} * 4, h.tail_pairs)),
        frames_(reinterpret_cast<const char*>(levels_) + h.levels +
                (std::size_t{h.head_pairs} + h.tail_pairs) * 4) {}
  ~MappedRendition() override { ::munmap(const_cast<char*>(base_), size_); }
  MappedRendition(const MappedRendition&) = delete;
  MappedRendition& operator=(const MappedRendition&) = delete;

  Format format() const override { return static_cast<Format>(header_.format); }
  std::int64_t first_frame() const override { return 0; }
  std::int64_t frames_ready() const override { return header_.frames; }
  std::string_view frame(std::int64_t i) const override {
    LW_ASSERT(i >= 0 && i < header_.frames, "a frame that isn't there");
    const auto begin = i == 0 ? 0 : ends_[i - 1];
    return {frames_ + begin, ends_[i] - begin};
  }
  bool complete() const override { return true; }
  bool failed() const override { return false; }
  std::string problem() const override { return {}; }
  int level_db(std::int64_t i) const override { return i < 0 || i >= header_.levels ? -128 : levels_[i]; }
  std::int64_t samples() const override { return header_.samples; }
  Edge head() const override { return {0, head_}; }
  Edge tail() const override { return {header_.tail_at, tail_}; }
  std::size_t size_bytes() const override { return header_.frame_bytes; }

  /// Every end is behind the one before it, and the last is that of the frames' bytes.
  bool sound_index() const {
    std::uint32_t before = 0;
    for (std::uint32_t i = 0; i < header_.frames; ++i) {
      if (ends_[i] <= before) return false;
      before = ends_[i];
    }
    return before == header_.frame_bytes;
  }

 private:
  static std::vector<std::int16_t> copy(const void* from, std::uint32_t pairs) {
    std::vector<std::int16_t> samples(std::size_t{pairs} * 2);
    if (pairs > 0) std::memcpy(samples.data(), from, samples.size() * 2);
    return samples;
  }

  const char* base_;
  std::size_t size_;
  Header header_;
  const std::uint32_t* ends_;
  const std::int8_t* levels_;
  std::vector<std::int16_t> head_, tail_;
  const char* frames_;
};

std::string describe(const MemoryRendition& r, const std::string& key, std::uint32_t frame_bytes) {
  ByteWriter w;
  w.bytes(magic);
  w.bytes(key);
  w.put(static_cast<std::uint32_t>(r.format()));
  w.put(r.samples());
  w.put(static_cast<std::uint32_t>(r.frames_ready()));
  w.put(static_cast<std::uint32_t>(r.level_count()));
  w.put(static_cast<std::uint32_t>(r.head().samples.size() / 2));
  w.put(static_cast<std::uint32_t>(r.tail().samples.size() / 2));
  w.put(r.tail().at);
  w.put(frame_bytes);
  std::uint32_t end = 0;
  for (std::int64_t i = 0; i < r.frames_ready(); ++i)
    w.put(end += static_cast<std::uint32_t>(r.frame(i).size()));
  for (std::size_t i = 0; i < r.level_count(); ++i)
    w.put(static_cast<std::int8_t>(r.level_db(static_cast<std::int64_t>(i))));
  for (const auto& edge : {r.head(), r.tail()})
    w.bytes({reinterpret_cast<const char*>(edge.samples.data()), edge.samples.size_bytes()});
  return w.take();
}

/// A file that removes itself unless it is kept.
class TemporaryFile {
 public:
  explicit TemporaryFile(std::filesystem::path path)
      : path_(std::move(path)), fd_(::open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644)) {}
  ~TemporaryFile() {
    close();
    if (!kept_) ::unlink(path_.c_str());
  }
  bool write(std::string_view bytes) {
    while (fd_ >= 0 && !bytes.empty()) {
      const auto n = ::write(fd_, bytes.data(), bytes.size());
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return fd_ >= 0;
  }
  bool close() {
    const int fd = std::exchange(fd_, -1);
    return fd >= 0 && ::close(fd) == 0;
  }
  bool rename_to(const std::filesystem::path& file) {
    kept_ = ::rename(path_.c_str(), file.c_str()) == 0;
    return kept_;
  }

 private:
  std::filesystem::path path_;
  int fd_;
  bool kept_ = false;
};

bool header_from(std::string_view bytes, const std::string& key, std::uint64_t file_size, Header& h) {
  ByteReader r{bytes};
  if (r.bytes(magic.size()) != magic || r.bytes(key_chars) != key) return false;
  h.format = r.get<std::uint32_t>();
  h.samples = r.get<std::int64_t>();
  h.frames = r.get<std::uint32_t>();
  h.levels = r.get<std::uint32_t>();
  h.head_pairs = r.get<std::uint32_t>();
  h.tail_pairs = r.get<std::uint32_t>();
  h.tail_at = r.get<std::int64_t>();
  h.frame_bytes = r.get<std::uint32_t>();
  if (!r.ok() || h.format >= std::size(all_formats) || h.frames == 0 || h.samples <= 0) return false;
  const auto whole = header_bytes + std::uint64_t{h.frames} * 4 + h.levels +
                     (std::uint64_t{h.head_pairs} + h.tail_pairs) * 4 + h.frame_bytes + 4;
  return whole == file_size && h.tail_at >= 0 && h.tail_at + h.tail_pairs <= h.samples &&
         h.head_pairs <= h.samples;
}

}  // namespace

Result<std::uint64_t> write_rendition_file(const MemoryRendition& rendition,
                                           const std::filesystem::path& file, const std::string& key) {
  LW_ASSERT(rendition.complete() && rendition.first_frame() == 0 && key.size() == key_chars,
            "only whole renditions");
  std::uint64_t frame_bytes = 0;
  for (std::int64_t i = 0; i < rendition.frames_ready(); ++i) frame_bytes += rendition.frame(i).size();
  if (frame_bytes > std::numeric_limits<std::uint32_t>::max())
    return error(Errc::full, "the rendition is too large to be stored");
  const auto description = describe(rendition, key, static_cast<std::uint32_t>(frame_bytes));
  auto crc = crc32_of(description);
  TemporaryFile temporary{file.string() + ".part"};
  bool good = temporary.write(description);
  std::string gathered;
  for (std::int64_t i = 0; good && i < rendition.frames_ready(); ++i) {
    gathered += rendition.frame(i);
    if (gathered.size() < (256u << 10) && i + 1 < rendition.frames_ready()) continue;
    crc = crc32_of(gathered, crc);
    good = temporary.write(gathered);
    gathered.clear();
  }
  good = good && temporary.write({reinterpret_cast<const char*>(&crc), sizeof crc});
  if (!good || !temporary.close() || !temporary.rename_to(file))
    return error(Errc::unavailable, fmt::format("a rendition could not be stored: {}", std::strerror(errno)));
  return description.size() + frame_bytes + sizeof crc;
}

Result<RenditionPtr> open_rendition_file(const std::filesystem::path& file, const std::string& key) {
  const auto damaged = error(Errc::broken, "a stored rendition is damaged");
  const int fd = ::open(file.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  struct stat status {};
  if (fd < 0 || ::fstat(fd, &status) != 0 || !S_ISREG(status.st_mode) ||
      static_cast<std::size_t>(status.st_size) < header_bytes + 4) {
    if (fd >= 0) ::close(fd);
    return damaged;
  }
  const auto size = static_cast<std::size_t>(status.st_size);
  void* base = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, fd, 0);
  ::close(fd);
  if (base == MAP_FAILED) return error(Errc::unavailable, "a stored rendition can't be mapped");
  const std::string_view bytes{static_cast<const char*>(base), size};
  Header header;
  std::uint32_t crc = 0;
  std::memcpy(&crc, bytes.data() + size - 4, 4);
  if (!header_from(bytes.substr(0, header_bytes), key, size, header) ||
      crc32_of(bytes.substr(0, size - 4)) != crc) {
    ::munmap(base, size);
    return damaged;
  }
  auto rendition = std::make_shared<MappedRendition>(bytes.data(), size, header);
  if (!rendition->sound_index()) return damaged;
  return RenditionPtr{std::move(rendition)};
}

}  // namespace longwave::audio
