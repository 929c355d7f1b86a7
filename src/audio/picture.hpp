// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>

/// Artwork: hostile until it is decoded and encoded again. Blocks for some milliseconds; pool threads.
namespace longwave::audio {

struct PictureLimits {
  std::size_t max_bytes = 20u << 20;
  std::int64_t max_pixels = 40'000'000;
};

struct Rgb {
  std::uint8_t r = 0, g = 0, b = 0;
  friend bool operator==(const Rgb&, const Rgb&) = default;
};
std::string to_css(Rgb colour);  ///< "#rrggbb"
double contrast(Rgb a, Rgb b);   ///< WCAG 2.1 contrast ratio, 1 to 21

struct Picture {
  std::string jpeg;  ///< re-encoded, without metadata
  int width = 0;
  int height = 0;
  /// The picture's most typical colour, its lightness moved until its contrast to white and to black is
  /// ≥ 4.5.
  Rgb accent;
};

/// "image/jpeg", "image/png", "image/webp", "image/gif", "image/bmp" by its first bytes, or empty (SVG is
/// none).
std::string_view picture_type(std::string_view bytes);

/// Decodes JPEG, PNG, WebP, GIF (its first picture) or BMP, fits it into a square of `size` pixels (never
/// enlarges), encodes it as JPEG. Errors: unsupported, full (over the limits), broken.
Result<Picture> scale_picture(std::string_view bytes, int size, const PictureLimits& limits = {});

}  // namespace longwave::audio
