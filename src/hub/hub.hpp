// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"
#include "base/task.hpp"
#include "hub/broker.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace longwave::hub {

using ClientId = std::uint64_t;  ///< one connection
using GroupId = std::uint32_t;   ///< a net loop
using Ticket = std::uint64_t;    ///< the client's number for one subscribe(), given back with its answer

/// Who is behind a connection. Connections with the same key are one person; without a key each is somebody
/// of its own.
struct Person {
  std::string key = {};
  std::string user = {};  ///< login name; empty without login
  std::string name = {};  ///< shown; empty if never told
};

struct PresenceRow {
  std::string user = {};
  std::string name = {};
  std::size_t connections = 0;
};
struct Presence {
  /// In the order of their names; at most HubLimits::presence_rows. Strangers (no login, no name) have no
  /// row: thousands of them may come back in one moment, and there is nothing to tell of one.
  std::vector<PresenceRow> users;
  std::size_t total = 0;  ///< people, strangers included
};

/// How a subscription begins.
struct Joined {
  Position position;               ///< everything up to here is in `first`, or was known to the client
  bool recovered = false;          ///< `first` is exactly what was missed since the position the client gave
  std::string reason;              ///< why not, if a position was given
  std::vector<Publication> first;  ///< what was missed; else the present values
};

struct HubLimits {
  std::size_t channels_per_client = 128;
  std::size_t channel_name_bytes = 128;
  std::size_t waiting = 1024;  ///< publications kept for one subscription that is still being set up
  std::size_t presence_rows = 200;
};

/// Where deliveries go. Called on the hub's thread; implementations post to net loops, in order.
class Delivery {
 public:
  /// Comes before any publish() that the client is to see; the loop notes the client under the channel at
  /// `joined.position`, and passes over publications up to there.
  virtual void joined(GroupId group, ClientId client, const std::string& channel, Ticket ticket,
                      Result<Joined> joined) = 0;
  /// One publication for every client of the group that has joined the channel.
  virtual void publish(GroupId group, const std::shared_ptr<const Publication>& publication) = 0;

 protected:
  ~Delivery() = default;
};

/// The present values of a channel as a new subscriber must see them. Called on the hub's thread; `answer`
/// must be called there too, exactly once, through the same ordered way that the room's publications take:
/// then what the values don't contain follows, and nothing that they contain comes again.
using Snapshot = std::function<void(
    const std::string& channel, UniqueFunction<void(std::vector<std::pair<std::string, Payload>>)> answer)>;

/// Channels, their subscribers and who they are. A machine without sockets, threads or time; everything
/// happens on the hub's thread. Channels exist from their first use.
class Hub {
 public:
  Hub(Broker& broker, Delivery& delivery, HubLimits limits = {});
  ~Hub();
  Hub(const Hub&) = delete;
  Hub& operator=(const Hub&) = delete;

  void connect(ClientId client, GroupId group, Person person);
  void disconnect(ClientId client);
  /// The person behind a connection logged in or out, or changed their name.
  void identify(ClientId client, Person person);

  /// Answered through Delivery::joined with the same ticket: invalid (a name that can't be), full (too many
  /// channels), unavailable. With `since`: what was missed, if the broker still knows all of it. Subscribing
  /// again starts anew; what was begun before, or is ended by unsubscribe() or disconnect() meanwhile, is
  /// then not answered.
  void subscribe(ClientId client, const std::string& channel, std::optional<Position> since,
                 Ticket ticket = 0);
  void unsubscribe(ClientId client, const std::string& channel);

  void publish(const std::string& channel, std::string method, Payload data,
               UniqueFunction<void(Result<Position>)> done = {});

  /// Present values for channels whose name begins with `prefix`; the longest prefix wins.
  void provide(std::string prefix, Snapshot snapshot);

  Presence presence(const std::string& channel) const;
  /// Called when presence changed somewhere since the last flush_presence(): arm a timer (250 ms) that calls
  /// it.
  void on_presence_dirty(std::function<void()> hook);
  /// Publishes `presence.changed {users, total}` on every channel where it changed.
  void flush_presence();

  std::size_t subscribers(const std::string& channel) const;
  std::size_t channels() const;
  std::size_t clients() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace longwave::hub
