// room: audio
// SPDX-License-Identifier: Apache-2.0
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <string>
#include <vector>

#include "audio/decoder.hpp"

// A hostile file through demuxer, decoder and resampler, from the beginning and from a place in the middle.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace longwave::audio;
  static const int fd = ::memfd_create("sound", 0);
  static const std::string path = "/proc/self/fd/" + std::to_string(fd);
  if (::ftruncate(fd, 0) != 0 || ::pwrite(fd, data, size, 0) < 0) return 0;
  auto decoder = Decoder::open(path);
  if (!decoder) return 0;
  std::vector<float> pairs(8192);
  for (const std::int64_t place : {0, 100000}) {
    if (place > 0 && !decoder->seek(place)) break;
    for (int i = 0; i < 200; ++i) {
      const auto got = decoder->read(pairs);
      if (!got || *got == 0) break;
    }
  }
  return 0;
}
