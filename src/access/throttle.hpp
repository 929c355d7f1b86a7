// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <unordered_map>

namespace longwave::access {

struct ThrottleRules {
  int attempts = 5;                               ///< that may fail in a row before one has to wait
  Duration first_wait = std::chrono::seconds{2};  ///< doubles with each further failure
  Duration longest_wait = std::chrono::minutes{5};
  Duration forget = std::chrono::minutes{15};  ///< after the last attempt
  std::size_t keys = 4096;                     ///< remembered at most; the oldest goes
};

/// Slows down guessing: each key (an address, a user) has a number of free attempts, then waits that double.
/// An attempt counts from begin(), so that many at once don't get past it. Belongs to one thread, or its
/// owner's lock.
class Throttle {
 public:
  Throttle(const Clock& clock, ThrottleRules rules = {}) : clock_(clock), rules_(rules) {}

  /// How long the key has to wait; nullopt: go ahead, counted as a failure until success() says otherwise.
  std::optional<Duration> begin(const std::string& key);
  void success(const std::string& key);

 private:
  struct Entry {
    int failures = 0;
    Instant last{};
    Instant free_at{};
  };
  void make_room();

  const Clock& clock_;
  ThrottleRules rules_;
  std::unordered_map<std::string, Entry> entries_;
};

}  // namespace longwave::access
