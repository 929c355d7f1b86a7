// SPDX-License-Identifier: Apache-2.0
#include "dialects/player/service.hpp"

#include "dialects/player/words.hpp"
#include "io/loop.hpp"

#include <utility>

namespace longwave::player {
namespace {

/// As in the answer: a poll gets what sockets get (docs/protocols/player.md, "Long poll").
std::vector<rpc::Surroundings> surround(const rpc::Table& table, io::LoopGroup& net, const Clock& clock) {
  std::vector<rpc::Surroundings> loops;
  loops.reserve(net.size());  // peers hold references
  for (std::size_t i = 0; i < net.size(); ++i)
    loops.push_back({.table = table,
                     .post = net[i].poster(),
                     .run = [](rpc::Run, Task task) { task(); },
                     .clock = &clock});
  return loops;
}

}  // namespace

Service::Service(Backend& backend, Surroundings around)
    : backend_(backend),
      around_(around),
      desk_{.backend = backend,
            .home = around.home.poster(),
            .tell = [this](std::string_view method, const std::string& payload) { tell(method, payload); },
            .tell_polls = [this](std::string_view key,
                                 const std::string& payload) { polls_.tell(key, payload); }},
      loops_(surround(table_, around.net, around.clock)),
      polls_(around.home),
      sockets_({.loops = around.net,
                .home = around.home,
                .around = loops_,
                .rates = around.rates,
                .state = [this] { return backend_.state(); }}) {
  add_methods(table_, desk_);
}

Service::~Service() = default;

const rpc::Surroundings& Service::of(io::Loop& loop) const {
  std::size_t i = 0;
  while (&around_.net[i] != &loop) ++i;
  return loops_[i];
}

Result<void> Service::add_routes(web::Router& router, PageOptions page) {
  auto added = add_api_route(
      router, [this](io::Loop& loop) -> const rpc::Surroundings& { return of(loop); }, around_.rates);
  if (added) added = sockets_.add_route(router);
  if (added) added = polls_.add_routes(router);
  if (added && around_.uploads) added = add_upload_route(router);
  if (added) added = add_page_routes(router, std::move(page));
  return added;
}

void Service::start() {
  on_event_ = backend_.happened.connect([this](const Event& event) {
    const auto broadcast = broadcast_of(event);
    tell(broadcast.method, broadcast.payload);
  });
}

void Service::tell(std::string_view method, const std::string& payload) {
  sockets_.tell(method, payload);
  polls_.tell(method, payload);
}

}  // namespace longwave::player
