// SPDX-License-Identifier: Apache-2.0
#pragma once

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

}  // namespace longwave::redis
