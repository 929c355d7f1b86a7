// SPDX-License-Identifier: Apache-2.0
#include "audio/bytes.hpp"

#include <bit>

extern "C" {
#include <libavutil/crc.h>
}

namespace longwave::audio {

static_assert(std::endian::native == std::endian::little);

std::uint32_t crc32_of(std::string_view bytes, std::uint32_t before) {
  const auto* table = av_crc_get_table(AV_CRC_32_IEEE_LE);
  return ~av_crc(table, ~before, reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
}

}  // namespace longwave::audio
