// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "fleet/messages.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace longwave::simulate {

/// What a streamer says, to the bus, to its listeners and to other streamers. An implementation doesn't call
/// back into it from inside.
class StreamerPort {
 public:
  /// False: it has no bus.
  virtual bool publish(const std::string& streamer, const fleet::FromStreamer& message) = 0;
  /// This session can't stay here: it goes to `streamer`, or to any (empty).
  virtual void go_away(std::int64_t session, const std::string& streamer) = 0;
  /// In 5 s: Streamer::timed_out(radio).
  virtual void wait_for_answer(const std::string& streamer, const std::string& radio) = 0;
  /// It passes on what `from` streams; soon from->attach(streamer, radio).
  virtual void relay(const std::string& streamer, const std::string& radio, const std::string& from) = 0;
  /// It doesn't any more: soon from->detach(streamer, radio).
  virtual void relay_ended(const std::string& streamer, const std::string& radio,
                           const std::string& from) = 0;
  /// What `streamer` passed on of `from` has ended: soon streamer->relay_lost(radio, from).
  virtual void relay_broke(const std::string& streamer, const std::string& radio,
                           const std::string& from) = 0;
  /// Somebody's first byte leaves: soon Streamer::began(session).
  virtual void first_byte(const std::string& streamer, std::int64_t session) = 0;

 protected:
  ~StreamerPort() = default;
};

/// A streamer and those who listen there.
class Streamer {
 public:
  explicit Streamer(std::string name) : name_(std::move(name)) {}
  virtual ~Streamer() = default;

  const std::string& name() const { return name_; }
  bool alive() const { return alive_; }
  /// It is told ahead what comes, and goes on by that while it hears nothing.
  virtual bool prepares() const = 0;

  virtual void start(bool connected) = 0;
  virtual void crash() = 0;
  virtual void bus(bool up) = 0;
  virtual void receive(const std::string& json) = 0;
  virtual void tick() = 0;  ///< once a second

  virtual void come(std::int64_t session, const std::string& radio) = 0;
  virtual void leave(std::int64_t session, const std::string& radio) = 0;
  virtual void began(std::int64_t session) = 0;
  virtual void timed_out(const std::string& radio) = 0;
  virtual void attach(const std::string& streamer, const std::string& radio) = 0;
  virtual void detach(const std::string& streamer, const std::string& radio) = 0;
  virtual void relay_lost(const std::string& radio, const std::string& from) = 0;

  /// There is a stream of this radio here, made or passed on.
  virtual bool has(const std::string& radio) const = 0;
  /// What is made here.
  struct Made {
    std::string radio;
    Instant since{};
    bool anything = false;  ///< else nothing was told yet, and the rest is empty
    std::string file;
    Duration position{};     ///< in the file
    Duration started_ago{};  ///< this airing
  };
  virtual std::vector<Made> made() const = 0;
  /// What is passed on.
  struct PassedOn {
    std::string radio, from;
    Instant since{};
  };
  virtual std::vector<PassedOn> passed_on() const = 0;

 protected:
  bool alive_ = false;

 private:
  std::string name_;
};

/// As the sheet tells the original (docs/protocols/scheduler.md); it knows no `prepare`, no terms, and counts
/// a delay from when it reads it.
std::unique_ptr<Streamer> make_original(std::string name, const Clock& clock, StreamerPort& port);
/// fleet::Streamer itself.
std::unique_ptr<Streamer> make_ours(std::string name, const Clock& clock, StreamerPort& port);

}  // namespace longwave::simulate
