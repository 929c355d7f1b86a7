// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/time.hpp"
#include "fleet/messages.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace longwave::simulate {

/// What a streamer says, to the bus and to its listeners.
class StreamerPort {
 public:
  virtual void publish(const std::string& streamer, const fleet::FromStreamer& message) = 0;
  /// This session can't stay here: it goes to `streamer`, or to any (empty).
  virtual void go_away(std::int64_t session, const std::string& streamer) = 0;
  /// In 5 s: Streamer::timed_out(radio).
  virtual void wait_for_answer(const std::string& streamer, const std::string& radio) = 0;
  /// In 5 s: Streamer::ask_about_unconfirmed().
  virtual void look_again(const std::string& streamer) = 0;

 protected:
  ~StreamerPort() = default;
};

/// A streamer as the sheet tells it (docs/protocols/scheduler.md, 5.3), original or one that prepares: what
/// it was told to play of each radio, and who listens.
class Streamer {
 public:
  struct Planned {
    std::int64_t item = 0;
    WallTime start{};
    Duration offset{};
    std::string file;
  };
  struct Stream {
    bool mastered = false;
    bool confirmed = true;  ///< the present scheduler has said something about it
    WallTime since{};
    std::vector<Planned> plan;  ///< by start
    std::set<std::int64_t> waiting, listening;
  };

  Streamer(std::string name, bool prepares, StreamerPort& port)
      : name_(std::move(name)), prepares_(prepares), port_(port) {}

  void start();
  void crash();
  /// The bus is there again.
  void reconnected();
  /// `said`: from when on a delay is counted. `term`: of the scheduler; 0: not told.
  void receive(const fleet::ToStreamer& message, WallTime now, WallTime said, std::int64_t term);
  void come(std::int64_t session, const std::string& radio);
  void leave(std::int64_t session, const std::string& radio);
  void timed_out(const std::string& radio);
  void ask_about_unconfirmed();

  const std::string& name() const { return name_; }
  bool prepares() const { return prepares_; }
  bool alive() const { return alive_; }
  const std::map<std::string, Stream>& streams() const { return streams_; }
  /// What is heard of this radio now; nullptr: nothing was told yet.
  static const Planned* on_air(const Stream& stream, WallTime now);

 private:
  void heard_term(std::int64_t term);
  void on_play(const fleet::Play& play, WallTime now, WallTime said);
  void on_prepare(const fleet::Prepare& prepare, WallTime now);
  void send_away(const std::string& radio, const std::string& to);

  std::string name_;
  bool prepares_;
  StreamerPort& port_;
  bool alive_ = false;
  std::int64_t term_ = 0;
  std::map<std::string, Stream> streams_;
};

}  // namespace longwave::simulate
