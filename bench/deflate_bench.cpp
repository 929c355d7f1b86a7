// rooms: web io
// SPDX-License-Identifier: Apache-2.0
//
// What permessage-deflate costs: CPU (user and system) of the server per published message of 1 KiB of JSON,
// plain and compressed, to 100 and to 1,000 subscribers, on one loop and on two. Compression is done once per
// message and loop, so what it adds must be the same whatever the number of subscribers. Interleaved in one
// run; medians. The readers are another process. First, zlib alone: microseconds and bytes per message.
#include "base/clock.hpp"
#include "io/loop.hpp"
#include "io/timer.hpp"
#include "net_load.hpp"
#include "web/server.hpp"
#include "web/websocket.hpp"

#include <future>
#include <map>
#include <optional>

using namespace longwave;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t most_subscribers = 1000;
constexpr int rounds = 5;
constexpr auto phase_length = 1s;
constexpr auto beat = 10ms;

/// A queue.changed of about `size` bytes; each is different.
std::string message(std::size_t size, int number) {
  std::string text =
      R"({"jsonrpc":"2.0","method":"queue.changed","params":{"channel":"station:main","offset":)" +
      std::to_string(number) + R"(,"epoch":"k2v9","data":{"ops":[)";
  for (int i = 0; text.size() + 3 < size; ++i) {
    const auto id = std::to_string((number * 31 + i) * 7919 % 100'003);
    text += R"({"op":"insert","at":)" + std::to_string(i) + R"(,"entry":{"id":)" + id +
            R"(,"track":{"title":"Tune )" + id + R"(","artist":"Band )" + std::to_string(number % 97) +
            R"(","duration_ms":)" + id + "}}},";
  }
  text.resize(size - 3);
  return text + "]}}";
}

void zlib_alone() {
  std::printf("zlib alone, window 15:\n%8s %6s %10s %8s\n", "bytes", "level", "us", "left");
  for (const std::size_t size : {300u, 1024u, 4096u, 65536u}) {
    for (const std::uint8_t level : {1, 3, 6}) {
      web::Deflater deflater;
      const int count = size > 10000 ? 200 : 2000;
      const bench::ThreadCpu cpu;
      std::size_t bytes = 0;
      double spent = 0;
      for (int i = 0; i < count; ++i) {
        const auto text = message(size, i);
        const auto before = cpu.seconds();
        bytes += deflater.compress(text, web::Deflater::needed_bits(size, 15), level).size();
        spent += cpu.seconds() - before;
      }
      std::printf("%8zu %6d %10.1f %7.0f%%\n", size, level, spent / count * 1e6,
                  100.0 * static_cast<double>(bytes) / (static_cast<double>(size) * count));
    }
  }
}

struct Group {
  std::vector<web::WebSocketSession*> plain;
  std::vector<web::WebSocketSession*> deflated;
};

struct World {
  explicit World(std::size_t loop_count) : loops(loop_count), groups(loop_count) {}
  io::LoopGroup loops;
  SystemClock clock;
  web::Router router;
  std::vector<Group> groups;
  std::vector<bench::ThreadCpu> cpus;

  double cpu() const {
    double sum = 0;
    for (const auto& one : cpus) sum += one.seconds();
    return sum;
  }
  void publish(int number, bool deflated, std::size_t subscribers) {
    const auto text = std::make_shared<const std::string>(message(1024, number));
    for (std::size_t i = 0; i < loops.size(); ++i) {
      loops[i].post([this, i, text, deflated, share = subscribers / loops.size()] {
        const auto frame = web::Frame::text(*text);
        const auto& sessions = deflated ? groups[i].deflated : groups[i].plain;
        for (std::size_t k = 0; k < share && k < sessions.size(); ++k) sessions[k]->send(frame);
      });
    }
  }
};

