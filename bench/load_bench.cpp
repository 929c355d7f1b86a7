// rooms: web io
// SPDX-License-Identifier: Apache-2.0
//
// The clients of bench/peers.py: one epoll loop that holds thousands of subscribers of any of the servers
// that are compared, publishes to them, counts every delivery and tells it. Its own CPU time counts for
// nobody.
//
//   load_bench PROTOCOL PORT [PUBLISH_PORT] [--deflate] [--bytes N] [--core N]     then orders on standard
//   input: connect N              N more subscribers          -> "connected N SECONDS" publish PER_S BATCH S
//   BATCH messages at a time    -> "delivered COUNT EXPECTED SECONDS" echo CONNECTIONS S     one request in
//   flight each  -> "echoed COUNT SECONDS" quiet MS               reads until nothing has come for so long ->
//   "quiet BYTES" storm                  all subscribers break off, and come back -> "returned N SECONDS"
#include "load_protocols.hpp"

#include <netinet/in.h>

#include <cerrno>
#include <iostream>
#include <memory>
#include <sstream>
#include <utility>

using namespace longwave::bench;
using SteadyClock = std::chrono::steady_clock;

namespace {

constexpr std::size_t connecting_at_once = 256;

double since(SteadyClock::time_point began) {
  return std::chrono::duration<double>(SteadyClock::now() - began).count();
}

struct Client {
  int fd = -1;
  enum class Stage { connecting, upgrading, subscribing, ready } stage = Stage::connecting;
  std::string head;        // what has come before it was ready, or an incomplete frame header
  std::uint64_t skip = 0;  // payload bytes of the present frame that are to come
  bool echoes = false;
  bool control = false;  // the present frame is a ping, or the like
};

class Load {
 public:
  Load(Protocol protocol, std::uint16_t port, std::uint16_t publish_port, bool deflate, std::size_t bytes)
      : protocol_(std::move(protocol)),
        port_(port),
        publish_port_(publish_port),
        deflate_(deflate),
        bytes_(bytes),
        handshake_(handshake(protocol_.path, port, deflate)),
        subscribe_(masked_text(protocol_.subscribe)),
        echo_(masked_text(protocol_.echo)) {}

  void connect(std::size_t count) {
    const auto began = SteadyClock::now();
    const auto target = clients_.size() + count;
    reach(target);
    std::printf("connected %zu %.3f\n", clients_.size(), since(began));
  }

