// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

/// Numbers as file formats write them. What is too short reads as if zeros followed.
namespace longwave::library {

inline std::uint64_t big_endian(std::string_view b, std::size_t bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < bytes; ++i)
    value = value << 8 | (i < b.size() ? static_cast<unsigned char>(b[i]) : 0u);
  return value;
}
inline std::uint64_t little_endian(std::string_view b, std::size_t bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = bytes; i-- > 0;)
    value = value << 8 | (i < b.size() ? static_cast<unsigned char>(b[i]) : 0u);
  return value;
}
inline int be16(std::string_view b) {
  return static_cast<int>(big_endian(b, 2));
}
inline std::int64_t be24(std::string_view b) {
  return static_cast<std::int64_t>(big_endian(b, 3));
}
inline std::int64_t be32(std::string_view b) {
  return static_cast<std::int64_t>(big_endian(b, 4));
}
inline std::uint64_t be64(std::string_view b) {
  return big_endian(b, 8);
}
inline int le16(std::string_view b) {
  return static_cast<int>(little_endian(b, 2));
}
inline std::int64_t le32(std::string_view b) {
  return static_cast<std::int64_t>(little_endian(b, 4));
}

/// ID3v2's four times seven bits; -1 if a high bit is set.
inline std::int64_t synchsafe(std::string_view b) {
  std::int64_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    const auto c = i < b.size() ? static_cast<unsigned char>(b[i]) : 0u;
    if (c & 0x80) return -1;
    value = value << 7 | c;
  }
  return value;
}

}  // namespace longwave::library
