// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "base/random.hpp"
#include "fleet/scheduler.hpp"
#include "schedule/radios/radios.hpp"
#include "simulate/agenda.hpp"
#include "simulate/database.hpp"
#include "simulate/ledger.hpp"
#include "simulate/simulate.hpp"
#include "simulate/streamer.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace longwave::simulate {

/// The real machines and the model around them, in one thread and one virtual time. world.cpp moves time and
/// carries messages, faults.cpp breaks things, people.cpp listens, checks.cpp judges.
class World final : public fleet::Port, public radios::Source, public StreamerPort {
 public:
  explicit World(const Options& options, WallTime from);
  Report run();

  // fleet::Port
  void send(std::string_view streamer, const fleet::ToStreamer& message,
            const std::optional<fleet::Stamp>& stamp) override;
  void report(const fleet::Report& report) override;
  void find_user(std::uint64_t, const fleet::Credentials&) override {}
  void find_radio(std::string_view radio_uuid) override;
  void fetch_events() override {}

  // radios::Source
  void load(std::string_view radio) override;
  std::string file(std::uint32_t key) const override { return Database::file(key); }

  // StreamerPort
  bool publish(const std::string& streamer, const fleet::FromStreamer& message) override;
  void go_away(std::int64_t session, const std::string& streamer) override;
  void wait_for_answer(const std::string& streamer, const std::string& radio) override;
  void relay(const std::string& streamer, const std::string& radio, const std::string& from) override;
  void relay_ended(const std::string& streamer, const std::string& radio, const std::string& from) override;
  void relay_broke(const std::string& streamer, const std::string& radio, const std::string& from) override;
  void first_byte(const std::string& streamer, std::int64_t session) override;

 private:
  /// A streamer and its end of the bus.
  struct Node {
    std::unique_ptr<Streamer> streamer;
    bool connected = true;
    bool stalled = false;
    std::vector<std::string> inbox;  ///< while it is stalled
    WallTime last_delivery{};
    WallTime troubled_until{};  ///< until then it may be behind, by a fault of its own
  };
  struct Session {
    std::string radio, streamer;
  };
  /// What was heard last of a radio.
  struct Heard {
    WallTime start{}, end{};
    bool strict = false;  ///< the next has to begin exactly at the end
  };

  // world.cpp
  void begin_scheduler();
  void flush();
  void store(std::size_t rows);
  void create_all();
  void step(WallTime end);
  WallTime next_time() const;
  void deliver_to_scheduler(const std::string& text);
  void deliver_to_streamer(Node& node, const std::string& text);
  Node* node(const std::string& streamer);
  /// Whom somebody could listen to now.
  Streamer* serving(const std::string& streamer);
  void tick_streamers();
  Duration latency() { return std::chrono::microseconds{500 + random_.below(20'000)}; }
  Duration pause(Duration mean);
  void every(Duration mean, const std::function<void()>& what);
  WallTime now() const { return clock_.wall(); }
  void in(Duration later, Task task) { agenda_.at(now() + later, std::move(task)); }

  // faults.cpp
  void plan_faults();
  void lose_redis();
  void crash_streamer();
  void stall_streamer();
  void restart_scheduler();
  void kill_scheduler();
  void take_over();
  void lose_database();
  void edit();

  // people.cpp
  void arrive();
  void connect(std::int64_t session);

  // checks.cpp
  void plan_checks();
  void check_song(const fleet::SongStarted& song);
  void check_silence();
  void check_streams();
  void check_stream(const Node& node, const Streamer::Made& made);
  void check_relay(const Node& node, const Streamer::PassedOn& relay);
  void check_masters();
  bool scheduler_troubled() const { return !radios_ || now() < scheduler_trouble_until_; }
  /// Programmes that a new scheduler hasn't read yet can't be read.
  bool database_troubled() const {
    return now() < database_trouble_until_ && now() < restarted_ + std::chrono::minutes{15};
  }
  void violation(const std::string& what);
  void trace(const std::string& what);

  Options options_;
  ManualClock clock_;
  WallTime from_;
  Random random_;
  Agenda agenda_;
  Database database_;
  Ledger ledger_;
  std::vector<Node> nodes_;
  std::map<std::int64_t, Session> sessions_;
  std::int64_t last_session_ = 0;
  std::unique_ptr<fleet::Scheduler> scheduler_;
  std::unique_ptr<radios::Radios> radios_;
  std::uint64_t generation_ = 0;  ///< of the scheduler: answers for one that is gone are dropped
  std::uint64_t writing_ = 0;     ///< the generation whose changes are on their way to the disk; 0: none
  bool about_to_kill_ = false;    ///< the scheduler: from now on what it stores counts
  bool redis_up_ = true;
  bool scheduler_connected_ = false;
  bool database_up_ = true;
  WallTime scheduler_last_delivery_{};
  WallTime redis_trouble_until_{};      ///< what originals play may be wrong
  WallTime scheduler_trouble_until_{};  ///< after a restart
  WallTime database_trouble_until_{};
  WallTime restarted_{};
  std::vector<WallTime> playable_since_, edited_;
  std::vector<Heard> heard_;
  std::vector<std::string> names_;  ///< of the radios
  std::size_t slice_ = 0;
  struct {
    std::uint64_t songs = 0, silence = 0, heard = 0, passed_on = 0, masters = 0, sent = 0, received = 0,
                  loads = 0;
  } count_;
  Report report_;
};

}  // namespace longwave::simulate
