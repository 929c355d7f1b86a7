// SPDX-License-Identifier: Apache-2.0
// Who is there: counted here as they come and go, told to the broker in parts, shown to subscribers.
#include "hub/machine.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace longwave::hub {
namespace {

namespace json = boost::json;

constexpr Duration refresh_every = std::chrono::seconds{27};

bool is_told(const ChannelConfig& config) {
  return config.presence || config.join_leave;
}

}  // namespace

/// True: somebody who wasn't here before, which the broker should hear of at once.
bool Hub::Impl::came(Channel& channel, const Person* person) {
  channel.people.add(person);
  mark_dirty(channel);
  if (!person) return false;
  channel.changed.insert(person->key);
  const auto back = channel.lingering.find(person->key);
  if (back != channel.lingering.end()) {
    channel.people.remove(&back->second.first);
    channel.lingering.erase(back);
    return false;
  }
  return channel.config->join_leave && channel.people.row(person->key).connections == 1;
}

void Hub::Impl::went(Channel& channel, const Person* person) {
  mark_dirty(channel);
  if (!person) return channel.people.remove(person);
  const ChannelConfig& config = *channel.config;
  const bool last = config.join_leave && channel.people.row(person->key).connections == 1;
  if (last && config.leave_grace > Duration::zero()) {
    channel.lingering.emplace(person->key, std::pair{*person, clock_.now() + config.leave_grace});
    return;
  }
  channel.people.remove(person);
  channel.changed.insert(person->key);
  if (last) tell(channel, false);
}

void Hub::Impl::mark_dirty(Channel& channel) {
  if (std::exchange(channel.dirty, true)) return;
  const bool first = dirty_.empty();
  dirty_.push_back(channel.name);
  if (first && on_dirty_) on_dirty_();
}

void Hub::Impl::tell(Channel& channel, bool everything) {
  auto keys = std::exchange(channel.changed, {});
  if (!is_told(*channel.config)) return;
  std::vector<PresenceRow> rows;
  if (everything) {
    rows = channel.people.rows();
  } else {
    for (const std::string& key : keys) rows.push_back(channel.people.row(key));
  }
  channel.told = true;
  // A part doesn't keep the rest from running out.
  if (everything || channel.refresh_due == Instant{}) channel.refresh_due = clock_.now() + refresh_every;
  broker_.present(channel.name, std::move(rows), channel.people.strangers(),
                  [this, name = channel.name](Result<PresenceMoves> moves) {
                    const Turn turn(*this);
                    if (moves) return moved(name, *moves);
                    if (Channel* known = find(name))  // everything again, soon
                      known->refresh_due = clock_.now() + std::chrono::seconds{1};
                  });
}

void Hub::Impl::moved(const std::string& name, const PresenceMoves& moves) {
  if (moves.came.empty() && moves.gone.empty()) return;
  if (!rules_.of(name)->join_leave) return;
  for (const PresenceRow& row : moves.gone) announce(name, "channel.left", row);
  for (const PresenceRow& row : moves.came) announce(name, "channel.joined", row);
}

void Hub::Impl::announce(const std::string& name, const char* method, const PresenceRow& row) {
  Audience audience;
  if (!row.user.empty()) audience.except.push_back(row.user);
  const std::string mine = '#' + options_.node + '.';
  if (row.key.starts_with(mine)) audience.from = std::strtoull(row.key.c_str() + mine.size(), nullptr, 10);
  const json::object data{{"user", row.user.empty() ? json::value(nullptr) : json::value(row.user)},
                          {"name", row.name}};
  publish(name,
          {.method = method,
           .data = std::make_shared<const std::string>(json::serialize(data)),
           .user = row.user,
           .audience = std::make_shared<const Audience>(std::move(audience))},
          {});
}

void Hub::Impl::presence_changed(const std::string& name) {
  Channel* channel = find(name);
  if (!channel) return;
  channel->alone = false;
  mark_dirty(*channel);
}

