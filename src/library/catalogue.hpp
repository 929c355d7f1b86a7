// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.hpp"

#include <cstdint>
#include <memory>
#include <vector>

namespace longwave::library {

/// All a programmer needs to choose a track.
struct CatalogueRow {
  TrackId track;
  std::int64_t artist = 0;  ///< 0: none is known
  float weight = 1;
  std::int32_t duration_ms = 0;
  bool playable = false;  ///< neither missing nor broken, and it has a length
  bool analysed = false;  ///< its exact length and loudness are known
};

/// Immutable, ordered by track, shared between threads; replaced as a whole.
using Catalogue = std::shared_ptr<const std::vector<CatalogueRow>>;

}  // namespace longwave::library
