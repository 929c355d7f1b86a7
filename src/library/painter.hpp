// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <stop_token>
#include <thread>
#include <vector>

namespace longwave::store {
class Store;
}

namespace longwave::library {

/// Finds the colours of pictures nobody has looked at yet, on a thread of its own with low priority. Belongs
/// to the library's loop; `painted` is called on the thread with the albums that got colours.
class Painter {
 public:
  Painter(store::Store& store, std::function<void(std::vector<std::int64_t>)> painted)
      : store_(store), painted_(std::move(painted)) {}
  ~Painter();  ///< waits for the picture it is at
  Painter(const Painter&) = delete;
  Painter& operator=(const Painter&) = delete;

  /// Looks for pictures, unless it is at it.
  void start();

 private:
  void run(const std::stop_token& stop);

  store::Store& store_;
  const std::function<void(std::vector<std::int64_t>)> painted_;
  std::stop_source stop_;
  std::atomic<bool> busy_{false};
  std::thread thread_;
};

}  // namespace longwave::library
