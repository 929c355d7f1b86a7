// SPDX-License-Identifier: Apache-2.0
#include "dialects/player/flat.hpp"

#include <fmt/format.h>

#include <utility>

namespace longwave::player {
namespace {

constexpr std::pair<std::string_view, std::string_view> renamed[] = {
    {"tracknr", "track"}, {"partofset", "disc"}, {"date", "year"}};

}  // namespace

std::string_view library_key(std::string_view key) {
  for (const auto& [ours, theirs] : renamed)
    if (ours == key) return theirs;
  return key;
}

std::string url_of(std::string_view relative_path) {
  std::string out = "file:///";
  for (const char c : relative_path) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view("-._~/").find(c) != std::string_view::npos;
    if (plain)
      out += c;
    else
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

}  // namespace longwave::player
