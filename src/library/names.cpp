// SPDX-License-Identifier: Apache-2.0
#include "library/names.hpp"

#include "base/text.hpp"

#include <array>
#include <cctype>
#include <cstdint>

namespace longwave::library {

namespace {

/// The next character of valid UTF-8, and moves on.
char32_t next(std::string_view& s) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(s[i]); };
  const unsigned char lead = byte(0);
  const std::size_t length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  char32_t c = length == 1 ? lead : lead & (0x7f >> length);
  for (std::size_t i = 1; i < length && i < s.size(); ++i) c = c << 6 | (byte(i) & 0x3f);
  s.remove_prefix(std::min(length, s.size()));
  return c;
}

void append(std::string& out, char32_t c) {
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xc0 | c >> 6);
    out += static_cast<char>(0x80 | (c & 0x3f));
  } else if (c < 0x10000) {
    out += static_cast<char>(0xe0 | c >> 12);
    out += static_cast<char>(0x80 | (c >> 6 & 0x3f));
    out += static_cast<char>(0x80 | (c & 0x3f));
  } else {
    out += static_cast<char>(0xf0 | c >> 18);
    out += static_cast<char>(0x80 | (c >> 12 & 0x3f));
    out += static_cast<char>(0x80 | (c >> 6 & 0x3f));
    out += static_cast<char>(0x80 | (c & 0x3f));
  }
}

char32_t lower(char32_t c) {
  if (c < 0x80) return c >= 'A' && c <= 'Z' ? c + 32 : c;
  if (c >= 0xc0 && c <= 0xde && c != 0xd7) return c + 32;
  if (c == 0x178) return 0xff;  // Ÿ
  if ((c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17e)) return c % 2 == 1 ? c + 1 : c;
  if (c >= 0x100 && c <= 0x177 && c != 0x130 && c != 0x131 && c != 0x138 && c != 0x149) return c | 1;
  if (c >= 0x391 && c <= 0x3a9 && c != 0x3a2) return c + 32;  // Greek
  if (c >= 0x410 && c <= 0x42f) return c + 32;                // Cyrillic
  if (c >= 0x400 && c <= 0x40f) return c + 80;
  return c;
}

/// The Latin letter under the accents of a lower-case letter of U+00E0–U+017F.
char base_letter(char32_t c) {
  static constexpr std::string_view latin1 = "aaaaaaaceeeeiiiidnooooo/ouuuuyty";  // from U+00E0 on
  static constexpr std::string_view extended =                                    // from U+0100 on
      "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkkllllllllll"
      "nnnnnnnnnoooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";
  static_assert(extended.size() == 128);
  if (c >= 0xe0 && c <= 0xff && c != 0xf7) return latin1[c - 0xe0];
  if (c >= 0x100 && c < 0x100 + extended.size()) return extended[c - 0x100];
  return 0;
}

bool space(char32_t c) {
  return c == ' ' || c == 0xa0 || c == 0x3000;
}

}  // namespace

std::string clean(std::string_view raw, std::size_t max_bytes) {
  const std::string valid = text::valid_utf8(raw) ? std::string{} : text::to_utf8(raw);
  std::string_view s = valid.empty() ? raw : std::string_view(valid);
  std::string out;
  out.reserve(std::min(s.size(), max_bytes));
  bool gap = false;
  while (!s.empty()) {
    const char32_t c = next(s);
    if (c <= 0x20 || c == 0x7f || (c >= 0x80 && c < 0xa0) || c == 0x2028 || c == 0x2029 || c == 0xfeff) {
      gap = true;
      continue;
    }
    if (out.size() + 5 > max_bytes) break;
    if (gap && !out.empty()) out += ' ';
    gap = false;
    append(out, c);
  }
  return out;
}

std::string fold(std::string_view name) {
  std::string out;
  bool gap = false;
  while (!name.empty()) {
    const char32_t c = next(name);
    if (space(c)) {
      gap = true;
      continue;
    }
    if (gap && !out.empty()) out += ' ';
    gap = false;
    append(out, lower(c));
  }
  return out;
}

std::string plain_letters(std::string_view name) {
  const std::string folded = fold(name);
  std::string_view rest = folded;
  std::string out;
  while (!rest.empty()) {
    const char32_t c = next(rest);
    const char plain = base_letter(c);
    if (plain) {
      out += plain;
    } else {
      append(out, c);
    }
  }
  return out;
}

std::string sort_key(std::string_view name) {
  std::string out = plain_letters(name);
  for (std::string_view article : {"the ", "a ", "an ", "der ", "die ", "das ", "les ", "le ", "la "}) {
    if (out.size() > article.size() && out.starts_with(article)) {
      out.erase(0, article.size());
      break;
    }
  }
  return out;
}

NameParts from_file_name(std::string_view file_name) {
  const auto dot = file_name.rfind('.');
  std::string stem = clean(dot == std::string_view::npos || dot == 0 ? file_name : file_name.substr(0, dot));
  if (stem.find(' ') == std::string::npos) {
    for (char& c : stem) c = c == '_' ? ' ' : c;
  }
  NameParts parts;
  std::size_t digits = 0;
  while (digits < stem.size() && std::isdigit(static_cast<unsigned char>(stem[digits]))) ++digits;
  if (digits >= 1 && digits <= 3 && digits < stem.size()) {
    std::size_t after = digits;
    while (after < stem.size() && std::string_view(" .-_)").find(stem[after]) != std::string_view::npos)
      ++after;
    const bool marked = stem[digits] != ' ' || (after > digits + 1 && after < stem.size());
    const bool zero = stem[0] == '0' && digits >= 2;
    if (after > digits && after < stem.size() && (marked || zero)) {
      parts.track = std::stoi(stem.substr(0, digits));
      stem.erase(0, after);
    }
  }
  const auto dash = stem.find(" - ");
  if (dash != std::string::npos && dash > 0 && dash + 3 < stem.size()) {
    parts.artist = clean(std::string_view(stem).substr(0, dash));
    stem.erase(0, dash + 3);
  }
  parts.title = clean(stem);
  if (parts.title.empty()) parts.title = clean(file_name);
  return parts;
}

bool is_disc_folder(std::string_view folder_name) {
  const std::string name = text::ascii_lower(folder_name);
  for (std::string_view word : {"cd", "disc", "disk"}) {
    if (!name.starts_with(word)) continue;
    std::string_view rest = std::string_view(name).substr(word.size());
    while (!rest.empty() && (rest.front() == ' ' || rest.front() == '_' || rest.front() == '-'))
      rest.remove_prefix(1);
    if (rest.empty() || rest.size() > 2) return false;
    for (char c : rest) {
      if (!std::isdigit(static_cast<unsigned char>(c))) return false;
    }
    return true;
  }
  return false;
}

}  // namespace longwave::library
