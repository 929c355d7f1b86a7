// rooms: web io
// SPDX-License-Identifier: Apache-2.0
//
// The floor of bench/peers.py: bare_bench PORT. An epoll loop that does the least a WebSocket server can do:
// what comes on /publish goes to every other connection with one send() each, or one sendmsg() when several
// came together; what comes on another connection goes back to it. No limits, no queue, no liveness.
#include "net_load.hpp"

#include <sys/uio.h>

#include <cerrno>
#include <map>

using namespace longwave;

namespace {

struct Connection {
  std::string head;
  bool open = false;
  bool publishes = false;
};

struct Bare {
  int poll = ::epoll_create1(0);
  std::map<int, Connection> connections;
  std::vector<char> buffer = std::vector<char>(256 * 1024);

  void send_all(int from, const std::vector<std::string>& frames) {
    std::vector<iovec> pieces;
    for (const auto& frame : frames) pieces.push_back({const_cast<char*>(frame.data()), frame.size()});
    for (const auto& [fd, connection] : connections) {
      if (fd == from || !connection.open) continue;
      if (frames.size() == 1) {
        (void)!::send(fd, frames[0].data(), frames[0].size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      } else {
        msghdr message{};
        message.msg_iov = pieces.data();
        message.msg_iovlen = pieces.size();
        (void)!::sendmsg(fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
      }
    }
  }

  /// Whole frames of at most 64 KiB, unmasked and ready to be sent.
  static std::vector<std::string> frames(std::string_view bytes) {
    std::vector<std::string> all;
    while (bytes.size() >= 6) {
      std::size_t length = bytes[1] & 127, header = 6;
      if (length == 126) {
        length = static_cast<unsigned char>(bytes[2]) * 256u + static_cast<unsigned char>(bytes[3]);
        header = 8;
      }
      std::string payload(bytes.substr(header, length));
      for (std::size_t i = 0; i < payload.size(); ++i)
        payload[i] = static_cast<char>(payload[i] ^ bytes[header - 4 + (i & 3)]);
      if ((bytes[0] & 15) == web::op_text) all.push_back(web::encode_frame(web::op_text, payload));
      bytes.remove_prefix(std::min(bytes.size(), header + length));
    }
    return all;
  }

  void read(int fd) {
    const auto size = ::recv(fd, buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (size < 0 && errno == EAGAIN) return;
    auto& connection = connections[fd];
    if (size <= 0) {
      connections.erase(fd);
      ::close(fd);
      return;
    }
    const std::string_view bytes(buffer.data(), static_cast<std::size_t>(size));
    if (!connection.open) {
      connection.head += bytes;
      if (!connection.head.ends_with("\r\n\r\n")) return;
      connection.open = true;
      connection.publishes = connection.head.starts_with("GET /publish");
      connection.head = {};
      const std::string answer =
          "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
          "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
      (void)!::send(fd, answer.data(), answer.size(), MSG_NOSIGNAL);
      return;
    }
    const auto came = frames(bytes);
    if (came.empty()) return;
    if (connection.publishes) return send_all(fd, came);
    for (const auto& frame : came) (void)!::send(fd, frame.data(), frame.size(), MSG_NOSIGNAL);
  }
};

}  // namespace

int main(int count, char** words) {
  if (count != 2) return std::fputs("bare_bench PORT\n", stderr), 2;
  bench::raise_descriptor_limit();
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  const int on = 1;
  ::setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(std::atoi(words[1])));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(listener, 4096) != 0)
    bench::die("listen");
  Bare bare;
  epoll_event event{EPOLLIN, {}};
  event.data.fd = listener;
  ::epoll_ctl(bare.poll, EPOLL_CTL_ADD, listener, &event);
  std::vector<epoll_event> events(1024);
  for (;;) {
    const int ready = ::epoll_wait(bare.poll, events.data(), static_cast<int>(events.size()), -1);
    for (int i = 0; i < ready; ++i) {
      const int fd = events[static_cast<std::size_t>(i)].data.fd;
      if (fd != listener) {
        bare.read(fd);
        continue;
      }
      for (int fresh; (fresh = ::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK)) >= 0;) {
        ::setsockopt(fresh, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        bare.connections[fresh];
        event.data.fd = fresh;
        ::epoll_ctl(bare.poll, EPOLL_CTL_ADD, fresh, &event);
      }
    }
  }
}
