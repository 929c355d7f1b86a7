// rooms: web io
// SPDX-License-Identifier: Apache-2.0
//
// Our memory per idle WebSocket: what the server's heap and resident memory grow by when thousands of clients
// connect, say one message each, and then are silent. Kernel memory isn't counted.
#include "base/clock.hpp"
#include "io/loop.hpp"
#include "net_load.hpp"
#include "web/server.hpp"
#include "web/websocket.hpp"

#include <malloc.h>

#include <fstream>
#include <future>

using namespace longwave;

namespace {

constexpr unsigned connections = 6000;

std::size_t heap_bytes() {
  ::malloc_trim(0);
  return ::mallinfo2().uordblks;
}

std::size_t resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  std::size_t size = 0;
  std::size_t resident = 0;
  statm >> size >> resident;
  return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace

int main() {
  ::mallopt(M_ARENA_MAX, 1);  // mallinfo2 counts the main arena
  bench::raise_descriptor_limit();
  int ports[2];
  if (::pipe(ports) != 0) bench::die("pipe");
  bench::Generator generator([&](auto ready) {
    std::uint16_t port = 0;
    if (::read(ports[0], &port, sizeof port) != sizeof port) bench::die("ports");
    const auto message = bench::masked_text("hello");
    std::vector<int> sockets;
    for (unsigned i = 0; i < connections; ++i) {
      sockets.push_back(bench::connect_to(port, i));
      bench::web_socket_handshake(sockets.back());
      if (::send(sockets.back(), message.data(), message.size(), 0) < 0) bench::die("send");
      char answer[16];
      if (::recv(sockets.back(), answer, sizeof answer, 0) <= 0) bench::die("recv");
    }
    ready();
    bench::drain_for_ever(sockets);
  });
  bench::pin(0);

  io::LoopGroup loops{1};
  SystemClock clock;
  web::Router router;
  const auto options = std::make_shared<const web::WebSocketOptions>();
  (void)router.add({.methods = {"GET"},
                    .pattern = "/socket",
                    .description = "",
                    .handler = [&](web::RequestContext&& context) {
                      auto* session = context.upgrade(options);
                      if (!session) return;
                      session->on_message(
                          [session](std::string_view payload, bool) { session->send_text(payload); });
                      session->on_close([session](std::uint16_t, std::string_view) { (void)session; });
                    }});
  web::Server server(loops, clock, router, {});
  io::Listener::Options listen;
  listen.endpoint = {"127.0.0.1", 0, {}};
  const auto endpoint = server.listen(listen);
  loops.start();
  const auto heap_before = heap_bytes();
  const auto resident_before = resident_bytes();
  const std::uint16_t port = endpoint->port;
  if (::write(ports[1], &port, sizeof port) != sizeof port) bench::die("ports");
  generator.wait_ready();
  std::promise<void> settled;
  loops[0].post([&] { settled.set_value(); });
  settled.get_future().wait();
  const auto sockets = server.counts().web_sockets;
  std::printf("%zu idle WebSockets: heap %.0f bytes each, resident %.0f bytes each\n", sockets,
              static_cast<double>(heap_bytes() - heap_before) / static_cast<double>(sockets),
              static_cast<double>(resident_bytes() - resident_before) / static_cast<double>(sockets));
  std::fflush(stdout);
  std::_Exit(0);
}
