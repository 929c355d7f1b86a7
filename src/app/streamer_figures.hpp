// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "fleet/streamer.hpp"

#include <mutex>

namespace longwave::api {
class Metrics;
}

namespace longwave::app {

/// What /metrics says of a streamer, beside what every player says (docs/streamer.md names them).
class StreamerFigures {
 public:
  void add(api::Metrics& metrics);
  /// On the streamer's loop, as often as one likes: once a second it is read.
  void look(const fleet::Streamer& streamer, Instant now);

 private:
  fleet::Streamer::Counts counts() const;

  mutable std::mutex mutex_;  // of the two below
  fleet::Streamer::Counts counts_;
  bool bus_up_ = false;
  Instant looked_{};
};

}  // namespace longwave::app
