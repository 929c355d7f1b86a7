// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

/// Icecast's in-band titles, pure. Every `icy_interval` bytes of sound come a length byte N and 16 * N bytes
/// of text, padded with zeros; N = 0 means "as before".
namespace longwave::audio {

inline constexpr std::size_t icy_interval = 8192;

/// "StreamTitle='…';StreamUrl='…';" as a block. Control characters become spaces, a "';" inside is broken up
/// (players look for it), and the title is cut at a whole character if the block would exceed its 4,080
/// bytes.
std::string icy_block(std::string_view title, std::string_view url = {});

/// "Artist - Title", or what there is of the two.
std::string icy_title(std::string_view artist, std::string_view title);

/// The block that says "unchanged".
inline constexpr std::string_view icy_unchanged{"\0", 1};

}  // namespace longwave::audio
