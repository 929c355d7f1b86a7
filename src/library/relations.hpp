// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace longwave::store {
class Session;
}

/// Which songs are played around which (docs/protocols/musicdb.md, 7.2).
namespace longwave::library {

/// Of one station: says which two songs were played one after the other. Pure.
class Tracker {
 public:
  struct Rules {
    bool random_too = false;  ///< songs that nobody asked for count as well
    Duration cut = std::chrono::minutes(30);
  };
  Tracker() = default;
  explicit Tracker(Rules rules) : rules_(rules) {}

  /// A song was played from its beginning to its end. A song that doesn't count neither pairs nor cuts.
  std::optional<std::pair<TrackId, TrackId>> played(TrackId track, WallTime started, WallTime ended,
                                                    bool random);

 private:
  Rules rules_;
  TrackId last_{};
  WallTime last_ended_{};
};

struct Related {
  std::int64_t id = 0;  ///< the other song, or video
  int weight = 0;
};
/// The strongest first. Songs that are gone are left out.
std::vector<Related> related_songs(store::Session& session, TrackId track);
std::vector<Related> related_videos(store::Session& session, std::int64_t video);
void relate_songs(store::Session& session, TrackId a, TrackId b, int weight = 1);
void relate_videos(store::Session& session, std::int64_t a, std::int64_t b, int weight = 1);
/// not_found when there is none.
Result<void> cut_songs(store::Session& session, TrackId a, TrackId b);
Result<void> cut_videos(store::Session& session, std::int64_t a, std::int64_t b);

}  // namespace longwave::library
