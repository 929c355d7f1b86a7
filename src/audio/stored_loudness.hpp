// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "audio/analysis.hpp"

#include <cstddef>
#include <optional>
#include <string_view>

namespace longwave::audio {

/// So many bytes at the front of a stored analysis hold all that gain_for() asks about.
inline constexpr std::size_t loudness_bytes = 116;

/// Only that of an analysis, from at least the front of its blob; everything else stays empty, and nothing
/// says that the rest of the blob is whole. Nothing if it is of another version.
std::optional<Analysis> loudness_of(std::string_view blob);

}  // namespace longwave::audio
