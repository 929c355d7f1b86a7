// SPDX-License-Identifier: Apache-2.0
#include "base/text.hpp"
#include "library/lyrics.hpp"

#include <algorithm>
#include <optional>

namespace longwave::library {

namespace {

constexpr std::size_t max_lines = 10'000;

/// "mm:ss", "mm:ss.x", ".xx", ".xxx", also with a colon before the fraction.
std::optional<std::int64_t> time_of(std::string_view s) {
  std::int64_t minutes = 0, seconds = 0, ms = 0;
  std::size_t at = 0;
  const auto digits = [&](std::int64_t& value, std::size_t most) {
    const std::size_t begin = at;
    while (at < s.size() && at - begin < most && s[at] >= '0' && s[at] <= '9')
      value = value * 10 + (s[at++] - '0');
    return at - begin;
  };
  if (digits(minutes, 4) == 0 || at >= s.size() || s[at++] != ':') return std::nullopt;
  if (digits(seconds, 2) == 0 || seconds > 59) return std::nullopt;
  if (at < s.size()) {
    if (s[at] != '.' && s[at] != ':') return std::nullopt;
    ++at;
    std::size_t count = digits(ms, 3);
    if (count == 0 || at != s.size()) return std::nullopt;
    for (; count < 3; ++count) ms *= 10;
  }
  return (minutes * 60 + seconds) * 1000 + ms;
}

/// "[offset:+250]": positive shows the lines earlier.
std::optional<std::int64_t> offset_of(std::string_view head) {
  const std::string lower = text::ascii_lower(head);
  constexpr std::string_view name = "offset:";
  if (!lower.starts_with(name)) return std::nullopt;
  std::string_view number = text::trim(std::string_view(lower).substr(name.size()));
  const bool minus = number.starts_with('-');
  if (minus || number.starts_with('+')) number.remove_prefix(1);
  if (number.empty() || number.size() > 7) return std::nullopt;
  std::int64_t value = 0;
  for (const char c : number) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return minus ? -value : value;
}

/// "[ar:Miles Davis]", "[by:…]": two or more letters, a colon.
bool is_header(std::string_view head) {
  std::size_t letters = 0;
  while (letters < head.size() && ((head[letters] | 0x20) >= 'a' && (head[letters] | 0x20) <= 'z')) ++letters;
  return letters >= 2 && letters < head.size() && head[letters] == ':';
}

/// Times of single words inside a line.
std::string without_word_times(std::string_view line) {
  std::string plain;
  while (!line.empty()) {
    if (line.front() == '<') {
      const auto end = line.find('>');
      if (end != std::string_view::npos && time_of(line.substr(1, end - 1))) {
        line.remove_prefix(end + 1);
        continue;
      }
    }
    plain += line.front();
    line.remove_prefix(1);
  }
  return std::string(text::trim(plain));
}

std::string_view next_line(std::string_view& rest) {
  const auto end = rest.find('\n');
  std::string_view line = rest.substr(0, end);
  rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

}  // namespace

LyricsText parse_lyrics(std::string_view text) {
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  LyricsText result;
  std::int64_t offset = 0;
  std::string untimed;
  for (std::string_view rest = text; !rest.empty();) {
    std::string_view line = next_line(rest);
    std::vector<std::int64_t> times;
    bool header = false;
    while (line.starts_with('[')) {
      const auto end = line.find(']');
      if (end == std::string_view::npos) break;
      const std::string_view head = line.substr(1, end - 1);
      if (const auto at = time_of(head)) {
        if (times.size() < max_lines) times.push_back(*at);
      } else if (is_header(head)) {
        if (const auto ms = offset_of(head)) offset = *ms;
        header = true;
      } else {
        break;
      }
      line.remove_prefix(end + 1);
    }
    if (times.empty()) {
      if (!header) untimed.append(line).append("\n");
      continue;
    }
    const std::string words = without_word_times(line);
    for (const auto at : times) {
      if (result.lines.size() < max_lines) result.lines.push_back({at, words});
    }
  }
  if (result.lines.empty()) {
    result.plain = text;
    return result;
  }
  for (auto& line : result.lines) line.at_ms = std::max<std::int64_t>(0, line.at_ms - offset);
  std::stable_sort(result.lines.begin(), result.lines.end(),
                   [](const LyricsLine& a, const LyricsLine& b) { return a.at_ms < b.at_ms; });
  for (const auto& line : result.lines) result.plain += line.text + '\n';
  return result;
}

}  // namespace longwave::library
