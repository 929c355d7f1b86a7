// SPDX-License-Identifier: Apache-2.0
#include "hub/hub.hpp"

#include "base/assert.hpp"
#include "hub/presence.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <unordered_map>

namespace longwave::hub {
namespace {

/// A subscription that hasn't joined yet; what is published meanwhile waits in `waiting`.
struct Joining {
  std::uint64_t attempt = 0;  ///< tells the answers of an earlier attempt from those of this one
  Ticket ticket = 0;
  bool has_values = false;          ///< the present values are here; joins when what they contain is numbered
  std::uint64_t after_publish = 0;  ///< … which is when this many publications of the hub are confirmed
  Joined start;
  std::vector<Publication> waiting;
  bool overflow = false;
};

/// Joined subscribers are only counted here; who they are stands in their Client.
struct Channel {
  std::string name;
  std::map<ClientId, Joining> joining;
  std::map<GroupId, std::size_t> groups;  ///< joined subscriptions of each
  std::size_t joined = 0;
  PresenceCount people;         ///< of the joined
  std::uint64_t published = 0;  ///< by this hub
  std::uint64_t confirmed = 0;  ///< of them
  Position top;                 ///< the highest number heard of
  bool dirty = false;           ///< people have changed since presence was last told
};

/// One connection. There are very many: a stranger without a name and with one channel costs about 100 bytes.
struct Client {
  GroupId group = 0;
  std::unique_ptr<const Person> person;  ///< null: a stranger
  std::vector<Channel*> channels;        ///< joined, or joining
};

std::unique_ptr<const Person> keep(ClientId id, Person person) {
  if (person.key.empty() && person.user.empty() && person.name.empty()) return nullptr;
  if (person.key.empty()) person.key = "#" + std::to_string(id);
  return std::make_unique<const Person>(std::move(person));
}

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
    const bool fresh = clients_.emplace(id, Client{group, keep(id, std::move(person)), {}}).second;
    LW_ASSERT(fresh, "a connection is announced once");
  }

  void disconnect(ClientId id) {
    const auto node = clients_.extract(id);
    if (!node) return;
    for (Channel* channel : node.mapped().channels) leave(id, node.mapped(), *channel);
  }

  void identify(ClientId id, Person person) {
    const auto it = clients_.find(id);
    if (it == clients_.end()) return;
    Client& client = it->second;
    auto fresh = keep(id, std::move(person));
    for (Channel* channel : client.channels) {
      if (channel->joining.contains(id)) continue;
      channel->people.remove(client.person.get());
      channel->people.add(fresh.get());
      presence_changed(*channel);
    }
    client.person = std::move(fresh);
  }

  void subscribe(ClientId id, const std::string& name, std::optional<Position> since, Ticket ticket) {
    const auto it = clients_.find(id);
    if (it == clients_.end()) return;
    Client& client = it->second;
    if (!valid_name(name, limits_.channel_name_bytes))
      return delivery_.joined(client.group, id, name, ticket,
                              error(Errc::invalid, "not the name of a channel"));
    if (Channel* old = channel_of(client, name)) {
      std::erase(client.channels, old);
      leave(id, client, *old);
    } else if (client.channels.size() >= limits_.channels_per_client) {
      return delivery_.joined(client.group, id, name, ticket,
                              error(Errc::full, "more than " + std::to_string(limits_.channels_per_client) +
                                                    " channels on one connection"));
    }
    Channel& channel = open(name);
    client.channels.push_back(&channel);
    Joining& joining = channel.joining[id];
    const std::uint64_t attempt = joining.attempt = ++attempts_;
    joining.ticket = ticket;
    broker_.history(name, since.value_or(Position{}),
                    [this, id, name, attempt, since](Result<History> history) {
                      if (Joining* waiting = find(id, name, attempt))
                        historied(id, name, *waiting, since, std::move(history));
                    });
  }

  void unsubscribe(ClientId id, const std::string& name) {
    const auto it = clients_.find(id);
    if (it == clients_.end()) return;
    Channel* channel = channel_of(it->second, name);
    if (!channel) return;
    std::erase(it->second.channels, channel);
    leave(id, it->second, *channel);
  }

  void publish(const std::string& name, std::string method, Payload data,
               UniqueFunction<void(Result<Position>)> done) {
    const std::uint64_t number = ++open(name).published;
    broker_.publish(name, method, std::move(data),
                    [this, name, number, done = std::move(done)](Result<Position> position) mutable {
                      confirmed(name, number, position);
                      if (done) done(std::move(position));
                    });
  }

  void provide(std::string prefix, Snapshot snapshot) { providers_[std::move(prefix)] = std::move(snapshot); }

  Presence presence(const std::string& name) const {
    const auto it = channels_.find(name);
    return it == channels_.end() ? Presence{} : it->second.people.result(limits_.presence_rows);
  }

  void flush_presence() {
    for (const std::string& name : std::exchange(dirty_, {})) {
      const auto it = channels_.find(name);
      if (it == channels_.end() || !std::exchange(it->second.dirty, false)) continue;
      if (it->second.joined > 0)
        publish(name, "presence.changed", it->second.people.text(limits_.presence_rows), {});
    }
  }

  std::size_t subscribers(const std::string& name) const {
    const auto it = channels_.find(name);
    return it == channels_.end() ? 0 : it->second.joined + it->second.joining.size();
  }

