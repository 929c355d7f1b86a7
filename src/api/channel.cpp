// SPDX-License-Identifier: Apache-2.0
#include "api/channel.hpp"

#include "api/context.hpp"
#include "api/json.hpp"
#include "api/sockets.hpp"
#include "base/text.hpp"
#include "hub/hub.hpp"

#include <fmt/core.h>
#include <boost/json.hpp>

#include <algorithm>

namespace longwave::api {
namespace {

namespace json = boost::json;
using namespace rpc;

constexpr std::size_t name_characters = 40;

/// The channels that exist; others are refused, so that nobody fills the memory with names.
bool exists(std::string_view channel) {
  return channel == "library" || channel == "server" || channel.starts_with("station:");
}

/// A method that only a WebSocket can call.
bool has_socket(const Call& call, const Responder& answer) {
  if (call.connection() != 0) return true;
  answer.fail(error(Errc::unsupported, "this needs a WebSocket (/rpc) or a stream (/rpc/stream)"));
  return false;
}

void subscribe(Context& context, const Call& call, const Responder& answer) {
  if (!has_socket(call, answer)) return;
  std::vector<std::pair<std::string, std::optional<hub::Position>>> channels;
  const auto* since = call.has("since") ? call.params().at("since").if_object() : nullptr;
  for (const auto& channel : call.strings("channels")) {
    if (!exists(channel)) {
      return answer.fail(error(Errc::not_found, fmt::format("there is no channel '{}'", channel)));
    }
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

void presence(Context& context, const Call& call, const Responder& answer) {
  context.hub_loop([&context, channel = call.string("channel"), answer] {
    context.hub->presence(channel, [answer](const Result<hub::Presence>& found) {
      if (!found) return answer.fail(found.error());
      json::array users;
      for (const auto& row : found->users) {
        users.push_back(
            json::object{{"user", row.user.empty() ? json::value(nullptr) : json::value(row.user)},
                         {"name", clean(row.name)},
                         {"connections", row.connections}});
      }
      answer.finish(json::object{
          {"users", std::move(users)}, {"total", found->total}, {"connections", found->connections}});
    });
  });
}

json::object session_json(const Caller& caller) {
  return {{"user", caller.user.empty() ? json::value(nullptr) : json::value(caller.user)},
          {"role", to_string(caller.role)},
          {"name", clean(caller.name)}};
}

Field session_fields() {
  return object({string("user").or_null(), string("role").one_of({"anyone", "dj", "admin"}), string("name")});
}

void rename(Context& context, const Call& call, const Responder& answer) {
  if (!has_socket(call, answer)) return;
  std::string name(text::trim(call.string("name")));
  if (std::any_of(name.begin(), name.end(),
                  [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; })) {
    return answer.fail(error(Errc::invalid, "a name has no control characters"));
  }
  context.sockets->post_to(call.connection(), [&context, name, answer](Connection& connection) {
    Caller caller = connection.caller();
    caller.name = name;
    connection.set_caller(caller);
    context.hub_loop([&context, id = connection.id(), person = person_of(caller)]() mutable {
      context.hub->identify(id, std::move(person));
    });
    answer.finish(session_json(caller));
  });
}

void add_session(Table& table, Context& context) {
  table.add({.name = "session.info",
             .summary = "Who you are here, and what you may do.",
             .result = session_fields(),
             .handler = [](const Call& call, const Responder& answer) {
               answer.finish(session_json(call.caller()));
             }});
  table.add(
      {.name = "session.name",
       .summary = "Sets the name under which others see you; empty takes it away.",
       .params = {string("name").max(name_characters)},
       .result = session_fields(),
       .errors = {unsupported},
       .handler = [&context](const Call& call, const Responder& answer) { rename(context, call, answer); }});
}

}  // namespace

void add_channel_methods(Table& table, Context& context) {
  table.add(
      {.name = "channel.subscribe",
       .summary = "Subscribes this connection. The present values, or what was missed since the given "
                  "position, come as "
                  "notifications before the answer; every later change follows, in order.",
       .params = {array("channels", string().range(1, 128)).range(1, 128),
                  map("since", object({integer("offset").min(0), string("epoch").max(64)}))
                      .optional()
                      .about("last known position by channel")},
       .result = object({map("channels", object({integer("offset").optional(), string("epoch").optional(),
                                                 boolean("recovered").optional(), string("reason").optional(),
                                                 string("error").optional()}))}),
       .errors = {not_found, unsupported, unavailable},
       .handler = [&context](const Call& call, const Responder& answer) {
         subscribe(context, call, answer);
       }});
  table.add({.name = "channel.unsubscribe",
             .summary = "Ends subscriptions of this connection.",
             .params = {array("channels", string().range(1, 128)).range(1, 128)},
             .result = object({}),
             .errors = {unsupported},
             .handler = [&context](const Call& call, const Responder& answer) {
               if (!has_socket(call, answer)) return;
               context.sockets->unsubscribe(call.connection(), call.strings("channels"));
               answer.finish(json::object{});
             }});
  const auto person =
      object({string("user").or_null(), string("name").about("empty: never told"), integer("connections")});
  table.add(
      {.name = "channel.presence",
       .summary = "Who has subscribed. Who has neither logged in nor told a name only counts in `total`.",
       .params = {string("channel").range(1, 128)},
       .result = object({array("users", person), integer("total"), integer("connections")}),
       .handler = [&context](const Call& call, const Responder& answer) {
         presence(context, call, answer);
       }});
  table.event({.name = "presence.changed",
               .channel = "station:<slug>",
               .summary = "Somebody came, went or changed their name.",
               .data = object({array("users", person), integer("total"), integer("connections")})});
  add_session(table, context);
}

}  // namespace longwave::api
