// SPDX-License-Identifier: Apache-2.0
#include "library/file.hpp"
#include "library/layout.hpp"
#include "library/xxh64.hpp"

#include <algorithm>
#include <string>

namespace longwave::library {

namespace {

constexpr std::int64_t piece = 64 << 10;

/// Feeds the bodies of the Ogg pages in `bytes`; whatever stands before the first page header is a body cut
/// in two, and is left out.
void feed_pages(Xxh64& hash, std::string_view bytes) {
  std::size_t position = bytes.find("OggS");
  while (position != std::string_view::npos && position + 27 < bytes.size()) {
    const auto count = static_cast<std::size_t>(static_cast<unsigned char>(bytes[position + 26]));
    std::size_t body = 0;
    for (std::size_t i = 0; i < count && position + 27 + i < bytes.size(); ++i) {
      body += static_cast<unsigned char>(bytes[position + 27 + i]);
    }
    const std::size_t begin = position + 27 + count;
    if (begin >= bytes.size()) break;
    hash.feed(bytes.substr(begin, body));
    position = begin + body < bytes.size() ? bytes.find("OggS", begin + body) : std::string_view::npos;
  }
}

void feed(Xxh64& hash, MusicFile& file, const Layout& layout, std::int64_t begin, std::int64_t end) {
  const auto length = static_cast<std::size_t>(end - begin);
  std::string own;
  auto bytes = file.peek(begin, length);
  if (bytes.empty()) {
    own = file.read(begin, length);
    bytes = own;
  }
  const bool ogg = layout.container == Container::ogg_vorbis || layout.container == Container::ogg_opus ||
                   layout.container == Container::ogg_flac;
  if (ogg) {
    feed_pages(hash, bytes);
  } else {
    hash.feed(bytes);
  }
}

}  // namespace

std::int64_t identity_of(MusicFile& file, const Layout& layout) {
  const std::int64_t length = layout.audio_end - layout.audio_begin;
  Xxh64 hash(static_cast<std::uint64_t>(length));
  const std::int64_t first = std::min(length, piece);
  feed(hash, file, layout, layout.audio_begin, layout.audio_begin + first);
  if (length > first)
    feed(hash, file, layout, std::max(layout.audio_end - piece, layout.audio_begin + first),
         layout.audio_end);
  const auto value = static_cast<std::int64_t>(hash.digest());
  return value == 0 ? 1 : value;
}

}  // namespace longwave::library
