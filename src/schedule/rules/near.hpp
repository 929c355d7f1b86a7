// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/time.hpp"
#include "schedule/rules/play.hpp"
#include "schedule/rules/programme.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace longwave::rules {

/// What the separations and limits say about songs that would start at one moment. Made for one choice; most
/// ask about a song or two, then nothing is built for it.
class Near {
 public:
  Near(const Programme& programme, std::span<const Play> heard, WallTime at);

  /// How much of the separations the song keeps, in 1/256 (256: all): of those of the same song and title,
  /// which give way last, and of artist and album; and which one is broken worst.
  struct Distance {
    std::uint16_t own = 256;
    std::uint16_t kin = 256;
    Excluded by = Excluded::song;
    bool kept() const { return own >= 256 && kin >= 256; }
  };
  Distance distance(const Song& song);
  /// "At most every so long" forbids it now.
  bool limited(const Song& song, std::int64_t playlist) const;
  bool playlist_limited(std::int64_t playlist) const;
  /// There are rules at all.
  bool asks() const { return separated_ || !closed_.empty(); }

 private:
  static constexpr std::size_t rules = 4;
  struct Last {
    std::int64_t key = 0;
    WallTime end{};
  };
  void build();
  Duration rest(std::size_t rule, std::int64_t key) const;

  std::span<const Play> heard_;
  WallTime at_;
  std::array<Duration, rules> wanted_{};  ///< song, title, artist, album
  bool separated_ = false;
  std::vector<Limit> closed_;  ///< that forbid something now
  int asked_ = 0;
  bool built_ = false;
  std::array<std::vector<Last>, rules> last_;  ///< sorted by key, one each
};

}  // namespace longwave::rules
