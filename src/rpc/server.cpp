// SPDX-License-Identifier: Apache-2.0
#include "rpc/server.hpp"

#include "base/assert.hpp"
#include "base/clock.hpp"
#include "base/log.hpp"
#include "io/loop.hpp"
#include "io/pool.hpp"
#include "io/signals.hpp"
#include "io/tls.hpp"
#include "rpc/link.hpp"
#include "web/router.hpp"
#include "web/server.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <csignal>
#include <future>
#include <mutex>
#include <unordered_map>
#include <utility>

namespace longwave::rpc {
namespace {

/// What serves one path.
struct Path {
  std::string pattern;
  std::unique_ptr<Table> table;
  std::function<std::unique_ptr<Service>()> make;
  ServiceOptions options = {};
  std::shared_ptr<const web::WebSocketOptions> socket = {};
  std::vector<std::unique_ptr<Surroundings>> surroundings = {};  // one for each loop
};

/// What lives on one loop.
struct Group {
  io::Loop* loop = nullptr;
  std::unordered_map<const Link*, std::unique_ptr<Link>> links = {};
};

}  // namespace

struct Server::Impl {
  explicit Impl(ServerOptions given)
      : options(std::move(given)),
        loops(std::max<std::size_t>(options.loops, 1)),
        pool("rpc", std::max<std::size_t>(options.pool_threads, 1)) {
    for (std::size_t i = 0; i < loops.size(); ++i) groups.push_back({.loop = &loops[i]});
  }

  Result<void> add_route(Path& path, std::string pattern);
  Result<std::vector<io::Endpoint>> listen();
  void accept(Path& path, web::RequestContext&& context);
  Group& group_here();
  /// False: nobody else will stop.
  bool ask_to_stop();
  void stop();

  ServerOptions options;
  io::LoopGroup loops;
  io::Pool pool;
  SystemClock clock;
  web::Router router;
  std::unique_ptr<io::TlsContext> tls;
  std::vector<std::unique_ptr<Path>> paths;
  std::vector<Group> groups;
  std::atomic<std::size_t> open{0};
  std::unique_ptr<web::Server> server;
  bool running = false;