/// µs of CPU per published message over one phase.
double measure(World& world, bool deflated, std::size_t subscribers) {
  std::promise<double> result;
  std::optional<io::Timer> timer;
  std::optional<io::Timer> end;
  int beats = 0;
  double before = 0;
  world.loops[0].post([&] {
    timer.emplace(world.loops[0]);
    end.emplace(world.loops[0]);
    before = world.cpu();
    timer->every(beat, [&] { world.publish(++beats, deflated, subscribers); });
    end->after(phase_length, [&] {
      timer.reset();
      world.loops[0].post([&] {
        end.reset();
        result.set_value((world.cpu() - before) * 1e6 / beats);
      });
    });
  });
  return result.get_future().get();
}

void fan_out(std::size_t loop_count) {
  int ports[2];
  if (::pipe(ports) != 0) bench::die("pipe");
  bench::Generator generator([&](auto ready) {
    std::uint16_t port = 0;
    if (::read(ports[0], &port, sizeof port) != sizeof port) bench::die("port");
    std::vector<int> sockets;
    for (unsigned i = 0; i < 2 * most_subscribers; ++i) {
      sockets.push_back(bench::connect_to(port, i));
      bench::web_socket_handshake(
          sockets.back(), i < most_subscribers ? "" : "Sec-WebSocket-Extensions: permessage-deflate\r\n");
    }
    ready();
    bench::drain_for_ever(sockets);
  });
  if (loop_count == 1) bench::pin(0);
  World world(loop_count);
  const auto options = std::make_shared<const web::WebSocketOptions>();
  (void)world.router.add(
      {.methods = {"GET"},
       .pattern = "/socket",
       .description = "",
       .handler = [&](web::RequestContext&& context) {
         const bool deflated = context.request().headers.has("Sec-WebSocket-Extensions");
         for (std::size_t i = 0; i < world.loops.size(); ++i) {
           if (!world.loops[i].here()) continue;
           auto* session = context.upgrade(options);
           (deflated ? world.groups[i].deflated : world.groups[i].plain).push_back(session);
           return;
         }
       }});
  web::Server server(world.loops, world.clock, world.router, {});
  io::Listener::Options listen;
  listen.endpoint = {"127.0.0.1", 0, {}};
  const auto endpoint = server.listen(listen);
  world.loops.start();
  for (std::size_t i = 0; i < loop_count; ++i) {
    std::promise<bench::ThreadCpu> clock;
    world.loops[i].post([&] { clock.set_value({}); });
    world.cpus.push_back(clock.get_future().get());
  }
  if (::write(ports[1], &endpoint->port, sizeof endpoint->port) != sizeof endpoint->port) bench::die("port");
  generator.wait_ready();

  std::map<std::pair<std::size_t, bool>, std::vector<double>> seen;
  for (int round = 0; round <= rounds; ++round) {
    for (const std::size_t subscribers : {std::size_t{100}, most_subscribers}) {
      for (const bool deflated : {false, true}) {
        const auto us = measure(world, deflated, subscribers);
        if (round > 0) seen[{subscribers, deflated}].push_back(us);  // the first warms up
      }
    }
  }
  for (const std::size_t subscribers : {std::size_t{100}, most_subscribers}) {
    const auto plain = bench::median(seen[{subscribers, false}]);
    const auto deflated = bench::median(seen[{subscribers, true}]);
    const auto each = static_cast<double>(subscribers);
    std::printf("%5zu %11zu %12.1f %12.1f %12.3f %12.3f %10.1f\n", loop_count, subscribers, plain, deflated,
                plain / each, deflated / each, deflated - plain);
  }
  std::fflush(stdout);
  world.loops.stop();
}

}  // namespace

int main() {
  bench::raise_descriptor_limit();
  zlib_alone();
  std::printf("\n%5s %11s %12s %12s %12s %12s %10s\n", "loops", "subscribers", "plain/msg", "deflate/msg",
              "plain/dlv", "deflate/dlv", "added/msg");
  std::fflush(stdout);
  for (const std::size_t loops : {1u, 2u}) fan_out(loops);
  return 0;
}
