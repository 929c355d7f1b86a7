// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/time.hpp"
#include "dialects/socketio/recovery.hpp"

#include <any>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

namespace longwave::socketio {

/// A socket whose connection was lost, until its client comes back or the time is over.
struct Parted {
  std::string nsp;
  std::string id;
  std::any data;
  Trail trail;
  Instant until;
};

/// By pid. From any thread.
class Returning {
 public:
  explicit Returning(std::size_t limit) : limit_(limit) {}
  void put(const std::string& pid, Parted parted, Instant now);
  /// Only for the namespace it left, only once.
  std::optional<Parted> take(const std::string& pid, const std::string& nsp, Instant now);

 private:
  std::mutex mutex_;
  std::size_t limit_;
  std::unordered_map<std::string, Parted> parted_;
  std::deque<std::string> order_;
};

}  // namespace longwave::socketio
