// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"
#include "base/task.hpp"
#include "dialects/channelstream/session.hpp"

#include <boost/json/array.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace longwave::channelstream {
class Core;
}

namespace longwave::channelstream::g1 {

class Streams;

/// A kind of socket.io client in the namespace /stream: 0.9 or modern. Its functions are called on the hub's
/// thread and cross to the loops in order.
class Wire : public Exit {
 public:
  explicit Wire(Streams& streams) : streams_(streams) {}

  /// The answer to enter().
  virtual void admit(Target target, const Result<void>& result) = 0;
  /// An event for all these clients, encoded once.
  virtual void emit(std::span<const Target> targets, std::string_view name,
                    const boost::json::array& args) = 0;
  /// Ends the client's whole session.
  virtual void end(Target target) = 0;

  // Exit
  void deliver(std::span<const Target> targets, const EventPtr& event) override;
  void catch_up(Target target, std::span<const EventPtr> events) override;
  void close(Target target, std::string_view why) override;

 protected:
  ~Wire() = default;
  Streams& streams_;
};

/// What the first generation's namespace /stream does, whatever carries it: who is let in, which channels are
/// joined, what is told. Everything on the hub's thread.
///
/// A client takes over the session that the web application opened for its user (`/connect`), or that an
/// earlier connection of the user has lost: so what was missed follows when the page joins its channels
/// again.
class Streams {
 public:
  explicit Streams(Core& core);

  // What clients do. All but enter() are ignored when the client isn't there (any more).
  /// The signature was right. `conn_id`: the session it asks for, or "".
  void enter(Wire& wire, Target target, const std::string& user, const std::string& conn_id);
  using Answer = UniqueFunction<void(const std::vector<std::string>& channels)>;
  /// Those that are granted; `join` is sent with those that were joined, `answer` gets them too.
  void join(Wire& wire, Target target, std::vector<std::string> channels, Answer answer = {});
  void leave(Wire& wire, Target target, const std::vector<std::string>& channels, Answer answer = {});
  void heard(Wire& wire, Target target);
  void gone(Wire& wire, Target target, bool goodbye);

  // What web applications do.
  /// A session that waits for its client. The id is free.
  Session& open(const std::string& conn_id, User& user);
  /// Joins the client of a session, if it is connected.
  void join(const Session& session, const std::vector<std::string>& channels);
  /// Told to the channels with presence where the user is.
  void tell_status(const User& user);

  /// About once a second: channels of sessions that were taken over and whose page hasn't joined them again
  /// are left; what was sent a minute ago has arrived.
  void tick();
  const std::string& resource() const;

  // From the wires.
  void deliver(Wire& wire, std::span<const Target> targets, const EventPtr& event);
  void catch_up(Wire& wire, Target target, std::span<const EventPtr> events);
  void forget(Wire& wire, Target target);

 private:
  struct Held {
    EventPtr event;
    bool missed;  ///< came while nobody was connected
  };
  struct Stream {
    std::string conn_id;
    std::string user;
    std::set<std::string, std::less<>> joined = {};
    std::vector<Held> held = {};  ///< of channels that the page hasn't joined yet
    bool announce = false;        ///< its first join is told to others
    EventPtr sent = {};           ///< sent by the last look; arrived by the next one, if it still is there
    Instant look_at = {};
    Instant leave_at = {};  ///< what was taken over and not joined again is left; zero: nothing
  };
  using Key = std::pair<Wire*, std::pair<std::size_t, std::uint64_t>>;
  static Key key(Wire& wire, Target target) { return {&wire, {target.loop, target.number}}; }
  Stream* find(Wire& wire, Target target);
  Session* pick(const User& user, const std::string& conn_id);
  void joined(Wire& wire, Target target, const std::vector<std::string>& wanted, Answer& answer);
  void release(Wire& wire, Target target, Stream& stream);
  static bool wants(const Stream& stream, const Event& event);
  void leave_old(Stream& stream, Session& session);
  static void confirm(Stream& stream, Session& session);
  void announce(const Stream& stream, const std::vector<std::string>& channels);

  Core& core_;
  std::map<Key, Stream> streams_;
  std::map<std::string, std::uint64_t, std::less<>> mine_;  ///< sessions of this generation, in their order
  std::uint64_t last_ = 0;
};

/// An event as a browser gets it; empty name: this generation has no word for it.
struct Said {
  std::string name;
  boost::json::array args;
};
Said say(const Event& event);
/// A message as pages know them. `missed`: it may have come before.
boost::json::object message_object(const Event& event, bool missed);

}  // namespace longwave::channelstream::g1