  std::mutex mutex;  // guards what follows
  std::condition_variable changed;
  bool stop_wanted = false;
  bool in_run = false;
};

Group& Server::Impl::group_here() {
  const auto found =
      std::find_if(groups.begin(), groups.end(), [](const Group& g) { return g.loop->here(); });
  LW_ASSERT(found != groups.end(), "a connection belongs to a loop of the server");
  return *found;
}

Result<void> Server::Impl::add_route(Path& path, std::string pattern) {
  return router.add(
      {.methods = {"GET"},
       .pattern = std::move(pattern),
       .description = "JSON-RPC over WebSocket",
       .handler = [this, &path](web::RequestContext&& context) { accept(path, std::move(context)); }});
}

void Server::Impl::accept(Path& path, web::RequestContext&& context) {
  if (!context.wants_upgrade() && path.options.page)
    return context.respond(path.options.page(context.request()));
  if (!allows(path.options.origins, context.request()))
    return context.respond(web::Response::text(403, "This page may not connect here.\n"));
  Group& group = group_here();
  web::Request request = context.request();
  auto* session = context.upgrade(path.socket);
  if (!session) return;
  const auto index = static_cast<std::size_t>(&group - groups.data());
  auto made =
      std::make_unique<Link>(*session, *path.surroundings[index], path.options.dialect, std::move(request));
  Link& link = *made;
  group.links.emplace(&link, std::move(made));
  ++open;
  link.open(path.make, [this, &group](Link& gone) {
    --open;
    group.links.erase(&gone);
  });
}

Result<std::vector<io::Endpoint>> Server::Impl::listen() {
  if (!options.certificate_path.empty()) {
    auto loaded = io::TlsContext::load(options.certificate_path, options.key_path);
    if (!loaded) return loaded.error();
    tls = std::move(*loaded);
  }
  for (const auto& path : paths) {
    path->socket = std::make_shared<const web::WebSocketOptions>(path->options.socket);
    for (Group& group : groups)
      path->surroundings.push_back(std::make_unique<Surroundings>(Surroundings{
          .table = *path->table,
          .post = group.loop->poster(),
          .run =
              [this](Run, Task task) {
                pool.submit({.work = [task = std::move(task)](const std::stop_token&) mutable { task(); }});
              },
          .limits = path->options.limits,
          .clock = &clock}));
    const bool everywhere = path->pattern == "*";
    if (auto done = add_route(*path, everywhere ? "/" : path->pattern); !done) return done.error();
    if (everywhere)
      if (auto done = add_route(*path, "/*any"); !done) return done.error();
  }
  server = std::make_unique<web::Server>(loops, clock, router, web::ServerOptions{});
  std::vector<io::Endpoint> endpoints;
  for (const std::string& text : options.listen) {
    auto endpoint = io::Endpoint::parse(text);
    if (!endpoint) return endpoint.error();
    const bool both = endpoint->host == "localhost";
    if (both) endpoint->host = "127.0.0.1";
    auto bound = server->listen({.endpoint = *endpoint, .tls = tls.get()});
    if (!bound) return bound.error();
    endpoints.push_back(*bound);
    if (!both) continue;
    // Clients take either meaning of the name first; a machine without IPv6 has only one.
    if (auto six = server->listen(
            {.endpoint = {.host = "::1", .port = bound->port, .unix_path = {}}, .tls = tls.get()}))
      endpoints.push_back(*six);
  }
  return endpoints;
}

bool Server::Impl::ask_to_stop() {
  const std::lock_guard lock(mutex);
  stop_wanted = true;
  changed.notify_all();
  return in_run || io::Loop::current() != nullptr;
}

void Server::Impl::stop() {
  if (!std::exchange(running, false)) return;
  std::promise<void> done;
  server->shutdown(options.drain, [&done] { done.set_value(); });
  done.get_future().wait();
  pool.stop();
  loops.stop();
}

Server::Server(ServerOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}

Server::~Server() {
  impl_->stop();
}

ServiceOptions& Server::add(std::string path, std::unique_ptr<Table> table,
                            std::function<std::unique_ptr<Service>()> make) {
  LW_ASSERT(!impl_->server, "serve() comes before start()");
  impl_->paths.push_back(std::make_unique<Path>(
      Path{.pattern = std::move(path), .table = std::move(table), .make = std::move(make)}));
  return impl_->paths.back()->options;
}

web::Router& Server::router() {
  return impl_->router;
}

Result<std::vector<io::Endpoint>> Server::start() {
  LW_ASSERT(!impl_->server, "a server starts once");
  auto endpoints = impl_->listen();
  if (!endpoints) return endpoints;
  impl_->loops.start();
  impl_->running = true;
  return endpoints;
}

Result<void> Server::run() {
  io::ignore_broken_pipes();
  std::unique_ptr<io::Signals> signals = std::make_unique<io::Signals>(
      impl_->loops[0], std::initializer_list<int>{SIGINT, SIGTERM}, [this](int) { impl_->ask_to_stop(); });
  auto endpoints = start();
  if (!endpoints) return endpoints.error();
  for (const io::Endpoint& endpoint : *endpoints) log::info("JSON-RPC on {}", endpoint.text());
  {
    std::unique_lock lock(impl_->mutex);
    impl_->in_run = true;
    impl_->changed.wait(lock, [this] { return impl_->stop_wanted; });
  }
  impl_->stop();
  const std::lock_guard lock(impl_->mutex);
  impl_->in_run = false;
  return {};
}

void Server::stop() {
  if (!impl_->ask_to_stop()) impl_->stop();
}

void Server::for_each_service(const std::function<void(Service&)>& use) {
  for (Group& group : impl_->groups) {
    group.loop->post([&group, use] {
      std::vector<Link*> present;  // as of now: `use` may begin or end connections
      for (const auto& [link, owned] : group.links) present.push_back(owned.get());
      for (Link* link : present)
        if (group.links.contains(link) && link->is_open()) use(link->service());
    });
  }
}

std::size_t Server::connections() const {
  return impl_->open.load();
}

}  // namespace longwave::rpc
