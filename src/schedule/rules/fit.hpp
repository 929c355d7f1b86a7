// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/random.hpp"
#include "base/time.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace longwave::rules {

/// Back-timing: up to three songs are chosen by their lengths so that they are over right at a set time.
/// Rather a little too long, since the last one is cut there; too short would leave a hole of a few seconds.
inline constexpr Duration fit_window = std::chrono::minutes{12};

/// The index of the one to play first, of `lengths` (milliseconds), when `rest` is left; nullopt: `rest` is
/// too long for three of them, or there are none. At most 200 of them are looked at. 50 µs.
std::optional<std::size_t> fit(std::span<const std::int32_t> lengths, Duration rest, Random& random);

}  // namespace longwave::rules
