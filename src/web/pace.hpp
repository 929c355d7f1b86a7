// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/time.hpp"

#include <cstddef>
#include <cstdint>

namespace longwave::web {

/// Judges by how much moved over a window whether a peer is too slow. Pure.
class Pace {
 public:
  /// From now on something is to move. `moved`: bytes so far, ever.
  void begin(Instant now, std::uint64_t moved) {
    began_ = now;
    mark_ = moved;
    watching_ = true;
  }
  /// Nothing is to move.
  void end() { watching_ = false; }
  bool watching() const { return watching_; }

  /// True when less than `rate` bytes a second moved in a whole window, which then begins anew.
  bool too_slow(Instant now, std::uint64_t moved, Duration window, std::size_t rate) {
    if (!watching_ || now - began_ < window) return false;
    const auto least = static_cast<double>(rate) * std::chrono::duration<double>(now - began_).count();
    const bool slow = static_cast<double>(moved - mark_) < least;
    begin(now, moved);
    return slow;
  }

 private:
  Instant began_{};
  std::uint64_t mark_ = 0;
  bool watching_ = false;
};

}  // namespace longwave::web
