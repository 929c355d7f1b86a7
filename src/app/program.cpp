// SPDX-License-Identifier: Apache-2.0
#include "app/program.hpp"

#include "api/endpoint.hpp"
#include "app/ground.hpp"
#include "app/last_resort.hpp"
#include "app/page.hpp"
#include "app/people.hpp"
#include "app/stations.hpp"
#include "base/log.hpp"
#include "io/signals.hpp"
#include "io/tls.hpp"
#include "web/server.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <optional>
#include <thread>

namespace longwave::app {

namespace {

constexpr std::chrono::seconds drain{3};
/// So long the rooms have to end, when the connections have.
constexpr std::chrono::seconds orderly_end{5};

std::size_t net_threads(const Config& config) {
  if (config.net_threads > 0) return static_cast<std::size_t>(config.net_threads);
  return std::max(1u, std::thread::hardware_concurrency());
}

bool is_loopback(const io::Endpoint& endpoint) {
  return !endpoint.unix_path.empty() || endpoint.host == "localhost" || endpoint.host == "::1" ||
         endpoint.host.starts_with("127.");
}

}  // namespace

/// Everything that serves. Members stand in the order in which they are made; what uses another stands behind
/// it.
class Program::Rooms {
 public:
  Rooms(const Config& config, DataFolder data, const Clock& clock)
      : ground(config, std::move(data), clock),
        net(net_threads(config)),
        stations(config, ground, net),
        people(config, ground, stations, net) {}

  Result<void> open(const Config& config);
  void serve();

  std::optional<LastResort> last_resort;  // goes last
  Ground ground;
  io::LoopGroup net;
  Stations stations;
  People people;
  web::Router router;
  Page page;
  api::Metrics metrics;
  std::unique_ptr<access::Gate> gate;  // made when the port is known, before the loops start
  web::Gate check;
  std::unique_ptr<io::TlsContext> tls;
  std::unique_ptr<web::Server> server;
  std::string url;
  std::optional<std::string> new_admin_password;

 private:
  Result<void> add_routes();
  std::vector<api::Check> checks();
  void stop();
};

Result<void> Program::Rooms::add_routes() {
  auto added = api::add_rpc_routes(
      router, people.sockets(),
      [this](io::Loop& loop) -> const rpc::Surroundings& { return people.surroundings(loop); });
  if (added) added = people.art().add_route(router);
  people.add_metrics(metrics, [this] { return server->counts(); });
  if (added) added = metrics.add_route(router);
  if (added) added = api::add_health_route(router, checks());
  if (added) added = page.add_routes(router);
  if (!added) return added;
  stations.broadcaster().add_routes(router);
  return {};
}

std::vector<api::Check> Program::Rooms::checks() {
  auto checks = people.checks();
  checks.push_back({"serving", [this]() -> std::string {
                      return server->draining() ? "the server is about to end" : "";
                    }});
  return checks;
}

Result<void> Program::Rooms::open(const Config& config) {
  auto endpoint = io::Endpoint::parse(config.listen);
  if (!endpoint) return endpoint.error();
  if (config.tls_certificate.empty() != config.tls_key.empty()) {
    return error(Errc::invalid, "tls-certificate and tls-key are given together or not at all");
  }
  if (!config.tls_certificate.empty()) {
    auto loaded = io::TlsContext::load(config.tls_certificate, config.tls_key);
    if (!loaded) return loaded.error();
    tls = std::move(*loaded);
  }
  if (auto added = add_routes(); !added) return added;
  people.context().tls = tls != nullptr;

  web::ServerOptions options;
  options.gate = [this](web::Request& request) { return check(request); };
  options.admit = [this](const io::PeerAddress& peer) { return people.rates().admit(peer.ip); };
  server = std::make_unique<web::Server>(net, *people.context().clock, router, std::move(options));
  auto bound = server->listen({.endpoint = *endpoint, .tls = tls.get()});
  if (!bound) return bound.error();
  gate = std::make_unique<access::Gate>(access::GateRules{.port = bound->port,
                                                          .loopback = is_loopback(*bound),
                                                          .tls = tls != nullptr,
                                                          .hosts = config.host,
                                                          .origins = config.origin});
  check = api::gate(*gate, ground.users());
  url = fmt::format("{}://{}/", tls ? "https" : "http", bound->text());
  return {};
}

void Program::Rooms::stop() {
  log::info("stopping: no new connections; what is under way gets {} s", drain.count());
  server->shutdown(drain, [this] { stations.loop().post([this] { stations.loop().stop(); }); });
}

void Program::Rooms::serve() {
  net.start();
  people.start();
  int asked = 0;
  io::Signals signals(stations.loop(), {SIGINT, SIGTERM}, [&](int) {
    if (++asked > 1) std::_Exit(EXIT_FAILURE);  // everything acknowledged is on disk already
    stop();
  });
  stations.start();
  stations.loop().run();
  last_resort.emplace(orderly_end);
  people.stop();
  net.stop();
  ground.stop();
  log::info("stopped");
}

Program::Program(std::unique_ptr<Rooms> rooms) : rooms_(std::move(rooms)) {}
Program::~Program() = default;

Result<std::unique_ptr<Program>> Program::make(const Config& config, DataFolder data, const Clock& clock) {
  auto password_folder = data.admin_password().parent_path();
  auto rooms = std::make_unique<Rooms>(config, std::move(data), clock);
  rooms->new_admin_password = rooms->ground.users().ensure_first_admin(password_folder);
  if (auto opened = rooms->open(config); !opened) return opened.error();
  return std::unique_ptr<Program>(new Program(std::move(rooms)));
}

const std::string& Program::url() const {
  return rooms_->url;
}
const std::optional<std::string>& Program::new_admin_password() const {
  return rooms_->new_admin_password;
}
void Program::run() {
  rooms_->serve();
}
const rpc::Table& Program::table() const {
  return rooms_->people.table();
}
const web::Router& Program::router() const {
  return rooms_->router;
}

}  // namespace longwave::app
