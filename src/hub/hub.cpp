// SPDX-License-Identifier: Apache-2.0
#include "hub/hub.hpp"

#include "base/assert.hpp"
#include "hub/presence.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>
#include <unordered_set>

namespace longwave::hub {
namespace {

/// A subscription. Until it has joined, what is published waits in `waiting`.
struct Subscription {
  std::uint64_t attempt = 0;  ///< tells the answers of an earlier attempt from those of this one
  Ticket ticket = 0;
  bool joined = false;
  bool has_values = false;          ///< the present values are here; joins when what they contain is numbered
  std::uint64_t after_publish = 0;  ///< … which is when this many publications of the hub are confirmed
  Joined start;
  std::vector<Publication> waiting;
  bool overflow = false;
};

struct Channel {
  std::map<ClientId, Subscription> subscriptions;
  std::map<GroupId, std::size_t> groups;  ///< joined subscriptions of each
  std::size_t joining = 0;                ///< subscriptions that haven't joined
  std::uint64_t published = 0;            ///< by this hub
  std::uint64_t confirmed = 0;            ///< of them
  Position top;                           ///< the highest number heard of
};

struct Client {
  GroupId group = 0;
  Person person;
  std::unordered_set<std::string> channels;
};

bool valid_name(const std::string& name, std::size_t limit) {
  return !name.empty() && name.size() <= limit && std::all_of(name.begin(), name.end(), [](unsigned char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c != 0 && std::string_view{":._-/"}.find(static_cast<char>(c)) != std::string_view::npos);
  });
}

}  // namespace

class Hub::Impl {
 public:
  Impl(Broker& broker, Delivery& delivery, HubLimits limits)
      : broker_(broker), delivery_(delivery), limits_(limits) {
    broker_.on_publication([this](const Publication& publication) { deliver(publication); });
  }
  ~Impl() { broker_.on_publication({}); }

  void connect(ClientId id, GroupId group, Person person) {
    const bool fresh = clients_.emplace(id, Client{group, std::move(person), {}}).second;
    LW_ASSERT(fresh, "a connection is announced once");
  }

  void disconnect(ClientId id) {
    const auto node = clients_.extract(id);
    if (!node) return;
    for (const std::string& name : node.mapped().channels) leave(id, node.mapped().group, name);
  }

  void identify(ClientId id, Person person) {
    const auto it = clients_.find(id);
    if (it == clients_.end()) return;
    it->second.person = std::move(person);
    for (const std::string& name : it->second.channels) presence_changed(name);
  }

  void subscribe(ClientId id, const std::string& name, std::optional<Position> since, Ticket ticket) {
    const auto it = clients_.find(id);
    if (it == clients_.end()) return;
    Client& client = it->second;
    if (!valid_name(name, limits_.channel_name_bytes))
      return delivery_.joined(client.group, id, name, ticket,
                              error(Errc::invalid, "not the name of a channel"));
    if (client.channels.contains(name)) {
      leave(id, client.group, name);
    } else if (client.channels.size() >= limits_.channels_per_client) {
      return delivery_.joined(client.group, id, name, ticket,
                              error(Errc::full, "more than " + std::to_string(limits_.channels_per_client) +
                                                    " channels on one connection"));
    }
    client.channels.insert(name);
    Channel& channel = channels_[name];
    ++channel.joining;
    Subscription& subscription = channel.subscriptions[id];
    const std::uint64_t attempt = subscription.attempt = ++attempts_;
    subscription.ticket = ticket;
    broker_.history(name, since.value_or(Position{}),
                    [this, id, name, attempt, since](Result<History> history) {
                      if (Subscription* waiting = find(id, name, attempt))
                        historied(id, name, *waiting, since, std::move(history));
                    });
  }

  void unsubscribe(ClientId id, const std::string& name) {
    const auto it = clients_.find(id);
    if (it != clients_.end() && it->second.channels.erase(name)) leave(id, it->second.group, name);
  }

  void publish(const std::string& name, std::string method, Payload data,
               UniqueFunction<void(Result<Position>)> done) {
    const std::uint64_t number = ++channels_[name].published;
    broker_.publish(name, method, std::move(data),
                    [this, name, number, done = std::move(done)](Result<Position> position) mutable {
                      confirmed(name, number, position);
                      if (done) done(std::move(position));
                    });
  }

  void provide(std::string prefix, Snapshot snapshot) { providers_[std::move(prefix)] = std::move(snapshot); }