  void storm() {
    const auto count = clients_.size();
    for (const auto& client : clients_) {
      const linger now{1, 0};  // a reset: no port stays in TIME_WAIT
      ::setsockopt(client->fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
      ::close(client->fd);
    }
    clients_.clear();
    ready_ = 0;
    const auto began = SteadyClock::now();
    reach(count);
    std::printf("returned %zu %.3f\n", count, since(began));
  }

  void publish(double per_s, unsigned batch, double seconds) {
    const int publisher = open_publisher();
    deliveries_ = 0;
    const auto period = std::chrono::duration_cast<SteadyClock::duration>(
        std::chrono::duration<double>(static_cast<double>(batch) / per_s));
    const auto beats = static_cast<unsigned>(per_s * seconds / batch + 0.5);
    const auto began = SteadyClock::now();
    auto next = began;
    std::uint64_t expected = 0;
    for (unsigned beat = 0; beat < beats; ++beat) {
      while (SteadyClock::now() < next) turn(1);
      next = std::max(next, SteadyClock::now() - period / 2) + period;  // late ones aren't sent in a bunch
      std::string all;
      for (unsigned i = 0; i < batch; ++i) {
        const auto message = protocol_.before + text_of(bytes_, beat * batch + i) + protocol_.after;
        all += protocol_.publish_path.empty() ? message : masked_text(message);
      }
      if (::send(publisher, all.data(), all.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(all.size()))
        die("publish");
      expected += static_cast<std::uint64_t>(batch) * clients_.size();
      forget_answers(publisher);
    }
    const auto sent = SteadyClock::now();
    while (deliveries_ < expected && since(sent) < 20) turn(10);
    std::printf("delivered %llu %llu %.3f\n", static_cast<unsigned long long>(deliveries_),
                static_cast<unsigned long long>(expected), since(began));
    ::close(publisher);
  }

  void echo(std::size_t count, double seconds) {
    std::vector<std::unique_ptr<Client>> kept = std::exchange(clients_, {});
    const auto ready = std::exchange(ready_, 0);
    reach(count);
    quiet(300);
    deliveries_ = 0;
    for (const auto& client : clients_) {
      client->echoes = true;
      say(*client, echo_);
    }
    const auto began = SteadyClock::now();
    while (since(began) < seconds) turn(10);
    std::printf("echoed %llu %.3f\n", static_cast<unsigned long long>(deliveries_), since(began));
    for (const auto& client : clients_) ::close(client->fd);
    clients_ = std::move(kept);
    ready_ = ready;
  }

  void quiet(int ms) {
    const auto before = received_;
    auto heard = SteadyClock::now();
    auto last = received_;
    while (since(heard) * 1000 < ms) {
      turn(20);
      if (received_ != last) heard = SteadyClock::now();
      last = received_;
    }
    quiet_bytes_ = received_ - before;
  }
  std::uint64_t quiet_bytes() const { return quiet_bytes_; }

 private:
  void reach(std::size_t target) {
    const auto began = SteadyClock::now();
    while (ready_ < target) {
      while (clients_.size() < target && clients_.size() - ready_ < connecting_at_once) begin();
      turn(100);
      if (since(began) > 120) die("subscribers don't get ready");
    }
  }

  void begin() {
    auto client = std::make_unique<Client>();
    client->fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (client->fd < 0) die("socket");
    const int on = 1;
    ::setsockopt(client->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    ::setsockopt(client->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(0x7f000002 + next_++ % 8);
    if (::bind(client->fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) die("bind");
    address.sin_port = htons(port_);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(client->fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 &&
        errno != EINPROGRESS)
      die("connect");
    epoll_event event{EPOLLIN | EPOLLOUT | EPOLLET, {}};
    event.data.ptr = client.get();
    ::epoll_ctl(poll_, EPOLL_CTL_ADD, client->fd, &event);
    clients_.push_back(std::move(client));
  }

  static void say(const Client& client, const std::string& bytes) {
    if (::send(client.fd, bytes.data(), bytes.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(bytes.size()))
      die("send");
  }

  void turn(int wait_ms) {
    const int count = ::epoll_wait(poll_, events_.data(), static_cast<int>(events_.size()), wait_ms);
    for (int i = 0; i < count; ++i) {
      const auto& event = events_[static_cast<std::size_t>(i)];
      auto& client = *static_cast<Client*>(event.data.ptr);
      if (client.stage == Client::Stage::connecting && (event.events & (EPOLLOUT | EPOLLERR))) {
        int error = 0;
        socklen_t size = sizeof error;
        ::getsockopt(client.fd, SOL_SOCKET, SO_ERROR, &error, &size);
        errno = error;
        if (error) die("connect");
        client.stage = Client::Stage::upgrading;
        say(client, handshake_);
      }
      if (event.events & EPOLLIN) read(client);
    }
  }

  void read(Client& client) {
    for (;;) {
      const auto size = ::recv(client.fd, buffer_.data(), buffer_.size(), MSG_DONTWAIT);
      if (size == 0) die("a server closed a connection");
      if (size < 0) {
        if (errno != EAGAIN) die("recv");
        return;
      }
      received_ += static_cast<std::uint64_t>(size);
      take(client, {buffer_.data(), static_cast<std::size_t>(size)});
      if (static_cast<std::size_t>(size) < buffer_.size()) return;
    }
  }

  void take(Client& client, std::string_view bytes) {
    if (client.stage == Client::Stage::upgrading) {
      client.head += bytes;
      const auto end = client.head.find("\r\n\r\n");
      if (end == std::string::npos) return;
      if (!client.head.starts_with("HTTP/1.1 101")) die(("refused: " + client.head.substr(0, 60)).c_str());
      if (deflate_ && client.head.find("permessage-deflate") > end) die("deflate is not agreed to");
      const std::string rest = client.head.substr(end + 4);
      client.head.clear();
      client.stage = Client::Stage::subscribing;
      if (!protocol_.subscribe.empty()) say(client, subscribe_);
      if (protocol_.ready.empty()) be_ready(client);
      if (!rest.empty()) take(client, rest);
      return;
    }
    if (client.stage == Client::Stage::subscribing) {
      seen_.assign(client.head).append(bytes);
      if (seen_.find(protocol_.ready) != std::string::npos) be_ready(client);
      // What is kept may hold the beginning of the word that is waited for.
      const auto keep = std::min(seen_.size(), protocol_.ready.size() - 1);
      client.head = client.stage == Client::Stage::ready ? std::string{} : seen_.substr(seen_.size() - keep);
      waiting_frames(client, bytes);
      return;
    }
    if (protocol_.marked) {
      deliveries_ += static_cast<std::uint64_t>(std::count(bytes.begin(), bytes.end(), mark));
    } else {
      frames(client, bytes);
    }
  }

  /// The frames up to the subscription's answer are walked too, so that counting begins at a frame's start.
  void waiting_frames(Client& client, std::string_view bytes) {
    if (protocol_.marked) return;
    const auto before = deliveries_;
    std::swap(client.head, header_of(client));
    frames(client, bytes);
    std::swap(client.head, header_of(client));
    if (client.stage == Client::Stage::ready) client.head = std::exchange(header_of(client), {});
    deliveries_ = before;
  }
  std::string& header_of(const Client& client) { return headers_[static_cast<std::size_t>(client.fd)]; }

  void be_ready(Client& client) {
    client.stage = Client::Stage::ready;
    ++ready_;
  }

  void frames(Client& client, std::string_view bytes) {
    while (!bytes.empty()) {
      if (client.skip > 0) {
        const auto part = std::min<std::uint64_t>(client.skip, bytes.size());
        client.skip -= part;
        bytes.remove_prefix(part);
        if (client.skip == 0) whole(client);
        continue;
      }
      client.head += bytes.front();
      bytes.remove_prefix(1);
      if (client.head.size() < 2) continue;
      const auto length = static_cast<unsigned char>(client.head[1]) & 127;
      const std::size_t header = length < 126 ? 2 : length == 126 ? 4 : 10;
      if (client.head.size() < header) continue;
      client.skip = length < 126 ? length : 0;
      for (std::size_t i = 2; i < header; ++i)
        client.skip = client.skip << 8 | static_cast<unsigned char>(client.head[i]);
      client.control = (client.head[0] & 8) != 0;
      client.head.clear();
      if (client.skip == 0) whole(client);
    }
  }

  void whole(const Client& client) {
    if (client.control) return say(client, std::string("\x8a\x80\0\0\0\0", 6));  // a pong keeps it alive
    ++deliveries_;
    if (client.echoes) say(client, echo_);
  }

  int open_publisher() {
    const int fd = connect_to(publish_port_, 0);
    if (!protocol_.publish_path.empty()) {
      const auto request = handshake(protocol_.publish_path, publish_port_, false);
      if (::send(fd, request.data(), request.size(), 0) < 0) die("send");
      std::string head;
      while (head.find("\r\n\r\n") == head.npos) {
        char byte;
        if (::recv(fd, &byte, 1, 0) != 1) die("publisher's handshake");
        head += byte;
      }
    }
    if (!protocol_.publish_hello.empty()) {
      const auto hello =
          protocol_.publish_path.empty() ? protocol_.publish_hello : masked_text(protocol_.publish_hello);
      if (::send(fd, hello.data(), hello.size(), 0) < 0) die("send");
    }
    quiet(500);  // a publisher may be news to the subscribers
    return fd;
  }

  static void forget_answers(int fd) {
    char buffer[65536];
    while (::recv(fd, buffer, sizeof buffer, MSG_DONTWAIT) > 0) {
    }
  }

  Protocol protocol_;
  std::uint16_t port_, publish_port_;
  bool deflate_;
  std::size_t bytes_;
  std::string handshake_, subscribe_, echo_, seen_;
  std::vector<std::unique_ptr<Client>> clients_;
  std::vector<std::string> headers_ = std::vector<std::string>(20000);  // by descriptor, while subscribing
  std::size_t ready_ = 0;
  unsigned next_ = 0;
  std::uint64_t deliveries_ = 0, received_ = 0, quiet_bytes_ = 0;
  int poll_ = ::epoll_create1(0);
  std::vector<epoll_event> events_ = std::vector<epoll_event>(4096);
  std::vector<char> buffer_ = std::vector<char>(256 * 1024);
};

}  // namespace

int main(int count, char** words) {
  if (count < 3)
    return std::fputs("load_bench PROTOCOL PORT [PUBLISH_PORT] [--deflate] [--bytes N] [--core N]\n", stderr),
           2;
  const auto port = static_cast<std::uint16_t>(std::atoi(words[2]));
  auto publish_port = port;
  std::size_t bytes = 128;
  int core = 1;
  bool deflate = false;
  for (int i = 3; i < count; ++i) {
    const std::string_view word = words[i];
    if (word == "--deflate") {
      deflate = true;
    } else if (word == "--bytes" && i + 1 < count) {
      bytes = static_cast<std::size_t>(std::atoi(words[++i]));
    } else if (word == "--core" && i + 1 < count) {
      core = std::atoi(words[++i]);
    } else {
      publish_port = static_cast<std::uint16_t>(std::atoi(words[i]));
    }
  }
  pin(core);
  raise_descriptor_limit();
  Load load(protocol_named(words[1], bytes), port, publish_port, deflate, bytes);
  std::string line;
  while (std::getline(std::cin, line)) {
    std::istringstream order(line);
    std::string verb;
    double a = 0, b = 0, c = 0;
    order >> verb >> a >> b >> c;
    if (verb == "connect") load.connect(static_cast<std::size_t>(a));
    if (verb == "publish") load.publish(a, static_cast<unsigned>(b), c);
    if (verb == "echo") load.echo(static_cast<std::size_t>(a), b);
    if (verb == "storm") load.storm();
    if (verb == "quiet") {
      load.quiet(static_cast<int>(a));
      std::printf("quiet %llu\n", static_cast<unsigned long long>(load.quiet_bytes()));
    }
    std::fflush(stdout);
  }
}
