// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hub/broker.hpp"
#include "redis_model.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

/// hub::Broker over the modelled Redis: what the scripts of src/hub/ do there, written a second time and
/// simply.
namespace longwave::sim {

/// Everything that was ever published in one epoch of a channel, by offset - 1. The server forgets; this
/// doesn't.
struct Chronicle {
  struct Entry {
    hub::Publication publication;
    std::string node;                   ///< that published it
    std::vector<std::string> versions;  ///< its data, and what edits made of it
    std::uint64_t deleted_by = 0;       ///< offset of the event
  };
  std::vector<Entry> entries;
};

/// What Redis keeps. Copied for what is lost and found again.
struct RedisData {
  struct Kept {
    hub::Publication publication;
    std::string node;  ///< where Audience::from means something
    bool remembered = false;
    Instant at{};
  };
  struct Key {
    hub::Published first;
    Instant until{};
  };
  struct Row {
    hub::PresenceRow row;
    Instant until{};
  };
  struct Channel {
    std::string epoch;
    std::uint64_t top = 0;
    std::uint64_t forgotten = 0;  ///< the log is whole after this one
    std::deque<Kept> log, history;
    std::map<std::string, Key> keys;
    std::map<std::pair<std::string, std::string>, Row> rows;  ///< by key and node
    std::map<std::string, std::pair<std::size_t, Instant>> strangers;
  };
  std::map<std::string, Channel> channels;
  std::map<std::string, hub::UserState> states;
};

class RedisBroker;

class RedisModel : public RedisHost {
 public:
  explicit RedisModel(World& world) : world_(world) {}

  RedisData data;
  std::map<std::pair<std::string, std::string>, Chronicle> chronicles;  ///< by channel and epoch
  std::uint64_t lives = 0;                                              ///< of the data

  RedisData::Channel& channel(const std::string& name) {
    RedisData::Channel& found = data.channels[name];
    if (found.epoch.empty()) found.epoch = fmt::format("e{}", ++epochs_);
    return found;
  }
  void forget_everything() {
    data = {};
    ++lives;
  }
  const Chronicle::Entry* entry(const std::string& name, const std::string& epoch,
                                std::uint64_t offset) const {
    const auto found = chronicles.find({name, epoch});
    if (found == chronicles.end() || offset == 0 || offset > found->second.entries.size()) return nullptr;
    return &found->second.entries[offset - 1];
  }

 private:
  friend class RedisBroker;
  World& world_;
  std::uint64_t epochs_ = 0;
  std::map<std::string, RedisBroker*> nodes_;
};

class RedisBroker final : public hub::Broker {
 public:
  RedisBroker(World& world, RedisModel& redis, std::string node, const RedisWeather& weather)
      : world_(world), redis_(redis), node_(std::move(node)), link_(world, redis, weather) {
    link_.on_lost = [this] {
      if (events_) events_->lost();
    };
    link_.on_back = [this] {
      if (events_) events_->back();
    };
    redis_.nodes_[node_] = this;
    link_.always(nodes_channel);
    link_.connect();
  }
  ~RedisBroker() { redis_.nodes_.erase(node_); }

  RedisLink& link() { return link_; }
  bool ready() const { return link_.ready(); }

  void listen(hub::BrokerEvents* events) override {
    events_ = events;
    if (events_ && !ready()) events_->lost();
  }
  void interest(const std::string& channel, bool wanted, hub::Done<void> done) override {
    link_.subscribe(channel, wanted, std::move(done));
  }

