// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/time.hpp"
#include "station/watchdog.hpp"

namespace longwave::station {

struct BroadcastOptions {
  Duration lead = std::chrono::seconds{4};           ///< frames are made up to now + lead
  Duration beat = std::chrono::milliseconds{250};    ///< how often, while somebody listens
  Duration behind_limit = std::chrono::seconds{20};  ///< a listener further behind is dropped
  Duration linger = std::chrono::seconds{5};         ///< a mount goes on that long after its last listener
  Duration first_frame = std::chrono::milliseconds{2500};  ///< then a first listener gets the filler
  /// A mount may fall back that much from the lead to wait for a joint; less than the watchdog's patience.
  Duration patience = std::chrono::milliseconds{900};
  Duration give_up =
      std::chrono::seconds{10};  ///< an item that isn't ready that long after its time has failed
  int max_listeners = 5000;      ///< of the whole process; more: 503
  WatchdogLimits watchdog;
};

}  // namespace longwave::station
