// SPDX-License-Identifier: Apache-2.0
#include "api/user.hpp"

#include "api/channel_access.hpp"
#include "api/channel_calls.hpp"
#include "api/context.hpp"
#include "hub/hub.hpp"
#include "web/websocket.hpp"

#include <fmt/format.h>
#include <boost/json.hpp>

#include <algorithm>

namespace longwave::api {
namespace {

namespace json = boost::json;
using namespace rpc;

constexpr std::size_t most_keys = 64;
constexpr std::size_t key_bytes = 64;
constexpr std::size_t most_state_bytes = 8 * 1024;

bool knows_all(const Caller& caller, std::string_view user) {
  return caller.server || caller.role == Role::admin || (!caller.user.empty() && caller.user == user);
}

std::string state_text(const std::string& user, const hub::UserState& state, bool all,
                       const std::vector<std::string>& changed) {
  json::array keys(state.public_keys.begin(), state.public_keys.end());
  json::array names(changed.begin(), changed.end());
  return fmt::format(R"({{"user":{},"state":{},"public_keys":{},"changed":{}}})",
                     json::serialize(json::string(user)), hub::to_json(state, !all), json::serialize(keys),
                     json::serialize(names));
}

Result<hub::StateUpdate> update_of(const Call& call) {
  hub::StateUpdate update;
  if (call.has("state")) {
    const auto& given = call.params().at("state").as_object();
    std::size_t bytes = 0;
    for (const auto& [key, value] : given) {
      if (key.empty() || key.size() > key_bytes)
        return error(Errc::invalid, fmt::format("a key of a state has 1 to {} bytes", key_bytes));
      auto& text = update.values[std::string(key)] = json::serialize(value);
      bytes += key.size() + text.size();
    }
    if (given.size() > most_keys || bytes > most_state_bytes) {
      return error(Errc::invalid,
                   fmt::format("a state has at most {} keys and {} bytes", most_keys, most_state_bytes));
    }
  }
  if (call.has("public_keys")) update.public_keys = call.strings("public_keys");
  return update;
}

void state(Context& context, const Call& call, const Responder& answer) {
  const auto user = call.has("user") ? call.string("user") : call.caller().user;
  if (user.empty()) return answer.fail(error(Errc::refused, "only somebody who has logged in has a state"));
  const bool all = knows_all(call.caller(), user);
  if (!call.has("state") && !call.has("public_keys")) {
    return context.hub_loop([&context, user, all, answer] {
      context.hub->state(user, [user, all, answer](Result<hub::UserState> found) {
        found ? answer.finish_text(state_text(user, *found, all, {})) : answer.fail(found.error());
      });
    });
  }
  if (!all) return answer.fail(error(Errc::refused, "only users themselves change their state"));
  auto update = update_of(call);
  if (!update) return answer.fail(update.error());
  context.hub_loop([&context, user, answer, update = std::move(*update)]() mutable {
    context.hub->set_state(user, std::move(update), [user, answer](Result<hub::StateChange> done) {
      done ? answer.finish_text(state_text(user, done->state, true, done->changed))
           : answer.fail(done.error());
    });
  });
}

/// May the caller send to these users, as the rules of their channels and of `within` say?
Result<void> may_send(const hub::Hub& hub, const Caller& caller, bool named,
                      const std::vector<std::string>& users, const std::string& within) {
  if (!within.empty()) {
    if (!hub::valid_channel_name(within))
      return error(Errc::invalid, "a channel's name has no control characters");
    if (auto may = may_publish(caller, named, within, *hub.config(within)); !may) return may;
  }
  for (const auto& user : users) {
    const auto channel = hub::user_channel(user);
    if (auto may = may_publish(caller, false, channel, *hub.config(channel)); !may) return may;
  }
  return {};
}

void message(Context& context, const Call& call, const Responder& answer) {
  auto data = data_of(call);
  if (!data) return answer.fail(data.error());
  auto author = author_of(context, call);
  if (!author) return answer.fail(author.error());
  auto users = call.strings("users");
  std::sort(users.begin(), users.end());
  users.erase(std::unique(users.begin(), users.end()), users.end());
  const auto within = call.has("channel") ? call.string("channel") : std::string{};
  hub::Words words{.user = author->user,
                   .name = author->name,
                   .data = std::move(*data),
                   .owner = author->owner,
                   .key = key_of(call, *author)};
  const bool named = !within.empty() && granted(context, call, within);
  context.hub_loop([&context, call, answer, users, within, named, words = std::move(words)]() mutable {
    hub::Hub& hub = *context.hub;
    if (const auto may = may_send(hub, call.caller(), named, users, within); !may)
      return answer.fail(may.error());
    const auto tell = [answer](const std::vector<hub::Published>& sent) {
      json::array ids;
      for (const auto& one : sent) ids.emplace_back(one.id);
      answer.finish(json::object{{"ids", std::move(ids)}});
    };
    if (users.empty() && !within.empty()) {
      return hub.say(within, std::move(words), [answer, tell](Result<hub::Published> done) {
        done ? tell({*done}) : answer.fail(done.error());
      });
    }
    hub.say_to(users, within, std::move(words), [answer, tell](Result<std::vector<hub::Published>> done) {
      done ? tell(*done) : answer.fail(done.error());
    });
  });
}

}  // namespace

void add_user_methods(Table& table, Context& context) {
  const auto user = [](std::string name) { return string(std::move(name)).range(1, 512); };
  table.add(
      {.name = "user.state",
       .summary = "What is known of a user beyond the name: reads it, or changes the given keys (one's "
                  "own state only; a back end anybody's). Others see the public keys only.",
       .params = {user("user").optional().about("oneself"), map("state", any()).optional(),
                  array("public_keys", string().range(1, 64)).max(64).optional()},
       .result = object({string("user"), map("state", any()), array("public_keys", string()),
                         array("changed", string().about("key"))}),
       .errors = {unavailable},
       .handler = [&context](const Call& call, const Responder& answer) { state(context, call, answer); }});
  std::vector<Field> saying = {
      any("data").about("at most 32 KiB as JSON"), array("users", user("")).max(100).otherwise("[]"),
      channel_field().optional(),
      string("key").range(1, 128).optional().about("of idempotency, as for channel.publish")};
  for (auto& field : author_fields()) saying.push_back(std::move(field));
  table.add(
      {.name = "user.message",
       .summary = "A private message, on the channel `#<user>` of each: for all their connections, or "
                  "with a `channel` for those that have joined it. With a channel and no users it is for "
                  "everybody there; with neither it is for nobody.",
       .params = saying,
       .result = object({array("ids", string()).about("by user, in the order of their names")}),
       .errors = {unavailable},
       .handler = [&context](const Call& call, const Responder& answer) { message(context, call, answer); }});
  table.add({.name = "user.disconnect",
             .summary = "Closes all connections of a user, on all nodes, with 3502.",
             .params = {user("user"), string("reason").max(100).otherwise("\"closed by an operator\"")},
             .result = object({}),
             .role = Role::admin,
             .handler = [&context](const Call& call, const Responder& answer) {
               context.hub_loop([&context, call, answer] {
                 context.hub->close_user(call.string("user"), web::close_code::sent_away,
                                         call.string("reason"));
                 answer.finish(json::object{});
               });
             }});
}

}  // namespace longwave::api
