// SPDX-License-Identifier: Apache-2.0
#include "audio/ogg.hpp"

#include <array>

namespace longwave::audio {
namespace {

template <class T>
void put(std::string& to, T value) {
  for (std::size_t i = 0; i < sizeof value; ++i)
    to += static_cast<char>(static_cast<std::uint64_t>(value) >> (8 * i) & 0xff);
}

/// RFC 3533: polynomial 0x04c11db7, not reflected, no inversion. Four tables take four bytes a step.
constexpr auto crc_tables = [] {
  std::array<std::array<std::uint32_t, 256>, 4> t{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t c = i << 24;
    for (int bit = 0; bit < 8; ++bit) c = c & 0x80000000u ? c << 1 ^ 0x04c11db7u : c << 1;
    t[0][i] = c;
  }
  for (std::size_t k = 1; k < t.size(); ++k) {
    for (std::uint32_t i = 0; i < 256; ++i) t[k][i] = t[k - 1][i] << 8 ^ t[0][t[k - 1][i] >> 24];
  }
  return t;
}();

}  // namespace

std::uint32_t ogg_crc(std::string_view bytes) {
  const auto byte = [&](std::size_t i) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[i]));
  };
  std::uint32_t crc = 0;
  std::size_t i = 0;
  for (; i + 4 <= bytes.size(); i += 4) {
    crc ^= byte(i) << 24 | byte(i + 1) << 16 | byte(i + 2) << 8 | byte(i + 3);
    crc = crc_tables[3][crc >> 24] ^ crc_tables[2][crc >> 16 & 0xff] ^ crc_tables[1][crc >> 8 & 0xff] ^
          crc_tables[0][crc & 0xff];
  }
  for (; i < bytes.size(); ++i) crc = crc << 8 ^ crc_tables[0][(crc >> 24 ^ byte(i)) & 0xff];
  return crc;
}

std::string ogg_page(const OggPage& page, std::span<const std::string_view> packets) {
  std::string lacing;
  std::size_t body = 0;
  for (const auto packet : packets) {
    lacing.append(packet.size() / 255, '\xff');
    lacing += static_cast<char>(packet.size() % 255);
    body += packet.size();
  }
  if (lacing.size() > 255) return {};
  std::string out;
  out.reserve(27 + lacing.size() + body);
  out += "OggS";
  put<std::uint8_t>(out, 0);
  put<std::uint8_t>(out, static_cast<std::uint8_t>((page.first ? 2 : 0) | (page.last ? 4 : 0)));
  put<std::int64_t>(out, page.granule);
  put<std::uint32_t>(out, page.serial);
  put<std::uint32_t>(out, page.sequence);
  put<std::uint32_t>(out, 0);
  put<std::uint8_t>(out, static_cast<std::uint8_t>(lacing.size()));
  out += lacing;
  for (const auto packet : packets) out += packet;
  std::string crc;
  put(crc, ogg_crc(out));
  out.replace(22, 4, crc);
  return out;
}

std::string opus_headers(std::uint32_t serial, std::string_view vendor, int pre_skip) {
  std::string head = "OpusHead";
  put<std::uint8_t>(head, 1);
  put<std::uint8_t>(head, 2);  // channels
  put<std::uint16_t>(head, static_cast<std::uint16_t>(pre_skip));
  put<std::uint32_t>(head, 48000);
  put<std::uint16_t>(head, 0);  // output gain
  put<std::uint8_t>(head, 0);   // mapping family
  std::string tags = "OpusTags";
  put<std::uint32_t>(tags, static_cast<std::uint32_t>(vendor.size()));
  tags += vendor;
  put<std::uint32_t>(tags, 0);
  const std::string_view head_packet[] = {head};
  const std::string_view tags_packet[] = {tags};
  return ogg_page({serial, 0, 0, true, false}, head_packet) +
         ogg_page({serial, 1, 0, false, false}, tags_packet);
}

std::string OpusPager::page(std::int64_t first, std::span<const std::string_view> frames, bool last) const {
  const auto end = first + static_cast<std::int64_t>(frames.size());
  const auto sequence = static_cast<std::uint32_t>(2 + first / frames_per_page_);
  return ogg_page({serial_, sequence, end * info(Format::opus_96).frame_samples, false, last}, frames);
}

}  // namespace longwave::audio
