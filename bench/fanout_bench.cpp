// rooms: web io
// SPDX-License-Identifier: Apache-2.0
//
// CPU (user and system) of the server's thread per delivered message of 128 bytes to 1,000 WebSocket
// subscribers, one message at a time and in bursts of ten, next to the bare loops: one send() per subscriber,
// and one sendmsg() of ten frames per subscriber. Interleaved in one run; medians. The readers are another
// process on the other core.
#include "base/clock.hpp"
#include "io/loop.hpp"
#include "io/timer.hpp"
#include "net_load.hpp"
#include "web/server.hpp"
#include "web/websocket.hpp"

#include <sys/uio.h>

#include <functional>
#include <future>
#include <optional>

using namespace longwave;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t subscribers = 1000;
constexpr int rounds = 7;
constexpr auto phase_length = 1s;
const std::string payload(128 - 4, 'x');  // 128 bytes with the frame's header

struct World {
  io::LoopGroup loops{1};
  SystemClock clock;
  web::Router router;
  std::vector<web::WebSocketSession*> sessions;
  std::vector<int> bare;
};

void send_ours(World& world, int count) {
  for (int i = 0; i < count; ++i) {
    const auto frame = web::Frame::text(payload);
    for (auto* session : world.sessions) session->send(frame);
  }
}

void send_bare(World& world, int count) {
  const auto frame = web::encode_frame(web::op_text, payload);
  std::vector<iovec> pieces(static_cast<std::size_t>(count),
                            iovec{const_cast<char*>(frame.data()), frame.size()});
  for (const int fd : world.bare) {
    if (count == 1) {
      (void)!::send(fd, frame.data(), frame.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    } else {
      msghdr message{};
      message.msg_iov = pieces.data();
      message.msg_iovlen = pieces.size();
      (void)!::sendmsg(fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    }
  }
}

/// µs of CPU per delivery over one phase.
double measure(World& world, const bench::ThreadCpu& cpu, Duration period, int count,
               const std::function<void(World&, int)>& send) {
  std::promise<double> result;
  std::optional<io::Timer> timer;
  std::optional<io::Timer> end;
  int beats = 0;
  double before = 0;
  world.loops[0].post([&] {
    timer.emplace(world.loops[0]);
    end.emplace(world.loops[0]);
    before = cpu.seconds();
    timer->every(period, [&] {
      send(world, count);
      ++beats;
    });
    end->after(phase_length, [&] {
      timer.reset();
      world.loops[0].post([&] {
        end.reset();
        result.set_value((cpu.seconds() - before) * 1e6 / (static_cast<double>(beats) * count * subscribers));
      });
    });
  });
  return result.get_future().get();
}

}  // namespace

namespace longwave::bench {
int run() {
  raise_descriptor_limit();
  int ports[2][2];
  if (::pipe(ports[0]) != 0 || ::pipe(ports[1]) != 0) die("pipe");
  Generator generator([&](auto ready) {
    std::uint16_t port[2];
    if (::read(ports[0][0], port, sizeof port) != sizeof port) die("ports");
    std::vector<int> sockets;
    for (unsigned i = 0; i < subscribers; ++i) {
      sockets.push_back(connect_to(port[0], i));
      web_socket_handshake(sockets.back());
    }
    for (unsigned i = 0; i < subscribers; ++i) sockets.push_back(connect_to(port[1], i));
    ready();
    drain_for_ever(sockets);
  });
  pin(0);

  World world;
  const auto options = std::make_shared<const web::WebSocketOptions>();
  (void)world.router.add({.methods = {"GET"},
                          .pattern = "/socket",
                          .description = "",
                          .handler = [&](web::RequestContext&& context) {
                            world.sessions.push_back(context.upgrade(options));
                          }});
  web::Server server(world.loops, world.clock, world.router, {});
  io::Listener::Options listen;
  listen.endpoint = {"127.0.0.1", 0, {}};
  const auto endpoint = server.listen(listen);
  const int bare = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (::bind(bare, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(bare, 1024) != 0)
    die("listen");
  ::getsockname(bare, reinterpret_cast<sockaddr*>(&address), &size);
  world.loops.start();
  std::promise<ThreadCpu> clock;
  world.loops[0].post([&] { clock.set_value({}); });
  const auto cpu = clock.get_future().get();
  const std::uint16_t port[2] = {endpoint->port, ntohs(address.sin_port)};
  if (::write(ports[0][1], port, sizeof port) != sizeof port) die("ports");
  for (std::size_t i = 0; i < subscribers; ++i) {
    world.bare.push_back(::accept4(bare, nullptr, nullptr, SOCK_NONBLOCK));
    const int on = 1;
    ::setsockopt(world.bare.back(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
  generator.wait_ready();

  std::vector<double> single_ours, single_bare, burst_ours, burst_bare, single_ratio, burst_ratio;
  std::printf("%-6s %12s %12s %7s %12s %12s %7s\n", "round", "single ours", "bare send", "ratio",
              "burst ours", "bare sendmsg", "ratio");
  for (int round = 0; round <= rounds; ++round) {
    const double a = measure(world, cpu, 10ms, 1, send_ours);
    const double b = measure(world, cpu, 10ms, 1, send_bare);
    const double c = measure(world, cpu, 100ms, 10, send_ours);
    const double d = measure(world, cpu, 100ms, 10, send_bare);
    if (round == 0) continue;  // warm-up
    std::printf("%-6d %12.3f %12.3f %7.3f %12.3f %12.3f %7.3f\n", round, a, b, a / b, c, d, c / d);
    single_ours.push_back(a), single_bare.push_back(b), single_ratio.push_back(a / b);
    burst_ours.push_back(c), burst_bare.push_back(d), burst_ratio.push_back(c / d);
  }
  std::printf("%-6s %12.3f %12.3f %7.3f %12.3f %12.3f %7.3f   us/delivery, medians of %d\n", "median",
              median(single_ours), median(single_bare), median(single_ratio), median(burst_ours),
              median(burst_bare), median(burst_ratio), rounds);
  std::fflush(stdout);
  world.loops.stop();
  return 0;
}
}  // namespace longwave::bench

int main() {
  return longwave::bench::run();
}
