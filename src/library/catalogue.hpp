// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.hpp"

#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

namespace longwave::library {

/// Ids of genres and subgenres, in order.
using TagIds = std::vector<std::int64_t>;

/// All a programmer needs to choose a track.
struct CatalogueRow {
  TrackId track;
  std::int64_t artist = 0;  ///< 0: none is known
  float weight = 1;
  std::int32_t duration_ms = 0;
  bool playable = false;      ///< neither missing nor broken, and it has a length
  bool analysed = false;      ///< its exact length and loudness are known
  std::int8_t favourite = 0;  ///< -1 hated, 1 loved
  bool disabled = false, live = false, bad_audio = false, album_hidden = false;
  std::int64_t album = 0;        ///< 0: none
  std::uint32_t title = 0;       ///< of songs of one title, whoever plays them, the same; 0: it has none
  std::uint32_t song_tags = 0;   ///< approved ones of the song: Catalogue's tag_sets[song_tags]
  std::uint32_t album_tags = 0;  ///< of its album, its songs' included: tag_sets[album_tags]
};

/// The rows by track, and the sets of tags they name; set 0 is the empty one.
struct CatalogueRows : std::vector<CatalogueRow> {
  std::vector<TagIds> tag_sets{TagIds{}};
  std::unordered_map<std::int64_t, std::int64_t> parents;  ///< of each subgenre its genre
};

/// Immutable, ordered by track, shared between threads; replaced as a whole.
using Catalogue = std::shared_ptr<const CatalogueRows>;

}  // namespace longwave::library
