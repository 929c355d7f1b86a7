// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/config.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/signal.hpp"
#include "io/timer.hpp"
#include "orders/orders.hpp"
#include "orders/stream_clock.hpp"
#include "station/backends/remote_player.hpp"

#include <functional>
#include <memory>
#include <string_view>

namespace longwave::io {
class Loop;
}
namespace longwave::store {
class Store;
}

namespace longwave::app {

/// `player-backend` is `engine`, or names a player that is somebody else's. Errors: invalid, with a sentence.
Result<void> check_player_backend(const Config& config);

/// Where the XMMS2 daemon is that `player-backend` names; empty: it names none.
std::string_view xmms2_address(const Config& config);

/// Orders of one station go to an external player, all others to the engine. Belongs to the station loop.
class ExternalPlayer final : public orders::PlayerPort {
 public:
  struct Surroundings {
    io::Loop& loop;
    store::Store& store;
    const Clock& clock;
    orders::ProgrammerPort& tell;
    station::PlayerBackend& engine;
    std::function<void()> rest;  ///< the station is to hold: somebody took the player
  };
  /// null: the engine plays everything.
  static std::unique_ptr<ExternalPlayer> make(const Config& config, StationId station,
                                              orders::StreamClock stream, Surroundings around);
  ~ExternalPlayer() override;

  void receive(StationId station, const orders::ToPlayer& message) override;

  /// The remote program, with what it stands on. Destroyed after the player.
  class Far {
   public:
    virtual ~Far() = default;
    virtual station::Remote& remote() = 0;
  };

 private:
  ExternalPlayer(StationId station, orders::StreamClock stream, std::unique_ptr<Far> far, bool by_url,
                 const Surroundings& around);

  const StationId station_;
  station::PlayerBackend& engine_;
  io::Timer timer_;
  std::unique_ptr<Far> far_;
  station::RemotePlayer player_;
  Subscription on_taken_;
};

}  // namespace longwave::app
