// SPDX-License-Identifier: Apache-2.0
#include "audio/colour.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace longwave::audio {
namespace {

struct Hsl {
  double h = 0, s = 0, l = 0;  // all 0 to 1
};

Hsl to_hsl(Rgb c) {
  const double r = c.r / 255.0, g = c.g / 255.0, b = c.b / 255.0;
  const double high = std::max({r, g, b}), low = std::min({r, g, b}), range = high - low;
  Hsl out;
  out.l = (high + low) / 2;
  if (range <= 0) return out;
  out.s = range / (1 - std::fabs(2 * out.l - 1));
  if (high == r)
    out.h = std::fmod((g - b) / range + 6, 6) / 6;
  else if (high == g)
    out.h = ((b - r) / range + 2) / 6;
  else
    out.h = ((r - g) / range + 4) / 6;
  return out;
}

Rgb to_rgb(const Hsl& c) {
  const double a = c.s * std::min(c.l, 1 - c.l);
  const auto channel = [&](double n) {
    const double k = std::fmod(n + c.h * 12, 12);
    const double value = c.l - a * std::max(-1.0, std::min({k - 3, 9 - k, 1.0}));
    return static_cast<std::uint8_t>(std::lround(std::clamp(value, 0.0, 1.0) * 255));
  };
  return {channel(0), channel(8), channel(4)};
}

double luminance(Rgb c) {
  const auto linear = [](std::uint8_t v) {
    const double x = v / 255.0;
    return x <= 0.04045 ? x / 12.92 : std::pow((x + 0.055) / 1.055, 2.4);
  };
  return 0.2126 * linear(c.r) + 0.7152 * linear(c.g) + 0.0722 * linear(c.b);
}

}  // namespace

std::string to_css(Rgb c) {
  return fmt::format("#{:02x}{:02x}{:02x}", c.r, c.g, c.b);
}

double contrast(Rgb a, Rgb b) {
  const double x = luminance(a), y = luminance(b);
  return (std::max(x, y) + 0.05) / (std::min(x, y) + 0.05);
}

Rgb readable(Rgb colour) {
  // Contrast 4.5 to white and to black leaves luminances from 0.175 to 0.183: aim at the middle.
  constexpr double wanted = 0.179;
  auto c = to_hsl(colour);
  double low = 0, high = 1;
  for (int i = 0; i < 40; ++i) {
    c.l = (low + high) / 2;
    (luminance(to_rgb(c)) < wanted ? low : high) = c.l;
  }
  const Rgb white{255, 255, 255}, black{0, 0, 0};
  const auto least = [&](Rgb x) { return std::min(contrast(x, white), contrast(x, black)); };
  // Rounding to 8 bits may step over the window: the neighbour in green is finer or coarser, take the best.
  Rgb best = to_rgb(c);
  for (int r = -1; r <= 1; ++r) {
    for (int g = -1; g <= 1; ++g) {
      for (int b = -2; b <= 2; ++b) {
        const auto base = to_rgb(c);
        const auto moved = [](std::uint8_t v, int d) {
          return static_cast<std::uint8_t>(std::clamp(v + d, 0, 255));
        };
        const Rgb x{moved(base.r, r), moved(base.g, g), moved(base.b, b)};
        if (least(x) > least(best)) best = x;
      }
    }
  }
  return best;
}

Rgb typical_colour(std::span<const std::uint8_t> rgb) {
  // Bins of hue, weighted by how colourful a pixel is; greys only count if there is nothing else.
  struct Bin {
    double weight = 0, r = 0, g = 0, b = 0;
  };
  std::array<Bin, 24> bins{};
  Bin all;
  for (std::size_t i = 0; i + 2 < rgb.size(); i += 3) {
    const Rgb pixel{rgb[i], rgb[i + 1], rgb[i + 2]};
    const auto c = to_hsl(pixel);
    const double weight = c.s * (1 - std::fabs(2 * c.l - 1)) + 1e-4;
    auto& bin = bins[std::min<std::size_t>(static_cast<std::size_t>(c.h * 24), 23)];
    for (auto* target : {&bin, &all}) {
      target->weight += weight;
      target->r += weight * pixel.r;
      target->g += weight * pixel.g;
      target->b += weight * pixel.b;
    }
  }
  if (all.weight <= 0) return {128, 128, 128};
  const auto& best = *std::max_element(bins.begin(), bins.end(),
                                       [](const auto& x, const auto& y) { return x.weight < y.weight; });
  const auto channel = [&](double sum) {
    return static_cast<std::uint8_t>(std::clamp(sum / best.weight, 0.0, 255.0));
  };
  return {channel(best.r), channel(best.g), channel(best.b)};
}

}  // namespace longwave::audio
