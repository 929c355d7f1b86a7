// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "fleet/departed.hpp"
#include "fleet/expiring.hpp"
#include "fleet/listeners.hpp"
#include "fleet/ports.hpp"
#include "fleet/roster.hpp"
#include "schedule/radios/programming.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace longwave::fleet {

/// What happens when a streamer asks for a radio that another one streams.
enum class OnSecondStreamer {
  exists,   ///< it is told whose it is, if that one answers a ping at once
  takeover  ///< the other has to stop, it becomes the master
};
/// What happens to the radios of a streamer that is gone.
enum class StreamerLoss {
  keep,  ///< their programmes go on
  clean  ///< their states are removed, as the seed has it
};

/// Numbers of section 4 of the sheet, and ours.
struct SchedulerOptions {
  OnSecondStreamer on_second_streamer = OnSecondStreamer::exists;
  StreamerLoss streamer_loss = StreamerLoss::keep;
  Duration ping_every = std::chrono::seconds{15};
  int missed_rounds = 2;
  Duration master_answers_within = std::chrono::seconds{1};
  /// A streamer gives up after 5 s: by then it has had an answer, be it that nobody could be asked.
  Duration user_within = std::chrono::seconds{4};
  Duration radio_within = std::chrono::seconds{5};
  /// `radio_started` waits so long for the store to know the new master: if this scheduler dies right after
  /// it, the next one knows who streams the radio. 0: it isn't waited for.
  Duration stored_within{};
  Duration fetch_events_every = std::chrono::seconds{10};
  std::size_t most_waiting = 10'000;  ///< questions that wait for an answer, of each kind
  std::int64_t term = 0;              ///< of the lease under which it speaks
};

/// The streamers and listeners as they were stored.
struct SavedFleet {
  std::vector<StreamerRow> streamers;
  std::vector<Listener> listeners;
  std::vector<DepartedRow> departed = {};
};

/// Rows to be written: what is in `put` replaces a row, and the keys are removed.
struct FleetChanges {
  std::vector<StreamerRow> put_streamers;
  std::vector<std::string> removed_streamers;
  std::vector<Listener> put_listeners;
  std::vector<ListenerKey> removed_listeners;
  std::vector<DepartedRow> departed;  ///< each in place of what was stored of its streamer
  bool empty() const {
    return put_streamers.empty() && removed_streamers.empty() && put_listeners.empty() &&
           removed_listeners.empty() && departed.empty();
  }
};

/// The scheduler's side of docs/protocols/scheduler.md sections 2, 3 and 5 to 9: who streams what, who
/// listens, who is alive. A pure machine of one thread: messages, answers and the time in; messages, reports
/// and questions out by its Port. It exists only while this process holds the lease.
///
///   Scheduler scheduler(clock, port, options);
///   radios::Radios radios(clock, scheduler, source, settings, seed);   // the scheduler is the radios' port
///   radios.restore(…);  scheduler.start(radios, saved);
///
/// The owner arms a timer for deadline() after every call, and calls tick() then; radios.tick() as well.
class Scheduler final : public radios::Port {
 public:
  /// `port` outlives this.
  Scheduler(const Clock& clock, fleet::Port& port, SchedulerOptions options);

  /// Section 13: stored streamers aren't believed but asked; they keep their radios while they are.
  void start(radios::Programming& radios, const SavedFleet& saved);

  /// The bus. While it is down nobody is declared dead; afterwards everyone is pinged at once, and who may
  /// have missed something is sent it again when it answers.
  void bus_up();
  void bus_down();

  /// What was published on `yascheduler`. A message that can't be read is logged and counted.
  void received(std::string_view json);
  void receive(const FromStreamer& message);
  /// What was published on `yaapp`.
  void app_received(std::string_view json);
  /// Section 9.
  void app_event(const AppEvent& event);

  // Answers to the Port's questions.
  void user_found(std::uint64_t ticket, const User& user);
  void radio_found(std::string_view radio_uuid, bool found);
  /// There is no such user: its listeners are anonymous.
  void user_unknown(std::int64_t user_id);

  void tick();
  std::optional<Instant> deadline();

