// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/metrics.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "hub/broker.hpp"

#include <memory>
#include <string>
#include <vector>

namespace longwave::io {
class Loop;
}

namespace longwave::app {

struct Config;

/// The hub's broker as it is configured: of this process alone, or through Redis between several servers.
class Messages {
 public:
  /// Not those of a streamer: nobody talks there, and its Redis user may do no more than it must.
  static bool are_shared(const Config& config);
  /// What is wrong with the options, before anything starts.
  static Result<void> check(const Config& config);

  /// `config` has passed check(). `node` differs between servers and from one start to the next; the broker
  /// belongs to the loop, which outlives this.
  Messages(const Config& config, const Clock& clock, io::Loop& hub_loop, const std::string& node);
  /// When the loop has stopped.
  ~Messages();

  hub::Broker& broker();
  /// Begins to connect. Any thread; without Redis nothing.
  void start();
  /// Ends the connections; what waits for an answer gets one. Not on the loop, which runs. Returns when it is
  /// done.
  void stop();
  std::vector<api::Check> checks() const;
  void add_metrics(api::Metrics& metrics) const;

 private:
  class Shared;
  io::Loop& loop_;
  std::unique_ptr<hub::Broker> here_;
  std::unique_ptr<Shared> shared_;  // null without Redis
};

}  // namespace longwave::app
