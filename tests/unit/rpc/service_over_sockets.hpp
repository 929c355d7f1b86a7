// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/task.hpp"
#include "rpc/client.hpp"
#include "rpc/server.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include <condition_variable>
#include <mutex>
#include <string>
#include <vector>

namespace longwave::rpc {

/// What hooks and callbacks on any thread say, for the test to wait for.
class Diary {
 public:
  void write(std::string line) {
    const std::lock_guard lock(mutex_);
    lines_.push_back(std::move(line));
    changed_.notify_all();
  }
  /// Until `count` lines are there; what there is after 10 s.
  std::vector<std::string> wait(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::seconds{60}, [&] { return lines_.size() >= count; });
    return lines_;
  }
  std::vector<std::string> lines() { return wait(0); }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> lines_;
};

inline std::string text_of(const Reply& reply) {
  return reply ? boost::json::serialize(*reply)
               : std::to_string(reply.error().code) + " " + reply.error().message;
}

/// Starts a server on a free port and tells how to reach it.
inline std::string start(Server& server, const std::string& path = "/") {
  const auto listening = server.start();
  EXPECT_TRUE(listening) << (listening ? "" : listening.error().message);
  return listening ? "ws://" + listening->at(0).text() + path : "";
}

}  // namespace longwave::rpc
