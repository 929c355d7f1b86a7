// SPDX-License-Identifier: Apache-2.0
#include "app/dialects.hpp"

#include "api/endpoint.hpp"
#include "app/ground.hpp"
#include "base/log.hpp"
#include "io/loop.hpp"

#include <utility>

namespace longwave::app {
namespace {

constexpr MakeDialect makers[] = {make_channelstream, make_mpd,   make_player,      make_musicdb,
                                  make_radio_mounts,  make_fleet, make_fleet_files, make_streamer};

}  // namespace

/// In the order in which they are made: the server goes before its gate and its dialect.
struct Dialects::Place {
  explicit Place(std::unique_ptr<Dialect> made) : dialect(std::move(made)) {}

  std::unique_ptr<Dialect> dialect;
  web::Router router = {};  // of its own server
  std::unique_ptr<access::Gate> gate = {};
  web::Gate check = {};
  std::unique_ptr<web::Server> server = {};  // null: it is on the main port, or doesn't speak HTTP

  bool own() const { return !dialect->address().empty(); }
};

Dialects::Dialects(DialectRooms rooms) : rooms_(rooms) {}
Dialects::~Dialects() = default;

Result<void> Dialects::make(web::Router& main) {
  for (const auto make_one : makers) {
    auto made = make_one(rooms_);
    if (!made) return made.error();
    if (!*made) continue;
    auto place = std::make_unique<Place>(std::move(*made));
    auto added = place->dialect->add_routes(place->own() ? place->router : main);
    if (!added) return added;
    places_.push_back(std::move(place));
  }
  return {};
}

void Dialects::add_metrics(api::Metrics& metrics) {
  for (auto& place : places_) place->dialect->add_metrics(metrics);
}

std::vector<std::string> Dialects::open_paths() const {
  std::vector<std::string> paths;
  for (const auto& place : places_) {
    if (place->own()) continue;
    for (auto& path : place->dialect->open_paths()) paths.push_back(std::move(path));
  }
  return paths;
}

Result<void> Dialects::listen(const Door& door, std::vector<int>& inherited) {
  for (const auto& place : places_) {
    if (!place->own()) continue;
    if (auto opened = open(*place, door, inherited); !opened) return opened;
  }
  return {};
}

Result<void> Dialects::open(Place& place, const Door& door, std::vector<int>& inherited) {
  const auto one = Listening::parse(place.dialect->address());
  if (!one) return one.error();
  const bool secure = one->tls.value_or(door.tls != nullptr && one->endpoint.unix_path.empty());
  if (secure && door.tls == nullptr) {
    return error(Errc::invalid, "+tls needs tls-certificate and tls-key");
  }
  io::Listener::Options listening{.endpoint = one->endpoint,
                                  .tls = secure ? door.tls : nullptr,
                                  .inherited = take_matching(inherited, one->endpoint),
                                  .proxies = one->proxy ? door.proxies : nullptr};
  Result<io::Endpoint> at = io::Endpoint{};
  if (place.dialect->speaks_http()) {
    auto options = door.options;
    options.gate = [&place](web::Request& request) { return place.check(request); };
    place.server =
        std::make_unique<web::Server>(rooms_.net, rooms_.ground.clock(), place.router, std::move(options));
    at = place.server->listen(std::move(listening));
  } else {
    at = place.dialect->listen(std::move(listening));
  }
  if (!at) return at.error();
  log::info("{} is at {}", place.dialect->name(), at->text());
  place.gate = std::make_unique<access::Gate>(access::GateRules{.port = at->unix_path.empty() ? at->port : 80,
                                                                .loopback = is_loopback(*at),
                                                                .tls = secure,
                                                                .hosts = rooms_.config.host,
                                                                .origins = rooms_.config.origin,
                                                                .any_origin = place.dialect->open_paths()});
  place.check = api::gate(*place.gate, {.users = rooms_.ground.users()});
  return {};
}

void Dialects::start() {
  for (const auto& place : places_) place->dialect->start();
}

void Dialects::ending() {
  for (const auto& place : places_) place->dialect->ending();
}

void Dialects::close(Duration grace, Task done) {
  close_from(0, grace, std::make_shared<Task>(std::move(done)));
}

void Dialects::close_from(std::size_t index, Duration grace, std::shared_ptr<Task> done) {
  if (index == places_.size()) return (*done)();
  auto& place = *places_[index];
  auto next = [this, index, grace, done] { close_from(index + 1, grace, done); };
  place.dialect->close([&place, grace, next = std::move(next)]() mutable {
    if (!place.server) return next();
    place.server->drain(Duration::zero(), grace, std::move(next));
  });
}

std::vector<int> Dialects::duplicate_listeners() {
  std::vector<int> sockets;
  for (const auto& place : places_) {
    const auto more =
        place->server ? place->server->duplicate_listeners() : place->dialect->duplicate_listeners();
    sockets.insert(sockets.end(), more.begin(), more.end());
  }
  return sockets;
}

std::vector<Dialects::Table> Dialects::tables() const {
  std::vector<Table> tables;
  for (const auto& place : places_) {
    if (place->own() && place->dialect->speaks_http())
      tables.push_back({place->dialect->name(), place->router});
  }
  return tables;
}

}  // namespace longwave::app
