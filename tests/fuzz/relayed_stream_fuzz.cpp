// room: fleet
// SPDX-License-Identifier: Apache-2.0
//
// What another streamer sends, in pieces of any size: whole frames come out of it, or a reason why not.
#include "fleet/relayed_stream.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>

namespace fleet = longwave::fleet;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string bytes{reinterpret_cast<const char*>(data), size};
  const std::size_t step = 1 + data[0];
  fleet::RelayedStream stream;
  for (std::size_t at = 1; at < size; at += step) {
    for (const auto& piece : stream.take(std::string_view(bytes).substr(at, step))) {
      std::uint32_t before = 0;
      for (const auto end : piece.ends) {
        if (end <= before ||
            fleet::mp3_frame_bytes(std::string_view(piece.bytes).substr(before)) != end - before)
          std::abort();
        before = end;
      }
      if (before != piece.bytes.size()) std::abort();
    }
  }
  return 0;
}
