// SPDX-License-Identifier: Apache-2.0
#include "library/upload_name.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>

namespace longwave::library {

namespace {

constexpr std::size_t most_folders = 8;

Error refuse(std::string_view why) {
  return error(Errc::invalid, fmt::format("this can't be the name of a file: {}", why));
}

/// Names that Windows keeps for devices, with any ending and trailing spaces.
bool is_device(std::string_view name) {
  std::string stem = text::ascii_lower(name.substr(0, name.find('.')));
  while (stem.ends_with(' ')) stem.pop_back();
  static constexpr std::array<std::string_view, 6> names = {"con", "prn", "aux", "nul", "conin$", "conout$"};
  if (std::find(names.begin(), names.end(), stem) != names.end()) return true;
  if (!stem.starts_with("com") && !stem.starts_with("lpt")) return false;
  const auto number = std::string_view(stem).substr(3);
  static constexpr std::array<std::string_view, 3> raised = {"\xc2\xb9", "\xc2\xb2", "\xc2\xb3"};
  return (number.size() == 1 && number[0] >= '0' && number[0] <= '9') ||
         std::find(raised.begin(), raised.end(), number) != raised.end();
}

bool has_encoded_path(std::string_view name) {
  const std::string lower = text::ascii_lower(name);
  for (const std::string_view trick : {"%2f", "%5c", "%00", "%2e", "%25"}) {
    if (lower.find(trick) != lower.npos) return true;
  }
  return false;
}

/// Control characters of C0 and C1, and what turns the direction of text, so that a name looks like another.
bool has_control(std::string_view name) {
  if (std::any_of(name.begin(), name.end(),
                  [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }))
    return true;
  for (std::size_t i = 0; i + 1 < name.size(); ++i) {
    const auto at = [&](std::size_t k) { return static_cast<unsigned char>(name[i + k]); };
    if (at(0) == 0xc2 && at(1) < 0xa0) return true;
    if (i + 2 >= name.size() || at(0) != 0xe2) continue;
    const bool marks =
        at(1) == 0x80 && ((at(2) >= 0x8b && at(2) <= 0x8f) || (at(2) >= 0xa8 && at(2) <= 0xae));
    const bool isolates = at(1) == 0x81 && at(2) >= 0xa0 && at(2) <= 0xaf;
    if (marks || isolates) return true;
  }
  return false;
}

struct Endings {
  std::string_view type;
  std::array<std::string_view, 5> endings;  // the usual one first
};
constexpr Endings known[] = {
    {"mp3", {".mp3"}},
    {"flac", {".flac", ".oga", ".ogg"}},
    {"vorbis", {".ogg", ".oga"}},
    {"opus", {".opus", ".ogg", ".oga"}},
    {"aac", {".m4a", ".m4b", ".mp4", ".aac"}},
    {"alac", {".m4a", ".m4b", ".mp4"}},
    {"wav", {".wav", ".wave"}},
    {"aiff", {".aiff", ".aif", ".aifc"}},
    {"image/jpeg", {".jpg", ".jpeg"}},
    {"image/png", {".png"}},
    {"image/webp", {".webp"}},
    {"image/gif", {".gif"}},
    {"image/bmp", {".bmp"}},
};

/// Where the ending of a name begins; its size if it has none.
std::size_t ending_of(std::string_view name) {
  const auto dot = name.rfind('.');
  return dot == name.npos || dot == 0 || name.size() - dot > 6 ? name.size() : dot;
}

}  // namespace

Result<std::string> safe_name(std::string_view name) {
  if (name.empty()) return refuse("it is empty");
  if (name.find('\0') != name.npos) return refuse("it has a NUL");
  if (name.find_first_of("/\\") != name.npos) return refuse("it names a path; send the name alone");
  if (!text::valid_utf8(name)) return refuse("it isn't UTF-8");
  if (name.size() > longest_upload_name)
    return refuse(fmt::format("it is longer than {} bytes", longest_upload_name));
  if (has_encoded_path(name)) return refuse("it has an encoded part of a path");
  if (has_control(name)) return refuse("it has control characters");
  if (name.find_first_of("<>:\"|?*") != name.npos) return refuse("it has one of the characters <>:\"|?*");
  if (name.front() == '.' || name.front() == ' ' || name.front() == '-')
    return refuse("it begins with a dot, a dash or a space");
  if (name.back() == '.' || name.back() == ' ') return refuse("it ends with a dot or a space");
  if (is_device(name)) return refuse("some systems keep it for a device");
  return std::string(name);
}

Result<std::vector<std::string>> safe_folder(std::string_view path) {
  std::vector<std::string> names;
  if (path.empty()) return names;
  for (const auto part : text::split(path, '/')) {
    auto name = safe_name(part);
    if (!name) return name.error();
    names.push_back(std::move(*name));
  }
  if (names.size() > most_folders) return refuse("its folders are nested too deep");
  return names;
}

std::string with_ending(std::string_view name, std::string_view type) {
  const auto* found =
      std::find_if(std::begin(known), std::end(known), [&](const Endings& one) { return one.type == type; });
  if (found == std::end(known)) return std::string(name);
  const auto dot = ending_of(name);
  const std::string ending = text::ascii_lower(name.substr(dot));
  const auto& good = found->endings;
  if (!ending.empty() && std::find(good.begin(), good.end(), ending) != good.end()) return std::string(name);
  // The ending of another kind of music is replaced; anything else is a part of the name.
  bool of_another = false;
  for (const auto& one : known) {
    of_another = of_another || (!ending.empty() && std::find(one.endings.begin(), one.endings.end(),
                                                             ending) != one.endings.end());
  }
  return std::string(of_another ? name.substr(0, dot) : name) + std::string(good.front());
}

std::string numbered(std::string_view name, int number) {
  const auto dot = ending_of(name);
  return fmt::format("{} ({}){}", name.substr(0, dot), number, name.substr(dot));
}

}  // namespace longwave::library
