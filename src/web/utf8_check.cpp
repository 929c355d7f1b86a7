// SPDX-License-Identifier: Apache-2.0
#include "web/websocket_codec.hpp"

#include <cstring>

namespace longwave::web {

// States: what may follow. A lead byte chooses the state of its first continuation byte, because that one's
// range depends on it (no overlong forms, no surrogates, nothing above U+10FFFF); after it the plain
// countdown goes on.
namespace {
enum : std::uint8_t { start, one_more, two_more, three_more, after_e0, after_ed, after_f0, after_f4 };

std::uint8_t lead(unsigned char byte, bool& good) {
  if (byte >= 0xC2 && byte <= 0xDF) return one_more;
  if (byte == 0xE0) return after_e0;
  if (byte == 0xED) return after_ed;
  if (byte >= 0xE1 && byte <= 0xEF) return two_more;
  if (byte == 0xF0) return after_f0;
  if (byte >= 0xF1 && byte <= 0xF3) return three_more;
  if (byte == 0xF4) return after_f4;
  good = false;
  return start;
}
}  // namespace

bool Utf8Check::feed(std::string_view bytes) {
  std::size_t i = 0;
  while (i < bytes.size()) {
    if (state_ == start) {
      // Eight plain ASCII bytes at a time.
      std::uint64_t eight = 0;
      while (i + sizeof eight <= bytes.size()) {
        std::memcpy(&eight, bytes.data() + i, sizeof eight);
        if (eight & 0x8080808080808080ull) break;
        i += sizeof eight;
      }
      if (i == bytes.size()) break;
    }
    const auto byte = static_cast<unsigned char>(bytes[i++]);
    const auto in = [byte](unsigned low, unsigned high) { return byte >= low && byte <= high; };
    bool good = true;
    switch (state_) {
      case start:
        state_ = byte < 0x80 ? std::uint8_t{start} : lead(byte, good);
        break;
      case one_more:
        good = in(0x80, 0xBF), state_ = start;
        break;
      case two_more:
        good = in(0x80, 0xBF), state_ = one_more;
        break;
      case three_more:
        good = in(0x80, 0xBF), state_ = two_more;
        break;
      case after_e0:
        good = in(0xA0, 0xBF), state_ = one_more;
        break;
      case after_ed:
        good = in(0x80, 0x9F), state_ = one_more;
        break;
      case after_f0:
        good = in(0x90, 0xBF), state_ = two_more;
        break;
      default:
        good = in(0x80, 0x8F), state_ = two_more;
        break;
    }
    if (!good) return false;
  }
  return true;
}

}  // namespace longwave::web
