// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/time.hpp"

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace longwave::app {

/// Ends the process when an orderly end takes too long: a thread that stands in a read from a dead disk can't
/// be joined, and a service that doesn't stop is in everybody's way. Nothing is lost by it: what was
/// acknowledged is on disk. Destroying it in time disarms it.
class LastResort {
 public:
  /// `instead`: tried first, on a thread of its own.
  LastResort(Duration patience, std::function<void()> instead = {});
  LastResort(const LastResort&) = delete;
  LastResort& operator=(const LastResort&) = delete;
  ~LastResort();

 private:
  std::mutex mutex_;
  std::condition_variable wake_;
  bool ended_ = false;
  std::thread thread_;
};

}  // namespace longwave::app
