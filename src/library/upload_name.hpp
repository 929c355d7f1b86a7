// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"

#include <string>
#include <string_view>
#include <vector>

/// Names that come from outside, before they become names of files. Pure.
namespace longwave::library {

inline constexpr std::size_t longest_upload_name = 200;  ///< bytes; leaves room for " (2)" and an ending

/// The name itself if it can be one. Refused, never repaired (invalid, with a reason for a person): empty,
/// "." and "..", anything with a slash, a backslash or either of them %-encoded, control characters and marks
/// that turn the direction of text, bytes that are no UTF-8, names that begin with a dot or a space or end
/// with one, that a system keeps for devices ("CON", "nul.mp3", "COM1"), characters a file system forbids
/// (<>:"|?*), and names longer than that.
Result<std::string> safe_name(std::string_view name);

/// The names of a relative folder, each checked with safe_name(); at most eight. "" has none.
Result<std::vector<std::string>> safe_folder(std::string_view path);

/// With the ending that belongs to what it is ("mp3", "flac", "vorbis" …), unless its own is one of those.
std::string with_ending(std::string_view name, std::string_view type);

/// "So What.mp3" → "So What (2).mp3"
std::string numbered(std::string_view name, int number);

}  // namespace longwave::library
