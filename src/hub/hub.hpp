// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/task.hpp"
#include "hub/broker.hpp"
#include "hub/delivery.hpp"
#include "hub/rules.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace longwave::hub {

struct HubOptions {
  std::size_t channels_per_client = 128;
  std::size_t waiting = 1024;  ///< publications kept for one subscription that is still being set up
  std::size_t presence_rows = 200;
  std::string node = {};   ///< differs between the nodes of one broker
  std::uint64_t seed = 1;  ///< of ids and of the times of checks
};

/// The present values of a channel as a new subscriber must see them. Called on the hub's thread; `answer`
/// must be called there too, exactly once, through the same ordered way that the room's publications take:
/// then what the values don't contain follows, and nothing that they contain comes again.
using Snapshot = std::function<void(
    const std::string& channel, UniqueFunction<void(std::vector<std::pair<std::string, Payload>>)> answer)>;

/// What somebody says: becomes `channel.message` with the data
/// `{"id","user","name","at_ms","edited_ms":null,"data"[,"extra"]}`.
struct Words {
  std::string user = {};                 ///< empty: null, nobody who logged in
  std::string name = {};                 ///< shown; empty: the user's
  Payload data = {};                     ///< any JSON
  std::string id = {};                   ///< empty: a new uuid
  std::string owner = {};                ///< who may edit it; empty: whom the user's name says
  std::string key = {};                  ///< idempotency
  std::string extra = {};                ///< a JSON object that is carried along; empty: none
  std::optional<WallTime> at = {};       ///< else now
  std::vector<std::string> except = {};  ///< users who don't get it
  ClientId from = 0;                     ///< the connection that says it; left out where `echo` is off
  bool remember = true;                  ///< in the history
};

struct Edit {
  std::string id = {};
  Payload data = {};                      ///< in the place of the message's `data`
  std::string extra = {};                 ///< members over those of the message's `extra`
  std::optional<std::string> owner = {};  ///< refused unless the message is this owner's
  std::optional<WallTime> at = {};        ///< else now
};

struct ChannelInfo {
  std::string name = {};
  std::size_t subscribers = 0;  ///< connections on this node
  std::size_t people = 0;       ///< on this node
  Position top = {};            ///< as far as this node has heard
  WallTime last_active{};       ///< last publication heard, or when the channel came into use here
  std::shared_ptr<const ChannelConfig> config = {};
};

struct ClientInfo {
  ClientId id = 0;
  Person person = {};
  std::vector<std::string> channels = {};
};

struct HubCounts {
  std::uint64_t published = 0;   ///< publications and changes that this node made
  std::uint64_t delivered = 0;   ///< publications handed to groups, each group counted
  std::uint64_t deliveries = 0;  ///< the same times the connections that have joined
  std::uint64_t recovered = 0;   ///< subscriptions that got what they had missed
  std::uint64_t unrecovered = 0;
  std::uint64_t gaps = 0;     ///< times the broker left something out and history() had it
  std::uint64_t resets = 0;   ///< times it hadn't
  std::uint64_t refused = 0;  ///< publications that the broker couldn't take
};

/// What happened, for who watches (web hooks).
struct HubEvent {
  enum class Kind { connected, subscribed, unsubscribed, published, disconnected };
  Kind kind;
  ClientId client = 0;
  const Person* person = nullptr;  ///< null: a stranger
  std::string_view channel = {};
  const Publication* publication = nullptr;  ///< published: by this node; offset 0
};

/// Channels, their subscribers and who they are: a machine without sockets and threads over a Broker.
/// Everything happens on the hub's thread. Channels exist from their first use. What is refused because of
/// who asks is refused before: the hub obeys.
class Hub final {
 public:
  Hub(Broker& broker, const Clock& clock, HubOptions options = {});
  ~Hub();
  Hub(const Hub&) = delete;
  Hub& operator=(const Hub&) = delete;

  /// Groups for the loops of a Delivery: the first of `loops` numbers in a row. Before its first connection.
  GroupId add_groups(Delivery& delivery, std::size_t loops);
  /// A number for a new connection of this group. Any thread.
  ClientId next_client(GroupId group);

  /// About once a second: grace periods, refreshed presence, checks of positions.
  void tick();

