// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.hpp"
#include "base/task.hpp"
#include "schedule/programmer.hpp"

#include <optional>
#include <vector>

namespace longwave::api {

/// What stations play that a scheduler elsewhere programmes: a port, for processes that play none themselves.
/// On the station loop.
class Air {
 public:
  virtual ~Air() = default;
  /// Finds out what isn't known of these yet, and `then` calls: at once if it is all known. For some minutes,
  /// and as long as somebody has subscribed, the owner tells the feed when it changes.
  virtual void follow(const std::vector<StationId>& stations, Task then) = 0;
  /// nullopt: no scheduler has it, or it isn't followed.
  virtual std::optional<schedule::NowView> on_air(StationId station) const = 0;
};

}  // namespace longwave::api
