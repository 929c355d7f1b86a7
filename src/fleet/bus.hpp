// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/task.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace longwave::fleet {

/// What comes from a bus. All on the thread of whoever owns the end.
class BusHandler {
 public:
  /// Subscribed: from now on messages come. Also after every reconnect: whatever was published in between is
  /// lost, and nobody will say what it was.
  virtual void on_bus_up() = 0;
  /// publish() goes nowhere, and what others publish may be lost, until the next on_bus_up().
  virtual void on_bus_down(const std::string& why) = 0;
  virtual void on_bus_message(const std::string& channel, std::string payload) = 0;

 protected:
  ~BusHandler() = default;
};

/// One end of the bus of the fleet: publish and subscribe, nothing is kept for who isn't there
/// (docs/protocols/scheduler.md section 1). Implementations: fleet/exchange.hpp inside one process,
/// fleet/redis_bus.hpp between processes. Belongs to one thread; no handler is called from inside publish().
class Bus {
 public:
  virtual ~Bus() = default;
  /// Once: on_bus_up() follows when the channels are subscribed.
  virtual void start(std::vector<std::string> channels, BusHandler& handler) = 0;
  /// No handler is called afterwards.
  virtual void stop() = 0;
  /// In order per end. False: the bus is down, the message is lost.
  virtual bool publish(std::string_view channel, std::string payload) = 0;
  virtual bool up() const = 0;
};

}  // namespace longwave::fleet