void Hub::Impl::presence(const std::string& name, Done<Presence> done) {
  const Turn turn(*this);
  Channel* channel = find(name);
  const auto config = rules_.of(name);
  if (!is_told(*config)) return done(channel ? channel->people.result(options_.presence_rows) : Presence{});
  if (channel && channel->dirty) tell(*channel, false);
  broker_.presence(name, options_.presence_rows, std::move(done));
}

void Hub::Impl::flush_presence() {
  const Turn turn(*this);
  for (const std::string& name : std::exchange(dirty_, {})) {
    Channel* channel = find(name);
    if (!channel || !std::exchange(channel->dirty, false)) continue;
    if (!channel->used()) continue;
    tell(*channel, false);
    show(*channel);
  }
}

void Hub::Impl::show(Channel& channel) {
  const ChannelConfig& config = *channel.config;
  if (channel.joined == 0 || !config.presence || !config.presence_list) return;
  const auto send = [this](Channel& to, Payload text) {
    const auto value = std::make_shared<const Publication>(Publication{
        .channel = to.name, .method = "presence.changed", .data = std::move(text), .epoch = to.top.epoch});
    each_group(to, [&](const Group& group) { group.delivery->publish(group.loop, value); });
  };
  if (channel.asked && channel.alone) return send(channel, channel.people.text(options_.presence_rows));
  broker_.presence(
      channel.name, options_.presence_rows, [this, name = channel.name, send](Result<Presence> everywhere) {
        const Turn turn(*this);
        Channel* known = find(name);
        if (!known || known->joined == 0) return;
        if (!everywhere) return send(*known, known->people.text(options_.presence_rows));
        known->asked = true;
        known->alone = everywhere->total <= known->people.total();
        known->everywhere = std::move(*everywhere);
        send(*known, known->alone ? known->people.text(options_.presence_rows)
                                  : std::make_shared<const std::string>(to_json(known->everywhere)));
      });
}

/// As a new subscriber must see it: with itself, though the broker may not have been told yet.
Payload Hub::Impl::first_presence(const Channel& channel, const Person* person) const {
  if (channel.alone || channel.everywhere.total == 0) return channel.people.text(options_.presence_rows);
  Presence presence = channel.everywhere;
  const auto known = person ? std::find_if(presence.users.begin(), presence.users.end(),
                                           [&](const auto& row) { return row.key == person->key; })
                            : presence.users.end();
  ++presence.connections;
  if (known != presence.users.end()) {
    ++known->connections;
  } else {
    ++presence.total;
    if (person) presence.users.push_back({person->key, person->user, person->name, 1});
    sort_by_name(presence.users);
    if (presence.users.size() > options_.presence_rows) presence.users.resize(options_.presence_rows);
  }
  return std::make_shared<const std::string>(to_json(presence));
}

/// Ends grace periods, and tells the broker anew before its rows run out.
void Hub::Impl::keep_presence(Instant now) {
  std::vector<std::string> ended, due;
  for (const auto& [name, channel] : channels_) {
    for (const auto& [key, gone] : channel.lingering)
      if (gone.second <= now) {
        ended.push_back(name);
        break;
      }
    if (channel.told && channel.refresh_due <= now) due.push_back(name);
  }
  for (const std::string& name : ended) {
    Channel& channel = channels_.at(name);
    for (auto gone = channel.lingering.begin(); gone != channel.lingering.end();) {
      if (gone->second.second > now) {
        ++gone;
        continue;
      }
      channel.people.remove(&gone->second.first);
      channel.changed.insert(gone->first);
      gone = channel.lingering.erase(gone);
    }
    mark_dirty(channel);
    tell(channel, false);
    unused_.push_back(name);
  }
  for (const std::string& name : due)
    if (Channel* channel = find(name)) tell(*channel, true);
}

}  // namespace longwave::hub
