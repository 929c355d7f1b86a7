// SPDX-License-Identifier: Apache-2.0
#include "app/program.hpp"

#include "api/endpoint.hpp"
#include "api/package.hpp"
#include "api/rest.hpp"
#include "api/upload.hpp"
#include "app/channels.hpp"
#include "app/dialects.hpp"
#include "app/elsewhere.hpp"
#include "app/external_player.hpp"
#include "app/files.hpp"
#include "app/ground.hpp"
#include "app/last_resort.hpp"
#include "app/listening.hpp"
#include "app/messages.hpp"
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
#include <utility>
#include <vector>

namespace longwave::app {

namespace {

constexpr std::chrono::seconds grace{2};  // for what is under way, when nothing new is taken
/// So long the rooms have to end, when the connections have.
constexpr std::chrono::seconds orderly_end{5};

std::size_t net_threads(const Config& config) {
  if (config.net_threads > 0) return static_cast<std::size_t>(config.net_threads);
  return std::max(1u, std::thread::hardware_concurrency());
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
        elsewhere(ground, stations),
        people(config, ground, stations, net),
        files(config, ground, stations),
        dialects({config, ground, stations, people, net}) {
    auto& context = people.context();
    context.uploads = &files.uploads();
    context.packages = &files.packages();
    context.blocking = files.blocking();
  }

  Result<void> open(const Config& config, std::vector<int> inherited);
  std::vector<int> serve(const Invocation& invocation);

  std::optional<LastResort> last_resort;  // goes last
  Ground ground;
  io::LoopGroup net;
  Stations stations;
  Elsewhere elsewhere;
  People people;
  Files files;
  web::Router router;
  Page page;
  api::Metrics metrics;
  std::unique_ptr<access::Gate> gate;  // made when the port is known, before the loops start
  web::Gate check;
  std::unique_ptr<io::TlsContext> tls;
  io::Networks proxies;
  Dialects dialects;  // the main server's connections end before them
  std::unique_ptr<web::Server> server;
  std::string url;
  std::optional<std::string> new_admin_password;

 private:
  Result<void> add_routes();
  std::vector<api::Check> checks();
  Result<void> load_tls(const Config& config);
  Result<web::ServerOptions> server_options(const Config& config);
  Result<std::vector<io::Endpoint>> listen(const Config& config, std::vector<int> inherited);
  void stop();
  void reload();
  void upgrade(const Invocation& invocation);

  Duration drain_{};
  bool ending_ = false;
  std::vector<int> successor_sockets_;
};

Result<void> Program::Rooms::add_routes() {
  auto added = api::add_rpc_routes(
      router, people.sockets(),
      [this](io::Loop& loop) -> const rpc::Surroundings& { return people.surroundings(loop); });
  if (added) {
    added = api::add_rest_routes(
        router, [this](io::Loop& loop) -> const rpc::Surroundings& { return people.surroundings(loop); },
        &people.rates());
  }
  if (added) added = people.art().add_route(router);
  if (added) added = api::add_upload_routes(router, people.context());
  if (added) added = api::add_package_route(router, people.context());
  people.add_metrics(metrics, [this] { return server->counts(); });
  if (added) added = metrics.add_route(router);
  if (added) added = api::add_health_route(router, checks());
  if (added) added = page.add_routes(router);
  if (!added) return added;
  if (stations.plays()) stations.broadcaster().add_routes(router);
  return {};
}

std::vector<api::Check> Program::Rooms::checks() {
  auto checks = people.checks();
  checks.push_back({"serving", [this]() -> std::string {
                      return server->draining() ? "the server is about to end" : "";
                    }});
  return checks;
}

Result<void> Program::Rooms::load_tls(const Config& config) {
  if (config.tls_certificate.empty() != config.tls_key.empty()) {
    return error(Errc::invalid, "tls-certificate and tls-key are given together or not at all");
  }
  if (config.tls_certificate.empty()) return {};
  auto loaded = io::TlsContext::load(config.tls_certificate, config.tls_key);
  if (!loaded) return loaded.error();
  tls = std::move(*loaded);
  return {};
}

Result<web::ServerOptions> Program::Rooms::server_options(const Config& config) {
  web::ServerOptions options;
  options.gate = [this](web::Request& request) { return check(request); };
  options.admit = [this](const io::PeerAddress& peer) {
    return proxies.contains(peer.ip) || people.rates().admit(peer.ip);  // a proxy speaks for many
  };
  options.connections_limit = static_cast<std::size_t>(config.connections);
  options.connections_per_address = static_cast<std::size_t>(config.connections_per_address);
  options.body_rate = static_cast<std::size_t>(config.body_rate);
  options.read_rate = static_cast<std::size_t>(config.read_rate);
  for (const auto& network : config.trusted_proxy) {
    if (auto added = options.trusted_proxies.add(network); !added) return added.error();
  }
  proxies = options.trusted_proxies;
  if (config.proxy_header == "forwarded") {
    options.forwarded_by = web::ForwardedBy::forwarded;
  } else if (config.proxy_header == "none") {
    options.forwarded_by = web::ForwardedBy::none;
  } else if (config.proxy_header != "x-forwarded") {
    return error(Errc::invalid, "proxy-header is x-forwarded, forwarded or none");
  }
  if (const auto& kind = config.station_kind; !kind.empty() && kind != "radio" && kind != "player")
    return error(Errc::invalid, "station-kind is radio or player");
  return options;
}

// What was inherited and is asked for nowhere is served too: a service manager decides what it binds. It then
// takes the place of the default address.
Result<std::vector<io::Endpoint>> Program::Rooms::listen(const Config& config, std::vector<int> inherited) {
  std::vector<io::Endpoint> bound;
  const bool only_inherited = !inherited.empty() && config.listen == Config{}.listen;
  const auto open_one = [&](const Listening& one, int socket) -> Result<void> {
    const bool secure = one.tls.value_or(tls != nullptr && one.endpoint.unix_path.empty());
    if (secure && !tls) return error(Errc::invalid, "+tls needs tls-certificate and tls-key");
    if (one.proxy && proxies.empty()) return error(Errc::invalid, "+proxy needs a trusted-proxy");
    auto at = server->listen({.endpoint = one.endpoint,
                              .tls = secure ? tls.get() : nullptr,
                              .inherited = socket,
                              .proxies = one.proxy ? &proxies : nullptr});
    if (!at) return at.error();
    if (bound.empty())
      url = fmt::format("{}{}/", at->unix_path.empty() ? secure ? "https://" : "http://" : "", at->text());
    bound.push_back(std::move(*at));
    return {};
  };
  for (const auto& text : config.listen) {
    const auto one = Listening::parse(text);
    if (!one) return one.error();
    const int socket = take_matching(inherited, one->endpoint);
    if (socket < 0 && only_inherited) continue;
    if (auto opened = open_one(*one, socket); !opened) return opened.error();
  }
  for (const int socket : inherited) {
    if (auto opened = open_one({io::Endpoint::bound(socket), std::nullopt, false}, socket); !opened)
      return opened.error();
  }
  return bound;
}

Result<void> Program::Rooms::open(const Config& config, std::vector<int> inherited) {
  if (auto loaded = load_tls(config); !loaded) return loaded;
  if (auto made = dialects.make(router); !made) return made;
  dialects.add_metrics(metrics);
  if (auto added = add_routes(); !added) return added;
  drain_ = std::chrono::seconds{config.drain_s};
  auto options = server_options(config);
  if (!options) return options.error();
  server = std::make_unique<web::Server>(net, *people.context().clock, router, *options);
  const Dialects::Door door{.tls = tls.get(), .proxies = &proxies, .options = std::move(*options)};
  if (auto opened = dialects.listen(door, inherited); !opened) return opened;
  const auto bound = listen(config, std::move(inherited));
  if (!bound) return bound.error();
  access::GateRules rules{.port = bound->front().port,
                          .loopback = std::all_of(bound->begin(), bound->end(), is_loopback),
                          .tls = tls != nullptr,
                          .hosts = config.host,
                          .origins = config.origin,
                          .any_origin = dialects.open_paths()};
  for (const auto& endpoint : *bound) {
    rules.more_ports.push_back(endpoint.unix_path.empty() ? endpoint.port : 80);
  }
  gate = std::make_unique<access::Gate>(std::move(rules));
  check = api::gate(*gate, {.users = ground.users(),
                            .tokens = &people.tokens(),
                            .clock = people.context().clock,
                            .api_key = config.api_key});
  return {};
}

void Program::Rooms::stop() {
  ending_ = true;
  log::info("stopping: open connections are let go over {} s; what is under way then gets {} s",
            std::chrono::duration_cast<std::chrono::seconds>(drain_).count(), grace.count());
  dialects.ending();
  server->drain(drain_, grace, [this] {
    dialects.close(grace, [this] { stations.loop().post([this] { stations.loop().stop(); }); });
  });
}

void Program::Rooms::reload() {
  tell_supervisor("RELOADING=1");
  if (!tls) {
    log::info("asked to read the TLS files again; there are none");
  } else if (auto loaded = tls->reload(); loaded) {
    log::info("the TLS files were read again");
  } else {
    log::error("the TLS files stay as they were: {}", loaded.error().message);
  }
  tell_supervisor("READY=1");
}

void Program::Rooms::upgrade(const Invocation& invocation) {
  log::info("asked to become {}; trying it", invocation.program);
  tell_supervisor("RELOADING=1");
  auto work = [this, &invocation](std::stop_token) {
    auto tried = try_successor(invocation);
    stations.loop().post([this, tried = std::move(tried)] {
      if (!tried) {
        tell_supervisor("READY=1");
        return log::error("the upgrade is off, this program goes on: {}", tried.error().message);
      }
      if (ending_) return;
      net[0].post([this] {
        successor_sockets_ = server->duplicate_listeners();
        const auto more = dialects.duplicate_listeners();
        successor_sockets_.insert(successor_sockets_.end(), more.begin(), more.end());
        stations.loop().post([this] { stop(); });
      });
    });
  };
  ground.blocking().submit({.work = std::move(work)});
}

std::vector<int> Program::Rooms::serve(const Invocation& invocation) {
  // Before the first answer: who has one may ask us to end, or to be replaced.
  io::Signals signals(stations.loop(), {SIGINT, SIGTERM, SIGHUP, SIGUSR2}, [&](int signal) {
    if (signal == SIGHUP) return reload();
    if (signal == SIGUSR2) return ending_ ? void() : upgrade(invocation);
    if (ending_) std::_Exit(EXIT_FAILURE);  // everything acknowledged is on disk already
    tell_supervisor("STOPPING=1");
    stop();
  });
  net.start();
  people.start();
  dialects.start();
  stations.start();
  elsewhere.start();
  files.start();
  tell_supervisor("READY=1");
  stations.loop().run();
  last_resort.emplace(orderly_end, [&] {
    if (!successor_sockets_.empty()) (void)become_successor(invocation, successor_sockets_);
  });
  files.stop();
  people.stop();
  net.stop();
  ground.stop();
  log::info("stopped");
  return std::exchange(successor_sockets_, {});
}

Program::Program(std::unique_ptr<Rooms> rooms) : rooms_(std::move(rooms)) {}
Program::~Program() = default;

Result<std::unique_ptr<Program>> Program::make(const Config& config, DataFolder data, const Clock& clock,
                                               std::vector<int> inherited) {
  if (auto checked = Messages::check(config); !checked) return checked.error();
  if (auto checked = Stations::check(config); !checked) return checked.error();
  if (auto checked = check_channels(config); !checked) return checked.error();
  if (auto checked = check_player_backend(config); !checked) return checked.error();
  auto password_folder = data.admin_password().parent_path();
  auto rooms = std::make_unique<Rooms>(config, std::move(data), clock);
  rooms->new_admin_password = rooms->ground.users().ensure_first_admin(password_folder);
  if (auto opened = rooms->open(config, std::move(inherited)); !opened) return opened.error();
  return std::unique_ptr<Program>(new Program(std::move(rooms)));
}

const std::string& Program::url() const {
  return rooms_->url;
}
const std::optional<std::string>& Program::new_admin_password() const {
  return rooms_->new_admin_password;
}
std::vector<int> Program::run(const Invocation& invocation) {
  return rooms_->serve(invocation);
}
const rpc::Table& Program::table() const {
  return rooms_->people.table();
}
const web::Router& Program::router() const {
  return rooms_->router;
}
std::vector<Dialects::Table> Program::dialect_tables() const {
  return rooms_->dialects.tables();
}

}  // namespace longwave::app
