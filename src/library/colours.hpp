// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"

#include <string>
#include <string_view>

namespace longwave::library {

bool is_colour(std::string_view text);  ///< "#RRGGBB"

struct Colours {
  std::string background, foreground, highlight;
};
/// Of a picture: its typical colour as the background, dark; letters on it with a contrast of at least 4.5
/// (WCAG AA), highlights with at least 3. Decodes: blocks some milliseconds.
Result<Colours> colours_of(std::string_view picture);

}  // namespace longwave::library
