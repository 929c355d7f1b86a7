// SPDX-License-Identifier: Apache-2.0
#include "dialects/channelstream/core.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <utility>

namespace longwave::channelstream {
namespace {

namespace json = boost::json;

constexpr std::size_t remembered_messages = 10'000;

/// Calls `done` when all of several answers have come: with the first error, unless one of them went well and
/// `any` is enough.
class Several {
 public:
  Several(std::size_t count, bool any, Core::Done done) : open_(count), any_(any), done_(std::move(done)) {}

  template <class T>
  void answer(const Result<T>& result) {
    if (result) {
      good_ = true;
    } else if (!failed_) {
      failed_ = result.error();
    }
    if (--open_ > 0) return;
    done_(failed_ && !(any_ && good_) ? Result<void>(*failed_) : Result<void>());
  }

 private:
  std::size_t open_;
  bool any_;
  bool good_ = false;
  std::optional<Error> failed_;
  Core::Done done_;
};

hub::Payload payload(const json::value& value) {
  return std::make_shared<const std::string>(json::serialize(value));
}

std::vector<std::string> without(std::vector<std::string> from, const std::vector<std::string>& these) {
  std::erase_if(from, [&](const std::string& name) {
    return std::find(these.begin(), these.end(), name) != these.end();
  });
  return from;
}

/// The rows of both that have a user's name, each user once.
std::vector<hub::PresenceRow> named(std::vector<hub::PresenceRow> here, std::vector<hub::PresenceRow> all) {
  std::map<std::string, hub::PresenceRow> rows;
  for (auto* list : {&here, &all}) {
    for (auto& row : *list) {
      if (row.user.empty()) continue;
      auto& known = rows[row.user];
      if (row.connections >= known.connections) known = std::move(row);
    }
  }
  std::vector<hub::PresenceRow> list;
  for (auto& [name, row] : rows) list.push_back(std::move(row));
  return list;
}

}  // namespace

Channel* Core::find_channel(std::string_view name) {
  const auto found = channels_.find(name);
  return found == channels_.end() ? nullptr : found->second.get();
}

bool Core::ensure_channel(std::string_view name, const ChannelSettings* settings) {
  if (auto* known = find_channel(name)) {
    known->last_used = clock_.now();
    return false;
  }
  auto made = std::make_unique<Channel>();
  made->name = name;
  made->uuid = hub_.new_id();
  made->last_active = clock_.wall();
  made->last_used = clock_.now();
  auto& channel = *channels_.emplace(made->name, std::move(made)).first->second;
  if (settings) configure(channel, *settings);
  return true;
}

ChannelSettings Core::settings_of(const Channel& channel) const {
  auto settings = channel.settings;
  const auto config = hub_.config(channel.name);
  settings.notify_presence = config->join_leave;
  settings.notify_state = config->state_events;
  settings.store_history = config->history_size > 0;
  if (settings.store_history) settings.history_size = config->history_size;
  return settings;
}

void Core::configure(Channel& channel, const ChannelSettings& settings) {
  channel.settings = settings;
  if (settings_of(channel) == settings) return;  // the hub's rule says so already
  auto config = *hub_.config(channel.name);
  config.join_leave = settings.notify_presence;
  config.leave_grace = Duration::zero();
  config.state_events = settings.notify_state;
  config.history_size = settings.store_history ? static_cast<std::uint32_t>(settings.history_size) : 0;
  config.history_age = std::max(config.history_age, settings_.channel_idle);
  channel.configured = hub_.configure(channel.name, config).has_value();
}

void Core::set_state(User& user, hub::StateUpdate update,
                     UniqueFunction<void(Result<hub::StateChange>)> done) {
  hub_.set_state(user.name, std::move(update),
                 [this, name = user.name, done = std::move(done)](Result<hub::StateChange> change) mutable {
                   if (auto* known = find_user(name); known && change) take_state(*known, change->state);
                   done(std::move(change));
                 });
}

void Core::take_state(User& user, const hub::UserState& state) {
  user.state.clear();
  for (const auto& [key, value] : state.values) {
    json::error_code failed;
    user.state[key] = json::parse(value, failed);
  }
  user.public_keys = state.public_keys;
}

// The broker is told of changes with a delay; what this node knows itself is newer.
void Core::people(const std::string& channel,
                  UniqueFunction<void(const std::vector<hub::PresenceRow>&, std::size_t)> done) {
  auto here = hub_.presence(channel);  // the first rows
  if (const auto* known = find_channel(channel)) {
    for (const auto& [user, connections] : known->users())
      here.users.push_back({.key = "user:" + user, .user = user, .name = user, .connections = connections});
  }
  if (!several_nodes_) return done(named(std::move(here.users), {}), here.connections);
  hub_.presence(channel, [here, done = std::move(done)](Result<hub::Presence> all) mutable {
    if (!all) return done(named(std::move(here.users), {}), here.connections);
    done(named(std::move(here.users), std::move(all->users)), std::max(here.connections, all->connections));
  });
}

void Core::post(Posting posting, Done done) {
  if (posting.channel.empty() && posting.pm_users.empty()) return done({});
  ++counters_.messages;
  hub::Words words;
  words.user = posting.user;
  words.data = payload(posting.data);
  words.id = posting.id.empty() ? hub_.new_id() : posting.id;
  if (!posting.extra.empty()) words.extra = json::serialize(posting.extra);
  words.at = posting.at;
  words.remember = posting.history;
  if (posting.pm_users.empty()) {
    words.except = posting.exclude_users;
    remember(words.id, {posting.channel});
    hub_.say(posting.channel, std::move(words),
             [done = std::move(done)](Result<hub::Published> said) mutable {
               done(said ? Result<void>() : Result<void>(said.error()));
             });
    return;
  }
  auto users = posting.channel.empty() ? std::move(posting.pm_users)
                                       : without(std::move(posting.pm_users), posting.exclude_users);
  std::sort(users.begin(), users.end());
  users.erase(std::unique(users.begin(), users.end()), users.end());
  std::vector<std::string> routes;
  for (const auto& user : users) routes.push_back(hub::user_channel(user));
  remember(words.id, std::move(routes));
  hub_.say_to(std::move(users), posting.channel, std::move(words),
              [done = std::move(done)](Result<std::vector<hub::Published>> said) mutable {
                done(said ? Result<void>() : Result<void>(said.error()));
              });
}

void Core::remember(const std::string& id, std::vector<std::string> routes) {
  if (!routes_.insert_or_assign(id, std::move(routes)).second) return;
  routes_order_.push_back(id);
  if (routes_order_.size() <= remembered_messages) return;
  routes_.erase(routes_order_.front());
  routes_order_.pop_front();
}

std::vector<std::string> Core::routes_of(const Posting& which) const {
  if (const auto known = routes_.find(which.id); known != routes_.end()) return known->second;
  if (which.pm_users.empty()) {
    return which.channel.empty() ? std::vector<std::string>{} : std::vector<std::string>{which.channel};
  }
  std::vector<std::string> routes;
  for (const auto& user : which.pm_users) routes.push_back(hub::user_channel(user));
  return routes;
}

void Core::edit(Posting change, WallTime edited, bool keep_data, Done done) {
  const auto routes = routes_of(change);
  if (routes.empty()) return done(error(Errc::not_found, "unknown message"));
  auto all = std::make_shared<Several>(routes.size(), true, std::move(done));
  for (const auto& route : routes) {
    hub::Edit edit;
    edit.id = change.id;
    edit.at = edited;
    if (!change.extra.empty()) edit.extra = json::serialize(change.extra);
    if (!keep_data) {
      edit.data = payload(change.data);
      hub_.edit(route, std::move(edit), [all](Result<hub::Published> done) { all->answer(done); });
      continue;
    }
    hub_.find(route, change.id, [this, route, edit, all](Result<hub::Publication> found) mutable {
      if (!found) return all->answer(found);
      const auto event = read_event(*found);
      edit.data = payload(event ? event->data : json::value());
      hub_.edit(route, std::move(edit), [all](Result<hub::Published> done) { all->answer(done); });
    });
  }
}

void Core::remove(const Posting& which, Done done) {
  const auto routes = routes_of(which);
  if (routes.empty()) return done(error(Errc::not_found, "unknown message"));
  auto all = std::make_shared<Several>(routes.size(), true, std::move(done));
  for (const auto& route : routes) {
    hub_.remove(route, which.id, std::nullopt, [all](Result<hub::Published> done) { all->answer(done); });
  }
}

}  // namespace longwave::channelstream
