// SPDX-License-Identifier: Apache-2.0
#include "hub/broker_redis.hpp"
#include "hub/broker_redis_wire.hpp"

#include <charconv>
#include <map>
#include <utility>

namespace longwave::hub {
namespace {

constexpr std::size_t rows_at_once = 250;  // of one script: others wait for Redis meanwhile

UserState state_of(const redis::Reply& fields) {
  constexpr std::string_view value = "value:";
  UserState state;
  for (std::size_t i = 0; i + 1 < fields.items.size(); i += 2) {
    const auto& name = fields[i].text;
    const auto& text = fields[i + 1].text;
    if (name.starts_with(value)) {
      state.values[name.substr(value.size())] = text;
    } else if (name == "public") {
      state.public_keys = redis_wire::read_keys(text);
    } else if (name == "version") {
      std::from_chars(text.data(), text.data() + text.size(), state.version);
    }
  }
  return state;
}

void take_rows(const redis::Reply& from, std::vector<PresenceRow>& to) {
  for (const auto& item : from.items) {
    const std::string_view text = item.text;
    const auto zero = text.find('\0');
    if (zero == std::string_view::npos) continue;
    if (auto row = redis_wire::read_row(text.substr(0, zero), text.substr(zero + 1)))
      to.push_back(std::move(*row));
  }
}

}  // namespace

void RedisBroker::present(const std::string& channel, std::vector<PresenceRow> rows, std::size_t strangers,
                          Done<PresenceMoves> done) {
  present_some(channel, std::make_shared<const std::vector<PresenceRow>>(std::move(rows)), 0,
               std::to_string(strangers), PresenceMoves{}, std::move(done));
}

void RedisBroker::present_some(const std::string& channel,
                               std::shared_ptr<const std::vector<PresenceRow>> rows, std::size_t first,
                               const std::string& strangers, PresenceMoves moves, Done<PresenceMoves> done) {
  Texts values{options_.node, pubsub(channel), std::to_string(to_ms(presence_ttl)), strangers};
  const std::size_t end = std::min(rows->size(), first + rows_at_once);
  for (std::size_t i = first; i < end; ++i) {
    const auto& row = (*rows)[i];
    values.insert(values.end(), {row.key, std::to_string(row.connections), redis_wire::sort_text(row),
                                 redis_wire::row_json(row)});
  }
  run(scripts_.present, presence_keys(channel), values,
      [this, channel, rows, end, moves = std::move(moves),
       done = std::move(done)](Result<redis::Reply> reply) mutable {
        if (!reply) return done ? done(reply.error()) : void();
        take_rows((*reply)[0], moves.came);
        take_rows((*reply)[1], moves.gone);
        if (end < rows->size())
          return present_some(channel, std::move(rows), end, {}, std::move(moves), std::move(done));
        if (done) done(std::move(moves));
      });
}

void RedisBroker::presence(const std::string& channel, std::size_t most_rows, Done<Presence> done) {
  run(scripts_.presence, presence_keys(channel),
      {pubsub(channel), std::to_string(to_ms(presence_ttl)), std::to_string(most_rows)},
      [done = std::move(done)](Result<redis::Reply> reply) mutable {
        if (!reply) return done(reply.error());
        const auto& answer = *reply;
        const auto strangers = static_cast<std::size_t>(answer[2].integer);
        Presence presence;
        presence.named = static_cast<std::size_t>(answer[0].integer);
        presence.total = presence.named + strangers;
        presence.connections = static_cast<std::size_t>(answer[1].integer) + strangers;
        std::map<std::string, PresenceRow> people;  // rows of several nodes joined
        for (std::size_t i = 3; i + 1 < answer.items.size(); i += 2) {
          auto row = redis_wire::read_row(answer[i].text, answer[i + 1].text);
          if (!row) continue;
          auto& joined = people.try_emplace(row->key, PresenceRow{.key = row->key}).first->second;
          if (joined.user.empty()) joined.user = row->user;
          if (joined.name.empty()) joined.name = row->name;
          joined.connections += row->connections;
        }
        for (auto& [key, row] : people) presence.users.push_back(std::move(row));
        sort_by_name(presence.users);
        done(std::move(presence));
      });
}

void RedisBroker::state(const std::string& user, Done<UserState> done) {
  if (!usable_)
    return run(scripts_.state, {}, {},
               [done = std::move(done)](Result<redis::Reply> reply) mutable { done(reply.error()); });
  const std::string key = options_.prefix + "user:" + user;
  commands_.call({"HGETALL", key}, [this, done = std::move(done)](Result<redis::Reply> reply) mutable {
    if (!reply) return done(error(Errc::unavailable, reply.error().message));
    if (reply->is_error()) return done(refused(*reply));
    done(state_of(*reply));
  });
  commands_.call({"PEXPIRE", key, std::to_string(to_ms(state_age))}, [](const auto&) {});
}

void RedisBroker::set_state(const std::string& user, StateUpdate update, Done<StateChange> done) {
  Texts values{std::to_string(to_ms(state_age)),
               update.public_keys ? redis_wire::keys_json(*update.public_keys) : std::string{},
               std::to_string(update.fresh.size())};
  for (const auto* pairs : {&update.fresh, &update.values})
    for (const auto& [key, value] : *pairs) values.insert(values.end(), {key, value});
  run(scripts_.state, {options_.prefix + "user:" + user}, values,
      [done = std::move(done)](Result<redis::Reply> reply) mutable {
        if (!done) return;
        if (!reply) return done(reply.error());
        StateChange change;
        for (const auto& key : (*reply)[0].items) change.changed.push_back(key.text);
        std::sort(change.changed.begin(), change.changed.end());
        change.state = state_of((*reply)[1]);
        done(std::move(change));
      });
}

}  // namespace longwave::hub
