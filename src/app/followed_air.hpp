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

/// What the scheduler of a fleet plays, read from what it keeps in the database: of stations that somebody
/// asks about at that moment, of those that somebody has subscribed to every two seconds; what is certain
/// ahead is told at the instant when it begins. For processes that play nothing themselves. Belongs to the
/// station loop; outlives its run.
class FollowedAir final : public api::Air {
 public:
  struct Parts {
    const Clock& clock;
    store::Store& store;
    const schedule::Keeper& keeper;
    io::Loop& loop;
    std::function<void(StationId)> changed;
    std::function<void(StationId, int listeners)> heard_by;
    /// The slugs of the stations that have subscribers here; answered on the station loop.
    std::function<void(UniqueFunction<void(std::vector<std::string>)>)> subscribed;
  };
  explicit FollowedAir(Parts parts);

  void start();

  void look(const std::vector<StationId>& stations, Task then) override;
  void follow(StationId station, Task then) override;
  std::optional<schedule::NowView> on_air(StationId station) const override;

 private:
  struct Row {
    std::string slug, radio;
    std::optional<std::vector<radios::ItemView>> line;  // nullopt: no scheduler has it
    int listeners = 0;
    bool wanted = false;    // to be read
    bool followed = false;  // somebody has subscribed
    std::optional<Instant> read;
    std::vector<std::pair<std::int64_t, WallTime>> told;  // number and end of what is on, and of what is next
  };
  struct Read;

  void read();
  void take(const Read& read);
  void beat();
  void tell(StationId station, Row& row);
  void plan();
  void take(const std::vector<std::string>& subscribed);
  struct Two {
    const radios::ItemView* current = nullptr;
    const radios::ItemView* next = nullptr;
  };
  static Two at(const Row& row, WallTime moment);

  Parts parts_;
  io::Timer beat_, ask_;
  std::map<StationId, Row> rows_;
  std::vector<Task> waiting_;
  bool reading_ = false;
};

}  // namespace longwave::app
