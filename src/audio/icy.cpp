// SPDX-License-Identifier: Apache-2.0
#include "audio/icy.hpp"

#include "base/text.hpp"

namespace longwave::audio {
namespace {

constexpr std::size_t most_bytes = 255 * 16;

/// What can stand between the quotes: no control characters, and no "';", which ends the value for players.
std::string value_of(std::string_view raw) {
  std::string clean;
  for (const char c : text::to_utf8(raw)) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
      clean += ' ';
    else if (c == ';' && (clean.empty() || clean.ends_with('\'')))  // after the opening quote, too
      clean += " ;";
    else
      clean += c;
  }
  if (clean.ends_with('\'')) clean += ' ';  // else the value's last quote and the closing "';" run together
  return clean;
}

void cut_to(std::string& value, std::size_t size) {
  if (value.size() <= size) return;
  while (size > 0 && (static_cast<unsigned char>(value[size]) & 0xc0) == 0x80) --size;
  value.resize(size);
}

}  // namespace

std::string icy_block(std::string_view title, std::string_view url) {
  constexpr std::string_view before = "StreamTitle='", between = "';StreamUrl='", after = "';";
  auto title_value = value_of(title);
  auto url_value = value_of(url);
  const auto frame = before.size() + between.size() + after.size();
  if (url_value.size() > most_bytes / 2) url_value.clear();  // half an address is none
  cut_to(title_value, most_bytes - frame - url_value.size());
  std::string block{'\0'};
  block += before;
  block += title_value;
  block += between;
  block += url_value;
  block += after;
  const auto units = (block.size() - 1 + 15) / 16;
  block.resize(1 + units * 16, '\0');
  block[0] = static_cast<char>(units);
  return block;
}

std::string icy_title(std::string_view artist, std::string_view title) {
  if (artist.empty()) return std::string{title};
  if (title.empty()) return std::string{artist};
  return std::string{artist} + " - " + std::string{title};
}

}  // namespace longwave::audio