  std::function<void()> on_dirty_;
  std::unordered_map<ClientId, Client> clients_;
  std::unordered_map<std::string, Channel> channels_;

 private:
  Channel& open(const std::string& name) {
    Channel& channel = channels_[name];
    if (channel.name.empty()) channel.name = name;
    return channel;
  }

  static Channel* channel_of(const Client& client, const std::string& name) {
    const auto found = std::find_if(client.channels.begin(), client.channels.end(),
                                    [&](const Channel* channel) { return channel->name == name; });
    return found == client.channels.end() ? nullptr : *found;
  }

  Joining* find(ClientId id, const std::string& name, std::uint64_t attempt) {
    const auto channel = channels_.find(name);
    if (channel == channels_.end()) return nullptr;
    const auto it = channel->second.joining.find(id);
    return it != channel->second.joining.end() && it->second.attempt == attempt ? &it->second : nullptr;
  }

  void historied(ClientId id, const std::string& name, Joining& subscription, std::optional<Position> since,
                 Result<History> history) {
    if (!history) return fail(id, name, history.error());
    note_top(channels_.at(name), history->top);
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
    Joining* subscription = find(id, name, attempt);
    if (!subscription) return;
    Channel& channel = channels_.at(name);
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
    std::vector<ClientId> ready;
    for (auto& [id, subscription] : channel.joining) {
      if (!subscription.has_values || subscription.after_publish != number) continue;
      // Not the top: what was published after the values were taken must still reach this subscriber.
      if (position && position->offset > subscription.start.position.offset)
        subscription.start.position = *position;
      ready.push_back(id);
    }
    for (const ClientId id : ready) join(id, name, channel.joining.at(id));
    drop_if_unused(name);
  }

  /// Everything that the start contains is numbered up to start.position; what waits beyond it follows.
  void join(ClientId id, const std::string& name, Joining& subscription) {
    if (subscription.overflow)
      return fail(id, name,
                  error(Errc::unavailable, "too much is happening on this channel; subscribe again"));
    const Client& client = clients_.at(id);
    Channel& channel = channels_.at(name);
    const Joining done = std::move(channel.joining.extract(id).mapped());
    ++channel.joined;
    ++channel.groups[client.group];
    channel.people.add(client.person.get());
    presence_changed(channel);
    Joined joined = done.start;
    if (!joined.recovered)
      joined.first.push_back(
          {name, "presence.changed", channel.people.text(limits_.presence_rows), 0, joined.position.epoch});
    for (const Publication& publication : done.waiting) {
      if (publication.offset <= joined.position.offset) continue;
      joined.position.offset = publication.offset;
      joined.first.push_back(publication);
    }
    delivery_.joined(client.group, id, name, done.ticket, std::move(joined));
  }

  void fail(ClientId id, const std::string& name, Error why) {
    Client& client = clients_.at(id);
    Channel& channel = channels_.at(name);
    const Ticket ticket = channel.joining.at(id).ticket;
    std::erase(client.channels, &channel);
    leave(id, client, channel);
    delivery_.joined(client.group, id, name, ticket, std::move(why));
  }

  /// The channel may be gone afterwards.
  void leave(ClientId id, const Client& client, Channel& channel) {
    if (channel.joining.erase(id) == 0) {
      --channel.joined;
      if (--channel.groups.at(client.group) == 0) channel.groups.erase(client.group);
      channel.people.remove(client.person.get());
      presence_changed(channel);
    }
    drop_if_unused(channel.name);
  }

  void deliver(const Publication& publication) {
    const auto it = channels_.find(publication.channel);
    if (it == channels_.end()) return;  // nobody here is interested
    Channel& channel = it->second;
    note_top(channel, {publication.offset, publication.epoch});
    keep_for_joining(channel, publication);
    if (channel.groups.empty()) return;
    const auto shared = std::make_shared<const Publication>(publication);
    for (const auto& [group, count] : channel.groups) delivery_.publish(group, shared);
  }

  void keep_for_joining(Channel& channel, const Publication& publication) {
    for (auto& [id, subscription] : channel.joining) {
      if (subscription.overflow) continue;
      subscription.overflow = subscription.waiting.size() >= limits_.waiting;
      if (!subscription.overflow) subscription.waiting.push_back(publication);
    }
  }

  static void note_top(Channel& channel, const Position& position) {
    if (position.epoch != channel.top.epoch || position.offset > channel.top.offset) channel.top = position;
  }

  void drop_if_unused(const std::string& name) {
    const auto it = channels_.find(name);
    if (it != channels_.end() && it->second.joined == 0 && it->second.joining.empty() &&
        it->second.published == it->second.confirmed)
      channels_.erase(it);
  }

  const Snapshot* provider_of(const std::string& name) const {
    const Snapshot* best = nullptr;
    for (const auto& [prefix, snapshot] : providers_)  // sorted: a longer prefix comes after a shorter one
      if (name.starts_with(prefix)) best = &snapshot;
    return best;
  }

  void presence_changed(Channel& channel) {
    if (std::exchange(channel.dirty, true)) return;
    const bool first = dirty_.empty();
    dirty_.push_back(channel.name);
    if (first && on_dirty_) on_dirty_();
  }

  Broker& broker_;
  Delivery& delivery_;
  HubLimits limits_;
  std::map<std::string, Snapshot> providers_;
  std::vector<std::string> dirty_;  // channels whose people have changed
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