  void publish(const std::string& channel, hub::Message message, const hub::Keep& keep,
               hub::Done<hub::Published> done) override {
    link_.command([this, channel, message = std::move(message),
                   keep]() mutable { return do_publish(channel, std::move(message), keep); },
                  std::move(done));
  }
  void history(const std::string& channel, const hub::HistoryQuery& query,
               hub::Done<hub::History> done) override {
    link_.command([this, channel, query] { return do_history(channel, query); }, std::move(done));
  }
  void top(const std::string& name, hub::Done<hub::Position> done) override {
    link_.command(
        [this, name] {
          const auto& channel = redis_.channel(name);
          return hub::Position{channel.top, channel.epoch};
        },
        std::move(done));
  }
  void find(const std::string& name, const std::string& id, hub::Done<hub::Publication> done) override {
    link_.command([this, name, id] { return do_find(name, id); }, std::move(done));
  }
  void change(const std::string& name, hub::Change change, const hub::Keep& keep,
              hub::Done<hub::Published> done) override {
    link_.command([this, name, change = std::move(change), keep] { return do_change(name, change, keep); },
                  std::move(done));
  }
  void present(const std::string& name, std::vector<hub::PresenceRow> rows, std::size_t strangers,
               hub::Done<hub::PresenceMoves> done) override {
    link_.command(
        [this, name, rows = std::move(rows), strangers] { return do_present(name, rows, strangers); },
        std::move(done));
  }
  void presence(const std::string& name, std::size_t most_rows, hub::Done<hub::Presence> done) override {
    link_.command([this, name, most_rows] { return do_presence(name, most_rows); }, std::move(done));
  }
  void state(const std::string& user, hub::Done<hub::UserState> done) override {
    link_.command([this, user] { return redis_.data.states[user]; }, std::move(done));
  }
  void set_state(const std::string& user, hub::StateUpdate update,
                 hub::Done<hub::StateChange> done) override {
    link_.command([this, user, update = std::move(update)] { return do_set_state(user, update); },
                  std::move(done));
  }
  void tell_nodes(const std::string& kind, const std::string& text) override {
    link_.command(
        [this, kind, text] {
          for (auto& [name, node] : redis_.nodes_)
            if (node != this)
              node->link_.hand_over(nodes_channel, [node = node, kind, text] {
                if (node->events_) node->events_->told(kind, text);
              });
          return true;
        },
        [](const Result<bool>&) {});
  }

 private:
  static constexpr const char* nodes_channel = "\x01nodes";

  static hub::Publication as_seen(const RedisData::Kept& kept, const std::string& node) {
    hub::Publication seen = kept.publication;
    if (seen.audience && seen.audience->from != 0 && kept.node != node) {
      hub::Audience audience = *seen.audience;
      audience.from = 0;
      seen.audience = std::make_shared<const hub::Audience>(std::move(audience));
    }
    return seen;
  }

  hub::Published do_publish(const std::string& name, hub::Message message, const hub::Keep& keep) {
    RedisData::Channel& channel = redis_.channel(name);
    std::erase_if(channel.keys, [&](const auto& key) { return key.second.until <= world_.now(); });
    if (const auto known = channel.keys.find(message.key);
        !message.key.empty() && known != channel.keys.end()) {
      auto again = known->second.first;
      again.repeated = true;
      return again;
    }
    RedisData::Kept kept{{name, message.method, message.data, ++channel.top, channel.epoch, message.id,
                          message.user, message.owner, message.audience},
                         node_,
                         message.remember,
                         world_.now()};
    const hub::Published published{{channel.top, channel.epoch}, false, message.id};
    if (!message.key.empty()) channel.keys[message.key] = {published, world_.now() + key_age};
    redis_.chronicles[{name, channel.epoch}].entries.push_back({kept.publication, node_, {*message.data}, 0});
    channel.log.push_back(kept);
    if (message.remember) channel.history.push_back(kept);
    trim(channel, keep);
    for (auto& [to, node] : redis_.nodes_)
      node->link_.hand_over(name, [node = node, seen = as_seen(kept, to)] {
        if (node->events_) node->events_->published(seen);
      });
    return published;
  }

  static bool is_message(const RedisData::Kept& kept, const std::string& id) {
    return kept.publication.id == id && kept.publication.method == "channel.message";
  }

  void trim(RedisData::Channel& channel, const hub::Keep& keep) {
    const auto old = [&](const RedisData::Kept& kept) { return world_.now() - kept.at >= keep.age; };
    while (!channel.log.empty() && (channel.log.size() > keep.log || old(channel.log.front()))) {
      channel.forgotten = channel.log.front().publication.offset;
      channel.log.pop_front();
    }
    while (!channel.history.empty() &&
           (channel.history.size() > keep.history || old(channel.history.front())))
      channel.history.pop_front();
  }

  hub::History do_history(const std::string& name, const hub::HistoryQuery& query) {
    RedisData::Channel& channel = redis_.channel(name);
    hub::History found{.top = {channel.top, channel.epoch}};
    const auto& kept = query.of == hub::HistoryQuery::Of::log ? channel.log : channel.history;
    found.complete = query.since && query.since->epoch == channel.epoch &&
                     query.since->offset >= channel.forgotten && query.since->offset <= channel.top;
    for (const auto& one : kept)
      if (!query.since || query.since->epoch != channel.epoch || one.publication.offset > query.since->offset)
        found.publications.push_back(as_seen(one, node_));
    if (query.newest_first) std::reverse(found.publications.begin(), found.publications.end());
    if (query.limit != 0 && found.publications.size() > query.limit) found.publications.resize(query.limit);
    return found;
  }

  Result<hub::Publication> do_find(const std::string& name, const std::string& id) {
    RedisData::Channel& channel = redis_.channel(name);
    for (auto* kept : {&channel.history, &channel.log})
      for (const auto& one : *kept)
        if (is_message(one, id)) return as_seen(one, node_);
    return error(Errc::not_found, "no such message");
  }

