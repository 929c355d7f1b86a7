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

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace longwave::io {
class Loop;
}
namespace longwave::web {
class RequestContext;
class Router;
}  // namespace longwave::web

namespace longwave::station {

struct StationInfo {
  StationId id;
  std::string slug;  ///< in addresses: /listen/<slug>.mp3
  std::string name;
  std::string genre;
  std::string url;  ///< of its page; may be empty
  orders::StreamClock clock;
};

/// A stretch of a stream that somebody else makes: whole MP3 frames of 1152 samples at 44.1 kHz.
struct RelayedPiece {
  std::string bytes;
  std::vector<std::uint32_t> ends;   ///< of each frame in bytes
  std::optional<std::string> title;  ///< from here on, if it is another one
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
  /// Answers a GET or HEAD of a station's stream on the request's own net loop; for addresses that others
  /// have. True: there is a listener now, and the events of it carry `session`. `prompt`: it gets what there
  /// is at every beat, not once a second: somebody who passes the stream on.
  bool answer(web::RequestContext&& context, std::string_view slug, audio::Format format,
              std::uint64_t session, bool prompt = false);

  void open(StationInfo info);
  /// For who tunes in from now on.
  void rename(StationId station, std::string name);
  /// Its listeners' streams end.
  void close(StationId station);

  void receive(StationId station, const orders::ToPlayer& message) override;

  /// The MP3 mount of this station is somebody else's stream from now on, which comes by relay(); its player
  /// goes on as if nobody listened, with everything analysed. Or it is its player's again. Listeners notice
  /// no more than a rough joint; those of other mounts are let go.
  void set_relayed(StationId station, bool relayed);
  /// As they come. What would lie behind what was given out already is passed over.
  void relay(StationId station, RelayedPiece piece);

  /// From any thread.
  StationMetrics metrics() const;
  ListenersChanged listeners(StationId station) const;  ///< station loop

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace longwave::station