  Presence presence(const std::string& name) const {
    PresenceCount count;
    const auto it = channels_.find(name);
    if (it != channels_.end())
      for (const auto& [id, subscription] : it->second.subscriptions)
        if (subscription.joined) count.add(clients_.at(id).person);
    return count.result(limits_.presence_rows);
  }

  void flush_presence() {
    for (const std::string& name : std::exchange(dirty_, {}))
      if (subscribers(name) > 0)
        publish(name, "presence.changed", std::make_shared<const std::string>(to_json(presence(name))), {});
  }

  std::size_t subscribers(const std::string& name) const {
    const auto it = channels_.find(name);
    return it == channels_.end() ? 0 : it->second.subscriptions.size();
  }

  std::function<void()> on_dirty_;
  std::unordered_map<ClientId, Client> clients_;
  std::unordered_map<std::string, Channel> channels_;

 private:
  Subscription* find(ClientId id, const std::string& name, std::uint64_t attempt) {
    const auto channel = channels_.find(name);
    if (channel == channels_.end()) return nullptr;
    const auto it = channel->second.subscriptions.find(id);
    return it != channel->second.subscriptions.end() && it->second.attempt == attempt ? &it->second : nullptr;
  }

  void historied(ClientId id, const std::string& name, Subscription& subscription,
                 std::optional<Position> since, Result<History> history) {
    if (!history) return fail(id, name, history.error());
    note_top(channels_[name], history->top);
    if (since && history->complete) {
      subscription.start.recovered = true;
      subscription.start.position = history->top;
      subscription.start.first = std::move(history->missed);
      return join(id, name, subscription);
    }
    if (since)
      subscription.start.reason = since->epoch != history->top.epoch
                                      ? "the server has been started anew since"
                                      : "what was missed is no longer known";
    ask_for_values(id, name, subscription.attempt);
  }

  void ask_for_values(ClientId id, const std::string& name, std::uint64_t attempt) {
    const Snapshot* provider = provider_of(name);
    if (!provider) return valued(id, name, attempt, {});
    (*provider)(name, [this, id, name, attempt](std::vector<std::pair<std::string, Payload>> values) {
      valued(id, name, attempt, std::move(values));
    });
  }

  void valued(ClientId id, const std::string& name, std::uint64_t attempt,
              std::vector<std::pair<std::string, Payload>> values) {
    Subscription* subscription = find(id, name, attempt);
    if (!subscription) return;
    Channel& channel = channels_[name];
    subscription->start.position = channel.top;
    for (auto& [method, data] : values)
      subscription->start.first.push_back({name, std::move(method), std::move(data), 0, channel.top.epoch});
    subscription->has_values = true;
    subscription->after_publish = channel.published;
    if (channel.confirmed >= subscription->after_publish) join(id, name, *subscription);
  }

  void confirmed(const std::string& name, std::uint64_t number, const Result<Position>& position) {
    const auto it = channels_.find(name);
    if (it == channels_.end()) return;
    Channel& channel = it->second;
    channel.confirmed = number;
    if (position) note_top(channel, *position);
    if (channel.joining == 0) return drop_if_unused(name);
    std::vector<ClientId> ready;
    for (auto& [id, subscription] : channel.subscriptions) {
      if (subscription.joined || !subscription.has_values || subscription.after_publish != number) continue;
      // Not the top: what was published after the values were taken must still reach this subscriber.
      if (position && position->offset > subscription.start.position.offset)
        subscription.start.position = *position;
      ready.push_back(id);
    }
    for (const ClientId id : ready) join(id, name, channel.subscriptions.at(id));
    drop_if_unused(name);
  }

  /// Everything that the start contains is numbered up to start.position; what waits beyond it follows.
  void join(ClientId id, const std::string& name, Subscription& subscription) {
    if (subscription.overflow)
      return fail(id, name,
                  error(Errc::unavailable, "too much is happening on this channel; subscribe again"));
    const GroupId group = clients_.at(id).group;
    subscription.joined = true;
    Channel& channel = channels_.at(name);
    --channel.joining;
    ++channel.groups[group];
    presence_changed(name);
    Joined joined = std::move(subscription.start);
    if (!joined.recovered)
      joined.first.push_back({name, "presence.changed",
                              std::make_shared<const std::string>(to_json(presence(name))), 0,
                              joined.position.epoch});
    for (Publication& publication : std::exchange(subscription.waiting, {})) {
      if (publication.offset <= joined.position.offset) continue;
      joined.position.offset = publication.offset;
      joined.first.push_back(std::move(publication));
    }
    delivery_.joined(group, id, name, subscription.ticket, std::move(joined));
  }

