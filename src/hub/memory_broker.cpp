// SPDX-License-Identifier: Apache-2.0
#include "hub/memory_broker.hpp"

#include <algorithm>
#include <utility>

namespace longwave::hub {

void MemoryBroker::Kept::push(const Entry& entry) {
  bytes += entry.publication.data->size();
  entries.push_back(entry);
}

void MemoryBroker::Kept::pop() {
  if (const auto& data = entries.front().publication.data) bytes -= data->size();
  entries.pop_front();
}

void MemoryBroker::Kept::trim(std::size_t most, std::size_t most_bytes, Instant oldest) {
  while (!entries.empty() && (entries.size() > most || bytes > most_bytes || entries.front().at < oldest))
    pop();
}

MemoryBroker::Entry* MemoryBroker::Kept::find(const std::string& id) {
  for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry)
    if (entry->publication.id == id && entry->publication.method == message_method && entry->publication.data)
      return &*entry;
  return nullptr;
}

void MemoryBroker::Kept::replace(Entry& entry, Payload data) {
  bytes -= entry.publication.data->size();
  if (data) bytes += data->size();
  entry.publication.data = std::move(data);
}

MemoryBroker::MemoryBroker(std::string epoch, const Clock& clock, MemoryBrokerLimits limits)
    : epoch_(std::move(epoch)), clock_(clock), limits_(limits) {}

MemoryBroker::Channel& MemoryBroker::open(const std::string& name) {
  const auto [it, fresh] = channels_.try_emplace(name);
  Channel& channel = it->second;
  if (fresh) channel.top.epoch = epoch();
  channel.used = clock_.now();
  return channel;
}

MemoryBroker::Channel* MemoryBroker::find(const std::string& name) {
  const auto found = channels_.find(name);
  return found == channels_.end() ? nullptr : &found->second;
}

std::string MemoryBroker::epoch() const {
  return forgotten_ == 0 ? epoch_ : epoch_ + '-' + std::to_string(forgotten_);
}

void MemoryBroker::trim(Channel& channel) const {
  const Instant oldest = clock_.now() - channel.keep.age;
  channel.log.trim(channel.keep.log, limits_.bytes, oldest);
  channel.history.trim(channel.keep.history, limits_.bytes, oldest);
}

void MemoryBroker::interest(const std::string& channel, bool wanted, Done<void> done) {
  if (wanted) {
    open(channel).wanted = true;
  } else if (Channel* known = find(channel)) {
    known->wanted = false;
    if (known->top.offset == 0) channels_.erase(channel);  // as if it had never been
  }
  if (done) done({});
}

Published MemoryBroker::append(Channel& channel, const std::string& name, Message&& message) {
  ++channel.top.offset;
  const Entry entry{Publication{name, std::move(message.method), std::move(message.data), channel.top.offset,
                                channel.top.epoch, std::move(message.id), std::move(message.user),
                                std::move(message.owner), std::move(message.audience)},
                    clock_.now()};
  channel.log.push(entry);
  if (message.remember) channel.history.push(entry);
  trim(channel);
  const Published published{channel.top, false, entry.publication.id};
  if (channel.wanted && events_) events_->published(entry.publication);
  return published;
}

void MemoryBroker::publish(const std::string& name, Message message, const Keep& keep, Done<Published> done) {
  if (channels_.size() >= limits_.channels && !channels_.contains(name)) {
    if (done) done(error(Errc::full, "there are too many channels"));
    return;
  }
  Channel& channel = open(name);
  channel.keep = keep;
  std::string key;
  if (!message.key.empty()) {
    forget_keys();
    key = name + '\n' + message.key;
    if (const auto known = keys_.find(key); known != keys_.end()) {
      Published first = known->second.first;
      first.repeated = true;
      if (done) done(std::move(first));
      return;
    }
    keys_[key] = {{{channel.top.offset + 1, channel.top.epoch}, false, message.id}, clock_.now()};
    key_order_.push_back(key);
  }
  Published published = append(channel, name, std::move(message));
  if (done) done(std::move(published));
}

void MemoryBroker::forget_keys() {
  const Instant oldest = clock_.now() - key_age;
  while (!key_order_.empty()) {
    const auto key = keys_.find(key_order_.front());
    if (key->second.at > oldest && keys_.size() < limits_.keys) break;
    keys_.erase(key);
    key_order_.pop_front();
  }
}

void MemoryBroker::history(const std::string& name, const HistoryQuery& query, Done<History> done) {
  if (!find(name))  // asking makes no channel: nobody fills the memory with names
    return done(
        History{.top = {0, epoch()}, .complete = query.since && *query.since == Position{0, epoch()}});
  Channel& channel = open(name);
  trim(channel);
  History history{.top = channel.top};
  const auto& entries = (query.of == HistoryQuery::Of::log ? channel.log : channel.history).entries;
  const std::uint64_t after = query.since ? query.since->offset : 0;
  if (query.since && query.since->epoch == channel.top.epoch && after <= channel.top.offset) {
    const auto& log = channel.log.entries;
    const std::uint64_t known = log.empty() ? channel.top.offset + 1 : log.front().publication.offset;
    history.complete = after + 1 >= known;
  }
  const bool comparable = !query.since || query.since->epoch == channel.top.epoch;
  const auto take = [&](const Entry& entry) {
    if (entry.publication.data && entry.publication.offset > after && comparable)
      history.publications.push_back(entry.publication);
    return query.limit == 0 || history.publications.size() < query.limit;
  };
  if (query.newest_first) {
    for (auto entry = entries.rbegin(); entry != entries.rend() && take(*entry); ++entry) {
    }
  } else {
    for (auto entry = entries.begin(); entry != entries.end() && take(*entry); ++entry) {
    }
  }
  done(std::move(history));
}

