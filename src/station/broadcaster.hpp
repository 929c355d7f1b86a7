// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "base/signal.hpp"
#include "orders/orders.hpp"
#include "orders/stream_clock.hpp"
#include "station/events.hpp"
#include "station/media.hpp"
#include "station/options.hpp"
#include "station/player_backend.hpp"

#include <memory>
#include <string>
#include <vector>

namespace longwave::io {
class Loop;
}
namespace longwave::web {
class Router;
}

namespace longwave::station {

struct StationInfo {
  StationId id;
  std::string slug;  ///< in addresses: /listen/<slug>.mp3
  std::string name;
  std::string genre;
  std::string url;  ///< of its page; may be empty
  orders::StreamClock clock;
};

/// All stations of this process, their mounts and their listeners: the shell around the players (player.hpp).
/// Belongs to the station loop, on which it must be destroyed after the net loops have stopped (or before
/// they start). Its signals are emitted on the station loop.
///
///   Broadcaster broadcaster(station_loop, net_loops, media, bus.programmer(), clock, {});
///   broadcaster.add_routes(router);                 // before the server starts
///   bus.attach_player(broadcaster, station_loop.poster());
///   broadcaster.open({.id = main, .slug = "main", …});  // before its programmer sends the first order
class Broadcaster final : public PlayerBackend {
 public:
  Broadcaster(io::Loop& station_loop, std::vector<io::Loop*> net_loops, Media& media,
              orders::ProgrammerPort& programmer, const Clock& clock, BroadcastOptions options);
  ~Broadcaster() override;
  Broadcaster(const Broadcaster&) = delete;
  Broadcaster& operator=(const Broadcaster&) = delete;

  Signal<ListenerStarted> listener_started;
  Signal<ListenerEnded> listener_ended;
  Signal<ListenersChanged> listeners_changed;
  Signal<Heard> heard;
  Signal<WatchdogActed> watchdog_acted;

  /// GET /listen/:station.mp3 and .opus. The router must not outlive this.
  void add_routes(web::Router& router);

  void open(StationInfo info);
  void close(StationId station);

  void receive(StationId station, const orders::ToPlayer& message) override;

  /// From any thread.
  StationMetrics metrics() const;
  ListenersChanged listeners(StationId station) const;  ///< station loop

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace longwave::station
