// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/random.hpp"
#include "schedule/keeper.hpp"

#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace longwave::schedule {

/// One station of the Keeper: its programmer, what of it is being written, and what waits for that.
class Keeper::Station {
 public:
  Station(Keeper& keeper, Saved saved);

  Programmer& programmer() { return *programmer_; }
  const Programmer& programmer() const { return *programmer_; }
  StationId id() const { return id_; }

  /// As it was told last.
  ViewPtr view() const;

  void run(Command command, Reply reply);
  void receive(const orders::FromPlayer& message);
  void set_catalogue();
  void look_again();
  void tick();
  /// From here on its orders and events go out.
  void begin();
  void flush();
  std::optional<Instant> deadline() const;

  /// It is being removed: it takes and writes nothing more. False: it is so already.
  bool leave();
  /// It couldn't be removed, and goes on.
  void stay();
  /// It is removed: who waits is told.
  void dismiss();

  std::optional<Instant> due;  ///< under which it stands in the event heap

 private:
  /// What one input led to, waiting for its turn to be sent and told.
  struct Step {
    std::uint64_t number = 0;
    Output output;
    bool waits = false;  ///< for its commit: it is a command
    bool failed = false;
    Reply reply;
    Answer answer;
  };

  Moment moment() const;
  void proceed();
  void execute(Command command, Reply reply);
  void write(Step& step);
  void written(std::uint64_t number, bool command, std::vector<HistoryRow> history,
               std::exception_ptr failure);
  void keep_unsaved(std::vector<HistoryRow> history);
  void save();
  void saved(std::exception_ptr failure);
  void refuse_waiting();
  // keeper_elsewhere.cpp: of a keeper that doesn't play
  void change_elsewhere(Command command, Reply reply);
  void read_again(UniqueFunction<void()> then);
  void take_in(std::optional<Saved> saved, UniqueFunction<void()>& then);
  void run_waiting();

  void reload();
  void reloaded(std::optional<Saved> saved);

  Keeper& keeper_;
  StationId id_;
  std::unique_ptr<Programmer> programmer_;
  void tell(const Event& event);

  ViewPtr told_;
  std::deque<Step> steps_;
  std::uint64_t last_step_ = 0;
  bool begun_ = false;
  bool leaving_ = false;
  bool flushing_ = false;
  int writing_ = 0;  ///< jobs given to the store and not answered
  bool failed_ =
      false;  ///< a command couldn't be written: to be read back as soon as nothing is being written
  bool reading_ = false;  ///< being read back

  bool unsaved_ = false;  ///< the store lacks changes of the programme: to be written as a whole
  bool saving_ = false;
  bool changed_while_saving_ = false;
  Instant save_again_{};
  std::vector<HistoryRow> unsaved_history_;
  std::deque<std::pair<Command, Reply>> waiting_;  ///< commands that wait for saving or reading back
  std::shared_ptr<bool> alive_ =
      std::make_shared<bool>(true);  ///< completions of the store that come later are dropped
};

/// keeper.cpp, for keeper_stations.cpp: a station of this kind, with its modes; a name as a radio.
void become(StationRow& row, Kind kind);
/// keeper_elsewhere.cpp: nothing, or why a process that doesn't play may change nothing at all.
std::optional<Error> played_elsewhere(store::Session& session);
std::string new_radio_uuid(Random& random);

}  // namespace longwave::schedule