  // Connections.
  void connect(ClientId client, Person person);
  void disconnect(ClientId client);
  /// The person behind a connection logged in or out, or changed their name.
  void identify(ClientId client, Person person);
  /// Delivery::close.
  void close(ClientId client, std::uint16_t code, const std::string& reason);
  /// The same for all connections of a user, on all nodes.
  void close_user(const std::string& user, std::uint16_t code, const std::string& reason);
  /// Of somebody who logged in, on this node.
  std::vector<ClientId> connections_of(const std::string& user) const;

  // Subscriptions.
  /// Answered through Delivery::joined with the same ticket: invalid (a name that can't be), full (too many
  /// channels), unavailable. With `since`: what was missed, if the broker still knows all of it. Subscribing
  /// again starts anew; what was begun before, or is ended by unsubscribe() or disconnect() meanwhile, is
  /// then not answered.
  void subscribe(ClientId client, const std::string& channel, std::optional<Position> since,
                 Ticket ticket = 0);
  void unsubscribe(ClientId client, const std::string& channel);
  /// Present values for channels whose name begins with `prefix`; the longest prefix wins.
  void provide(std::string prefix, Snapshot snapshot);

  // Publications. invalid: not the name of a channel.
  /// An event of a room.
  void publish(const std::string& channel, std::string method, Payload data, Done<Published> done = {});
  void publish(const std::string& channel, Message message, Done<Published> done);
  void say(const std::string& channel, Words words, Done<Published> done = {});
  /// The same for users, on the channel `#user` of each: those of their connections that have joined
  /// `within`, or all of them if that is empty. Nobody: answered at once with nothing.
  void say_to(std::vector<std::string> users, const std::string& within, Words words,
              Done<std::vector<Published>> done = {});
  /// not_found; refused (somebody else's).
  void edit(const std::string& channel, Edit edit, Done<Published> done = {});
  void remove(const std::string& channel, const std::string& id, std::optional<std::string> owner,
              Done<Published> done = {});
  void history(const std::string& channel, const HistoryQuery& query, Done<History> done);
  void find(const std::string& channel, const std::string& id, Done<Publication> done);
  std::string new_id();  ///< a uuid

  // People.
  void presence(const std::string& channel, Done<Presence> done);
  /// Of this node, at once.
  Presence presence(const std::string& channel) const;
  /// Called when presence changed somewhere since the last flush_presence(): arm a timer (250 ms) that calls
  /// it.
  void on_presence_dirty(std::function<void()> hook);
  /// Tells the broker, and sends `presence.changed {users, total, connections}` to every channel where it
  /// changed.
  void flush_presence();
  void state(const std::string& user, Done<UserState> done);
  /// Tells `user.changed {user, state, changed}` on the channels with state_events where the user is, on all
  /// nodes, if public keys changed.
  void set_state(const std::string& user, StateUpdate update, Done<StateChange> done = {});

  // Rules.
  std::shared_ptr<const ChannelConfig> config(const std::string& channel) const;
  const Rules& rules() const;
  /// On this node and, unless `here_only`, on all others; null takes the rule away. Keeping it for the next
  /// start is up to who watches on_configured.
  Result<void> configure(const std::string& pattern, std::optional<ChannelConfig> config,
                         bool here_only = false);
  void on_configured(std::function<void(const std::string& pattern, const ChannelConfig*)> hook);

  // Nodes.
  /// To every other node, best effort: what was registered there with on_told for this kind.
  void tell_nodes(const std::string& kind, const std::string& text);
  void on_told(std::string kind, std::function<void(const std::string& text)> handler);
  bool broker_lost() const;

  // Figures.
  void on_event(std::function<void(const HubEvent&)> hook);
  std::optional<ChannelInfo> info(const std::string& channel) const;
  std::vector<ChannelInfo> all_channels() const;
  std::vector<ClientInfo> all_clients(std::size_t most) const;
  std::optional<ClientInfo> client(ClientId client) const;
  const HubCounts& counts() const;
  std::size_t subscribers(const std::string& channel) const;
  std::size_t channels() const;
  std::size_t clients() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
  std::atomic<std::uint64_t> serial_{0};
};

}  // namespace longwave::hub
