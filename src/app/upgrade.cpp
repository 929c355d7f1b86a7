// SPDX-License-Identifier: Apache-2.0
#include "app/upgrade.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <ctime>

extern char** environ;

namespace longwave::app {

namespace {

constexpr int first_inherited = 3;
constexpr int out_of_the_way = 512;
constexpr std::size_t most_said = 400;

std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> list;
  for (auto& word : words) list.push_back(word.data());
  list.push_back(nullptr);
  return list;
}

/// Runs it to its end; fails with what it wrote to standard error.
Result<void> run(const std::string& program, std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), program);
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return error(Errc::unavailable, std::strerror(errno));
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO);
  pid_t child = 0;
  const int failed =
      ::posix_spawn(&child, program.c_str(), &actions, nullptr, pointers(arguments).data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  ::close(ends[1]);
  std::string said;
  std::array<char, 4096> buffer;
  for (ssize_t size = 0; failed == 0 && (size = ::read(ends[0], buffer.data(), buffer.size())) > 0;) {
    said.append(buffer.data(), static_cast<std::size_t>(size));
    said.resize(std::min(said.size(), most_said));
  }
  ::close(ends[0]);
  if (failed != 0) return error(Errc::invalid, fmt::format("{}: {}", program, std::strerror(failed)));
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
  return error(Errc::invalid, fmt::format("{} {} failed: {}", program, arguments[1], said));
}

}  // namespace

Invocation Invocation::of(int argc, const char* const* argv) {
  std::array<char, 4096> path{};
  const auto size = ::readlink("/proc/self/exe", path.data(), path.size() - 1);
  Invocation invocation{size > 0 ? std::string(path.data(), static_cast<std::size_t>(size)) : argv[0], {}};
  for (int i = 1; i < argc; ++i) invocation.arguments.emplace_back(argv[i]);
  return invocation;
}

Result<void> try_successor(const Invocation& invocation) {
  if (auto done = run(invocation.program, {"version"}); !done) return done;
  auto arguments = invocation.arguments;
  std::replace(arguments.begin(), arguments.end(), std::string{"serve"}, std::string{"config"});
  return run(invocation.program, std::move(arguments));
}

Error become_successor(const Invocation& invocation, std::vector<int> sockets) {
  // First out of the way of the numbers they will get.
  for (int& fd : sockets) fd = ::fcntl(fd, F_DUPFD_CLOEXEC, out_of_the_way);
  int count = 0;
  for (const int fd : sockets) {
    if (fd >= 0 && ::dup2(fd, first_inherited + count) >= 0) ++count;
  }
  ::setenv("LISTEN_FDS", std::to_string(count).c_str(), 1);
  ::setenv("LISTEN_PID", std::to_string(::getpid()).c_str(), 1);
  // What is ignored stays ignored over exec, until the next program listens to it.
  std::signal(SIGUSR2, SIG_IGN);
  std::signal(SIGHUP, SIG_IGN);
  auto words = invocation.arguments;
  words.insert(words.begin(), invocation.program);
  ::execve(invocation.program.c_str(), pointers(words).data(), environ);
  return error(Errc::unavailable,
               fmt::format("{} can't be started: {}", invocation.program, std::strerror(errno)));
}

void tell_supervisor(std::string_view state) {
  const char* path = std::getenv("NOTIFY_SOCKET");
  sockaddr_un address{};
  if (!path || std::strlen(path) >= sizeof address.sun_path || (path[0] != '/' && path[0] != '@')) return;
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path, std::strlen(path));
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + std::strlen(path));
  if (path[0] == '@') address.sun_path[0] = '\0';  // an abstract name
  std::string message{state};
  if (state == "RELOADING=1") {
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    message += fmt::format("\nMONOTONIC_USEC={}", now.tv_sec * 1'000'000 + now.tv_nsec / 1000);
  }
  const int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return;
  ::sendto(fd, message.data(), message.size(), MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&address),
           size);
  ::close(fd);
}

}  // namespace longwave::app
