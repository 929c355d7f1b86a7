// rooms: socketio web io
// SPDX-License-Identifier: Apache-2.0
//
// The same server as bench/peers/socketio_server.mjs on our library, for bench/peers.py: every socket in one
// room, `publish` reaches all but its sender as `said`, `session.info` is acknowledged.
// socketio_server_bench PORT [LOOPS]
#include "base/clock.hpp"
#include "dialects/socketio/server.hpp"
#include "io/loop.hpp"
#include "io/signals.hpp"
#include "web/server.hpp"

#include <boost/json.hpp>

#include <sys/resource.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <map>
#include <vector>

using namespace longwave;
namespace json = boost::json;

namespace {

/// The sockets of each loop, used on that loop only.
class Room {
 public:
  explicit Room(io::LoopGroup& loops) : loops_(loops), members_(loops.size()) {}

  void serve(socketio::Socket& socket, const json::object&, socketio::Admission admit) {
    here(socket).push_back(&socket);
    socket.on_disconnect([this, &socket](std::string_view) { std::erase(here(socket), &socket); });
    socket.on_event([this, &socket](socketio::Event event) {
      if (event.name == "session.info") return event.ack({{{"user", nullptr}, {"name", ""}}}, {});
      std::erase(here(socket), &socket);
      publish(event.args);
    });
    admit({});
  }

 private:
  std::vector<socketio::Socket*>& here(const socketio::Socket& socket) {
    for (std::size_t i = 0; i < loops_.size(); ++i)
      if (&loops_[i] == &socket.loop()) return members_[i];
    std::abort();
  }

  void publish(const json::array& args) {
    const auto event = socketio::prepare("/", "said", args);
    for (std::size_t i = 0; i < loops_.size(); ++i)
      loops_[i].post([event, &members = members_[i]] {
        for (auto* member : members) member->emit(event);
      });
  }

  io::LoopGroup& loops_;
  std::vector<std::vector<socketio::Socket*>> members_;
};

}  // namespace

int main(int count, char** words) {
  if (count < 2) return 2;
  rlimit files{20'000, 20'000};
  setrlimit(RLIMIT_NOFILE, &files);
  io::ignore_broken_pipes();
  io::LoopGroup loops(count > 2 ? static_cast<std::size_t>(std::atoi(words[2])) : 1);
  const SystemClock clock;
  web::Router router;
  Room room(loops);
  socketio::ServerOptions options;
  options.engine.limits.ping_interval = std::chrono::minutes{10};
  socketio::Server sockets(loops, options);
  sockets.of("/", {.on_connect = [&room](auto& socket, const auto& auth, auto admit) {
               room.serve(socket, auth, std::move(admit));
             }});
  (void)sockets.add_routes(router);
  web::ServerOptions server_options;
  server_options.connections_per_address = 0;
  web::Server server(loops, clock, router, server_options);
  io::Listener::Options listen;
  listen.endpoint = {"127.0.0.1", static_cast<std::uint16_t>(std::atoi(words[1])), {}};
  if (!server.listen(std::move(listen))) return 1;
  io::Loop waiting;
  const io::Signals signals(waiting, {SIGINT, SIGTERM}, [&](int) {
    sockets.close_all();
    server.shutdown(std::chrono::seconds{1}, [&] { waiting.stop(); });
  });
  loops.start();
  waiting.run();
  loops.stop();
  return 0;
}
