// SPDX-License-Identifier: Apache-2.0
#include "app/dialects.hpp"
#include "app/ground.hpp"
#include "app/people.hpp"
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

/// Both generations, wired to the hub and the net loops. In the order in which they are made.
struct Parts {
  Parts(channelstream::Settings given, const DialectRooms& rooms)
      : settings(std::move(given)),
        hub_loop(rooms.people.hub_loop()),
        core(rooms.people.hub(), settings, rooms.ground.clock(), !rooms.config.redis.empty()),
        service(core) {}

  channelstream::Settings settings;
  io::Loop& hub_loop;
  channelstream::Core core;
  std::unique_ptr<channelstream::Rest> rest = {};
  std::unique_ptr<channelstream::g1::Generation> first = {};
  channelstream::g2::Service service;
  std::unique_ptr<channelstream::g2::Admin> admin = {};
  std::unique_ptr<channelstream::g2::Sockets> sockets = {};
  std::unique_ptr<channelstream::g2::Polls> polls = {};
  std::unique_ptr<io::Timer> collect = {};
};

/// On the main port, beside everything else, unless it has an address.
class Channelstream final : public Dialect {
 public:
  Channelstream(std::unique_ptr<Parts> parts, std::string address)
      : parts_(std::move(parts)), address_(std::move(address)) {}

  std::string_view name() const override { return "channelstream"; }
  std::string address() const override { return address_; }

  Result<void> add_routes(web::Router& router) override {
    auto added = parts_->rest->add_routes(router);
    if (added) added = parts_->first->add_routes(router);
    if (added) added = parts_->sockets->add_route(router);
    if (added) added = parts_->polls->add_route(router);
    return added;
  }

  std::vector<std::string> open_paths() const override {
    auto paths = parts_->rest->open_paths();
    for (const char* path : {"/ws", "/listen"}) paths.emplace_back(path);
    for (auto& path : parts_->first->open_paths()) paths.push_back(std::move(path));
    return paths;
  }

  void start() override {
    parts_->hub_loop.post([parts = parts_.get()] {
      parts->collect->every(collect_every, [parts] {
        parts->core.collect();
        parts->first->tick();
      });
    });
  }

 private:
  std::unique_ptr<Parts> parts_;
  std::string address_;
};

}  // namespace

Result<std::unique_ptr<Dialect>> make_channelstream(const DialectRooms& rooms) {
  const auto& config = rooms.config;
  if (config.channelstream_secret.empty()) return std::unique_ptr<Dialect>();
  auto settings = channelstream_settings(config);
  if (!settings) return settings.error();
  auto parts = std::make_unique<Parts>(std::move(*settings), rooms);
  const auto post = parts->hub_loop.poster();
  auto rest = channelstream::Rest::make(parts->settings, rooms.ground.clock(), post);
  if (!rest) return rest.error();
  parts->rest = std::move(*rest);
  auto first = channelstream::g1::Generation::make({.core = parts->core,
                                                    .rest = *parts->rest,
                                                    .loops = rooms.net,
                                                    .hub_post = post,
                                                    .clock = rooms.ground.clock()});
  if (!first) return first.error();
  parts->first = std::move(*first);
  parts->service.add_to(*parts->rest);
  parts->sockets = std::make_unique<channelstream::g2::Sockets>(rooms.net, parts->core, *parts->rest, post);
  parts->polls = std::make_unique<channelstream::g2::Polls>(parts->hub_loop, parts->core, *parts->rest);
  parts->admin = std::make_unique<channelstream::g2::Admin>(parts->core, parts->service, parts->hub_loop);
  parts->admin->add_to(*parts->rest);
  parts->admin->on_basic(parts->first->admin_page());
  parts->collect = std::make_unique<io::Timer>(parts->hub_loop);
  return std::unique_ptr<Dialect>(
      std::make_unique<Channelstream>(std::move(parts), channelstream_address(config, config.listen)));
}

}  // namespace longwave::app
