// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "fleet/node.hpp"
#include "fleet/reports.hpp"
#include "io/timer.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>

namespace longwave::api {
class Metrics;
}

namespace longwave::app {

/// The scheduler's figures for Prometheus; docs/fleet.md has their names. The fleet's loop counts them every
/// few seconds while somebody asks (counting very many radios takes some milliseconds), any thread reads
/// them.
class FleetFigures {
 public:
  using Reports = std::function<fleet::ReportCounts()>;

  /// All of these outlive the metrics. `reports` is called on the loop; empty: there is no web application.
  FleetFigures(const Clock& clock, io::Loop& loop, fleet::Node& node, Reports reports);

  void add(api::Metrics& metrics);
  /// On the loop.
  void start();
  void stop() { timer_.cancel(); }

 private:
  /// A counter that begins anew with each reign of this scheduler goes on for those who read it.
  struct Total {
    std::uint64_t before = 0, now = 0;
    void see(std::uint64_t count);
    std::uint64_t value() const { return before + now; }
  };
  struct Seen {
    bool active = false, bus_up = false;
    std::int64_t term = 0;
    std::size_t streamers = 0, listeners = 0;
    radios::Counts radios;
    fleet::ReportCounts reports;
    std::uint64_t write_failures = 0;
    Total messages, refused, unsent, streamers_lost, handed_over, events, late, very_late;
  };
  void look();
  void take(const fleet::Node::View& view);

  const Clock& clock_;
  fleet::Node& node_;
  Reports reports_;
  io::Timer timer_;
  std::atomic<Instant::rep> asked_{0};
  std::mutex mutex_;  // of what follows
  Seen seen_;
};

}  // namespace longwave::app
