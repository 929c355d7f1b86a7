// SPDX-License-Identifier: Apache-2.0
#include "library/colours.hpp"

#include "audio/picture.hpp"

#include <cmath>

namespace longwave::library {

namespace {

using audio::Rgb;

Rgb mix(Rgb a, Rgb b, double share_of_b) {
  const auto part = [&](std::uint8_t x, std::uint8_t y) {
    return static_cast<std::uint8_t>(std::lround(x * (1 - share_of_b) + y * share_of_b));
  };
  return {part(a.r, b.r), part(a.g, b.g), part(a.b, b.b)};
}

/// From `colour` towards `end` until it can be told from `from`; `end` must be far enough.
Rgb until(Rgb colour, Rgb end, Rgb from, double wanted, double begin) {
  for (double share = begin; share < 1; share += 0.05) {
    const Rgb candidate = mix(colour, end, share);
    if (audio::contrast(candidate, from) >= wanted) return candidate;
  }
  return end;
}

}  // namespace

Result<Colours> colours_of(std::string_view picture) {
  auto small = audio::scale_picture(picture, 96);
  if (!small) return small.error();
  constexpr Rgb black{0, 0, 0}, white{255, 255, 255};
  const Rgb background = until(small->accent, black, white, 12, 0.4);
  const Rgb foreground = until(small->accent, white, background, 7, 0.8);
  const Rgb highlight = until(small->accent, white, background, 4.5, 0);
  return Colours{audio::to_css(background), audio::to_css(foreground), audio::to_css(highlight)};
}

}  // namespace longwave::library