  Result<hub::Published> do_change(const std::string& name, const hub::Change& change,
                                   const hub::Keep& keep) {
    RedisData::Channel& channel = redis_.channel(name);
    bool found = false;
    std::uint64_t offset = 0;
    for (auto* kept : {&channel.history, &channel.log})
      for (auto& one : *kept)
        if (is_message(one, change.id)) {
          found = true;
          offset = one.publication.offset;
          if (change.data) one.publication.data = change.data;
        }
    if (!found) return error(Errc::not_found, "no such message");
    if (!change.data)
      for (auto* kept : {&channel.history, &channel.log})
        std::erase_if(*kept, [&](const auto& one) { return is_message(one, change.id); });
    const auto published = do_publish(name, change.event, keep);
    auto& entry = redis_.chronicles[{name, channel.epoch}].entries[offset - 1];
    if (change.data)
      entry.versions.push_back(*change.data);
    else
      entry.deleted_by = published.position.offset;
    return published;
  }

  hub::PresenceMoves do_present(const std::string& name, const std::vector<hub::PresenceRow>& rows,
                                std::size_t strangers) {
    RedisData::Channel& channel = redis_.channel(name);
    hub::PresenceMoves moves;
    bool changed = false;
    for (auto at = channel.rows.begin(); at != channel.rows.end();) {
      const auto old = at++;
      if (old->second.until > world_.now()) continue;
      const auto row = old->second.row;
      channel.rows.erase(old);
      changed = true;
      if (!is_there(channel, row.key)) moves.gone.push_back(row);
    }
    for (const auto& row : rows) {
      const bool was_there = is_there(channel, row.key);
      const auto at = channel.rows.find({row.key, node_});
      if (row.connections > 0) {
        changed |= at == channel.rows.end() || !(at->second.row == row);
        channel.rows[{row.key, node_}] = {row, world_.now() + presence_ttl};
        if (!was_there) moves.came.push_back(row);
      } else if (at != channel.rows.end()) {
        changed = true;
        const auto old = at->second.row;
        channel.rows.erase(at);
        if (!is_there(channel, row.key)) moves.gone.push_back(old);
      }
    }
    auto& mine = channel.strangers[node_];
    changed |= mine.first != strangers;
    mine = {strangers, world_.now() + presence_ttl};
    if (!changed) return moves;
    for (auto& [to, node] : redis_.nodes_)
      if (node != this)
        node->link_.hand_over(name, [node = node, name] {
          if (node->events_) node->events_->presence_changed(name);
        });
    return moves;
  }

  static bool is_there(const RedisData::Channel& channel, const std::string& key) {
    const auto first = channel.rows.lower_bound({key, ""});
    return first != channel.rows.end() && first->first.first == key;
  }

  hub::Presence do_presence(const std::string& name, std::size_t most_rows) {
    RedisData::Channel& channel = redis_.channel(name);
    std::map<std::string, hub::PresenceRow> people;
    hub::Presence presence;
    for (const auto& [at, row] : channel.rows) {
      if (row.until <= world_.now()) continue;
      auto& person =
          people.emplace(at.first, hub::PresenceRow{row.row.key, row.row.user, {}, 0}).first->second;
      if (person.name.empty()) person.name = row.row.name;
      person.connections += row.row.connections;
      presence.connections += row.row.connections;
    }
    for (const auto& [node, count] : channel.strangers)
      if (count.second > world_.now()) presence.total += count.first, presence.connections += count.first;
    presence.total += people.size();
    presence.named = people.size();
    for (auto& [key, person] : people) presence.users.push_back(std::move(person));
    hub::sort_by_name(presence.users);
    if (presence.users.size() > most_rows) presence.users.resize(most_rows);
    return presence;
  }

  hub::StateChange do_set_state(const std::string& user, const hub::StateUpdate& update) {
    hub::UserState& state = redis_.data.states[user];
    const auto before = state;
    if (state.version == 0)
      for (const auto& [key, value] : update.fresh) state.values[key] = value;
    for (const auto& [key, value] : update.values) state.values[key] = value;
    if (update.public_keys) state.public_keys = *update.public_keys;
    hub::StateChange change;
    for (const auto& [key, value] : state.values) {
      const auto old = before.values.find(key);
      if (old == before.values.end() || old->second != value) change.changed.push_back(key);
    }
    ++state.version;
    change.state = state;
    return change;
  }

  World& world_;
  RedisModel& redis_;
  std::string node_;
  RedisLink link_;
  hub::BrokerEvents* events_ = nullptr;
};

}  // namespace longwave::sim
