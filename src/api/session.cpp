// SPDX-License-Identifier: Apache-2.0
#include "api/session.hpp"

#include "access/jwt.hpp"
#include "access/users.hpp"
#include "api/channel_calls.hpp"
#include "api/context.hpp"
#include "api/json.hpp"
#include "api/rights.hpp"
#include "api/sockets.hpp"
#include "base/text.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace longwave::api {
namespace {

namespace json = boost::json;
using namespace rpc;

constexpr std::size_t name_characters = 40;

json::object session_json(const Context& context, const Call& call, const Caller& caller) {
  const auto there =
      call.has("station") ? role_on(context, caller, call.string("station")) : access::StationRole::none;
  const bool makes = caller.role == Role::admin ||
                     (!caller.session.empty() && context.users->station_roles().most_owned() > 0);
  return {{"user", caller.user.empty() ? json::value(nullptr) : json::value(clean(caller.user))},
          {"role", to_string(caller.role)},
          {"name", clean(caller.name)},
          {"station_role",
           there == access::StationRole::none ? json::value(nullptr) : json::value(to_string(there))},
          {"makes_stations", makes}};
}

Field session_fields() {
  return object({string("user").or_null(), string("role").one_of({"anyone", "dj", "admin"}), string("name"),
                 string("station_role").or_null().about("on the station that was asked about"),
                 boolean("makes_stations").about("may call station.create")});
}

void rename(Context& context, const Call& call, const Responder& answer) {
  if (!has_connection(call, answer)) return;
  std::string name(text::trim(call.string("name")));
  if (std::any_of(name.begin(), name.end(),
                  [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; })) {
    return answer.fail(error(Errc::invalid, "a name has no control characters"));
  }
  Caller caller = call.caller();
  caller.name = std::move(name);
  context.sockets->become(call.connection(), caller);
  answer.finish(session_json(context, call, caller));
}

/// How long a token lasts; the clock of the one who asks may be another than ours.
json::value remaining(const Context& context, const access::Token& token) {
  if (!token.expires) return nullptr;
  return to_ms(*token.expires - context.clock->wall());
}

void take_token(Context& context, const Call& call, const Responder& answer) {
  if (!has_connection(call, answer)) return;
  auto token = context.tokens->check(call.string("token"), context.clock->wall());
  if (!token) return answer.fail(error(Errc::refused, token.error().message));
  if (!token->channel.empty()) {
    if (auto granted = grant(context, call, *token); !granted) return answer.fail(granted.error());
    return answer.finish(json::object{{"user", clean(token->user)},
                                      {"channel", clean(token->channel)},
                                      {"expires_in_ms", remaining(context, *token)}});
  }
  json::object said{{"user", clean(token->user)}, {"expires_in_ms", remaining(context, *token)}};
  auto caller = caller_with(call.caller(), *token);
  context.sockets->become(call.connection(), std::move(caller), std::move(*token));
  answer.finish(said);
}

}  // namespace

void add_session_methods(Table& table, Context& context) {
  table.add({.name = "session.info",
             .summary = "Who you are here, and what you may do.",
             .params = {string("station").range(1, 64).optional()},
             .result = session_fields(),
             .handler = [&context](const Call& call, const Responder& answer) {
               answer.finish(session_json(context, call, call.caller()));
             }});
  table.add(
      {.name = "session.name",
       .summary = "Sets the name under which others see you; empty takes it away.",
       .params = {string("name").max(name_characters)},
       .result = session_fields(),
       .errors = {unsupported},
       .handler = [&context](const Call& call, const Responder& answer) { rename(context, call, answer); }});
  table.add({.name = "auth.token",
             .summary =
                 "Tells who this connection is by a signed token (docs/channels.md), or makes that last "
                 "longer with a newer one; a token with a `channel` admits to that channel. When the time of "
                 "a connection's token is over, it is closed with 3005.",
             .params = {string("token").range(1, 8192).about("a JSON Web Token")},
             .result = object({string("user"), string("channel").optional(),
                               integer("expires_in_ms").in("ms").or_null().about("null: never")}),
             .errors = {full, unsupported},
             .handler = [&context](const Call& call, const Responder& answer) {
               take_token(context, call, answer);
             }});
}

}  // namespace longwave::api
