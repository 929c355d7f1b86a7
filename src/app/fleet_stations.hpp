// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/radio_door.hpp"
#include "base/ids.hpp"
#include "base/signal.hpp"
#include "base/task.hpp"
#include "base/time.hpp"
#include "fleet/exchange.hpp"
#include "fleet/local_streamer.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace longwave::app {

class Stations;

/// A stretch of what a station plays.
struct OnAirTrack {
  std::int64_t entry = 0;
  TrackId track;
  Instant start{};
  Duration offset{};  ///< into what is played of the file
  Instant end{};
  friend bool operator==(const OnAirTrack&, const OnAirTrack&) = default;
};

/// The stations of this process as the scheduler in it sees them: tells what they play, and who listens.
/// Belongs to the station loop.
class FleetStations {
 public:
  /// Called on the station loop with what a radio plays, whenever that is something else.
  using Told = std::function<void(const std::string& radio, std::vector<OnAirTrack> line)>;
  using Closed = std::function<void(const std::string& radio)>;

  FleetStations(Stations& stations, RadioDoor& door, std::unique_ptr<fleet::Bus> bus, std::string name,
                std::string address, Told told, Closed closed);

  void start();
  void introduce() { streamer_.introduce(); }
  void leave();

 private:
  void follow(StationId station);
  void close(const std::string& radio);
  std::string radio_of(StationId station) const;

  Stations& stations_;
  RadioDoor& door_;
  std::unique_ptr<fleet::Bus> bus_;
  fleet::LocalStreamer streamer_;
  Told told_;
  Closed closed_;
  std::map<std::string, std::vector<OnAirTrack>> lines_;  // as they were told
  std::vector<Subscription> subscriptions_;
};

}  // namespace longwave::app
