// SPDX-License-Identifier: Apache-2.0
#include "app/dialects.hpp"
#include "app/fleet_board.hpp"
#include "app/fleet_figures.hpp"
#include "app/fleet_outside.hpp"
#include "app/ground.hpp"
#include "app/people.hpp"
#include "app/redis_place.hpp"
#include "app/stations.hpp"
#include "base/log.hpp"
#include "fleet/exchange.hpp"
#include "fleet/joined_bus.hpp"
#include "fleet/monitor.hpp"
#include "fleet/node.hpp"
#include "fleet/redis_bus.hpp"
#include "fleet/station_radios.hpp"
#include "fleet/webapp.hpp"
#include "io/loop.hpp"

#include <fmt/format.h>
#include <unistd.h>
#include <boost/json.hpp>

#include <array>
#include <random>
#include <utility>

namespace longwave::app {
namespace {

/// So often the library is read again, for changes that another process made.
constexpr Duration look_again = std::chrono::minutes{5};

std::string host_name() {
  std::array<char, 256> host{};
  ::gethostname(host.data(), host.size() - 1);
  return host.data();
}

std::string name_of_process() {
  return fmt::format("{}-{}", host_name(), ::getpid());
}

/// Of the stations' own player among the streamers: the same after a restart, and not that of a streamer on
/// this host.
std::string name_of_player(const Config& config) {
  return config.streamer_id.empty() ? host_name() + "-all" : config.streamer_id;
}

/// So long a scheduler that ends tries to tell what it hasn't told yet.
constexpr Duration last_words = std::chrono::milliseconds{1500};

std::unique_ptr<fleet::Webapp> make_webapp(io::Loop& loop, const Clock& clock, const Config& config) {
  if (config.webapp.empty()) return nullptr;
  return std::make_unique<fleet::Webapp>(loop, clock,
                                         fleet::WebappOptions{.place = {config.webapp, config.webapp_key},
                                                              .user_agent = "Longwave/" LONGWAVE_VERSION,
                                                              .seed = std::random_device{}()});
}

fleet::NodeOptions node_options(const Config& config) {
  fleet::NodeOptions options{.name = name_of_process()};
  options.seed = std::random_device{}();
  options.scheduler.ping_every = std::chrono::seconds{config.ping_every_s};
  if (config.on_second_streamer == "takeover")
    options.scheduler.on_second_streamer = fleet::OnSecondStreamer::takeover;
  if (config.streamer_loss == "clean") options.scheduler.streamer_loss = fleet::StreamerLoss::clean;
  return options;
}

/// The scheduler, on a loop of its own: nothing of the rest may hold it up. Where the stations are played in
/// this process (role all), they are its radios; else it programmes them itself.
class Fleet final : public Dialect {
 public:
  Fleet(const DialectRooms& rooms, const std::optional<redis::Address>& redis,
        std::unique_ptr<io::TlsClientContext> tls)
      : address_(rooms.config.monitor_listen),
        tls_(std::move(tls)),
        bus_(make_bus(rooms, redis)),
        webapp_(make_webapp(loop(), rooms.ground.clock(), rooms.config)),
        outside_(rooms.ground.store(), rooms.ground.users(), rooms.ground.clock(), webapp_.get(),
                 {.lufs = rooms.config.loudness_lufs, .ceiling_db = rooms.config.true_peak_dbtp},
                 loop().poster()),
        node_({rooms.ground.clock(), loop(), rooms.ground.store(), *bus_, outside_}, options(rooms)),
        figures_(rooms.ground.clock(), loop(), node_,
                 webapp_ ? FleetFigures::Reports([this] { return webapp_->counts(); }) : nullptr),
        look_(loop()),
        on_catalogue_(rooms.stations.library().catalogue_changed.connect(
            [this](const library::CatalogueChanged&) { read_library(); }, loop().poster())) {
    rooms.people.context().fleet = [this](std::string path, std::string radio, std::size_t offset,
                                          std::function<void(const boost::json::value*)> done) {
      node_.look([=](const fleet::Node::View& view) {
        const auto page = fleet::monitor_page(view, path, radio, offset);
        done(page ? &*page : nullptr);
      });
    };
    outside_.tell({.events_came = [this] { node_.wake_up(); },
                   .user_unknown = [this](std::int64_t user) { node_.user_unknown(user); }});
    auto& keeper = rooms.stations.keeper();
    const auto wake_up = [this](const auto&) { node_.wake_up(); };
    told_ = {keeper.programme_changed.connect(wake_up), keeper.station_opened.connect(wake_up),
             keeper.station_closed.connect(wake_up)};
    if (rooms.stations.plays()) follow_stations(rooms);
  }
  ~Fleet() override { loops_.stop(); }

  std::string_view name() const override { return "monitor"; }
  std::string address() const override { return address_; }
  Result<void> add_routes(web::Router& router) override {
    if (address_.empty()) return {};
    return fleet::add_monitor_routes(router, node_);
  }
  void add_metrics(api::Metrics& metrics) override { figures_.add(metrics); }
  void start() override {
    loops_.start();
    if (stations_) station_loop_([this] { stations_->start(); });
    loop().post([this] {
      figures_.start();
      look_.every(look_again, [this] { read_library(); });
      outside_.read_library([this] {
        started_ = true;
        node_.start();
        if (lines_) lines_->files_changed();
      });
    });
  }
  void close(Task done) override {
    if (!stations_) return end(std::move(done));
    station_loop_([this, done = std::move(done)]() mutable {
      stations_->leave();
      end(std::move(done));
    });
  }

