// SPDX-License-Identifier: Apache-2.0
#include "api/channel_access.hpp"
#include "api/sockets.hpp"
#include "api/sockets_group.hpp"
#include "hub/hub.hpp"
#include "io/loop.hpp"
#include "web/websocket.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace longwave::api {

void Sockets::hold(Group& group, hub::ClientId client, const access::Token& token) {
  group.tokens.hold(client, token.expires, token.channels);
  arm(group);
}

bool Sockets::grant(hub::ClientId client, const access::Token& token) {
  Group& group = *groups_[loop_of(client)];
  if (!group.tokens.grant(client, token.channel, token.expires)) return false;
  arm(group);
  return true;
}

bool Sockets::granted(hub::ClientId client, std::string_view channel) const {
  return groups_[loop_of(client)]->tokens.granted(client, channel);
}

void Sockets::arm(Group& group) {
  const auto due = group.tokens.due();
  const Clock* clock = surroundings_(group.index).clock;
  if (!due || !clock) return;
  if (!group.token_timer) group.token_timer = std::make_unique<io::Timer>(*group.loop);
  // Not for days at once: the calendar may be set anew.
  constexpr Duration longest = std::chrono::minutes{10};
  const auto wait = std::clamp<Duration>(*due - clock->wall(), Duration::zero(), longest);
  group.token_timer->after(wait, [this, &group, clock] {
    for (const auto& [client, channel] : group.tokens.on_time(clock->wall())) {
      if (!channel.empty()) {
        end_subscription(client, channel, "the token has expired");
      } else if (auto* connection = find(client)) {
        connection->close(web::close_code::expired, "expired");
      }
    }
    arm(group);
  });
}

void Sockets::become(hub::ClientId client, rpc::Caller caller, std::optional<access::Token> token) {
  auto* connection = find(client);
  if (!connection) return;
  Group& group = *groups_[loop_of(client)];
  const auto& before = connection->caller();
  const bool same = before.user == caller.user && before.token == caller.token;
  if (!same) group.tokens.forget(client);
  if (token) hold(group, client, *token);
  hub_post_(
      [this, client, person = person_of(caller)]() mutable { hub_().identify(client, std::move(person)); });
  connection->use_caller(group.share(std::move(caller)));
  if (!same) recheck(group, *connection);
}

void Sockets::recheck(Group& group, Connection& connection) {
  std::vector<std::pair<std::string, bool>> channels;
  const auto note = [&](const std::string& channel) {
    channels.emplace_back(channel, group.tokens.granted(connection.id_, channel));
  };
  for (const auto& joined : connection.joined_) note(joined.channel->name);
  if (connection.joining_)
    for (const auto& joining : *connection.joining_) note(joining.channel);
  if (channels.empty()) return;
  hub_post_([this, client = connection.id_, loop = group.loop, caller = connection.caller(),
             channels = std::move(channels)] {
    for (const auto& [channel, named] : channels) {
      if (const auto may = may_subscribe(caller, named, channel, *hub_().config(channel)); !may) {
        loop->post([this, client, name = channel, why = may.error().message] {
          end_subscription(client, name, why);
        });
      }
    }
  });
}

void Sockets::end_subscription(hub::ClientId client, const std::string& channel, const std::string& reason) {
  auto* connection = find(client);
  if (!connection) return;
  Group& group = *groups_[loop_of(client)];
  const auto found = group.channels.find(channel);
  if (found == group.channels.end() || !connection->joined(found->second)) return;
  unsubscribe(client, {channel});
  connection->notify("channel.ended",
                     boost::json::serialize(boost::json::object{{"channel", channel}, {"reason", reason}}));
}

}  // namespace longwave::api
