// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/signal.hpp"
#include "base/task.hpp"
#include "dialects/musicdb/scene.hpp"
#include "schedule/commands.hpp"
#include "schedule/keeper.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace longwave::musicdb {

/// What of the stage is new, in the words of the notifications.
struct StageChanged {
  bool status = false;  ///< play state
  bool song = false;    ///< another song is current
  bool queue = false;   ///< content or order
};

/// Where an added song goes: "next", "last", or behind an entry.
struct Position {
  schedule::Where where = schedule::Where::last;
  EntryId after{};
};

/// The station that this dialect steers, in its own terms (docs/protocols/musicdb.md section "Queue").
/// Belongs to the station loop. Every `done` comes when the change is on disk.
class Steering {
 public:
  using Done = UniqueFunction<void(Result<void>)>;
  using Hear = std::function<void(const StageChanged&)>;

  Steering(schedule::Keeper& keeper, const Clock& clock, Hear hear);

  Stage stage() const;
  /// Seconds of the current song that were played; 0 without one. Stands still while paused.
  double elapsed() const;
  schedule::RandomRules random() const;

  /// invalid: neither a word nor an entry of the queue.
  Result<Position> position(std::string_view text) const;
  /// In their order, each behind the one before.
  void add(std::vector<TrackId> songs, Position position, Done done);
  void add_random(Position position, std::optional<std::int64_t> album, Done done);
  /// Of the current entry: as next(). not_found: there is no such entry.
  void remove(EntryId entry, Done done);
  /// Behind `after`. The current one can't be moved; equal ids change nothing.
  void move(EntryId entry, EntryId after, Done done);
  void next(Done done);
  enum class State { play, pause, toggle };
  void set_state(State state, Done done);
  void set_random(schedule::RandomRules rules, Done done);
  /// Puts one song into an empty queue, if any can be found; answers in every case.
  void fill(Task done);

 private:
  std::optional<StationId> station() const;
  schedule::ViewPtr view() const;
  void run(schedule::Command command, Done done);
  /// What leaves fewer than two entries is followed by one more, when nobody else sees to that.
  void run_and_fill(schedule::Command command, Done done);
  void on_change(const schedule::StationChanged& event);

  schedule::Keeper& keeper_;
  const Clock& clock_;
  Hear hear_;
  Subscription on_change_;
};

}  // namespace longwave::musicdb
