// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/fleet_stations.hpp"
#include "base/task.hpp"
#include "fleet/station_board.hpp"

#include <functional>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

namespace longwave::store {
class Store;
}

namespace longwave::app {

/// Writes what the stations play onto the board of the scheduler, in the words of files: a station plays a
/// file from behind the silence at its head, which the file of a streamer still has. Belongs to the
/// scheduler's loop.
class FleetBoard {
 public:
  struct Parts {
    store::Store& store;
    fleet::StationBoard& board;
    Post post;                                       ///< the scheduler's loop
    std::function<std::string(std::uint32_t)> file;  ///< its name for streamers; empty: there is none
    Task changed;                                    ///< called when the board was written
  };
  explicit FleetBoard(Parts parts) : parts_(std::move(parts)) {}

  void put(const std::string& radio, std::vector<OnAirTrack> line);
  void remove(const std::string& radio);
  /// Names of files may be others now.
  void files_changed();

 private:
  void read_heads(const std::string& radio, std::vector<TrackId> tracks);
  void write(const std::string& radio);

  Parts parts_;
  std::map<std::string, std::vector<OnAirTrack>> lines_;
  std::unordered_map<TrackId, Duration> heads_;  // of what the lines name
};

}  // namespace longwave::app
