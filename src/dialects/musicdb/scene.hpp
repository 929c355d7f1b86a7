// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.hpp"
#include "dialects/musicdb/kept.hpp"
#include "schedule/view.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace longwave::musicdb {

/// An entry of the station's queue as this dialect tells it.
struct SongEntry {
  std::int64_t id = 0;
  TrackId song;
  bool random = false;
  friend bool operator==(const SongEntry&, const SongEntry&) = default;
};

/// What a station looks like in this dialect: its queue from the cursor on, so that the first entry is
/// current. What is heard stands first also when it has left the list, or something else was marked.
struct Stage {
  bool connected = false;  ///< there is a station to be heard
  bool playing = false;
  std::vector<SongEntry> songs;
  friend bool operator==(const Stage&, const Stage&) = default;
};
Stage stage_of(const schedule::View& view);

/// What a function sees of the station and of what this dialect keeps, taken on the station loop before it
/// runs elsewhere. Immutable.
struct Scene {
  Stage stage;
  KeptPtr kept;
  schedule::RandomRules random;
  std::int64_t now = 0;  ///< Unix seconds
};

}  // namespace longwave::musicdb
