// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "fleet/messages.hpp"
#include "fleet/ports.hpp"
#include "fleet/remote_clock.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace longwave::fleet {

struct StreamerOptions {
  std::string name;           ///< the streamer identifier
  std::string address = {};   ///< "http://host:port" where listeners and other streamers reach it
  std::string session = "s";  ///< what session ids begin with: another one after every start
  Duration answer_within = std::chrono::seconds{5};  ///< then a listener's request has failed
  Duration linger = std::chrono::seconds{5};         ///< a radio is kept so long after its last listener
  std::size_t most_waiting = 10'000;                 ///< requests that wait for an answer
  std::size_t most_radios = 10'000;
};

/// One airing of a file on a radio: what is heard from `start` on, in place of everything that was to be
/// heard from there.
struct Airing {
  std::int64_t number = 0;  ///< of this streamer; another one for what was moved
  std::string file;
  std::string url = {};  ///< where it may be fetched; may be empty
  Instant start{};       ///< in the past: it is entered at the right second
  Duration offset{};     ///< inside the file, at `start`
  Duration duration{};   ///< of what is heard of it; 0: to the end of the file

  Instant zero() const { return start - offset; }  ///< where the beginning of the file would be
};

/// What becomes of a listener's request.
struct Admission {
  enum class Kind {
    playing,      ///< there is a stream
    unknown,      ///< there is no such radio
    unavailable,  ///< nobody answered in time, or there are too many
  };
  Kind kind = Kind::unavailable;
  std::optional<std::int64_t> user = {};
  bool hd = false;  ///< may have the better mounts
};

using SessionId = std::uint64_t;

/// Who wants to hear a radio.
struct Caller {
  Credentials credentials = {};
  /// False for other streamers that pass the radio on: their listeners are counted there.
  bool counted = true;
  /// Somebody of the fleet has asked already who it is; credentials are not looked at.
  std::optional<User> known = {};
};

/// Where a Streamer speaks. Called inside its methods, on its thread; nothing here may wait, and nothing may
/// call back into it from inside.
class StreamerPort {
 public:
  /// False: the bus is down, it is lost.
  virtual bool publish(const FromStreamer& message) = 0;

  /// The stream of this radio exists from now on and is made here of what is aired, until relay() or close().
  virtual void build(const std::string& radio) = 0;
  /// Of a radio that is built or relayed: what was aired of it goes with it from one to the other.
  virtual void air(const std::string& radio, const Airing& airing) = 0;
  /// The stream of this radio exists from now on and is that of another streamer, passed on over one
  /// connection however many listen; Streamer::relay_lost() when that breaks. What is aired meanwhile isn't
  /// heard, but is made ready: it is what will be built then.
  virtual void relay(const std::string& radio, const std::string& streamer, const std::string& address) = 0;
  /// It ends, and with it the listeners that are left.
  virtual void close(const std::string& radio) = 0;

  /// Answers Streamer::listen(), once, unless it was left() before.
  virtual void admit(SessionId session, const Admission& admission) = 0;

 protected:
  ~StreamerPort() = default;
};

/// The streamer's side of docs/protocols/scheduler.md: which radios are streamed here because somebody
/// listens, whose master this streamer is and whose stream it passes on, what is aired when, who listens. A
/// pure machine of one thread: messages, listeners and the time in; messages and what to do out by its port.
///
/// What was prepared is aired whether or not the bus is there. Of a radio that is passed on it is known, too:
/// when its master breaks off, the radio is built here at once, while the scheduler is asked whose it is.
///
/// The owner arms a timer for deadline() after every call, and calls tick() then.
class Streamer {
 public:
  /// `port` outlives this.
  Streamer(const Clock& clock, StreamerPort& port, StreamerOptions options);

  // The bus.
  void bus_up();
  void bus_down();
  /// What was published on this streamer's channel.
  void received(std::string_view json);
  void receive(const Stamped& message);

  /// Somebody wants to hear a radio; admit() answers, perhaps at once. The caller gives the ids, growing
  /// ones.
  void listen(SessionId session, const std::string& radio, const Caller& caller = {});
  /// The first byte left.
  void began(SessionId session);
  /// It is over, at whatever point.
  void left(SessionId session);

  /// The connection to the master broke.
  void relay_lost(const std::string& radio);

  void tick();
  std::optional<Instant> deadline() const;

