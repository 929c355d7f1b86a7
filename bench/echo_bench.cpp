// rooms: web io
// SPDX-License-Identifier: Apache-2.0
//
// CPU (user and system) of the server's thread per WebSocket round trip: 64 connections, each with one
// message the size of a JSON-RPC request in flight. Next to it a bare epoll loop that sends back what it
// received, without looking at it. Interleaved in one run; medians. The clients are another process on the
// other core.
#include "base/clock.hpp"
#include "io/loop.hpp"
#include "net_load.hpp"
#include "web/server.hpp"
#include "web/websocket.hpp"

#include <atomic>
#include <future>
#include <thread>

using namespace longwave;

namespace {

constexpr unsigned connections = 64;
constexpr int rounds = 7;
constexpr auto phase_length = std::chrono::seconds{1};
constexpr std::string_view request =
    R"({"jsonrpc":"2.0","id":1234,"method":"queue.list","params":{"station":"main","offset":0,"limit":50}})";

struct Order {
  std::uint16_t port;
  bool handshake;
};

/// Sends on each socket, and again whenever something came back, until the phase is over.
void keep_in_flight(const std::vector<int>& sockets, const std::string& message) {
  const auto end = std::chrono::steady_clock::now() + phase_length * 13 / 10;
  const int poll = ::epoll_create1(0);
  for (const int fd : sockets) {
    epoll_event event{EPOLLIN, {}};
    event.data.fd = fd;
    ::epoll_ctl(poll, EPOLL_CTL_ADD, fd, &event);
    (void)!::send(fd, message.data(), message.size(), 0);
  }
  std::vector<epoll_event> events(connections);
  char buffer[4096];
  while (std::chrono::steady_clock::now() < end) {
    const int count = ::epoll_wait(poll, events.data(), connections, 100);
    for (int i = 0; i < count; ++i) {
      const int fd = events[static_cast<std::size_t>(i)].data.fd;
      if (::recv(fd, buffer, sizeof buffer, MSG_DONTWAIT) <= 0) continue;
      (void)!::send(fd, message.data(), message.size(), 0);
    }
  }
  ::close(poll);
}

/// The clients' process: one phase per order.
template <class Ready>
void obey(int orders, Ready ready) {
  Order order{};
  while (::read(orders, &order, sizeof order) == sizeof order) {
    std::vector<int> sockets;
    for (unsigned i = 0; i < connections; ++i) {
      sockets.push_back(bench::connect_to(order.port, i));
      if (order.handshake) bench::web_socket_handshake(sockets.back());
    }
    ready();
    keep_in_flight(sockets, bench::masked_text(request));
    for (const int fd : sockets) ::close(fd);
    ready();
  }
}

/// The baseline: its own thread, stopped by the process's end.
struct BareEcho {
  void run(std::promise<bench::ThreadCpu>& clock) {
    clock.set_value({});
    const int poll = ::epoll_create1(0);
    epoll_event event{EPOLLIN, {}};
    event.data.fd = listener;
    ::epoll_ctl(poll, EPOLL_CTL_ADD, listener, &event);
    std::vector<epoll_event> events(256);
    char buffer[4096];
    for (;;) {
      const int count = ::epoll_wait(poll, events.data(), 256, -1);
      for (int i = 0; i < count; ++i) {
        const int fd = events[static_cast<std::size_t>(i)].data.fd;
        if (fd == listener) {
          event.data.fd = ::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK);
          const int on = 1;
          ::setsockopt(event.data.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
          ::epoll_ctl(poll, EPOLL_CTL_ADD, event.data.fd, &event);
          continue;
        }
        const auto size = ::recv(fd, buffer, sizeof buffer, 0);
        if (size <= 0) {
          ::close(fd);
          continue;
        }
        (void)!::send(fd, buffer, static_cast<std::size_t>(size), MSG_NOSIGNAL);
        ++echoed;
      }
    }
  }
  int listener = -1;
  std::atomic<std::uint64_t> echoed{0};
};

double measure(bench::Generator& generator, int orders, const bench::ThreadCpu& cpu,
               const std::atomic<std::uint64_t>& echoed, Order order) {
  if (::write(orders, &order, sizeof order) != sizeof order) bench::die("order");
  generator.wait_ready();
  std::this_thread::sleep_for(phase_length / 10);
  const auto cpu_before = cpu.seconds();
  const auto echoed_before = echoed.load();
  std::this_thread::sleep_for(phase_length);
  const auto result = (cpu.seconds() - cpu_before) * 1e6 / static_cast<double>(echoed.load() - echoed_before);
  generator.wait_ready();
  return result;
}

}  // namespace

int main() {
  bench::raise_descriptor_limit();
  int orders[2];
  if (::pipe(orders) != 0) bench::die("pipe");
  // Before any socket exists: a copy of one in another process would keep it registered with epoll after its
  // close.
  bench::Generator generator([&](auto ready) { obey(orders[0], ready); });
  bench::pin(0);
  io::LoopGroup loops{1};
  SystemClock clock;
  web::Router router;
  std::atomic<std::uint64_t> echoed{0};
  const auto options = std::make_shared<const web::WebSocketOptions>();
  (void)router.add({.methods = {"GET"},
                    .pattern = "/socket",
                    .description = "",
                    .handler = [&](web::RequestContext&& context) {
                      auto* session = context.upgrade(options);
                      if (!session) return;
                      session->on_message([session, &echoed](std::string_view payload, bool) {
                        session->send_text(payload);
                        echoed.store(echoed.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
                      });
                    }});
  web::Server server(loops, clock, router, {});
  io::Listener::Options listen;
  listen.endpoint = {"127.0.0.1", 0, {}};
  const auto endpoint = server.listen(listen);
  loops.start();
  std::promise<bench::ThreadCpu> ours;
  loops[0].post([&] { ours.set_value({}); });
  const auto our_cpu = ours.get_future().get();

  BareEcho bare;
  bare.listener = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (::bind(bare.listener, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      ::listen(bare.listener, 256) != 0) {
    bench::die("listen");
  }
  ::getsockname(bare.listener, reinterpret_cast<sockaddr*>(&address), &size);
  std::promise<bench::ThreadCpu> theirs;
  std::thread([&] { bare.run(theirs); }).detach();
  const auto bare_cpu = theirs.get_future().get();

  std::vector<double> a, b, ratio;
  std::printf("%-6s %10s %10s %7s\n", "round", "ours", "bare", "ratio");
  for (int round = 0; round <= rounds; ++round) {
    const double one = measure(generator, orders[1], our_cpu, echoed, {endpoint->port, true});
    const double other =
        measure(generator, orders[1], bare_cpu, bare.echoed, {ntohs(address.sin_port), false});
    if (round == 0) continue;  // warm-up
    std::printf("%-6d %10.3f %10.3f %7.3f\n", round, one, other, one / other);
    a.push_back(one), b.push_back(other), ratio.push_back(one / other);
  }
  std::printf("%-6s %10.3f %10.3f %7.3f   us/round trip, medians of %d\n", "median", bench::median(a),
              bench::median(b), bench::median(ratio), rounds);
  std::fflush(stdout);
  std::_Exit(0);
}
