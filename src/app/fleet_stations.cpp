// SPDX-License-Identifier: Apache-2.0
#include "app/fleet_stations.hpp"

#include "app/stations.hpp"

#include <utility>

namespace longwave::app {

FleetStations::FleetStations(Stations& stations, RadioDoor& door, std::unique_ptr<fleet::Bus> bus,
                             std::string name, std::string address, Told told, Closed closed)
    : stations_(stations),
      door_(door),
      bus_(std::move(bus)),
      streamer_(*bus_, std::move(name), std::move(address)),
      told_(std::move(told)),
      closed_(std::move(closed)) {}

void FleetStations::start() {
  auto& keeper = stations_.keeper();
  auto& broadcaster = stations_.broadcaster();
  const auto keep = [this](Subscription subscription) { subscriptions_.push_back(std::move(subscription)); };
  keep(keeper.now_changed.connect([this](const schedule::NowChanged& event) { follow(event.station); }));
  keep(keeper.station_changed.connect(
      [this](const schedule::StationChanged& event) { follow(event.view->id); }));
  keep(keeper.station_opened.connect([this](StationId station) { follow(station); }));
  keep(keeper.station_closed.connect(
      [this](const schedule::StationClosed& event) { close(event.radio_uuid); }));
  keep(broadcaster.listener_started.connect([this](const station::ListenerStarted& event) {
    const auto user = door_.users.find(event.session);
    streamer_.began(event.session, radio_of(event.station),
                    user == door_.users.end() ? std::nullopt : std::optional(user->second));
  }));
  keep(broadcaster.listener_ended.connect([this](const station::ListenerEnded& event) {
    door_.users.erase(event.session);
    streamer_.ended(event.session);
  }));
  streamer_.start();
  for (const auto station : keeper.stations()) follow(station);
}

void FleetStations::leave() {
  subscriptions_.clear();
  streamer_.leave();
}

std::string FleetStations::radio_of(StationId station) const {
  const auto* programmer = stations_.keeper().programmer(station);
  return programmer ? programmer->station().radio_uuid : std::string();
}

void FleetStations::follow(StationId station) {
  const auto* programmer = stations_.keeper().programmer(station);
  if (!programmer) return;
  const auto& clock = programmer->clock();
  std::vector<OnAirTrack> line;
  for (const auto& airing : programmer->airings()) {
    line.push_back({.entry = airing.entry->id.value,
                    .track = airing.entry->track,
                    .start = clock.instant(airing.from),
                    .offset = to_duration(airing.from - airing.zero),
                    .end = clock.instant(airing.until)});
  }
  const auto& radio = programmer->station().radio_uuid;
  const auto [place, is_new] = lines_.try_emplace(radio);
  if (!is_new && place->second == line) return;
  place->second = line;
  told_(radio, std::move(line));
}

void FleetStations::close(const std::string& radio) {
  streamer_.closed(radio);
  lines_.erase(radio);
  closed_(radio);
}

}  // namespace longwave::app
