// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/config.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "io/timer.hpp"
#include "orders/orders.hpp"
#include "orders/stream_clock.hpp"
#include "station/backends/mpd_player.hpp"

#include <memory>

namespace longwave::io {
class Loop;
}
namespace longwave::store {
class Store;
}

namespace longwave::app {

/// `player-backend` is `engine`, or names a player that is somebody else's. Errors: invalid, with a sentence.
Result<void> check_player_backend(const Config& config);

/// Orders of one station go to an external player, all others to the engine. Belongs to the station loop.
class ExternalPlayer final : public orders::PlayerPort {
 public:
  struct Surroundings {
    io::Loop& loop;
    store::Store& store;
    const Clock& clock;
    orders::ProgrammerPort& tell;
    orders::PlayerPort& engine;
  };
  /// null: the engine plays everything.
  static std::unique_ptr<ExternalPlayer> make(const Config& config, StationId station,
                                              orders::StreamClock stream, Surroundings around);

  void receive(StationId station, const orders::ToPlayer& message) override;

 private:
  ExternalPlayer(StationId station, orders::StreamClock stream, station::MpdAddress address,
                 Surroundings around);

  const StationId station_;
  orders::PlayerPort& engine_;
  io::Timer timer_;
  station::MpdPlayer player_;
};

}  // namespace longwave::app
