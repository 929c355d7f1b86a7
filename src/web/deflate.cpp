// SPDX-License-Identifier: Apache-2.0
#include "web/deflate.hpp"

#include "base/assert.hpp"

#include <zlib.h>

#include <algorithm>

namespace longwave::web {

namespace {

// RFC 7692 section 7.2.1: what a flush ends with; left away on the wire, put back before decompressing.
constexpr std::string_view flush_tail{"\x00\x00\xff\xff", 4};
// zlib refers back over a window less so many bytes (MIN_LOOKAHEAD in deflate.h). Its smallest window has 9
// bits, and so what it makes with that, at most 250 bytes back, needs no more than the 256 bytes of 8 bits.
constexpr std::size_t zlib_lookahead = 262;
constexpr std::uint8_t smallest_zlib_window = 9;

Bytef* bytes(const char* data) {
  return reinterpret_cast<Bytef*>(const_cast<char*>(data));
}

}  // namespace

struct Inflater::Native {
  z_stream stream{};
};

// A peer that was told 8 bits may use 9 all the same: zlib did so for years.
Inflater::Inflater(std::uint8_t window_bits) : native_(std::make_unique<Native>()) {
  const int bits = std::max(window_bits, smallest_zlib_window);
  LW_ASSERT(inflateInit2(&native_->stream, -bits) == Z_OK, "zlib");
}
Inflater::~Inflater() {
  inflateEnd(&native_->stream);
}

Inflater::Outcome Inflater::feed(std::string_view compressed, std::string& out, std::size_t limit) {
  constexpr std::size_t least_room = 512;
  if (compressed.empty()) return Outcome::good;
  any_ = true;
  auto& stream = native_->stream;
  stream.next_in = bytes(compressed.data());
  stream.avail_in = static_cast<uInt>(compressed.size());
  for (;;) {
    const auto before = out.size();
    if (before > limit) return Outcome::too_big;
    // One byte more than is allowed shows that there is more.
    const auto room = std::min(limit - before + 1, std::max<std::size_t>(4 * stream.avail_in, least_room));
    out.resize(before + room);
    stream.next_out = bytes(out.data()) + before;
    stream.avail_out = static_cast<uInt>(room);
    const int result = inflate(&stream, Z_SYNC_FLUSH);
    out.resize(before + room - stream.avail_out);
    if (out.size() > limit) return Outcome::too_big;
    if (result == Z_STREAM_END) {
      inflateResetKeep(
          &stream);  // a final block ends no message (RFC 7692 section 7.2.3.4); the window stays
    } else if (result != Z_OK && result != Z_BUF_ERROR) {
      return Outcome::broken;
    }
    if (stream.avail_in == 0 && stream.avail_out != 0) return Outcome::good;
  }
}

Inflater::Outcome Inflater::finish(std::string& out, std::size_t limit) {
  if (!any_) return Outcome::good;  // some send an empty message as nothing at all
  const auto outcome = feed(flush_tail, out, limit);
  any_ = false;
  if (outcome != Outcome::good) return outcome;
  constexpr int at_block_end = 128;  // inflate() in zlib.h, data_type
  return (native_->stream.data_type & at_block_end) != 0 ? Outcome::good : Outcome::broken;
}

struct Deflater::Native {
  Native(int window_bits, int with_level) : level(with_level) {
    // Memory in step with the window: a short message shouldn't pay for clearing the tables of a long one.
    const int memory = std::clamp(window_bits - 6, 1, 8);
    LW_ASSERT(deflateInit2(&stream, level, Z_DEFLATED, -window_bits, memory, Z_DEFAULT_STRATEGY) == Z_OK,
              "zlib");
  }
  ~Native() { deflateEnd(&stream); }
  z_stream stream{};
  int level;
};

Deflater::Deflater() = default;
Deflater::~Deflater() = default;

std::uint8_t Deflater::needed_bits(std::size_t size, std::uint8_t most) {
  auto bits = smallest_zlib_window;
  while (bits < most && (std::size_t{1} << bits) < size + zlib_lookahead) ++bits;
  return bits;
}

std::string Deflater::compress(std::string_view payload, std::uint8_t window_bits, std::uint8_t level) {
  LW_ASSERT(window_bits >= 8 && window_bits <= 15, "a window of RFC 7692");
  window_bits = std::max(window_bits, smallest_zlib_window);
  auto& native = natives_[window_bits];
  if (!native || native->level != level) native = std::make_unique<Native>(window_bits, level);
  auto& stream = native->stream;
  deflateReset(&stream);
  stream.next_in = bytes(payload.data());
  std::string out;
  std::size_t filled = 0;
  auto left = payload.size();
  do {
    // zlib counts in 32 bits.
    const auto part = std::min<std::size_t>(left, 1u << 30);
    stream.avail_in = static_cast<uInt>(part);
    left -= part;
    do {
      out.resize(filled + part / 2 + 64);
      stream.next_out = bytes(out.data()) + filled;
      stream.avail_out = static_cast<uInt>(out.size() - filled);
      deflate(&stream, left == 0 ? Z_SYNC_FLUSH : Z_NO_FLUSH);
      filled = out.size() - stream.avail_out;
    } while (stream.avail_out == 0);
  } while (left > 0);
  out.resize(filled - flush_tail.size());
  return out;
}

}  // namespace longwave::web
