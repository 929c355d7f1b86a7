// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/task.hpp"
#include "fleet/bus.hpp"

#include <memory>

namespace longwave::fleet {

/// The bus inside one process: joins ends of any threads, with the promises of Redis' publish and subscribe.
/// Must outlive its ends.
///
///   Exchange exchange;
///   auto scheduler = exchange.end(fleet_loop.poster());
///   auto streamer = exchange.end(station_loop.poster());
class Exchange {
 public:
  Exchange();
  ~Exchange();
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  /// An end whose handler is called through `post`, later, in the order of publishing.
  std::unique_ptr<Bus> end(Post post);

  /// For tests and simulation: everyone is told that the bus is down; until mend() what is published is lost.
  void cut();
  void mend();

 private:
  struct State;
  class End;
  std::shared_ptr<State> state_;
};

}  // namespace longwave::fleet
