// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/air.hpp"
#include "base/clock.hpp"
#include "io/timer.hpp"
#include "schedule/radios/state.hpp"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace longwave::schedule {
class Keeper;
}
namespace longwave::store {
class Store;
}

namespace longwave::app {

/// What the scheduler of a fleet plays on the stations that people look at here, read from what it keeps in
/// the database: every two seconds, and what is certain ahead is told at the instant when it begins. For
/// processes that play nothing themselves. Belongs to the station loop; outlives its run.
class FollowedAir final : public api::Air {
 public:
  struct Parts {
    const Clock& clock;
    store::Store& store;
    const schedule::Keeper& keeper;
    io::Loop& loop;
    std::function<void(StationId)> changed;
    std::function<void(StationId, int listeners)> heard_by;
    /// Has anybody here subscribed to the station's channel? Answered on the station loop.
    std::function<void(const std::string& slug, UniqueFunction<void(bool)>)> subscribed;
  };
  explicit FollowedAir(Parts parts);

  void follow(const std::vector<StationId>& stations, Task then) override;
  std::optional<schedule::NowView> on_air(StationId station) const override;

 private:
  struct Row {
    std::string radio;
    bool known = false;
    std::optional<std::vector<radios::ItemView>> line;  // nullopt: no scheduler has it
    int listeners = 0;
    Instant until{};                                      // it is followed
    std::vector<std::pair<std::int64_t, WallTime>> told;  // number and end of what is on, and of what is next
  };
  struct Read;

  void read();
  void take(const Read& read);
  void beat();
  void expire(StationId station);
  void tell(StationId station, Row& row);
  void plan();
  struct Two {
    const radios::ItemView* current = nullptr;
    const radios::ItemView* next = nullptr;
  };
  static Two at(const Row& row, WallTime moment);

  Parts parts_;
  io::Timer timer_;
  std::map<StationId, Row> rows_;
  std::vector<Task> waiting_;
  bool reading_ = false;
  Instant read_{};  // last time
};

}  // namespace longwave::app
