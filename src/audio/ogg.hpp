// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "audio/format.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

/// Ogg pages for Opus (RFC 3533, RFC 7845), pure. One mount is one logical stream for ever; titles go another
/// way, so that no player has to cope with chained streams.
namespace longwave::audio {

struct OggPage {
  std::uint32_t serial = 0;
  std::uint32_t sequence = 0;
  std::int64_t granule = 0;  ///< 48 kHz samples at the end of the last packet, pre-skip included
  bool first = false;
  bool last = false;
};

/// One page with whole packets. At most 255 lacing values: 50 packets of 20 ms at 96 kbit/s always fit.
/// Returns an empty string if they don't.
std::string ogg_page(const OggPage& page, std::span<const std::string_view> packets);

/// The two header pages that every listener gets first (sequence 0 and 1). `pre_skip` in 48 kHz samples: 312
/// keeps positions exact.
std::string opus_headers(std::uint32_t serial, std::string_view vendor, int pre_skip = 312);

/// Turns frames of a mount into pages: the page that holds the frames [first, first + n) of the mount is
/// always the same bytes, whoever makes it, as long as all cut at the same places: its granule position is
/// (first + n) * 960, its sequence number 2 + first / `frames_per_page`.
class OpusPager {
 public:
  OpusPager(std::uint32_t serial, int frames_per_page) : serial_(serial), frames_per_page_(frames_per_page) {}
  std::string page(std::int64_t first, std::span<const std::string_view> frames, bool last = false) const;

 private:
  std::uint32_t serial_;
  int frames_per_page_;
};

std::uint32_t ogg_crc(std::string_view bytes);

}  // namespace longwave::audio
