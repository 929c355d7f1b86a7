// SPDX-License-Identifier: Apache-2.0
#include "app/dialects.hpp"
#include "app/ground.hpp"
#include "app/people.hpp"
#include "app/stations.hpp"
#include "dialects/player/engine.hpp"
#include "dialects/player/service.hpp"

#include <utility>

namespace longwave::app {
namespace {

/// The player dialect, always on, on the main port: it steers the first station.
class Player final : public Dialect {
 public:
  explicit Player(const DialectRooms& rooms)
      : home_(rooms.stations.loop()),
        page_{.client = rooms.config.player_client,
              .blocking =
                  [&blocking = rooms.ground.blocking()](Task task) {
                    blocking.submit({.work = [task = std::move(task)](std::stop_token) mutable { task(); }});
                  }},
        engine_({.keeper = rooms.stations.keeper(),
                 .library = rooms.stations.library(),
                 .store = rooms.ground.store(),
                 .lists = rooms.stations.lists(),
                 .packages = rooms.people.context().packages,
                 .home = home_.poster()}),
        service_(engine_, {.net = rooms.net,
                           .home = home_,
                           .clock = rooms.ground.clock(),
                           .rates = &rooms.people.rates(),
                           .uploads = &rooms.people.context()}) {}

  std::string_view name() const override { return "player"; }
  Result<void> add_routes(web::Router& router) override { return service_.add_routes(router, page_); }
  void start() override {
    home_.post([this] {
      engine_.listen();
      service_.start();
    });
  }
  void ending() override { service_.ending(); }

 private:
  io::Loop& home_;
  player::PageOptions page_;
  player::Engine engine_;
  player::Service service_;
};

}  // namespace

Result<std::unique_ptr<Dialect>> make_player(const DialectRooms& rooms) {
  return std::unique_ptr<Dialect>(std::make_unique<Player>(rooms));
}

}  // namespace longwave::app
