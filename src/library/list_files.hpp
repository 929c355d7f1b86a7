// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Playlist files: M3U8 (and M3U), PLS, XSPF. Pure; hostile input gives an error or fewer items, never more
/// than the limits.
namespace longwave::library {

enum class ListFormat { m3u8, pls, xspf };

constexpr std::size_t most_list_file_bytes = 8 * 1024 * 1024;
constexpr std::size_t most_list_file_items = 100'000;

struct ListItem {
  std::string location;  ///< as it stands there: a path, a file: address or another address (decoded)
  std::string title;
  std::string artist;  ///< empty: not told
  std::string album;
  std::optional<std::int64_t> duration_ms;
  friend bool operator==(const ListItem&, const ListItem&) = default;
};

struct ListFile {
  std::string title;  ///< empty: not told
  std::vector<ListItem> items;
};

/// By the first bytes, not by a name; nullopt: none of them. Plain lines of paths are M3U8.
std::optional<ListFormat> list_format(std::string_view bytes);
/// Errors: invalid (what is wrong, for the person who gave it), full.
Result<ListFile> read_list_file(std::string_view bytes, ListFormat format);
std::string write_list_file(const ListFile& list, ListFormat format);

const char* media_type(ListFormat format);
const char* file_ending(ListFormat format);  ///< with the dot

}  // namespace longwave::library
