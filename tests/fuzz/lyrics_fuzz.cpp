// room: library
// SPDX-License-Identifier: Apache-2.0
//
// Whatever a text is, it is read; lines stand in order of their times, none is negative, and a text without
// times comes back as it was.
#include "library/lyrics.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto read = longwave::library::parse_lyrics(text);
  std::int64_t last = 0;
  for (const auto& line : read.lines) {
    if (line.at_ms < last) std::abort();
    last = line.at_ms;
  }
  if (read.lines.empty() && !text.starts_with("\xef\xbb\xbf") && read.plain != text) std::abort();
  return 0;
}
