// SPDX-License-Identifier: Apache-2.0
#include "app/streamer_figures.hpp"

#include "api/metrics.hpp"

namespace longwave::app {

void StreamerFigures::look(const fleet::Streamer& streamer, Instant now) {
  if (now - looked_ < std::chrono::seconds{1} && streamer.bus_is_up() == bus_up_) return;
  looked_ = now;
  const std::lock_guard lock(mutex_);
  counts_ = streamer.counts();
  bus_up_ = streamer.bus_is_up();
}

fleet::Streamer::Counts StreamerFigures::counts() const {
  const std::lock_guard lock(mutex_);
  return counts_;
}

void StreamerFigures::add(api::Metrics& metrics) {
  using C = fleet::Streamer::Counts;
  const auto of = [this](auto member) {
    return [this, member] { return static_cast<double>(counts().*member); };
  };
  metrics.gauge("longwave_streamer_bus_up", "1 while the scheduler's Redis is reached.", [this] {
    const std::lock_guard lock(mutex_);
    return bus_up_ ? 1.0 : 0.0;
  });
  metrics.gauge("longwave_streamer_radios_built", "Radios whose stream is made here.", of(&C::building));
  metrics.gauge("longwave_streamer_radios_passed_on", "Radios whose stream comes from another streamer.",
                of(&C::relaying));
  metrics.gauge("longwave_streamer_sessions", "Listeners, with those who wait for an answer.",
                of(&C::sessions));
  metrics.counter("longwave_streamer_messages_total", "Messages of the scheduler that were read.",
                  of(&C::messages));
  metrics.counter("longwave_streamer_refused_total", "Messages that could not be read.", of(&C::refused));
  metrics.counter("longwave_streamer_outdated_total",
                  "Messages of a scheduler that had lost its lease already.", of(&C::outdated));
  metrics.counter("longwave_streamer_lost_total", "Messages that could not be sent, Redis being away.",
                  of(&C::lost));
}

}  // namespace longwave::app
