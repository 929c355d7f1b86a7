// SPDX-License-Identifier: Apache-2.0
#include "api/channel.hpp"

#include "access/jwt.hpp"
#include "api/channel_access.hpp"
#include "api/channel_calls.hpp"
#include "api/context.hpp"
#include "api/sockets.hpp"
#include "hub/hub.hpp"

#include <fmt/core.h>
#include <boost/json.hpp>

#include <algorithm>
#include <set>

namespace longwave::api {
namespace {

namespace json = boost::json;
using namespace rpc;

constexpr double most_channels = 128;
constexpr std::size_t token_bytes = 8192;

/// The tokens that came with a subscribe.
Result<void> take_tokens(Context& context, const Call& call) {
  if (!call.has("tokens")) return {};
  for (const auto& [channel, text] : call.params().at("tokens").as_object()) {
    const auto token = context.tokens->check(text.as_string(), context.clock->wall());
    if (!token) return error(Errc::refused, token.error().message);
    if (token->channel != channel)
      return error(Errc::refused,
                   fmt::format("the token is not valid: it is not for '{}'", std::string(channel)));
    if (auto done = grant(context, call, *token); !done) return done;
  }
  return {};
}

void subscribe(Context& context, const Call& call, const Responder& answer) {
  if (call.caller().server) return subscribe_user(context, call, answer);
  if (call.has("user"))
    return answer.fail(error(Errc::refused, "only a back end with its key subscribes others"));
  if (!has_connection(call, answer)) return;
  if (auto taken = take_tokens(context, call); !taken) return answer.fail(taken.error());
  std::vector<std::pair<std::string, std::optional<hub::Position>>> channels;
  const auto* since = call.has("since") ? call.params().at("since").if_object() : nullptr;
  for (const auto& channel : call.strings("channels")) {
    if (!hub::valid_channel_name(channel))
      return answer.fail(error(Errc::invalid, "a channel's name has no control characters"));
    if (std::any_of(channels.begin(), channels.end(), [&](const auto& c) { return c.first == channel; }))
      continue;
    std::optional<hub::Position> from;
    if (const auto* known = since ? since->if_contains(channel) : nullptr) {
      from = hub::Position{static_cast<std::uint64_t>(known->at("offset").to_number<std::int64_t>()),
                           std::string(known->at("epoch").as_string())};
    }
    channels.emplace_back(channel, std::move(from));
  }
  context.sockets->subscribe(call.connection(), std::move(channels), answer);
}

void unsubscribe(Context& context, const Call& call, const Responder& answer) {
  if (call.caller().server) return unsubscribe_user(context, call, answer);
  if (!has_connection(call, answer)) return;
  context.sockets->unsubscribe(call.connection(), call.strings("channels"));
  answer.finish(json::object{});
}

void info(Context& context, const Call& call, const Responder& answer) {
  on_channel(context, call, answer, may_subscribe, [answer](hub::Hub& hub, const std::string& channel) {
    const auto here = hub.info(channel);
    json::object said{{"channel", channel},
                      {"subscribers", here ? here->subscribers : 0},
                      {"last_active_ms", nullptr},
                      {"config", json::parse(hub::to_json(*hub.config(channel)))}};
    if (here) said["last_active_ms"] = unix_ms(here->last_active);
    hub.presence(channel,
                 [&hub, channel, answer, said = std::move(said)](Result<hub::Presence> found) mutable {
                   if (!found) return answer.fail(found.error());
                   said["people"] = found->total;
                   said["connections"] = found->connections;
                   hub.history(channel, {.limit = 1, .newest_first = true},
                               [answer, said = std::move(said)](Result<hub::History> history) mutable {
                                 if (!history) return answer.fail(history.error());
                                 said["offset"] = history->top.offset;
                                 said["epoch"] = history->top.epoch;
                                 answer.finish(said);
                               });
                 });
  });
}

void list(Context& context, const Call& call, const Responder& answer) {
  context.hub_loop([&context, call, answer] {
    auto all = context.hub->all_channels();
    const auto prefix = call.string("prefix"), after = call.string("after");
    std::erase_if(all, [&](const auto& one) {
      return !one.name.starts_with(prefix) || (!after.empty() && one.name <= after);
    });
    std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
    const auto limit = static_cast<std::size_t>(call.integer("limit"));
    json::array rows;
    for (std::size_t i = 0; i < std::min(all.size(), limit); ++i) {
      rows.push_back(json::object{{"channel", all[i].name},
                                  {"subscribers", all[i].subscribers},
                                  {"people", all[i].people},
                                  {"offset", all[i].top.offset},
                                  {"last_active_ms", unix_ms(all[i].last_active)}});
    }
    answer.finish(json::object{{"channels", std::move(rows)}, {"more", all.size() > limit}});
  });
}

Field person_fields() {
  return object(
      {string("user").or_null(), string("name").about("empty: never told"), integer("connections")});
}

void add_subscribing(Table& table, Context& context) {
  table.add(
      {.name = "channel.subscribe",
       .summary = "Subscribes this connection. The present values, or what was missed since the given "
                  "position, come as notifications before the answer; every later change follows, in order. "
                  "A back end names a `user`, whose connections are subscribed.",
       .params = {array("channels", channel_field("")).range(1, most_channels),
                  map("since", object({integer("offset").min(0), string("epoch").max(64)}))
                      .optional()
                      .about("last known position by channel"),
                  map("tokens", string().max(token_bytes)).optional().about("subscription token by channel"),
                  string("user").max(512).optional().about("for a back end")},
       .result = object({map("channels", object({integer("offset").optional(), string("epoch").optional(),
                                                 boolean("recovered").optional(), string("reason").optional(),
                                                 string("error").optional(), integer("code").optional()}))}),
       .errors = {full, unsupported, unavailable},
       .handler = [&context](const Call& call, const Responder& answer) {
         subscribe(context, call, answer);
       }});
  table.add({.name = "channel.unsubscribe",
             .summary = "Ends subscriptions of this connection; for a back end, those of a `user`.",
             .params = {array("channels", channel_field("")).range(1, most_channels),
                        string("user").max(512).optional().about("for a back end")},
             .result = object({}),
             .errors = {unsupported},
             .handler = [&context](const Call& call, const Responder& answer) {
               unsubscribe(context, call, answer);
             }});
}

void add_looking(Table& table, Context& context) {
  table.add(
      {.name = "channel.presence",
       .summary = "Who has subscribed. Who has neither logged in nor told a name only counts in `total`.",
       .params = {channel_field()},
       .result = object(
           {array("users", person_fields()), integer("total").about("people"), integer("connections")}),
       .errors = {unavailable},
       .handler = [&context](const Call& call, const Responder& answer) {
         on_channel(context, call, answer, may_subscribe,
                    [answer](hub::Hub& hub, const std::string& channel) {
                      hub.presence(channel, [answer](Result<hub::Presence> found) {
                        found ? answer.finish_text(hub::to_json(*found)) : answer.fail(found.error());
                      });
                    });
       }});
  table.add(
      {.name = "channel.info",
       .summary = "A channel: who is there, where it is and how it behaves.",
       .params = {channel_field()},
       .result = object({string("channel"), integer("subscribers").about("connections to this node"),
                         integer("people"), integer("connections"), integer("offset"), string("epoch"),
                         integer("last_active_ms").in("ms").or_null(), any("config")}),
       .errors = {unavailable},
       .handler = [&context](const Call& call, const Responder& answer) { info(context, call, answer); }});
  table.add(
      {.name = "channel.list",
       .summary = "The channels in use on this node, by name.",
       .params = {string("prefix").max(256).otherwise("\"\""), string("after").max(256).otherwise("\"\""),
                  integer("limit").range(1, 1000).otherwise("100")},
       .result =
           object({array("channels", object({string("channel"), integer("subscribers"), integer("people"),
                                             integer("offset"), integer("last_active_ms").in("ms")})),
                   boolean("more")}),
       .role = Role::admin,
       .handler = [&context](const Call& call, const Responder& answer) { list(context, call, answer); }});
}

void add_events(Table& table) {
  const auto person = [] { return object({string("user").or_null(), string("name")}); };
  table.event({.name = "presence.changed",
               .channel = "station:<slug>",
               .summary = "Somebody came, went or changed their name.",
               .data = object({array("users", person_fields()), integer("total"), integer("connections")})});
  table.event({.name = "channel.message",
               .channel = "<channel>",
               .summary = "Somebody said something.",
               .data = ref("Message")});
  table.event({.name = "channel.edited",
               .channel = "<channel>",
               .summary = "A message was changed; this is how it is now.",
               .data = ref("Message")});
  table.event({.name = "channel.deleted",
               .channel = "<channel>",
               .summary = "A message was taken away.",
               .data = object({string("id")})});
  for (const auto& [name, summary] : {std::pair{"channel.joined", "Somebody's first connection came."},
                                      std::pair{"channel.left", "Somebody's last connection has gone."}}) {
    table.event({.name = name, .channel = "<channel>", .summary = summary, .data = person()});
  }
  table.event({.name = "user.changed",
               .channel = "<channel>",
               .summary = "The public state of somebody who is there is another.",
               .data = object({string("user"), map("state", any()), array("changed", string())})});
  table.event({.name = "channel.reset",
               .channel = "",
               .summary = "Publications were lost: what is known of the channel counts no longer. Subscribe "
                          "anew for the present values; new publications follow from this position.",
               .data = object({string("channel"), string("reason"), integer("offset"), string("epoch")})});
  table.event({.name = "channel.subscribed",
               .channel = "",
               .summary = "The back end has subscribed this connection; as the answer of channel.subscribe.",
               .data = object({map("channels", any())})});
  table.event({.name = "channel.ended",
               .channel = "",
               .summary = "This connection's subscription is over: its token's time is, or it is somebody "
                          "else now who may not read the channel.",
               .data = object({string("channel"), string("reason")})});
}

}  // namespace

void add_channel_methods(Table& table, Context& context) {
  add_subscribing(table, context);
  add_looking(table, context);
  table.shape(
      {"Message", "something said on a channel",
       object({string("id"), string("user").or_null(), string("name"), integer("at_ms").in("ms"),
               integer("edited_ms").in("ms").or_null(), any("data"), map("extra", any()).optional()})});
  add_events(table);
}

}  // namespace longwave::api
