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
  /// Finds out what isn't known of these, or wasn't lately, and calls `then`: at once if it is known.
  virtual void look(const std::vector<StationId>& stations, Task then) = 0;
  /// The same for one whose changes somebody wants to hear: the feed is told of them as long as there are
  /// subscribers.
  virtual void follow(StationId station, Task then) = 0;
  /// nullopt: no scheduler has it, or nobody looked lately.
  virtual std::optional<schedule::NowView> on_air(StationId station) const = 0;
};

}  // namespace longwave::api
