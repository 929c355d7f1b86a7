// SPDX-License-Identifier: Apache-2.0
#include "app/dialects.hpp"
#include "app/external_player.hpp"
#include "app/ground.hpp"
#include "app/people.hpp"
#include "app/stations.hpp"
#include "dialects/player/daemon.hpp"
#include "dialects/player/engine.hpp"
#include "dialects/player/service.hpp"
#include "station/backends/xmms2_link.hpp"

#include <utility>

namespace longwave::app {
namespace {

/// What the protocol steers. On the station loop.
class Steered {
 public:
  virtual ~Steered() = default;
  virtual player::Backend& backend() = 0;
  virtual void start() = 0;
  virtual bool takes_uploads() const = 0;
};

/// The first station, whoever plays it.
class Station final : public Steered {
 public:
  explicit Station(const DialectRooms& rooms)
      : engine_({.keeper = rooms.stations.keeper(),
                 .library = rooms.stations.library(),
                 .store = rooms.ground.store(),
                 .lists = rooms.stations.lists(),
                 .packages = rooms.people.context().packages,
                 .home = rooms.stations.loop().poster()}) {}
  player::Backend& backend() override { return engine_; }
  void start() override { engine_.listen(); }
  bool takes_uploads() const override { return true; }

 private:
  player::Engine engine_;
};

/// A daemon of somebody else, with its own playlists and library: the seed's server. The station, which the
/// daemon plays too, has a connection of its own (ExternalPlayer).
class Xmms2 final : public Steered {
 public:
  Xmms2(const DialectRooms& rooms, io::Endpoint at)
      : link_(rooms.stations.loop(), rooms.ground.clock(), std::move(at)),
        daemon_(link_.client(), rooms.config.music.empty() ? std::string() : rooms.config.music.front()) {}
  player::Backend& backend() override { return daemon_; }
  void start() override { link_.client().start(); }
  bool takes_uploads() const override { return false; }

 private:
  station::xmms2::Link link_;
  player::Daemon daemon_;
};

Result<std::unique_ptr<Steered>> steered(const DialectRooms& rooms) {
  const auto address = xmms2_address(rooms.config);
  if (address.empty()) return std::unique_ptr<Steered>(std::make_unique<Station>(rooms));
  auto at = station::xmms2::address_of(address);
  if (!at) return at.error();
  return std::unique_ptr<Steered>(std::make_unique<Xmms2>(rooms, std::move(*at)));
}

/// The player dialect, always on, on the main port.
class Player final : public Dialect {
 public:
  Player(const DialectRooms& rooms, std::unique_ptr<Steered> player)
      : home_(rooms.stations.loop()),
        page_{.client = rooms.config.player_client,
              .blocking =
                  [&blocking = rooms.ground.blocking()](Task task) {
                    auto shared = std::make_shared<Task>(std::move(task));
                    blocking.submit({.work = [shared](std::stop_token) { (*shared)(); }});
                  }},
        player_(std::move(player)),
        service_(player_->backend(),
                 {.net = rooms.net,
                  .home = home_,
                  .clock = rooms.ground.clock(),
                  .rates = &rooms.people.rates(),
                  .uploads = player_->takes_uploads() ? &rooms.people.context() : nullptr}) {}

  std::string_view name() const override { return "player"; }
  Result<void> add_routes(web::Router& router) override { return service_.add_routes(router, page_); }
  void start() override {
    home_.post([this] {
      service_.start();
      player_->start();
    });
  }
  void ending() override { service_.ending(); }

 private:
  io::Loop& home_;
  player::PageOptions page_;
  std::unique_ptr<Steered> player_;
  player::Service service_;
};

}  // namespace

Result<std::unique_ptr<Dialect>> make_player(const DialectRooms& rooms) {
  auto player = steered(rooms);
  if (!player) return player.error();
  return std::unique_ptr<Dialect>(std::make_unique<Player>(rooms, std::move(*player)));
}

}  // namespace longwave::app
