// SPDX-License-Identifier: Apache-2.0
#include "dialects/channelstream/g1.hpp"

#include "dialects/channelstream/core.hpp"
#include "dialects/channelstream/g1_pages.hpp"
#include "dialects/channelstream/g1_policy.hpp"
#include "dialects/channelstream/g1_rest.hpp"
#include "dialects/channelstream/g1_stream.hpp"
#include "dialects/channelstream/g1_wires.hpp"
#include "io/loop.hpp"

namespace longwave::channelstream::g1 {

struct Generation::Parts {
  explicit Parts(const Around& around)
      : streams(around.core),
        admin(around.core),
        legacy(streams, {around.loops, around.hub_post, around.core.settings(), around.clock}),
        modern(streams, {around.loops, around.hub_post, around.core.settings(), around.clock}) {}

  Streams streams;
  AdminPage admin;
  LegacyWire legacy;
  ModernWire modern;
  std::unique_ptr<PolicyServer> policy = {};
};

Generation::Generation(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Generation::~Generation() = default;

Result<std::unique_ptr<Generation>> Generation::make(const Around& around) {
  auto parts = std::make_unique<Parts>(around);
  const auto& settings = around.core.settings();
  if (settings.policy_server) {
    auto opened =
        PolicyServer::open(around.loops[0], settings.policy_listener_host, settings.policy_listener_port);
    if (!opened) return opened.error();
    parts->policy = std::move(*opened);
  }
  add_rest(around.rest, around.core, parts->streams);
  add_demo(around.rest, around.core, parts->streams);
  return std::unique_ptr<Generation>(new Generation(std::move(parts)));
}

Result<void> Generation::add_routes(web::Router& router) {
  auto added = parts_->legacy.add_routes(router);
  return added ? parts_->modern.add_routes(router) : added;
}

std::vector<std::string> Generation::open_paths() const {
  return {"/socket.io/", "/" + parts_->streams.resource() + "/"};
}

Handle Generation::admin_page() {
  return [parts = parts_.get()](Call&& call) { parts->admin.answer(std::move(call)); };
}

void Generation::tick() {
  parts_->streams.tick();
}

}  // namespace longwave::channelstream::g1