  /// The end: says so to the scheduler. Nothing else is called after it.
  void leave();

  enum class State { asking, building, relaying };
  struct Counts {
    std::size_t radios = 0, building = 0, relaying = 0, sessions = 0;
    std::uint64_t messages = 0;  ///< that were read
    std::uint64_t refused = 0;   ///< that could not be read
    std::uint64_t outdated = 0;  ///< of a scheduler with a lower term than was heard
    std::uint64_t lost = 0;      ///< that could not be published
  };
  Counts counts() const;
  std::optional<State> state(const std::string& radio) const;
  /// What is to be aired now and next, as far as it is known.
  std::vector<Airing> airings(const std::string& radio) const;
  /// Everybody with an address, as the scheduler said; this streamer first.
  const std::vector<Streamers::One>& streamers() const { return streamers_; }
  bool bus_is_up() const { return up_; }
  std::int64_t term() const { return term_; }

 private:
  struct Planned {
    Airing airing;
    std::int64_t item = 0;  // the scheduler's number; 0: it has none
  };
  struct Radio {
    State state = State::asking;
    std::optional<State> stream;        // what there is of it: built, relayed, or none yet
    std::string master;                 // whose is relayed
    Instant asked_until{};              // State::asking
    std::optional<Instant> ask_at;      // State::asking, but not before
    int refusals = 0;                   // asking again waits longer after each
    Instant settled{};                  // since when it is built or relayed
    std::optional<Instant> idle_since;  // nobody listens
    std::size_t sessions = 0;
    std::deque<Planned> plan;           // by start
    Instant heard{};                    // the last word of the scheduler about it
    std::optional<Instant> confirm_at;  // a new scheduler should have said something about it by then
  };
  struct Session {
    std::string radio;
    Credentials credentials;
    bool asks_who = false;  // it isn't known yet who it is
    std::optional<std::int64_t> user;
    bool hd = false;
    bool counted = true;
    bool began = false;
    std::optional<Instant> told;  // the scheduler knows of it, since then
    Instant until{};              // the request fails
  };
  using Sessions = std::map<SessionId, Session>;

  void on(const TestAnswer&, const std::optional<Stamp>&) {}
  void on(const Ping& m, const std::optional<Stamp>& stamp);
  void on(const RadioStarted& m, const std::optional<Stamp>& stamp);
  void on(const RadioExists& m, const std::optional<Stamp>& stamp);
  void on(const RadioUnknown& m, const std::optional<Stamp>& stamp);
  void on(const RadioStopped& m, const std::optional<Stamp>& stamp);
  void on(const Play& m, const std::optional<Stamp>& stamp);
  void on(const UserAnswer& m, const std::optional<Stamp>& stamp);
  void on(const Prepare& m, const std::optional<Stamp>& stamp);
  void on(const Streamers& m, const std::optional<Stamp>& stamp);

  bool publish(const FromStreamer& message);
  void ask(const std::string& name, Radio& radio);
  void ask_later(const std::string& name, Radio& radio, Duration wait);
  Radio* building(const std::string& name);
  Radio* passed_on(const std::string& name);
  void stand_in(const std::string& name, Radio& radio);
  static std::optional<Instant> doubt_at(const Radio& radio);
  void settle(const std::string& name, Radio& radio, State state);
  void put(const std::string& name, Radio& radio, Planned planned, Duration tolerance);
  void drop(const std::string& name, Admission::Kind why);
  void release(const std::string& name);
  void consider(SessionId id, Session& session);
  void refuse(SessionId id, Admission::Kind why);
  void forget(Sessions::iterator place);
  void tell(SessionId id, Session& session);
  void tell_all(const std::string& radio);
  std::string session_name(SessionId id) const;

  const Clock& clock_;
  StreamerPort& port_;
  const StreamerOptions options_;
  std::map<std::string, Radio> radios_;
  Sessions sessions_;
  std::set<SessionId> waiting_;  // for admit(); older ones end sooner
  std::int64_t last_airing_ = 0;
  // What the scheduler must hear of, when the bus is back.
  std::deque<UnregisterListener> unsaid_ends_;
  std::deque<std::string> unsaid_stops_;
  std::vector<Streamers::One> streamers_;
  RemoteClock scheduler_clock_;
  std::int64_t term_ = 0;
  bool up_ = false;
  bool registered_ = false;
  Counts counts_;
};

}  // namespace longwave::fleet
