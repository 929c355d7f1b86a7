// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "fleet/bus.hpp"
#include "fleet/outside.hpp"
#include "fleet/scheduler.hpp"
#include "io/timer.hpp"
#include "schedule/radios/radios.hpp"
#include "store/lease.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace longwave::io {
class Loop;
}
namespace longwave::store {
class Store;
}

namespace longwave::fleet {

struct NodeOptions {
  std::string name;  ///< of this process, as the holder of the lease
  SchedulerOptions scheduler = {};
  radios::Settings radios = {};
  Duration lease_patience = std::chrono::seconds{6};
  Duration write_every = std::chrono::seconds{1};
  std::uint64_t seed = 0;
  /// Makes the radios of each reign; they speak through what is given. Empty: a radios::Radios, fed by
  /// Outside.
  std::function<std::unique_ptr<radios::Programming>(radios::Port&)> programming = {};
};

/// A process with the role of a scheduler: it waits for the lease, and while it has it there are a Scheduler
/// and its Radios, fed from the bus and the clock, and written to the store under the lease's term. Without
/// the lease it is a standby and hears what it doesn't act on.
///
/// Belongs to the loop's thread, apart from what says otherwise; must outlive the loop's run. Nothing that
/// waits happens here: the store has its own threads, and the rest is Outside's.
class Node final : BusHandler, fleet::Port, radios::Source {
 public:
  /// All of these outlive the node.
  struct Parts {
    const Clock& clock;
    io::Loop& loop;
    store::Store& store;
    Bus& bus;
    Outside& outside;
  };

  Node(Parts parts, NodeOptions options);
  ~Node() override;

  /// On the loop.
  void start();
  /// On the loop: writes what is left, gives the lease back and takes no more messages; `done` is called on
  /// the loop when that is on disk.
  void stop(Task done);

  /// What people may see; the pointers are null on a standby. On the loop, for the time of a call.
  struct View {
    const Scheduler* scheduler = nullptr;
    const radios::Programming* radios = nullptr;
    bool bus_up = false;
    bool stopping = false;
    std::string name;
    std::string holder;       ///< of the lease, as far as it is known
    std::size_t reports = 0;  ///< that wait for the web application
    std::uint64_t writes_failed = 0;
    WallTime now{};
  };
  /// From any thread: `look` runs on the loop.
  void look(UniqueFunction<void(const View&)> look);
  /// From any thread: events were put into their table.
  void wake_up();
  /// From any thread, for the reports: there is no such user.
  void user_unknown(std::int64_t user_id);
  /// On the loop: there may be songs that weren't there. Radios with nothing to play are asked again at once.
  void library_changed();
  /// On the loop: something became due that wasn't.
  void turn();

 private:
  struct Reign;  // scheduler and radios, while the lease is held

  void on_bus_up() override;
  void on_bus_down(const std::string& why) override;
  void on_bus_message(const std::string& channel, std::string payload) override;

  void send(std::string_view streamer, const ToStreamer& message, const std::optional<Stamp>& stamp) override;
  void report(const Report& report) override;
  void played(Played item) override;
  void request_started(std::string_view radio, std::int64_t request) override;
  void find_user(std::uint64_t ticket, const Credentials& credentials) override;
  void find_radio(std::string_view radio_uuid) override;
  void fetch_events() override;

  void load(std::string_view radio) override;
  std::string file(std::uint32_t key) const override;

  void arm();
  void ask_for_lease();
  void begin_reign();
  void reign(const SavedFleet& fleet, const std::vector<radios::Saved>& radios);
  void resign(std::string_view why);
  void write_changes();
  void take_stored_events();
  /// `job` on a thread of the store, then `use` on the loop with what it gave; nullopt: the store failed.
  template <class Job, class Use>
  void ask_store(bool writes, Job job, Use use);
  /// A function for any thread: `work` runs on the loop with what it is given, if the present reign lasts.
  template <class Value, class Work>
  UniqueFunction<void(Value)> in_reign(Work work);

  Parts parts_;
  NodeOptions options_;
  Post post_;
  io::Timer timer_;
  store::LeaseMachine lease_;
  std::unique_ptr<Reign> reign_;
  std::uint64_t reigns_ = 0;  // counts them, and their ends
  bool beginning_ = false;
  bool writing_ = false;
  bool write_failed_ = false;  // the last one
  bool stopping_ = false;
  bool fetching_ = false;
  Instant write_at_{};
  std::uint64_t writes_failed_ = 0;
};

}  // namespace longwave::fleet
