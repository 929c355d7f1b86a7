// SPDX-License-Identifier: Apache-2.0
#include "dialects/channelstream/g1_info.hpp"

#include "dialects/channelstream/core.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace longwave::channelstream::g1 {

namespace json = boost::json;

std::size_t connections_of(const User& user) {
  return static_cast<std::size_t>(
      std::count_if(user.sessions.begin(), user.sessions.end(),
                    [](const Session* session) { return session->exit || !session->channels.empty(); }));
}

Totals totals(const Core& core) {
  Totals sum;
  for (const auto& [name, user] : core.users()) {
    const auto connections = connections_of(*user);
    ++sum.users;
    sum.unique += connections > 0 ? 1 : 0;
    sum.connections += connections;
  }
  return sum;
}

json::object info(Core& core, const std::set<std::string>& only) {
  const auto sum = totals(core);
  json::object channels;
  for (const auto& [name, channel] : core.channels()) {
    if (!only.empty() && !only.contains(name)) continue;
    json::object users;
    for (const auto& [user_name, connections] : channel->users()) {
      const auto* user = core.find_user(user_name);
      users[user_name] = json::object{{"status", user ? user->status : 1}, {"connections", connections}};
    }
    channels[name] =
        json::object{{"last_active", iso_time(channel->last_active)}, {"users", std::move(users)}};
  }
  return {{"remembered_user_count", sum.users},
          {"unique_user_count", sum.unique},
          {"total_connections", sum.connections},
          {"total_messages", core.counters().deliveries},
          {"total_unique_messages", core.counters().messages},
          {"channels", std::move(channels)}};
}

json::object settings_json(const ChannelSettings& settings) {
  return {{"presence", settings.notify_presence},
          {"salvagable", settings.salvagable},
          {"store_history", settings.store_history},
          {"history_size", settings.history_size}};
}

}  // namespace longwave::channelstream::g1
