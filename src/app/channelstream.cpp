// SPDX-License-Identifier: Apache-2.0
#include "app/channelstream.hpp"

#include "dialects/channelstream/core.hpp"
#include "dialects/channelstream/g1.hpp"
#include "dialects/channelstream/g2_admin.hpp"
#include "dialects/channelstream/g2_rest.hpp"
#include "dialects/channelstream/g2_transports.hpp"
#include "dialects/channelstream/rest.hpp"
#include "io/loop.hpp"
#include "io/timer.hpp"

#include <utility>

namespace longwave::app {
namespace {

constexpr Duration collect_every = std::chrono::seconds{1};

}  // namespace

/// In the order in which they are made.
struct Channelstream::Parts {
  Parts(channelstream::Settings given, const Surroundings& around)
      : settings(std::move(given)),
        around(around),
        core(around.hub, settings, around.clock, around.several_nodes),
        service(core) {}

  channelstream::Settings settings;
  Surroundings around;
  channelstream::Core core;
  std::unique_ptr<channelstream::Rest> rest = {};
  std::unique_ptr<channelstream::g1::Generation> first = {};
  channelstream::g2::Service service;
  std::unique_ptr<channelstream::g2::Admin> admin = {};
  std::unique_ptr<channelstream::g2::Sockets> sockets = {};
  std::unique_ptr<channelstream::g2::Polls> polls = {};
  std::unique_ptr<io::Timer> collect = {};
};

Channelstream::Channelstream(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Channelstream::~Channelstream() = default;

Result<std::unique_ptr<Channelstream>> Channelstream::make(channelstream::Settings settings,
                                                           Surroundings around) {
  auto parts = std::make_unique<Parts>(std::move(settings), around);
  const auto post = around.hub_loop.poster();
  auto rest = channelstream::Rest::make(parts->settings, around.clock, post);
  if (!rest) return rest.error();
  parts->rest = std::move(*rest);
  auto first = channelstream::g1::Generation::make({.core = parts->core,
                                                    .rest = *parts->rest,
                                                    .loops = around.net,
                                                    .hub_post = post,
                                                    .clock = around.clock});
  if (!first) return first.error();
  parts->first = std::move(*first);
  parts->service.add_to(*parts->rest);
  parts->sockets = std::make_unique<channelstream::g2::Sockets>(around.net, parts->core, *parts->rest, post);
  parts->polls = std::make_unique<channelstream::g2::Polls>(around.hub_loop, parts->core, *parts->rest);
  parts->admin = std::make_unique<channelstream::g2::Admin>(parts->core, parts->service, around.hub_loop);
  parts->admin->add_to(*parts->rest);
  parts->admin->on_basic(parts->first->admin_page());
  parts->collect = std::make_unique<io::Timer>(around.hub_loop);
  return std::unique_ptr<Channelstream>(new Channelstream(std::move(parts)));
}

Result<void> Channelstream::add_routes(web::Router& router) {
  auto added = parts_->rest->add_routes(router);
  if (added) added = parts_->first->add_routes(router);
  if (added) added = parts_->sockets->add_route(router);
  if (added) added = parts_->polls->add_route(router);
  return added;
}

std::vector<std::string> Channelstream::open_paths() const {
  auto paths = parts_->rest->open_paths();
  for (const char* path : {"/ws", "/listen"}) paths.emplace_back(path);
  for (auto& path : parts_->first->open_paths()) paths.push_back(std::move(path));
  return paths;
}

void Channelstream::start() {
  parts_->around.hub_loop.post([parts = parts_.get()] {
    parts->collect->every(collect_every, [parts] {
      parts->core.collect();
      parts->first->tick();
    });
  });
}

}  // namespace longwave::app