 private:
  void read_library() {
    outside_.read_library([this] {
      node_.library_changed();
      if (lines_) lines_->files_changed();
    });
  }
  void end(Task done) {
    loop().post([this, done = std::move(done)]() mutable {
      look_.cancel();
      figures_.stop();
      node_.stop([this, done = std::move(done)]() mutable {
        webapp_ ? webapp_->stop(last_words, std::move(done)) : done();
      });
    });
  }
  io::Loop& loop() { return loops_[0]; }
  std::unique_ptr<fleet::Bus> make_bus(const DialectRooms& rooms,
                                       const std::optional<redis::Address>& redis) {
    auto outside = redis ? fleet::make_redis_bus(loop(), rooms.ground.clock(), *redis, tls_.get(),
                                                 std::random_device{}())
                         : nullptr;
    if (!rooms.stations.plays()) return outside;
    auto inside = exchange_.end(loop().poster());
    if (!outside) return inside;
    return std::make_unique<fleet::JoinedBus>(std::move(outside), std::move(inside));
  }
  fleet::NodeOptions options(const DialectRooms& rooms) {
    auto options = node_options(rooms.config);
    if (!rooms.stations.plays()) return options;
    options.programming = [this, &clock = rooms.ground.clock(),
                           name = name_of_player(rooms.config)](radios::Port& port) {
      station_loop_([this] { stations_->introduce(); });
      return std::make_unique<fleet::StationRadios>(clock, port, board_, name);
    };
    return options;
  }
  void follow_stations(const DialectRooms& rooms) {
    station_loop_ = rooms.stations.loop().poster();
    lines_ = std::make_unique<FleetBoard>(
        FleetBoard::Parts{.store = rooms.ground.store(),
                          .board = board_,
                          .post = loop().poster(),
                          .file = [this](std::uint32_t key) { return outside_.file(key); },
                          .changed =
                              [this] {
                                if (started_) node_.turn();
                              }});
    const auto post = loop().poster();
    stations_ = std::make_unique<FleetStations>(
        rooms.stations, *rooms.door, exchange_.end(station_loop_), name_of_player(rooms.config),
        rooms.config.streamer_address,
        [this, post](const std::string& radio, std::vector<OnAirTrack> line) {
          post([this, radio, line = std::move(line)]() mutable { lines_->put(radio, std::move(line)); });
        },
        [this, post](const std::string& radio) { post([this, radio] { lines_->remove(radio); }); });
    rooms.door->find_user = [this, post](const fleet::Credentials& who, RadioDoor::FoundUser done) {
      post([this, who, done = std::move(done)]() mutable { outside_.find_user(who, std::move(done)); });
    };
  }

  std::string address_;
  io::LoopGroup loops_{1};
  std::unique_ptr<io::TlsClientContext> tls_;
  fleet::Exchange exchange_;
  std::unique_ptr<fleet::Bus> bus_;
  std::unique_ptr<fleet::Webapp> webapp_;
  FleetOutside outside_;
  fleet::Node node_;
  FleetFigures figures_;
  io::Timer look_;
  Subscription on_catalogue_;
  std::array<Subscription, 3> told_;  // the table of events has something
  bool started_ = false;
  // Of the role all:
  fleet::StationBoard board_;
  std::unique_ptr<FleetBoard> lines_;
  std::unique_ptr<FleetStations> stations_;
  Post station_loop_;
};

Error wrong(const char* sentence) {
  return error(Errc::invalid, sentence);
}

}  // namespace

Result<std::unique_ptr<Dialect>> make_fleet(const DialectRooms& rooms) {
  const auto& config = rooms.config;
  if (config.role != "all" && config.role != "api" && config.role != "scheduler" && config.role != "streamer")
    return wrong("role is all, api, scheduler or streamer");
  if (config.on_second_streamer != "exists" && config.on_second_streamer != "takeover")
    return wrong("on-second-streamer is exists or takeover");
  if (config.streamer_loss != "keep" && config.streamer_loss != "clean")
    return wrong("streamer-loss is keep or clean");
  if (!config.webapp.empty()) {
    if (auto fits = fleet::Webapp::check({config.webapp, config.webapp_key}); !fits) return fits.error();
  }
  const bool alone = config.role == "all" && !(config.monitor_listen.empty() && config.webapp.empty());
  if (config.role == "all" && !alone && !config.redis.empty())
    log::info(
        "redis is for channels only: streamers are heard with monitor-listen or webapp (docs/fleet.md)");
  if (config.role != "scheduler" && !alone) return std::unique_ptr<Dialect>();
  std::optional<redis::Address> address;
  std::unique_ptr<io::TlsClientContext> tls;
  if (config.role == "scheduler" && config.redis.empty())
    return wrong("the role scheduler needs redis, where it meets the streamers");
  if (!config.redis.empty()) {
    auto parsed = redis_address(config);
    if (!parsed) return parsed.error();
    auto made = redis_tls(config, *parsed);
    if (!made) return made.error();
    address = std::move(*parsed);
    tls = std::move(*made);
  }
  return std::unique_ptr<Dialect>(std::make_unique<Fleet>(rooms, address, std::move(tls)));
}

}  // namespace longwave::app
