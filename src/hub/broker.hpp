// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"
#include "base/task.hpp"
#include "base/time.hpp"
#include "hub/presence.hpp"
#include "hub/publication.hpp"
#include "hub/user_state.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace longwave::hub {

template <class T>
using Done = UniqueFunction<void(Result<T>)>;

/// What is published.
struct Message {
  std::string method = {};
  Payload data = {};  ///< JSON text
  std::string id = {}, user = {}, owner = {};
  std::string key = {};  ///< not empty: the same key on the same channel within 5 minutes publishes once
  std::shared_ptr<const Audience> audience = {};
  bool remember = false;  ///< goes into the channel's history, too
};

/// What a channel keeps. The log is everything, for who was away; the history is the messages, for readers.
/// One publication may be in both, and is changed in both. What is older than `age` may be gone from either.
struct Keep {
  std::uint32_t log = 512;    ///< publications
  std::uint32_t history = 0;  ///< of those that ask to be remembered
  Duration age = std::chrono::hours{24};
};

struct Published {
  Position position = {};
  bool repeated = false;  ///< nothing was published; `position` and `id` are of the first time
  std::string id = {};
};

struct HistoryQuery {
  enum class Of { log, history };
  Of of = Of::log;
  std::optional<Position> since = {};  ///< only what came after it
  std::size_t limit = 0;               ///< at most so many, from the begin that `newest_first` says; 0: all
  bool newest_first = false;
};

/// What a broker still knows of a channel.
struct History {
  Position top = {};      ///< offset 0: nothing was published in this epoch
  bool complete = false;  ///< `since` was given, is of this epoch, and nothing after it was forgotten.
                          ///< What was deleted is not missed: it is left out and its delete event is there
  std::vector<Publication> publications = {};
};

/// Changes a message where it is kept, in log and history, and publishes the event of it, in one step.
struct Change {
  std::string id = {};
  Payload data = {};   ///< in the place of what was; null: the message is taken out
  Message event = {};  ///< channel.edited, channel.deleted
};

/// What a broker tells its hub, on the hub's thread.
class BrokerEvents {
 public:
  /// For the channels of interest(). A number may be left out or come twice (then the hub asks history());
  /// but never a smaller one before a greater one that came by the same way.
  virtual void published(const Publication& publication) = 0;
  /// Another node told present(), or its rows ran out.
  virtual void presence_changed(const std::string& channel) = 0;
  /// From tell_nodes() of another node.
  virtual void told(const std::string& kind, const std::string& text) = 0;
  /// Calls are answered unavailable from here on …
  virtual void lost() = 0;
  /// … to here. The broker has renewed every interest(); what was published meanwhile is in history().
  virtual void back() = 0;

 protected:
  ~BrokerEvents() = default;
};

/// Orders and carries publications: numbers them, remembers the last ones, delivers them to the hub in offset
/// order. In memory for one process; over Redis between processes. Everything is asynchronous; every call and
/// callback happens on the hub's thread. A callback may run before the call returns. A call that can't be
/// carried out is answered with `unavailable`; then, for all one knows, nothing was changed (a key makes it
/// safe to try again). Callbacks of one channel's publish() and change() come in the order of the calls.
class Broker {
 public:
  virtual ~Broker() = default;

  /// Null: to nobody.
  virtual void listen(BrokerEvents* events) = 0;
  /// A channel whose publications are wanted. When `done` runs, everything published from now on is
  /// delivered.
  virtual void interest(const std::string& channel, bool wanted, Done<void> done) = 0;

  virtual void publish(const std::string& channel, Message message, const Keep& keep,
                       Done<Published> done) = 0;
  virtual void history(const std::string& channel, const HistoryQuery& query, Done<History> done) = 0;
  /// Where the channel is.
  virtual void top(const std::string& channel, Done<Position> done) = 0;
  /// A message that is kept; not_found.
  virtual void find(const std::string& channel, const std::string& id, Done<Publication> done) = 0;
  /// not_found when it isn't kept (any more); then there is no event.
  virtual void change(const std::string& channel, Change change, const Keep& keep, Done<Published> done) = 0;

  /// Sets rows of this node (connections 0: takes it away) and its number of strangers. They run out after
  /// presence_ttl unless told again. `done` says who came to the channel, or is gone from it, over all
  /// nodes and by this call; people of dead nodes whose rows ran out are among the latter, once.
  virtual void present(const std::string& channel, std::vector<PresenceRow> rows, std::size_t strangers,
                       Done<PresenceMoves> done) = 0;
  /// Over all nodes, rows of the same key joined; the counts without a walk over the rows.
  virtual void presence(const std::string& channel, std::size_t most_rows, Done<Presence> done) = 0;

  virtual void state(const std::string& user, Done<UserState> done) = 0;
  virtual void set_state(const std::string& user, StateUpdate update, Done<StateChange> done) = 0;

  /// To every other node, best effort: BrokerEvents::told.
  virtual void tell_nodes(const std::string& kind, const std::string& text) = 0;
  /// About once a second.
  virtual void tick() {}

  static constexpr Duration key_age = std::chrono::minutes{5};
  static constexpr Duration presence_ttl = std::chrono::seconds{60};
  static constexpr Duration state_age = std::chrono::hours{24};  ///< since it was last set or asked for
};

}  // namespace longwave::hub
