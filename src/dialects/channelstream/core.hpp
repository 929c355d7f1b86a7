// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/task.hpp"
#include "dialects/channelstream/event.hpp"
#include "dialects/channelstream/session.hpp"
#include "dialects/channelstream/settings.hpp"
#include "hub/hub.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace longwave::channelstream {

/// What a web application posts, in either generation.
struct Posting {
  std::string id = {};  ///< uuid; empty: a new one
  std::string user = {};
  std::string channel = {};  ///< empty: none
  std::vector<std::string> pm_users = {};
  std::vector<std::string> exclude_users = {};
  bool history = true;
  boost::json::value data = {};
  std::optional<WallTime> at = {};
  boost::json::object extra = {};  ///< unknown keys, passed on
};

struct Counters {
  std::uint64_t deliveries = 0;  ///< messages times connections
  std::uint64_t messages = 0;    ///< accepted
};

/// The state of the dialect: users, their connections and the channels they are in, over the hub. A machine
/// without sockets; everything happens on the hub's thread. A session that has no transport keeps what comes
/// for it, within Settings' limits, until one is attached or it is collected.
class Core final : public hub::Delivery {
 public:
  using Done = UniqueFunction<void(Result<void>)>;

  /// Adds a group of its own to the hub. `several_nodes`: other nodes may share its broker.
  Core(hub::Hub& hub, const Settings& settings, const Clock& clock, bool several_nodes = false);
  ~Core();

  // Users
  User& user(std::string_view name);       ///< made if it isn't there
  User* find_user(std::string_view name);  ///< null: unknown
  const std::map<std::string, std::unique_ptr<User>, std::less<>>& users() const { return users_; }
  /// Also brings User::state up to date. The hub announces what changed to channels with notify_state.
  void set_state(User& user, hub::StateUpdate update, UniqueFunction<void(Result<hub::StateChange>)> done);

  // Sessions
  Session* find(std::string_view conn_id);
  const std::map<std::string, std::unique_ptr<Session>, std::less<>>& sessions() const { return sessions_; }
  /// `conn_id` is free. `idle`: how long it may be without a transport at first.
  Session& open(std::string conn_id, User& user, Duration idle);
  /// Those channels that it isn't in yet; `done` when the hub has answered for all, with the first error.
  void join(Session& session, std::span<const std::string> channels, Done done);
  void leave(Session& session, std::span<const std::string> channels);
  /// What waited goes to the new transport first; one that was there is closed.
  void attach(Session& session, Exit& exit, Target target);
  /// The transport is gone. `lost`: it broke without a goodbye; what was sent since the client's last sign of
  /// life is sent again to the next one. `unsent` is put back. Ignored if another took its place.
  void detach(std::string_view conn_id, Target target, bool lost, std::vector<EventPtr> unsent,
              Duration idle);
  void mark(Session& session);  ///< the client lives
  void close(Session& session, std::string_view why);

  // Channels
  Channel* find_channel(std::string_view name);
  const std::map<std::string, std::unique_ptr<Channel>, std::less<>>& channels() const { return channels_; }
  /// Made if it isn't there; `settings` are for new ones only. True if new.
  bool ensure_channel(std::string_view name, const ChannelSettings* settings = nullptr);
  void configure(Channel& channel, const ChannelSettings& settings);
  /// With what was changed elsewhere (our own API, /platform).
  ChannelSettings settings_of(const Channel& channel) const;

  /// Who is in the channel, by name, without strangers, and how many connections there are; over all nodes.
  void people(const std::string& channel,
              UniqueFunction<void(const std::vector<hub::PresenceRow>&, std::size_t connections)> done);

  // Messages. Routed as the seed's table says; `done` when the broker has them.
  void post(Posting posting, Done done);
  /// To whoever got the message; what `change` says about routing counts only for messages that this node
  /// doesn't remember. not_found: an unknown id. Null data keeps the message if `keep_data`.
  void edit(Posting change, WallTime edited, bool keep_data, Done done);
  void remove(const Posting& which, Done done);

  /// Once a second: connections, users and channels whose time is over go.
  void collect();

  const Counters& counters() const { return counters_; }
  const Settings& settings() const { return settings_; }
  const Clock& clock() const { return clock_; }
  hub::Hub& hub() { return hub_; }
  /// Told when a session ends, whoever ended it.
  void on_closed(std::function<void(const Session&)> hook) { on_closed_.push_back(std::move(hook)); }

  // hub::Delivery
  void joined(std::size_t loop, hub::ClientId client, const std::string& channel, hub::Ticket ticket,
              Result<hub::Joined> joined) override;
  void publish(std::size_t loop, const std::shared_ptr<const hub::Publication>& publication) override;
  void reset(std::size_t loop, const std::string& channel, const hub::Position& position,
             const std::string& reason) override;
  void close(std::size_t loop, hub::ClientId client, std::uint16_t code, const std::string& reason) override;

 private:
  using Members = std::map<Session*, std::uint64_t>;  ///< and the offset from which on each is told
  struct Joining;
  struct Wait;
  void subscribe(Session& session, const std::string& hub_channel, const std::shared_ptr<Joining>& joining);
  void answered(hub::ClientId client, const std::string& hub_channel, const Error* failed);
  void send(const Members& members, const hub::Publication& publication, const EventPtr& event);
  static bool is_for(const Session& session, const hub::Publication& publication, const Event& event);
  void add_people(const Channel& channel, Event& event);
  static void take_state(User& user, const hub::UserState& state);
  void keep(Session& session, const EventPtr& event);
  void remember(const std::string& id, std::vector<std::string> routes);
  std::vector<std::string> routes_of(const Posting& which) const;
  void erase(Session& session);

  hub::Hub& hub_;
  const Settings& settings_;
  const Clock& clock_;
  bool several_nodes_;
  hub::GroupId group_;
  hub::Ticket last_ticket_ = 0;
  std::map<std::string, std::unique_ptr<User>, std::less<>> users_;
  std::map<std::string, std::unique_ptr<Session>, std::less<>> sessions_;
  std::unordered_map<hub::ClientId, Session*> clients_;
  std::map<std::string, std::unique_ptr<Channel>, std::less<>> channels_;
  std::unordered_map<std::string, Members> members_;  ///< by the hub's name of the channel
  std::vector<Wait> waits_;
  std::unordered_map<std::string, std::vector<std::string>> routes_;  ///< message -> the hub's channels
  std::deque<std::string> routes_order_;
  Counters counters_;
  std::vector<std::function<void(const Session&)>> on_closed_;
};

}  // namespace longwave::channelstream
