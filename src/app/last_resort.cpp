// SPDX-License-Identifier: Apache-2.0
#include "app/last_resort.hpp"

#include "base/log.hpp"

#include <cstdlib>
#include <utility>

namespace longwave::app {

LastResort::LastResort(Duration patience, std::function<void()> instead) {
  thread_ = std::thread([this, patience, instead = std::move(instead)] {
    std::unique_lock lock(mutex_);
    if (wake_.wait_for(lock, patience, [this] { return ended_; })) return;
    log::warn("something still waits for a disk that doesn't answer; ending without it");
    if (instead) instead();
    std::_Exit(EXIT_SUCCESS);
  });
}

LastResort::~LastResort() {
  {
    std::lock_guard lock(mutex_);
    ended_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

}  // namespace longwave::app
