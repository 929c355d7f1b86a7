// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>

/// Little-endian values one after another, for what this room stores. (Longwave runs on little-endian
/// machines only.)
namespace longwave::audio {

class ByteWriter {
 public:
  template <class T>
  requires std::is_arithmetic_v<T>
  void put(T value) { text_.append(reinterpret_cast<const char*>(&value), sizeof value); }
  void bytes(std::string_view b) { text_ += b; }
  const std::string& text() const { return text_; }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

/// Reading past the end gives zeros and makes ok() false.
class ByteReader {
 public:
  explicit ByteReader(std::string_view b) : left_(b) {}
  template <class T>
  requires std::is_arithmetic_v<T> T get() {
    T value{};
    if (const auto b = bytes(sizeof value); !b.empty()) std::memcpy(&value, b.data(), sizeof value);
    return value;
  }
  std::string_view bytes(std::size_t n) {
    if (n > left_.size()) {
      ok_ = false;
      left_ = {};
      return {};
    }
    const auto b = left_.substr(0, n);
    left_.remove_prefix(n);
    return b;
  }
  bool ok() const { return ok_; }
  bool at_end() const { return left_.empty(); }

 private:
  std::string_view left_;
  bool ok_ = true;
};

/// CRC-32 as zlib has it.
std::uint32_t crc32_of(std::string_view bytes, std::uint32_t before = 0);

}  // namespace longwave::audio