  /// Rows that changed since the last call.
  FleetChanges take_changes();
  /// They could not be written: they are given again.
  void not_written(const FleetChanges& changes);
  /// A radio is to be started as soon as its master is in the store: changes are to be written at once.
  bool wants_store() const { return starting_.size() > 0; }
  /// These rows of the radios are in the store.
  void written(const radios::Changes& changes);
  /// Nothing is left that isn't.
  void all_written();

  struct Counts {
    std::size_t streamers = 0, listeners = 0;
    std::uint64_t messages = 0;  ///< that were read
    std::uint64_t refused = 0;   ///< that could not be
    std::uint64_t lost = 0;      ///< streamers that died
    std::uint64_t handed_over = 0;
    std::uint64_t unsent = 0;  ///< messages while the bus was down
  };
  Counts counts() const;
  const Roster& roster() const { return roster_; }
  const Listeners& listeners() const { return listeners_; }
  std::int64_t term() const { return options_.term; }

  // radios::Port: called by the radios.
  void play(const radios::Play& play) override;
  void prepare(const radios::Prepare& prepare) override;
  void song_started(const radios::SongStarted& song) override;
  void item_ended(const radios::ItemEnded& item) override;
  void request_started(std::string_view radio, std::int64_t request) override;

 private:
  /// A play_radio for a radio of somebody else, while that one is asked whether it is alive.
  struct Check {
    std::string master;
    std::vector<std::string> askers;
  };
  /// What waits for the database's word on a radio.
  struct Sought {
    std::vector<std::string> askers;  // of play_radio
    std::optional<AppEvent> event;    // that would create it
  };
  struct Asked {
    AskUser question;
    Instant until;
  };

  void on(const Test& m);
  void on(const RegisterStreamer& m);
  void on(const UnregisterStreamer& m);
  void on(const Pong& m);
  void on(const AskUser& m);
  void on(const PlayRadio& m);
  void on(const StopRadio& m);
  void on(const RegisterListener& m);
  void on(const UnregisterListener& m);

  void heard(const std::string& streamer);
  void register_again(const std::string& streamer);
  void enroll(StreamerRow row);
  void lose(const std::string& streamer);
  void ping_everyone();
  void tell_streamers(const std::string& newcomer = {});

  void seek(const std::string& radio, const std::string& asker, const AppEvent* event);
  void grant(const std::string& radio, const std::string& streamer);
  void start_radio(const std::string& radio, const std::string& streamer);
  void begin_stream(const std::string& radio, const std::string& streamer);
  void ask_master(const std::string& radio, Check check);
  void master_answered(const std::string& master);
  void hand_over(const std::string& radio, Check check);
  void stop_streaming(const std::string& radio, const std::string& streamer);
  void come_back(const std::string& streamer);
  void tell_exists(const std::string& asker, const std::string& radio, const std::string& master);
  void forget_asker(const std::string& streamer, const std::string* radio);
  void forget_relay(const std::string& radio, const std::string& streamer);
  void change_radio(const AppEvent& event);
  void delete_radio(const std::string& radio);

  void answer_user(const AskUser& question, const User& user);
  void closed(const Listener& listener);
  std::int64_t sum(const std::vector<Listener>& listeners) const;
  void send(const std::string& streamer, const ToStreamer& message);

  const Clock& clock_;
  fleet::Port& port_;
  SchedulerOptions options_;
  radios::Programming* radios_ = nullptr;
  Roster roster_;
  Listeners listeners_;
  Expiring<Check> checks_;                                // by radio
  std::map<std::string, std::set<std::string>> checked_;  // by master: radios, some of them checked no more
  Expiring<Sought> sought_;                               // by radio
  Expiring<std::string> starting_;  // by radio: its new master, until that is in the store
  std::map<std::string, std::set<std::string>> relays_;  // by radio: streamers of ours that pass it on
  Departed departed_;
  std::map<std::uint64_t, Asked> asked_;  // by ticket; older ones have lower tickets and end sooner
  std::uint64_t last_ticket_ = 0;
  std::optional<Instant> round_;  // the next round of pings; none while the bus is down
  Streamers told_;
  Instant fetch_{};
  bool bus_up_ = false;
  Instant bus_up_since_{};
  std::uint64_t connection_ = 0;  // of the bus: counts them
  Counts counts_;
};

}  // namespace longwave::fleet
