// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "audio/picture.hpp"

#include <cstdint>
#include <span>

/// Colours of artwork. Pure.
namespace longwave::audio {

/// The hue that most of the colourful pixels have, as their mean. `rgb`: three bytes a pixel.
Rgb typical_colour(std::span<const std::uint8_t> rgb);

/// The same hue with the lightness at which its contrast to white and to black is at least 4.5.
Rgb readable(Rgb colour);

}  // namespace longwave::audio
