// SPDX-License-Identifier: Apache-2.0
// The inside of the hub: what its files share, and nobody else includes.
#pragma once

#include "base/random.hpp"
#include "hub/hub.hpp"
#include "hub/presence.hpp"

#include <deque>
#include <map>
#include <set>
#include <unordered_map>

namespace longwave::hub {

/// A subscription that hasn't joined yet; what is published meanwhile waits in `waiting`.
struct Joining {
  std::uint64_t attempt = 0;  ///< tells the answers of an earlier attempt from those of this one
  Ticket ticket = 0;
  std::optional<Position> since = {};
  bool stale = false;               ///< its answer was of another epoch: is to be asked for again
  bool has_values = false;          ///< the present values are here; joins when what they contain is numbered
  std::uint64_t after_publish = 0;  ///< … which is when this many publications of the hub are confirmed
  Joined start = {};
  std::vector<std::shared_ptr<const Publication>> waiting = {};
  bool overflow = false;
};

/// Joined subscribers are only counted here; who they are stands in their Client.
struct Channel {
  std::string name = {};
  std::shared_ptr<const ChannelConfig> config = {};
  std::map<ClientId, Joining> joining = {};
  std::map<GroupId, std::size_t> groups = {};  ///< joined subscriptions of each
  std::size_t joined = 0;
  std::uint64_t published = 0;  ///< by this hub
  std::uint64_t confirmed = 0;  ///< of them
  Position confirmed_at = {};   ///< the highest of these; its delivery may not have come yet
  WallTime last_active{};

  // What comes from the broker.
  enum class Feed {
    none,      ///< nobody has asked for it
    asked,     ///< … and the broker hasn't said yes, or where the channel is
    flowing,   ///< everything up to `top` has gone to who has joined or waits
    catching,  ///< something is missing after `top`: the broker was asked for it
  };
  Feed feed = Feed::none;
  bool ready = false;             ///< the broker delivers
  std::uint64_t incarnation = 0;  ///< of the channel: answers for an earlier one are passed over
  Position top = {};
  std::uint64_t forwarded =
      0;                       ///< the last number that groups were told; deleted ones may follow up to `top`
  std::uint64_t catching = 0;  ///< which time; older answers are passed over
  unsigned tries = 0;          ///< to close one gap
  std::vector<Publication> pending = {};  ///< came, but something before it has not
  Instant check_due{};

  // Its people: the joined ones of this node.
  PresenceCount people = {};
  bool dirty = false;                  ///< have changed since flush_presence()
  bool told = false;                   ///< the broker has rows of this node
  bool alone = true;                   ///< no other node has any, for all we know
  bool asked = false;                  ///< whether that is so
  std::set<std::string> changed = {};  ///< keys the broker must be told of
  /// Gone, perhaps back soon: until then `people` has them with one connection.
  std::map<std::string, std::pair<Person, Instant>> lingering = {};
  Presence everywhere = {};  ///< when not alone: as the broker said last
  Instant refresh_due{};

  bool used() const { return joined > 0 || !joining.empty() || published != confirmed || !lingering.empty(); }
};

/// One connection. There are very many: a stranger without a name and with one channel costs about 100 bytes.
struct Client {
  std::unique_ptr<const Person> person;  ///< null: a stranger
  std::vector<Channel*> channels;        ///< joined, or joining
};

class Hub::Impl final : public BrokerEvents {
 public:
  Impl(Broker& broker, const Clock& clock, HubOptions options);
  ~Impl();

  // hub.cpp: connections and rules
  void connect(ClientId id, Person person);
  void disconnect(ClientId id);
  void identify(ClientId id, Person person);
  void close(ClientId id, std::uint16_t code, const std::string& reason);
  void close_user(const std::string& user, std::uint16_t code, const std::string& reason, bool everywhere);
  void tick();
  Result<void> configure(const std::string& pattern, const std::optional<ChannelConfig>& config,
                         bool everywhere);
  void told(const std::string& kind, const std::string& text) override;
  static ChannelInfo info(const Channel& channel);
  static ClientInfo info(ClientId id, const Client& client);

  // joining.cpp
  void subscribe(ClientId id, const std::string& name, std::optional<Position> since, Ticket ticket);
  void unsubscribe(ClientId id, const std::string& name);

  // feed.cpp
  void published(const Publication& publication) override;
  void lost() override;
  void back() override;
  void check_positions(Instant now);

  // publishing.cpp
  void publish(const std::string& name, Message message, Done<Published> done);
  void say(const std::string& name, Words words, const std::string& within, Done<Published> done);
  void say_to(std::vector<std::string> users, const std::string& within, const Words& words,
              Done<std::vector<Published>> done);
  void edit(const std::string& name, Edit edit, Done<Published> done);
  void remove(const std::string& name, const std::string& id, std::optional<std::string> owner,
              Done<Published> done);
  void set_state(const std::string& user, StateUpdate update, Done<StateChange> done);

