// room: audio
// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <string>

#include "audio/analysis.hpp"
#include "audio/bytes.hpp"
#include "audio/rendition_cache.hpp"

// A stored rendition and a stored analysis, damaged in any way: refused, or safe to read. The checksum is put
// right, so that what lies behind it is reached.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace longwave::audio;
  static const std::string key(64, 'k');
  static const int fd = ::memfd_create("rendition", 0);
  static const std::string path = "/proc/self/fd/" + std::to_string(fd);
  std::string bytes{reinterpret_cast<const char*>(data), size};
  if (bytes.size() >= 72) {
    bytes.replace(0, 4, "LWR2");
    bytes.replace(4, 64, key);
    const auto crc = crc32_of(std::string_view{bytes}.substr(0, bytes.size() - 4));
    bytes.replace(bytes.size() - 4, 4, reinterpret_cast<const char*>(&crc), 4);
  }
  if (::ftruncate(fd, 0) != 0 || ::pwrite(fd, bytes.data(), bytes.size(), 0) < 0) return 0;
  if (const auto opened = open_rendition_file(path, key)) {
    const auto& r = **opened;
    std::size_t sum = 0;
    for (std::int64_t i = 0; i < r.frames_ready(); ++i) {
      for (const char c : r.frame(i)) sum += static_cast<unsigned char>(c);
    }
    for (std::int64_t i = -1; i < 50; ++i) sum += static_cast<std::size_t>(r.level_db(i) + 128);
    for (const auto x : r.tail().samples) sum += static_cast<std::size_t>(x + 32768);
    for (const auto x : r.head().samples) sum += static_cast<std::size_t>(x + 32768);
    if (sum == static_cast<std::size_t>(-1)) return 1;
  }
  if (bytes.size() >= 8) {
    bytes.replace(0, 4, "LWA1");
    const auto crc = crc32_of(std::string_view{bytes}.substr(0, bytes.size() - 4));
    bytes.replace(bytes.size() - 4, 4, reinterpret_cast<const char*>(&crc), 4);
  }
  if (const auto analysis = parse_analysis(bytes)) {
    (void)to_blob(*analysis);
    (void)gain_for(*analysis);
  }
  return 0;
}
