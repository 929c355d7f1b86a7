// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace longwave::library {

/// XXH64 (github.com/Cyan4973/xxHash, doc/xxhash_spec.md): recognises bytes at memory speed. Not for secrets.
class Xxh64 {
 public:
  explicit Xxh64(std::uint64_t seed = 0) : seed_(seed), lanes_{seed + p1 + p2, seed + p2, seed, seed - p1} {}

  void feed(std::string_view bytes) {
    total_ += bytes.size();
    if (filled_ > 0) {
      const std::size_t take = std::min(bytes.size(), sizeof buffer_ - filled_);
      std::memcpy(buffer_ + filled_, bytes.data(), take);
      filled_ += take;
      bytes.remove_prefix(take);
      if (filled_ < sizeof buffer_) return;
      stripe(buffer_);
      filled_ = 0;
    }
    while (bytes.size() >= sizeof buffer_) {
      stripe(bytes.data());
      bytes.remove_prefix(sizeof buffer_);
    }
    if (!bytes.empty()) std::memcpy(buffer_, bytes.data(), bytes.size());
    filled_ = bytes.size();
  }

  std::uint64_t digest() const {
    std::uint64_t h = seed_ + p5;
    if (total_ >= sizeof buffer_) {
      h = std::rotl(lanes_[0], 1) + std::rotl(lanes_[1], 7) + std::rotl(lanes_[2], 12) +
          std::rotl(lanes_[3], 18);
      for (const auto lane : lanes_) h = (h ^ round(0, lane)) * p1 + p4;
    }
    h += total_;
    const char* at = buffer_;
    std::size_t left = filled_;
    for (; left >= 8; at += 8, left -= 8) h = std::rotl(h ^ round(0, load<std::uint64_t>(at)), 27) * p1 + p4;
    for (; left >= 4; at += 4, left -= 4) h = std::rotl(h ^ (load<std::uint32_t>(at) * p1), 23) * p2 + p3;
    for (; left > 0; ++at, --left) h = std::rotl(h ^ (static_cast<unsigned char>(*at) * p5), 11) * p1;
    h = (h ^ h >> 33) * p2;
    h = (h ^ h >> 29) * p3;
    return h ^ h >> 32;
  }

 private:
  static constexpr std::uint64_t p1 = 0x9E3779B185EBCA87, p2 = 0xC2B2AE3D27D4EB4F, p3 = 0x165667B19E3779F9,
                                 p4 = 0x85EBCA77C2B2AE63, p5 = 0x27D4EB2F165667C5;
  template <class T>
  static T load(const char* at) {
    static_assert(std::endian::native == std::endian::little);
    T value;
    std::memcpy(&value, at, sizeof value);
    return value;
  }
  static std::uint64_t round(std::uint64_t lane, std::uint64_t input) {
    return std::rotl(lane + input * p2, 31) * p1;
  }
  void stripe(const char* at) {
    for (int i = 0; i < 4; ++i) lanes_[i] = round(lanes_[i], load<std::uint64_t>(at + 8 * i));
  }

  std::uint64_t seed_;
  std::uint64_t lanes_[4];
  std::uint64_t total_ = 0;
  char buffer_[32];
  std::size_t filled_ = 0;
};

}  // namespace longwave::library
