// SPDX-License-Identifier: Apache-2.0
#include "library/mpeg_frames.hpp"

#include <gtest/gtest.h>

#include <string>

namespace longwave::library {
namespace {

/// MPEG-1 layer III, 128 kbit/s, 44.1 kHz: 417 bytes.
std::string frames(int count) {
  std::string out;
  for (int i = 0; i < count; ++i) out += std::string("\xff\xfb\x90\x00", 4) + std::string(413, '\x11');
  return out;
}

/// What a linker makes to reach shared libraries: "jmp *…(%rip)" every 16 bytes.
std::string jump_table(int jumps) {
  std::string out;
  for (int i = 0; i < jumps; ++i)
    out += std::string("\xff\x25\x22\x6d\x00\x00\x68\x00\x00\x00\x00\xe9\x00\x00\x00\x00", 16);
  return out;
}
std::string layer_one(int count) {
  std::string out;
  for (int i = 0; i < count; ++i) out += std::string("\xff\xff\x14\x00", 4) + std::string(28, '\x11');
  return out;
}

TEST(MpegFrames, SoundIsToldFromBytesThatLookLikeItByChance) {
  struct Case {
    const char* what;
    std::string bytes;
    bool whole;
    bool sound;
  };
  const std::string garbage(1000, '\x7f');
  for (const auto& [what, bytes, whole, sound] : {
           Case{"two frames at the beginning", frames(2) + garbage, false, true},
           Case{"one frame at the beginning and nothing like it", frames(1) + garbage, false, false},
           Case{"one frame that is the whole file", frames(1), true, true},
           Case{"the same, with a tag behind it", frames(1) + "TAG", true, true},
           Case{"two frames in the middle of a program", garbage + frames(2) + garbage, false, false},
           Case{"three frames in the middle", garbage + frames(3) + garbage, false, false},
           Case{"four frames behind leading garbage", garbage + frames(4) + garbage, false, true},
           Case{"two frames behind garbage, to the end of the file", garbage + frames(2), true, true},
           Case{"the jump table of a program", garbage + jump_table(64) + garbage, true, false},
           Case{"layer I at the beginning", layer_one(4), true, true},
           Case{"layer I behind other bytes", garbage + layer_one(20), true, false},
           Case{"nothing", "", true, false},
       }) {
    const auto found = find_mpeg_frame(bytes, whole);
    EXPECT_EQ(found.has_value(), sound) << what;
    if (found && sound) {
      EXPECT_EQ(found->offset, bytes.find('\xff')) << what;
    }
  }
}

}  // namespace
}  // namespace longwave::library
