// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/signal.hpp"
#include "base/task.hpp"
#include "orders/orders.hpp"
#include "schedule/listening.hpp"
#include "schedule/programmer.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace longwave::store {
class Session;
class Store;
}  // namespace longwave::store

namespace longwave::schedule {

/// What the Keeper works with. All of it outlives the Keeper.
struct KeeperPorts {
  const Clock& clock;
  store::Store& store;
  orders::PlayerPort& player;  ///< the bus's end for what the programmers order
  Post post;                   ///< the station loop
  /// Arms the one timer: tick() is to be called on the station loop at that instant; a later call replaces
  /// it.
  std::function<void(Instant)> wake;
  std::uint64_t seed = 1;  ///< of the AutoDJs' chance
  Rules rules;
  std::size_t most_stations = 100;
  /// False: another process plays the stations, or a scheduler programmes them. Nothing is programmed here
  /// and nothing of a queue is written. What may be changed are the list of stations, their names and their
  /// programmes, for a scheduler; not while a process plays them, which must be asked itself. What others
  /// change is seen by look_again() and changed_elsewhere().
  bool plays = true;
};

struct NewStation {
  std::string slug;  ///< 1 to 32 of a-z, 0-9 and hyphens; its address for as long as it is there
  std::string name;  ///< for people
  Kind kind = Kind::radio;
};

/// A station is gone, with all that was kept of it.
struct StationClosed {
  StationId station;
  std::string slug;
  std::string radio_uuid;
};

/// Keeps the programmers of all stations on the station loop: gives them their inputs, writes what they
/// change through the store, answers a command when it is on disk, and only then sends its orders and tells
/// its events. One timer serves all stations.
///
/// A commit that fails: the command is answered `unavailable`, nothing of it was sent, and the station is
/// read back from the store. What the programme itself changed (the next item began) is never held back: it
/// goes on in memory and is written as a whole as soon as the store can; meanwhile commands are refused.
///
/// All of it belongs to the station loop, except the constructor and open(), which run before the loop does.
class Keeper final : public orders::ProgrammerPort {
 public:
  using Reply = UniqueFunction<void(Result<Answer>)>;
  using Created = UniqueFunction<void(Result<StationId>)>;
  using Removed = UniqueFunction<void(Result<void>)>;
  /// What somebody else has to write or to say in the same commit, before anything else is written.
  using Along = std::function<Result<void>(store::Session&)>;
  using HistoryReply = UniqueFunction<void(Result<std::vector<HistoryRow>>)>;
  using HeardReply = UniqueFunction<void(Result<std::vector<ItemHeard>>)>;

  explicit Keeper(KeeperPorts ports);
  ~Keeper() override;
  Keeper(const Keeper&) = delete;
  Keeper& operator=(const Keeper&) = delete;

  /// Reads all stations (blocking) and makes `main` when there is none; throws what the store throws. Orders
  /// nothing yet.
  /// `name` is what `main` is called for people; when it is given, it is also given to a `main` that exists.
  /// A new `main` is of this kind; given, an existing one of the other kind becomes it, with its modes.
  void open(std::string_view name = {}, std::optional<Kind> kind = std::nullopt);
  /// The programmes begin: from here on the player gets orders.
  void start();

  void set_catalogue(CataloguePtr catalogue);
  void run(StationId station, Command command, Reply reply);
  /// Makes a station; answered when it is on disk, and then its programme runs. Errors: invalid, conflict
  /// (there is one of that slug), full (most_stations), unavailable, and what `along` says.
  void create(NewStation fresh, Along along, Created reply);
  /// Errors: not_found, invalid, unavailable.
  void rename(StationId station, std::string name, Reply reply);
  /// Takes it off the air, with its queue, its history and its programme. Errors: not_found, conflict (`main`
  /// stays; being removed already), unavailable, and what `along` says.
  void remove(StationId station, Along along, Removed reply);
  void receive(StationId station, const orders::FromPlayer& message) override;
  void tick();
  /// Not `plays`: reads again the stations that somebody here looked at since the last call.
  void look_again();
  /// Not `plays`: other processes have made, renamed or removed these, or changed their programmes. They are
  /// read, and what is another is told.
  void changed_elsewhere(const std::vector<StationId>& stations);
  /// Newest first, rows with an id below `before`.
  void history(StationId station, std::size_t limit, std::optional<std::int64_t> before, HistoryReply reply);

  /// What was on air between the two, and how many heard it.
  void heard(StationId station, WallTime from, WallTime to, HeardReply reply);

  std::vector<StationId> stations() const;
  std::optional<StationId> find(std::string_view slug) const;
  /// As it was told last (before start(): as it was read); null: no such station.
  ViewPtr view(StationId station) const;
  /// nullptr: no such station. Valid until the loop's next turn.
  const Programmer* programmer(StationId station) const;

  Signal<QueueChanged> queue_changed;
  Signal<NowChanged> now_changed;
  Signal<HistoryAdded> history_added;
  Signal<ProgrammeChanged> programme_changed;
  Signal<StationChanged> station_changed;  ///< after the finer ones above, before the command is answered
  Signal<StationId> station_opened;        ///< made at run time: before its first order
  Signal<StationId> station_renamed;
  Signal<StationClosed> station_closed;

 private:
  class Station;

  Station* station(StationId id) const;
  void schedule(Station& station);
  template <class Rows, class Read>
  void read(StationId station, Read read, UniqueFunction<void(Result<Rows>)> reply);
  void opened(Saved saved);
  void closed(StationId id);

  KeeperPorts ports_;
  CataloguePtr catalogue_;
  bool started_ = false;
  mutable std::set<StationId> looked_at_;  // if it doesn't play
  std::int64_t last_id_ = 0;               ///< no id comes twice while the program runs
  std::vector<std::unique_ptr<Station>> stations_;
  std::unordered_map<StationId, Station*> by_id_;
  std::set<std::pair<Instant, Station*>> due_;  ///< the event heap
  Instant armed_{};                             ///< what wake() was told last
  std::shared_ptr<bool> alive_;                 ///< completions of the store that come later are dropped
};

}  // namespace longwave::schedule
