// SPDX-License-Identifier: Apache-2.0
#include "api/token_table.hpp"

#include <algorithm>

namespace longwave::api {

bool fits(std::string_view pattern, std::string_view channel) {
  if (!pattern.ends_with('*')) return pattern == channel;
  pattern.remove_suffix(1);
  return channel.starts_with(pattern);
}

void TokenTable::move(hub::ClientId client, const std::string& channel, std::optional<WallTime> from,
                      std::optional<WallTime> to) {
  if (from) due_.erase({*from, {client, channel}});
  if (to) due_.insert({*to, {client, channel}});
}

void TokenTable::hold(hub::ClientId client, std::optional<WallTime> until,
                      std::vector<std::string> channels) {
  auto& holder = holders_[client];
  move(client, {}, holder.until, until);
  holder.until = until;
  holder.channels = std::move(channels);
}

bool TokenTable::grant(hub::ClientId client, const std::string& channel, std::optional<WallTime> until) {
  auto& grants = holders_[client].grants;
  const auto found = grants.find(channel);
  if (found == grants.end() && grants.size() >= most_grants) return false;
  move(client, channel, found == grants.end() ? std::nullopt : found->second, until);
  grants[channel] = until;
  return true;
}

bool TokenTable::granted(hub::ClientId client, std::string_view channel) const {
  const auto holder = holders_.find(client);
  if (holder == holders_.end()) return false;
  const auto& [until, channels, grants] = holder->second;
  return grants.find(channel) != grants.end() ||
         std::any_of(channels.begin(), channels.end(),
                     [&](const auto& pattern) { return fits(pattern, channel); });
}

void TokenTable::forget(hub::ClientId client) {
  const auto holder = holders_.find(client);
  if (holder == holders_.end()) return;
  move(client, {}, holder->second.until, std::nullopt);
  for (const auto& [channel, until] : holder->second.grants) move(client, channel, until, std::nullopt);
  holders_.erase(holder);
}

std::optional<WallTime> TokenTable::due() const {
  return due_.empty() ? std::nullopt : std::optional(due_.begin()->first);
}

std::vector<TokenTable::Over> TokenTable::on_time(WallTime now) {
  std::vector<Over> over;
  while (!due_.empty() && due_.begin()->first <= now) {
    const auto [client, channel] = due_.begin()->second;
    over.push_back({client, channel});
    auto& holder = holders_.at(client);
    due_.erase(due_.begin());
    if (channel.empty()) {
      holder.until.reset();
      holder.channels.clear();
    } else {
      holder.grants.erase(channel);
    }
  }
  return over;
}

}  // namespace longwave::api
