// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

/// The words of a programme's document (docs/programme.md); each stands for the value with its number.
namespace longwave::schedule {

template <std::size_t N>
using Names = std::array<std::string_view, N>;
inline constexpr Names<7> day_names{"MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"};
inline constexpr Names<3> start_names{"boundary", "exact", "fitted"};
inline constexpr Names<3> slot_names{"playlist", "jingle", "request"};
inline constexpr Names<5> limit_names{"playlist", "artist", "album", "title", "song"};

}  // namespace longwave::schedule
