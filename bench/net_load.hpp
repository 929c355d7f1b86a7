// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "web/websocket_codec.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

/// The other side of the network benchmarks: a process of its own, on the other core, whose CPU time isn't
/// counted.
namespace longwave::bench {

inline void pin(int core) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(core, &set);
  ::sched_setaffinity(0, sizeof set, &set);
}

inline void raise_descriptor_limit() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

[[noreturn]] inline void die(const char* what) {
  std::perror(what);
  std::exit(1);
}

/// CPU time (user and system) of one thread.
class ThreadCpu {
 public:
  ThreadCpu() { ::pthread_getcpuclockid(::pthread_self(), &clock_); }
  double seconds() const {
    timespec time{};
    ::clock_gettime(clock_, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
  }

 private:
  clockid_t clock_{};
};

inline double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

inline int connect_to(std::uint16_t port, unsigned number) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(0x7f000001 + number / 20000);
  if (fd < 0 || ::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) die("connect");
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return fd;
}

/// `fields`: further ones of the header, each with its line's end.
inline void web_socket_handshake(int fd, std::string_view fields = {}) {
  const auto request =
      "GET /socket HTTP/1.1\r\nHost: bench\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
      std::string{fields} + "\r\n";
  if (::send(fd, request.data(), request.size(), 0) < 0) die("send");
  std::string head;
  while (head.find("\r\n\r\n") == head.npos) {
    char byte;
    if (::recv(fd, &byte, 1, 0) != 1) die("handshake");
    head += byte;
  }
}

inline std::string masked_text(std::string_view payload) {
  auto frame = web::encode_frame(web::op_text, payload);
  const auto header = frame.size() - payload.size();
  frame[1] = static_cast<char>(frame[1] | 0x80);
  frame.insert(header, std::string("\x01\x02\x03\x04", 4));
  for (std::size_t i = 0; i < payload.size(); ++i) {
    frame[header + 4 + i] = static_cast<char>(frame[header + 4 + i] ^ "\x01\x02\x03\x04"[i & 3]);
  }
  return frame;
}

/// Runs `client` in a process of its own on core 1. It writes one byte when it is ready, and lives until the
/// object goes.
class Generator {
 public:
  template <class F>
  explicit Generator(F client) {
    if (::pipe(ready_) != 0) die("pipe");
    child_ = ::fork();
    if (child_ == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      pin(1);
      raise_descriptor_limit();
      client([this] { (void)!::write(ready_[1], "r", 1); });
      std::_Exit(0);
    }
  }
  void wait_ready() {
    char byte;
    if (::read(ready_[0], &byte, 1) != 1) die("generator");
  }
  ~Generator() {
    ::kill(child_, SIGKILL);
    ::waitpid(child_, nullptr, 0);
    ::close(ready_[0]);
    ::close(ready_[1]);
  }

 private:
  int ready_[2];
  pid_t child_;
};

/// Reads and forgets whatever comes on these sockets, for ever.
[[noreturn]] inline void drain_for_ever(const std::vector<int>& sockets) {
  const int poll = ::epoll_create1(0);
  for (const int fd : sockets) {
    epoll_event event{EPOLLIN, {}};
    event.data.fd = fd;
    ::epoll_ctl(poll, EPOLL_CTL_ADD, fd, &event);
  }
  std::vector<epoll_event> events(1024);
  std::vector<char> buffer(256 * 1024);
  for (;;) {
    const int count = ::epoll_wait(poll, events.data(), static_cast<int>(events.size()), -1);
    for (int i = 0; i < count; ++i) {
      (void)!::recv(events[static_cast<std::size_t>(i)].data.fd, buffer.data(), buffer.size(), MSG_DONTWAIT);
    }
  }
}

}  // namespace longwave::bench
