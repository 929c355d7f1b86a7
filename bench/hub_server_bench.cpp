// rooms: api hub rpc web io
// SPDX-License-Identifier: Apache-2.0
//
// The server of bench/peers.py that stands for Longwave where the program itself has no method to publish:
// the same rooms put together as app/ does (WebSockets at /rpc, JSON-RPC peers, hub with history and
// presence), and a method `bench.publish`. hub_server_bench PORT [LOOPS]
#include "api/sockets.hpp"
#include "base/clock.hpp"
#include "hub/memory_broker.hpp"
#include "io/loop.hpp"
#include "io/timer.hpp"
#include "net_load.hpp"
#include "rpc/table.hpp"
#include "web/server.hpp"

#include <boost/json.hpp>

#include <deque>
#include <optional>
#include <thread>

using namespace longwave;
using namespace std::chrono_literals;

namespace {

struct World {
  explicit World(std::size_t count)
      : loops(count),
        sockets(
            loops, loops[0].poster(), [this]() -> hub::Hub& { return hub; },
            [this](std::size_t i) -> const rpc::Surroundings& { return around[i]; }) {
    using namespace rpc;
    sockets.attach(hub);
    for (std::size_t i = 0; i < count; ++i)
      around.push_back({.table = table,
                        .post = loops[i].poster(),
                        .run = [](rpc::Run, Task task) { task(); },
                        .clock = &clock});
    table.add({.name = "channel.subscribe",
               .params = {array("channels", string())},
               .handler = [this](Call call, Responder answer) {
                 std::vector<std::pair<std::string, std::optional<hub::Position>>> channels;
                 for (auto& channel : call.strings("channels")) channels.emplace_back(channel, std::nullopt);
                 sockets.subscribe(call.connection(), std::move(channels), std::move(answer));
               }});
    table.add(
        {.name = "bench.publish", .params = {string("text")}, .handler = [this](Call call, Responder answer) {
           auto data = std::make_shared<const std::string>('"' + call.string("text") + '"');
           loops[0].post([this, data = std::move(data)] { hub.publish("library", "bench.said", data); });
           answer.finish(true);
         }});
    table.add({.name = "session.info", .handler = [](Call call, Responder answer) {
                 answer.finish(boost::json::object{{"user", nullptr}, {"name", call.caller().name}});
               }});
    loops[0].post([this] { timer.emplace(loops[0]); });
    hub.on_presence_dirty([this] { timer->after(250ms, [this] { hub.flush_presence(); }); });
  }

  SystemClock clock;
  io::LoopGroup loops;
  std::optional<io::Timer> timer;
  rpc::Table table;
  std::deque<rpc::Surroundings> around;
  hub::MemoryBroker broker{"bench", clock};
  api::Sockets sockets;
  hub::Hub hub{broker, clock};
};

}  // namespace

int main(int count, char** words) {
  if (count < 2) return std::fputs("hub_server_bench PORT [LOOPS]\n", stderr), 2;
  bench::raise_descriptor_limit();
  World world(count > 2 ? static_cast<std::size_t>(std::atoi(words[2])) : 1);
  web::Router router;
  (void)router.add(
      {.methods = {"GET"},
       .pattern = "/rpc",
       .description = "",
       .handler = [&](web::RequestContext&& context) { world.sockets.accept(std::move(context), {}); }});
  web::Server server(world.loops, world.clock, router, {});
  io::Listener::Options listen;
  listen.endpoint = {"127.0.0.1", static_cast<std::uint16_t>(std::atoi(words[1])), {}};
  if (!server.listen(listen)) bench::die("listen");
  world.loops.start();
  for (;;) std::this_thread::sleep_for(1h);
}
