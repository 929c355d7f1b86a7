// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/time.hpp"

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace longwave::fleet {

/// What a station of this process plays, as far as it is certain.
struct StationAir {
  struct Item {
    std::int64_t entry = 0;  ///< of the queue; the same when it is heard again, or goes on after a pause
    std::int64_t song = 0;   ///< as it is reported
    std::string file;        ///< for streamers: 9 characters and an extension
    Instant start{};         ///< it is heard from here on,
    Duration offset{};       ///< beginning so far into the file,
    Instant end{};           ///< until here
    Instant zero() const { return start - offset; }
    friend bool operator==(const Item&, const Item&) = default;
  };
  /// In order of time, the first is what is heard. Empty: the station rests.
  std::vector<Item> items;
};

/// Where whoever follows the stations of this process writes what they play, and StationRadios reads it. Of
/// the node's loop; it outlives the reigns of a scheduler.
class StationBoard {
 public:
  void put(const std::string& radio, StationAir air) {
    airs_[radio] = std::move(air);
    changed_.insert(radio);
  }
  void remove(const std::string& radio) {
    airs_.erase(radio);
    changed_.insert(radio);
  }
  const std::map<std::string, StationAir, std::less<>>& airs() const { return airs_; }
  bool changed() const { return !changed_.empty(); }
  std::set<std::string> take_changed() { return std::exchange(changed_, {}); }

 private:
  std::map<std::string, StationAir, std::less<>> airs_;
  std::set<std::string> changed_;
};

}  // namespace longwave::fleet
