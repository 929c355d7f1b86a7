// SPDX-License-Identifier: Apache-2.0
// How a subscription begins: what is published meanwhile waits, the broker delivers, the broker says what was
// missed, both are joined at one position.
#include "hub/machine.hpp"

#include <algorithm>

namespace longwave::hub {

void Hub::Impl::refuse(ClientId id, const std::string& name, Ticket ticket, Error why) {
  const Group& group = groups_.at(group_of(id));
  group.delivery->joined(group.loop, id, name, ticket, std::move(why));
}

void Hub::Impl::subscribe(ClientId id, const std::string& name, std::optional<Position> since,
                          Ticket ticket) {
  const Turn turn(*this);
  const auto it = clients_.find(id);
  if (it == clients_.end()) return;
  Client& client = it->second;
  if (!valid_channel_name(name))
    return refuse(id, name, ticket, error(Errc::invalid, "not the name of a channel"));
  if (Channel* old = channel_of(client, name)) {
    std::erase(client.channels, old);
    leave(id, client, *old);
  } else if (client.channels.size() >= options_.channels_per_client) {
    return refuse(id, name, ticket,
                  error(Errc::full, "more than " + std::to_string(options_.channels_per_client) +
                                        " channels on one connection"));
  }
  Channel& channel = open(name);
  client.channels.push_back(&channel);
  Joining& joining = channel.joining[id];
  joining.ticket = ticket;
  joining.since = std::move(since);
  if (channel.feed == Channel::Feed::none) return begin_feed(channel);
  if (channel.ready) ask(channel, id);
}

void Hub::Impl::unsubscribe(ClientId id, const std::string& name) {
  const Turn turn(*this);
  const auto it = clients_.find(id);
  if (it == clients_.end()) return;
  Channel* channel = channel_of(it->second, name);
  if (!channel) return;
  std::erase(it->second.channels, channel);
  leave(id, it->second, *channel);
}

Joining* Hub::Impl::waiting(ClientId id, const std::string& name, std::uint64_t attempt) {
  Channel* channel = find(name);
  if (!channel) return nullptr;
  const auto it = channel->joining.find(id);
  return it != channel->joining.end() && it->second.attempt == attempt ? &it->second : nullptr;
}

void Hub::Impl::begin_feed(Channel& channel) {
  channel.feed = Channel::Feed::asked;
  broker_.interest(channel.name, true,
                   [this, name = channel.name, incarnation = channel.incarnation](Result<void> answer) {
                     const Turn turn(*this);
                     Channel* known = find(name);
                     if (!known || known->incarnation != incarnation) return;
                     if (!answer) {
                       known->feed = Channel::Feed::none;
                       while (!known->joining.empty())
                         fail(known->joining.begin()->first, name, answer.error());
                       return;
                     }
                     known->ready = true;
                     ask_again(*known, true);
                   });
}

/// Asks for those whose answer was of another epoch, or for all that are joining.
void Hub::Impl::ask_again(Channel& channel, bool all) {
  std::vector<ClientId> ids;
  for (auto& [id, joining] : channel.joining)
    if (all || std::exchange(joining.stale, false)) ids.push_back(id);
  for (const ClientId id : ids)
    if (channel.joining.contains(id)) ask(channel, id);
}

void Hub::Impl::ask(Channel& channel, ClientId id) {
  Joining& joining = channel.joining.at(id);
  const std::uint64_t attempt = joining.attempt = ++attempts_;
  joining.has_values = joining.overflow = joining.stale = false;
  joining.start = {};
  joining.waiting.clear();
  const std::string name = channel.name;
  auto answered = [this, id, name, attempt](Result<History> history) {
    const Turn turn(*this);
    if (waiting(id, name, attempt)) historied(id, name, attempt, std::move(history));
  };
  const Recovery recovery = channel.config->recovery;
  if (recovery == Recovery::stream && joining.since)
    return broker_.history(name, {.since = joining.since}, std::move(answered));
  if (recovery == Recovery::cache)
    return broker_.history(name, {.limit = 1, .newest_first = true}, std::move(answered));
  broker_.top(name, [answered = std::move(answered)](Result<Position> top) mutable {
    if (!top) return answered(top.error());
    answered(History{.top = std::move(*top)});
  });
}

void Hub::Impl::historied(ClientId id, const std::string& name, std::uint64_t attempt,
                          Result<History> history) {
  if (!history) return fail(id, name, history.error());
  Channel& channel = channels_.at(name);
  if (channel.feed == Channel::Feed::asked) {
    flow_from(channel, history->top);
  } else if (history->top.epoch != channel.top.epoch && channel.feed == Channel::Feed::flowing) {
    catch_up(channel);
  }
  // A catch-up may have ended in a reset, which has begun this anew.
  Joining* joining = waiting(id, name, attempt);
  if (!joining) return;
  if (history->top.epoch != channel.top.epoch) {
    if (channel.feed == Channel::Feed::flowing) return ask(channel, id);
    joining->stale = true;
    return;
  }
  Joined& start = joining->start;
  start.position = history->top;
  const auto& since = joining->since;
  const Recovery recovery = channel.config->recovery;
  if (recovery == Recovery::cache) {
    start.recovered = since && *since == history->top;
    start.first = std::move(history->publications);
  } else if (recovery == Recovery::stream && since && history->complete) {
    start.recovered = true;
    start.first = std::move(history->publications);
    ++counts_.recovered;
    return join(id, channel, *joining);
  }
  if (since && !start.recovered) {
    ++counts_.unrecovered;
    start.reason = recovery == Recovery::off            ? "this channel keeps nothing for who was away"
                   : since->epoch != history->top.epoch ? "the channel has been started anew since"
                   : recovery == Recovery::cache        ? "this channel keeps its newest publication only"
                                                        : "what was missed is no longer known";
  }
  ask_for_values(id, name, attempt);
}

void Hub::Impl::ask_for_values(ClientId id, const std::string& name, std::uint64_t attempt) {
  const Snapshot* provider = provider_of(name);
  if (!provider) {
    // Nothing contains what was published meanwhile: it waits, and follows.
    Channel& channel = channels_.at(name);
    return join(id, channel, channel.joining.at(id));
  }
  (*provider)(name, [this, id, name, attempt](std::vector<std::pair<std::string, Payload>> values) {
    const Turn turn(*this);
    valued(id, name, attempt, std::move(values));
  });
}

void Hub::Impl::valued(ClientId id, const std::string& name, std::uint64_t attempt,
                       std::vector<std::pair<std::string, Payload>> values) {
  Joining* joining = waiting(id, name, attempt);
  if (!joining) return;
  Channel& channel = channels_.at(name);
  Joined& start = joining->start;
  // Of what this hub published before, all is in the values, delivered or not.
  for (const Position& known : {channel.top, channel.confirmed_at})
    if (known.epoch == start.position.epoch)
      start.position.offset = std::max(start.position.offset, known.offset);
  for (auto& [method, data] : values)
    start.first.push_back({.channel = name,
                           .method = std::move(method),
                           .data = std::move(data),
                           .epoch = start.position.epoch});
  joining->has_values = true;
  joining->after_publish = channel.published;
  if (channel.confirmed >= joining->after_publish) join(id, channel, *joining);
}

/// The broker's answer to a publication of this hub; they come in the order in which they were asked for.
void Hub::Impl::confirmed(const std::string& name, const Result<Published>& published) {
  Channel& channel = channels_.at(name);
  const std::uint64_t number = ++channel.confirmed;
  if (published && (published->position.epoch != channel.confirmed_at.epoch ||
                    published->position.offset > channel.confirmed_at.offset))
    channel.confirmed_at = published->position;
  std::vector<ClientId> ready;
  for (auto& [id, joining] : channel.joining) {
    if (!joining.has_values || joining.after_publish != number) continue;
    // Not the top: what was published after the values were taken must still reach this subscriber.
    Position& start = joining.start.position;
    if (published && published->position.epoch == start.epoch)
      start.offset = std::max(start.offset, published->position.offset);
    ready.push_back(id);
  }
  for (const ClientId id : ready)
    if (const auto joining = channel.joining.find(id); joining != channel.joining.end())
      join(id, channel, joining->second);
  unused_.push_back(name);
}

/// Everything that the start contains is numbered up to start.position; what waits beyond it follows.
void Hub::Impl::join(ClientId id, Channel& channel, Joining& joining) {
  if (joining.overflow)
    return fail(id, channel.name,
                error(Errc::unavailable, "too much is happening on this channel; subscribe again"));
  const Client& client = clients_.at(id);
  Joining done = std::move(joining);
  channel.joining.erase(id);
  ++channel.joined;
  ++channel.groups[group_of(id)];
  Joined& start = done.start;
  auto& first = start.first;
  std::stable_partition(first.begin(), first.end(), [](const Publication& p) { return p.offset == 0; });
  const auto waited = [&](const auto& p) { return p->offset > start.position.offset; };
  const bool fresh = came(channel, client.person.get());
  if (!start.recovered && channel.config->presence && channel.config->presence_list) {
    const auto numbered =
        std::find_if(first.begin(), first.end(), [](const auto& p) { return p.offset != 0; });
    first.insert(numbered, {.channel = channel.name,
                            .method = "presence.changed",
                            .data = first_presence(channel, client.person.get()),
                            .epoch = start.position.epoch});
  }
  for (const auto& publication : done.waiting) {
    if (!waited(publication)) continue;
    start.position.offset = publication->offset;
    first.push_back(*publication);
  }
  happened(HubEvent::Kind::subscribed, id, client.person.get(), channel.name);
  const Group& group = groups_.at(group_of(id));
  group.delivery->joined(group.loop, id, channel.name, done.ticket, std::move(done.start));
  if (fresh) tell(channel, false);  // not before it has joined: it would miss what comes of it
}

void Hub::Impl::fail(ClientId id, const std::string& name, Error why) {
  Client& client = clients_.at(id);
  Channel& channel = channels_.at(name);
  const Ticket ticket = channel.joining.at(id).ticket;
  std::erase(client.channels, &channel);
  leave(id, client, channel);
  refuse(id, name, ticket, std::move(why));
}

void Hub::Impl::leave(ClientId id, const Client& client, Channel& channel) {
  if (channel.joining.erase(id) == 0) {
    --channel.joined;
    const auto group = channel.groups.find(group_of(id));
    if (--group->second == 0) channel.groups.erase(group);
    went(channel, client.person.get());
    happened(HubEvent::Kind::unsubscribed, id, client.person.get(), channel.name);
  }
  unused_.push_back(channel.name);
}

const Snapshot* Hub::Impl::provider_of(const std::string& name) const {
  const Snapshot* best = nullptr;
  for (const auto& [prefix, snapshot] : providers_)  // sorted: a longer prefix comes after a shorter one
    if (name.starts_with(prefix)) best = &snapshot;
  return best;
}

}  // namespace longwave::hub
