// SPDX-License-Identifier: Apache-2.0
#include "dialects/mpd/song.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <charconv>
#include <tuple>

namespace longwave::mpd {
namespace {

int number(std::string_view text) {
  int value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

}  // namespace

std::string_view Song::tag(Tag which) const {
  for (const auto& [tag, value] : tags) {
    if (tag == which) return value;
  }
  return {};
}

std::string_view Song::folder() const {
  const auto slash = uri.rfind('/');
  return slash == std::string::npos ? std::string_view{} : std::string_view{uri}.substr(0, slash);
}

std::string_view Song::name() const {
  const auto slash = uri.rfind('/');
  return slash == std::string::npos ? std::string_view{uri} : std::string_view{uri}.substr(slash + 1);
}

std::string iso_time(std::int64_t unix_s) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(static_cast<std::time_t>(unix_s)));
}

void line(std::string& out, std::string_view key, std::string_view value) {
  out += key;
  out += ": ";
  for (const char c : value) out += c == '\n' ? ' ' : c;  // a line is a line
  out += '\n';
}

void print(std::string& out, const Song& song, const TagMask& mask) {
  line(out, "file", song.uri);
  if (song.modified_s > 0) line(out, "Last-Modified", iso_time(song.modified_s));
  if (!song.format.empty()) line(out, "Format", song.format);
  for (const auto& [tag, value] : song.tags) {
    if (mask.test(index(tag))) line(out, to_string(tag), value);
  }
  if (song.duration_ms > 0) {
    out += fmt::format("Time: {}\nduration: {}.{:03}\n", (song.duration_ms + 500) / 1000,
                       song.duration_ms / 1000, song.duration_ms % 1000);
  }
}

bool before_in_folder(const Song& a, const Song& b) {
  const auto key = [](const Song& song) {
    return std::tuple(song.tag(Tag::album), number(song.tag(Tag::disc)), number(song.tag(Tag::track)),
                      song.name());
  };
  return key(a) < key(b);
}

bool folder_before(std::string_view a, std::string_view b) {
  while (true) {
    if (b.empty()) return false;
    if (a.empty()) return true;
    const auto left = a.substr(0, a.find('/'));
    const auto right = b.substr(0, b.find('/'));
    if (left != right) return left < right;
    a.remove_prefix(std::min(a.size(), left.size() + 1));
    b.remove_prefix(std::min(b.size(), right.size() + 1));
  }
}

}  // namespace longwave::mpd
