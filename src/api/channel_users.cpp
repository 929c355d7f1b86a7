// SPDX-License-Identifier: Apache-2.0
#include "api/channel.hpp"
#include "api/channel_calls.hpp"
#include "api/context.hpp"
#include "api/sockets.hpp"
#include "hub/hub.hpp"

#include <boost/json.hpp>

namespace longwave::api {
namespace {

namespace json = boost::json;

constexpr const char* kind = "api.subscribe";

/// What one node does for it, on the hub's thread.
void carry_out(Context& context, const std::string& user, const std::vector<std::string>& channels,
               bool join) {
  for (const auto client : context.hub->connections_of(user)) {
    context.sockets->post_to(client, [&context, channels, join](Connection& connection) {
      auto& sockets = *context.sockets;
      if (!join) return sockets.unsubscribe(connection.id(), channels);
      std::vector<std::pair<std::string, std::optional<hub::Position>>> from;
      for (const auto& channel : channels) {
        sockets.grant(connection.id(), {.channel = channel});
        from.emplace_back(channel, std::nullopt);
      }
      sockets.subscribe(connection.id(), std::move(from), std::nullopt);
    });
  }
}

void everywhere(Context& context, const rpc::Call& call, const rpc::Responder& answer, bool join) {
  if (!call.has("user")) return answer.fail(error(Errc::invalid, "a back end names the `user`"));
  auto channels = call.strings("channels");
  for (const auto& channel : channels) {
    if (!hub::valid_channel_name(channel))
      return answer.fail(error(Errc::invalid, "a channel's name has no control characters"));
  }
  context.hub_loop([&context, answer, join, user = call.string("user"), channels = std::move(channels)] {
    context.hub->tell_nodes(
        kind,
        json::serialize(json::object{
            {"user", user}, {"join", join}, {"channels", json::array(channels.begin(), channels.end())}}));
    carry_out(context, user, channels, join);
    answer.finish(json::object{{"channels", json::object{}}});
  });
}

}  // namespace

void subscribe_user(Context& context, const rpc::Call& call, const rpc::Responder& answer) {
  everywhere(context, call, answer, true);
}
void unsubscribe_user(Context& context, const rpc::Call& call, const rpc::Responder& answer) {
  everywhere(context, call, answer, false);
}

void connect_channels(Context& context) {
  context.hub->on_told(kind, [&context](const std::string& text) {
    boost::system::error_code bad;
    const auto told = json::parse(text, bad);
    if (bad) return;
    std::vector<std::string> channels;
    for (const auto& channel : told.at("channels").as_array()) channels.emplace_back(channel.as_string());
    carry_out(context, std::string(told.at("user").as_string()), channels, told.at("join").as_bool());
  });
}

}  // namespace longwave::api
