// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace longwave::store {
class Session;
}

/// Pictures stay where they are, in the music files and their folders; the store knows them by the hash
/// (SHA-256, hex) of their bytes. JPEG, PNG, WebP, GIF and BMP by their first bytes, never SVG, at most 10
/// MiB.
namespace longwave::library {

inline constexpr std::size_t max_picture_bytes = 10u << 20;

/// Where a picture with some hash was seen.
struct ArtworkSource {
  std::filesystem::path file;
  bool embedded = false;  ///< inside a music file
};

/// Inside a job of the store; the best few places to look.
std::vector<ArtworkSource> artwork_sources(store::Session& session, std::string_view hash);

struct Artwork {
  std::string bytes;  ///< the original, hostile until decoded and encoded anew
  std::string type;   ///< "image/jpeg" …
};
/// Reads files: blocking pool. not_found when no source has a picture with that hash any more.
Result<Artwork> read_artwork(const std::vector<ArtworkSource>& sources, std::string_view hash);

}  // namespace longwave::library