  void fail(ClientId id, const std::string& name, Error why) {
    Client& client = clients_.at(id);
    const Ticket ticket = channels_.at(name).subscriptions.at(id).ticket;
    client.channels.erase(name);
    leave(id, client.group, name);
    delivery_.joined(client.group, id, name, ticket, std::move(why));
  }

  void leave(ClientId id, GroupId group, const std::string& name) {
    Channel& channel = channels_.at(name);
    const auto node = channel.subscriptions.extract(id);
    if (node && !node.mapped().joined) --channel.joining;
    if (node && node.mapped().joined) {
      if (--channel.groups.at(group) == 0) channel.groups.erase(group);
      presence_changed(name);
    }
    drop_if_unused(name);
  }

  void deliver(const Publication& publication) {
    const auto it = channels_.find(publication.channel);
    if (it == channels_.end()) return;  // nobody here is interested
    Channel& channel = it->second;
    note_top(channel, {publication.offset, publication.epoch});
    if (channel.joining > 0) keep_for_joining(channel, publication);
    if (channel.groups.empty()) return;
    const auto shared = std::make_shared<const Publication>(publication);
    for (const auto& [group, count] : channel.groups) delivery_.publish(group, shared);
  }

  void keep_for_joining(Channel& channel, const Publication& publication) {
    for (auto& [id, subscription] : channel.subscriptions) {
      if (subscription.joined || subscription.overflow) continue;
      subscription.overflow = subscription.waiting.size() >= limits_.waiting;
      if (!subscription.overflow) subscription.waiting.push_back(publication);
    }
  }

  static void note_top(Channel& channel, const Position& position) {
    if (position.epoch != channel.top.epoch || position.offset > channel.top.offset) channel.top = position;
  }

  void drop_if_unused(const std::string& name) {
    const auto it = channels_.find(name);
    if (it != channels_.end() && it->second.subscriptions.empty() &&
        it->second.published == it->second.confirmed)
      channels_.erase(it);
  }

  const Snapshot* provider_of(const std::string& name) const {
    const Snapshot* best = nullptr;
    for (const auto& [prefix, snapshot] : providers_)  // sorted: a longer prefix comes after a shorter one
      if (name.starts_with(prefix)) best = &snapshot;
    return best;
  }

  void presence_changed(const std::string& name) {
    const bool first = dirty_.empty();
    dirty_.insert(name);
    if (first && on_dirty_) on_dirty_();
  }

  Broker& broker_;
  Delivery& delivery_;
  HubLimits limits_;
  std::map<std::string, Snapshot> providers_;
  std::set<std::string> dirty_;
  std::uint64_t attempts_ = 0;
};

Hub::Hub(Broker& broker, Delivery& delivery, HubLimits limits)
    : impl_(std::make_unique<Impl>(broker, delivery, limits)) {}
Hub::~Hub() = default;

void Hub::connect(ClientId client, GroupId group, Person person) {
  impl_->connect(client, group, std::move(person));
}
void Hub::disconnect(ClientId client) {
  impl_->disconnect(client);
}
void Hub::identify(ClientId client, Person person) {
  impl_->identify(client, std::move(person));
}
void Hub::subscribe(ClientId client, const std::string& channel, std::optional<Position> since,
                    Ticket ticket) {
  impl_->subscribe(client, channel, std::move(since), ticket);
}
void Hub::unsubscribe(ClientId client, const std::string& channel) {
  impl_->unsubscribe(client, channel);
}
void Hub::publish(const std::string& channel, std::string method, Payload data,
                  UniqueFunction<void(Result<Position>)> done) {
  impl_->publish(channel, std::move(method), std::move(data), std::move(done));
}
void Hub::provide(std::string prefix, Snapshot snapshot) {
  impl_->provide(std::move(prefix), std::move(snapshot));
}
Presence Hub::presence(const std::string& channel) const {
  return impl_->presence(channel);
}
void Hub::on_presence_dirty(std::function<void()> hook) {
  impl_->on_dirty_ = std::move(hook);
}
void Hub::flush_presence() {
  impl_->flush_presence();
}
std::size_t Hub::subscribers(const std::string& channel) const {
  return impl_->subscribers(channel);
}
std::size_t Hub::channels() const {
  return impl_->channels_.size();
}
std::size_t Hub::clients() const {
  return impl_->clients_.size();
}

}  // namespace longwave::hub
