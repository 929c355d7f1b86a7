// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

/// Players of a stream, in a process of their own, so that their CPU isn't counted as the server's.
namespace longwave::bench {

using namespace std::chrono_literals;

inline int connect_to(std::uint16_t port, int from) {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in local{};
  local.sin_family = AF_INET;
  local.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1 + static_cast<std::uint32_t>(from));
  ::bind(fd, reinterpret_cast<sockaddr*>(&local), sizeof local);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd, reinterpret_cast<sockaddr*>(&to), sizeof to) != 0) {
    ::close(fd);
    return -1;
  }
  return fd;
}

/// A process with `count` players that read all they get; says at its end how many bytes came, over a pipe.
inline pid_t spawn_clients(std::uint16_t port, const std::string& path, int count, int pipe_fd) {
  const auto pid = ::fork();
  if (pid != 0) return pid;
  signal(SIGTERM, SIG_DFL);
  const int poller = ::epoll_create1(0);
  const auto request = "GET " + path + " HTTP/1.0\r\nHost: localhost\r\nIcy-MetaData: 1\r\n\r\n";
  int alive = 0;
  for (int i = 0; i < count; ++i) {
    const int fd = connect_to(port, i % 8);
    if (fd < 0) continue;
    if (::send(fd, request.data(), request.size(), 0) < 0) continue;
    ::fcntl(fd, F_SETFL, O_NONBLOCK);
    epoll_event event{.events = EPOLLIN, .data = {.fd = fd}};
    ::epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event);
    ++alive;
    if (i % 5 == 4) ::usleep(10'000);  // as fast as Icecast's listening queue of 64 bears
  }
  std::int64_t report[2] = {alive, 0};
  std::vector<char> buffer(1 << 18);
  std::vector<epoll_event> events(512);
  auto told = std::chrono::steady_clock::now();
  while (::getppid() != 1) {
    const int n = ::epoll_wait(poller, events.data(), 512, 200);
    for (int i = 0; i < n; ++i) {
      const auto got = ::recv(events[static_cast<std::size_t>(i)].data.fd, buffer.data(), buffer.size(), 0);
      if (got > 0) report[1] += got;
      if (got == 0) {
        --report[0];
        ::close(events[static_cast<std::size_t>(i)].data.fd);
      }
    }
    if (std::chrono::steady_clock::now() - told > 500ms) {
      told = std::chrono::steady_clock::now();
      if (::write(pipe_fd, report, sizeof report) < 0) break;
    }
  }
  ::_exit(0);
}

struct Clients {
  Clients(std::uint16_t port, const std::string& path, int count) {
    if (::pipe(fds) != 0) std::abort();
    ::fcntl(fds[0], F_SETFL, O_NONBLOCK);
    pid = spawn_clients(port, path, count, fds[1]);
  }
  ~Clients() {
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
    ::close(fds[0]);
    ::close(fds[1]);
  }
  void wait_for_all(int count) {
    for (int i = 0; i < 300 && alive < count; ++i) {
      std::this_thread::sleep_for(100ms);
      look();
    }
    std::this_thread::sleep_for(3s);
    look();
  }
  void look() {
    std::int64_t report[2];
    while (::read(fds[0], report, sizeof report) == sizeof report) {
      alive = report[0];
      bytes = report[1];
    }
  }
  int fds[2];
  pid_t pid;
  std::int64_t alive = 0, bytes = 0;
};

inline double resident_bytes(pid_t pid) {
  std::ifstream statm(fmt::format("/proc/{}/statm", pid));
  long pages = 0, resident = 0;
  statm >> pages >> resident;
  return static_cast<double>(resident) * 4096;
}

inline double process_cpu(pid_t pid) {
  std::ifstream stat(fmt::format("/proc/{}/stat", pid));
  std::string line;
  std::getline(stat, line);
  std::istringstream rest(line.substr(line.rfind(')') + 2));
  std::string field;
  double ticks = 0;
  for (int i = 3; rest >> field; ++i)
    if (i == 14 || i == 15) ticks += std::stod(field);
  return ticks / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

}  // namespace longwave::bench
