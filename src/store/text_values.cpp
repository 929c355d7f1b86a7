// SPDX-License-Identifier: Apache-2.0
#include "store/text_values.hpp"

#include <charconv>
#include <cmath>
#include <limits>

namespace longwave::store {

namespace {

constexpr std::string_view hex = "0123456789abcdef";

unsigned char byte(std::string_view text, std::size_t at) {
  return at < text.size() ? static_cast<unsigned char>(text[at]) : 0;
}

/// How many bytes the letter of UTF-8 has that begins at `at`; 0 when none does (overlong, surrogate, cut).
std::size_t letter(std::string_view text, std::size_t at) {
  const unsigned char first = byte(text, at);
  if (first < 0x80) return first == 0 ? 0 : 1;
  const auto follows = [&](std::size_t i, unsigned char low = 0x80, unsigned char high = 0xbf) {
    return byte(text, at + i) >= low && byte(text, at + i) <= high;
  };
  if (first >= 0xc2 && first <= 0xdf) return follows(1) ? 2 : 0;
  if (first >= 0xe0 && first <= 0xef) {
    const unsigned char low = first == 0xe0 ? 0xa0 : 0x80, high = first == 0xed ? 0x9f : 0xbf;
    return follows(1, low, high) && follows(2) ? 3 : 0;
  }
  if (first >= 0xf0 && first <= 0xf4) {
    const unsigned char low = first == 0xf0 ? 0x90 : 0x80, high = first == 0xf4 ? 0x8f : 0xbf;
    return follows(1, low, high) && follows(2) && follows(3) ? 4 : 0;
  }
  return 0;
}

/// Whether one of our letters U+10FE00 … U+10FEFF begins there: F4 8F B8..BB 80..BF.
bool ours(std::string_view text, std::size_t at) {
  return byte(text, at) == 0xf4 && byte(text, at + 1) == 0x8f && byte(text, at + 2) >= 0xb8 &&
         byte(text, at + 2) <= 0xbb && byte(text, at + 3) >= 0x80 && byte(text, at + 3) <= 0xbf;
}

void append_ours(std::string& to, unsigned char value) {
  to += "\xf4\x8f";
  to += static_cast<char>(0xb8 + (value >> 6));
  to += static_cast<char>(0x80 + (value & 0x3f));
}

}  // namespace

std::string encode_text(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size());
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t length = ours(bytes, at) ? 0 : letter(bytes, at);
    if (length == 0) {
      append_ours(text, byte(bytes, at));
      ++at;
    } else {
      text.append(bytes, at, length);
      at += length;
    }
  }
  return text;
}

void decode_text(std::string& text) {
  std::size_t at = text.find("\xf4\x8f");
  if (at == std::string::npos) return;
  std::size_t to = at;
  while (at < text.size()) {
    if (ours(text, at)) {
      text[to++] = static_cast<char>(((byte(text, at + 2) - 0xb8) << 6) | (byte(text, at + 3) - 0x80));
      at += 4;
    } else {
      text[to++] = text[at++];
    }
  }
  text.resize(to);
}

std::string to_text(const Value& value) {
  char buffer[40];
  if (const auto* i = std::get_if<std::int64_t>(&value)) {
    return {buffer, std::to_chars(buffer, buffer + sizeof buffer, *i).ptr};
  }
  if (const auto* d = std::get_if<double>(&value)) {
    if (std::isnan(*d)) return "NaN";
    if (std::isinf(*d)) return *d > 0 ? "Infinity" : "-Infinity";
    return {buffer, std::to_chars(buffer, buffer + sizeof buffer, *d).ptr};
  }
  if (const auto* s = std::get_if<std::string_view>(&value)) return encode_text(*s);
  std::string text;
  if (const auto* b = std::get_if<BlobView>(&value)) {
    text = "\\x";
    text.reserve(2 + 2 * b->bytes.size());
    for (const char c : b->bytes) {
      text += hex[static_cast<unsigned char>(c) >> 4];
      text += hex[static_cast<unsigned char>(c) & 15];
    }
  }
  return text;
}

std::int64_t integer_from_text(const std::string& text) {
  if (text == "t") return 1;
  std::int64_t value = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (problem == std::errc{} && end == text.data() + text.size()) return value;
  const double real = real_from_text(text);
  constexpr double edge = 9223372036854775808.0;
  if (real >= edge) return std::numeric_limits<std::int64_t>::max();
  return real <= -edge ? std::numeric_limits<std::int64_t>::min() : static_cast<std::int64_t>(real);
}

double real_from_text(const std::string& text) {
  if (text == "t") return 1;
  double value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return std::isnan(value) ? 0 : value;
}

std::string bytes_from_text(std::string_view text) {
  std::string bytes;
  if (!text.starts_with("\\x")) return bytes;
  bytes.reserve(text.size() / 2);
  for (std::size_t i = 2; i + 1 < text.size(); i += 2) {
    bytes += static_cast<char>((hex.find(text[i]) << 4) | hex.find(text[i + 1]));
  }
  return bytes;
}

}  // namespace longwave::store
