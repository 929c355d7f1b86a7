// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

namespace longwave::redis {

/// A redis-server of the test's own, on a Unix socket in a folder of its own; it ends with the test.
class RealRedis {
 public:
  /// `options` as on redis-server's command line; by default it listens on no port and keeps nothing.
  explicit RealRedis(std::vector<std::string> options = {});
  ~RealRedis();
  RealRedis(const RealRedis&) = delete;
  RealRedis& operator=(const RealRedis&) = delete;

  /// For Address::parse.
  std::string address() const { return "unix:" + socket_path(); }
  std::string socket_path() const { return folder_ + "/redis.sock"; }
  const std::string& folder() const { return folder_; }

  /// As a power cut would.
  void kill();
  /// And waits until it answers.
  void start();
  /// What `redis-cli ARGUMENTS` prints: somebody else's client.
  std::string cli(const std::string& arguments) const;

 private:
  std::string folder_;
  std::vector<std::string> options_;
  int pid_ = -1;
};

inline RealRedis::RealRedis(std::vector<std::string> options) : options_(std::move(options)) {
  std::string pattern = std::filesystem::temp_directory_path() / "longwave-redis-XXXXXX";
  folder_ = ::mkdtemp(pattern.data());
  start();
}

inline RealRedis::~RealRedis() {
  kill();
  std::filesystem::remove_all(folder_);
}

inline void RealRedis::kill() {
  if (pid_ < 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

inline void RealRedis::start() {
  const std::string socket = socket_path();
  std::vector<std::string> words{"redis-server", "--port", "0",         "--unixsocket", socket, "--save", "",
                                 "--dir",        folder_,  "--logfile", "/dev/null"};
  words.insert(words.end(), options_.begin(), options_.end());
  std::vector<char*> arguments;
  for (auto& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  pid_ = ::fork();
  if (pid_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::execvp(arguments[0], arguments.data());
    std::_Exit(127);
  }
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{60};
  for (std::string said; said.find("PONG") == std::string::npos && said.find("NOAUTH") == std::string::npos;
       said = cli("PING")) {
    if (std::chrono::steady_clock::now() > end) throw std::runtime_error("redis-server doesn't answer");
  }
}

inline std::string RealRedis::cli(const std::string& arguments) const {
  const std::string command = "redis-cli -s " + socket_path() + " " + arguments + " 2>&1";
  FILE* pipe = ::popen(command.c_str(), "r");
  if (!pipe) throw std::runtime_error("redis-cli can't be started");
  std::string said;
  std::array<char, 4096> part;
  while (const auto size = std::fread(part.data(), 1, part.size(), pipe)) said.append(part.data(), size);
  ::pclose(pipe);
  return said;
}

}  // namespace longwave::redis