void MemoryBroker::top(const std::string& channel, Done<Position> done) {
  const Channel* known = find(channel);
  done(known ? known->top : Position{0, epoch()});
}

void MemoryBroker::find(const std::string& name, const std::string& id, Done<Publication> done) {
  const auto channel = channels_.find(name);
  if (channel != channels_.end()) {
    trim(channel->second);
    const Entry* entry = channel->second.history.find(id);
    if (!entry) entry = channel->second.log.find(id);
    if (entry) return done(entry->publication);
  }
  done(error(Errc::not_found, "there is no such message (any more)"));
}

void MemoryBroker::change(const std::string& name, Change change, const Keep& keep, Done<Published> done) {
  bool found = false;
  if (Channel* known = find(name)) {
    known->keep = keep;
    trim(*known);
    for (Kept* kept : {&known->log, &known->history}) {
      Entry* entry = kept->find(change.id);
      if (!entry) continue;
      found = true;
      kept->replace(*entry, change.data);
    }
  }
  if (!found) {
    if (done) done(error(Errc::not_found, "there is no such message (any more)"));
    return;
  }
  Channel& channel = open(name);
  if (!change.data)  // in the log the gap is needed: it says that the number isn't missing
    std::erase_if(channel.history.entries, [](const Entry& entry) { return !entry.publication.data; });
  Published published = append(channel, name, std::move(change.event));
  if (done) done(std::move(published));
}

void MemoryBroker::expire(Channel& channel, Instant now) {
  if (channel.strangers_until < now) channel.strangers = 0;
  if (channel.earliest >= now) return;
  channel.earliest = Instant::max();
  for (auto member = channel.people.begin(); member != channel.people.end();) {
    if (member->second.until >= now) {
      channel.earliest = std::min(channel.earliest, member->second.until);
      ++member;
      continue;
    }
    channel.connections -= member->second.row.connections;
    channel.gone.push_back(std::move(member->second.row));
    member = channel.people.erase(member);
  }
}

void MemoryBroker::present(const std::string& name, std::vector<PresenceRow> rows, std::size_t strangers,
                           Done<PresenceMoves> done) {
  Channel& channel = open(name);
  const Instant now = clock_.now();
  expire(channel, now);
  PresenceMoves moves{.gone = std::exchange(channel.gone, {})};
  channel.earliest = std::min(channel.earliest, now + presence_ttl);
  channel.strangers = strangers;
  channel.strangers_until = now + presence_ttl;
  for (PresenceRow& row : rows) {
    const auto known = channel.people.find(row.key);
    if (row.connections > 0) {
      if (known == channel.people.end()) moves.came.push_back(row);
      channel.connections +=
          row.connections - (known == channel.people.end() ? 0 : known->second.row.connections);
      std::string key = row.key;
      channel.people.insert_or_assign(std::move(key), Member{std::move(row), now + presence_ttl});
    } else if (known != channel.people.end()) {
      channel.connections -= known->second.row.connections;
      moves.gone.push_back(std::move(known->second.row));
      channel.people.erase(known);
    }
  }
  if (done) done(std::move(moves));
}

void MemoryBroker::presence(const std::string& name, std::size_t most_rows, Done<Presence> done) {
  Presence presence;
  const auto found = channels_.find(name);
  if (found != channels_.end()) {
    Channel& channel = found->second;
    expire(channel, clock_.now());
    presence.named = channel.people.size();
    presence.total = presence.named + channel.strangers;
    presence.connections = channel.connections + channel.strangers;
    if (most_rows > 0)
      for (const auto& [key, member] : channel.people) presence.users.push_back(member.row);
    sort_by_name(presence.users);
    if (presence.users.size() > most_rows) presence.users.resize(most_rows);
  }
  done(std::move(presence));
}

void MemoryBroker::state(const std::string& user, Done<UserState> done) {
  const auto found = users_.find(user);
  if (found == users_.end()) return done(UserState{});
  found->second.used = clock_.now();
  done(found->second.state);
}

void MemoryBroker::set_state(const std::string& user, StateUpdate update, Done<StateChange> done) {
  User& known = users_[user];
  known.used = clock_.now();
  auto change = apply(known.state, update);
  if (done) done(std::move(change));
}

void MemoryBroker::tick() {
  const Instant now = clock_.now();
  forget_keys();
  std::erase_if(users_, [&](const auto& user) { return user.second.used + state_age < now; });
  for (auto channel = channels_.begin(); channel != channels_.end();) {
    trim(channel->second);
    const Channel& known = channel->second;
    if (known.wanted || known.used + limits_.idle > now) {
      ++channel;
      continue;
    }
    if (known.top.offset > 0) ++forgotten_;
    channel = channels_.erase(channel);
  }
}

}  // namespace longwave::hub