  // people.cpp
  void presence_changed(const std::string& name) override;
  void presence(const std::string& name, Done<Presence> done);
  void flush_presence();
  void keep_presence(Instant now);

  Broker& broker_;
  const Clock& clock_;
  HubOptions options_;
  Rules rules_;
  Random random_;
  HubCounts counts_;
  bool lost_ = false;
  std::unordered_map<ClientId, Client> clients_;
  std::unordered_map<std::string, Channel> channels_;
  std::unordered_map<std::string, std::vector<ClientId>> users_;  // who logged in
  std::map<std::string, Snapshot> providers_;
  std::map<std::string, std::function<void(const std::string&)>> told_;
  std::function<void()> on_dirty_;
  std::function<void(const std::string&, const ChannelConfig*)> on_configured_;
  std::function<void(const HubEvent&)> on_event_;

  struct Group {
    Delivery* delivery;
    std::size_t loop;
  };
  std::vector<Group> groups_;

 private:
  /// Around everything that may end the use of a channel: channels go when the outermost has ended, so that
  /// nobody below holds one that is gone.
  class Turn {
   public:
    explicit Turn(Impl& hub) : hub_(hub) { ++hub_.depth_; }
    ~Turn() {
      if (hub_.depth_ == 1) hub_.sweep();
      --hub_.depth_;
    }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

   private:
    Impl& hub_;
  };
  void sweep();

  Channel& open(const std::string& name);
  Channel* find(const std::string& name);
  static Channel* channel_of(const Client& client, const std::string& name);
  static Keep keep_of(const Channel& channel);
  void note_user(ClientId id, const Person* person, bool here);
  void happened(HubEvent::Kind kind, ClientId id, const Person* person, std::string_view channel,
                const Publication* publication = nullptr) const;
  std::unique_ptr<const Person> keep(ClientId id, Person person) const;

  Joining* waiting(ClientId id, const std::string& name, std::uint64_t attempt);
  void begin_feed(Channel& channel);
  void ask(Channel& channel, ClientId id);
  void ask_again(Channel& channel, bool all);
  void historied(ClientId id, const std::string& name, std::uint64_t attempt, Result<History> history);
  void ask_for_values(ClientId id, const std::string& name, std::uint64_t attempt);
  void valued(ClientId id, const std::string& name, std::uint64_t attempt,
              std::vector<std::pair<std::string, Payload>> values);
  void confirmed(const std::string& name, const Result<Published>& published);
  void join(ClientId id, Channel& channel, Joining& joining);
  void fail(ClientId id, const std::string& name, Error why);
  void leave(ClientId id, const Client& client, Channel& channel);
  const Snapshot* provider_of(const std::string& name) const;
  void refuse(ClientId id, const std::string& name, Ticket ticket, Error why);

  void receive(Channel& channel, const Publication& publication);
  void forward(Channel& channel, const Publication& publication);
  void flow_from(Channel& channel, const Position& top);
  void catch_up(Channel& channel);
  void caught_up(Channel& channel, Result<History> missed);
  void drain(Channel& channel);
  void reset(Channel& channel, const Position& position, const std::string& reason);
  Instant next_check();
  template <class Act>
  void each_group(const Channel& channel, Act act);

  void change(const std::string& name, Change change, Done<Published> done);
  void state_changed(const std::string& user, const StateChange& change);
  void announce_state(const std::string& user, const std::string& key, const std::string& data);

  bool came(Channel& channel, const Person* person);
  void went(Channel& channel, const Person* person);
  void mark_dirty(Channel& channel);
  void tell(Channel& channel, bool everything);
  void moved(const std::string& name, const PresenceMoves& moves);
  void announce(const std::string& name, const char* method, const PresenceRow& row);
  void show(Channel& channel);
  Payload first_presence(const Channel& channel, const Person* person) const;

  std::vector<std::string> dirty_;   // channels whose people have changed
  std::vector<std::string> unused_;  // channels to look at when the turn ends
  unsigned depth_ = 0;
  Instant states_due_{};
  std::uint64_t attempts_ = 0;
};

/// A delivery may end the last subscription of its group.
template <class Act>
void Hub::Impl::each_group(const Channel& channel, Act act) {
  for (auto at = channel.groups.begin(); at != channel.groups.end();) {
    const GroupId id = at->first;
    act(groups_.at(id));
    at = channel.groups.upper_bound(id);
  }
}

}  // namespace longwave::hub
