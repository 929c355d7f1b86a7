// SPDX-License-Identifier: Apache-2.0
#include "api/context.hpp"
#include "api/platform.hpp"
#include "rpc/table.hpp"

#include <boost/json.hpp>

namespace longwave::api {
namespace {

namespace json = boost::json;
using namespace rpc;

constexpr double most_rows = 1'000;
constexpr double name_characters = 256;

Field who(std::string name) {
  return string(std::move(name)).one_of({"anyone", "user", "token", "dj", "admin", "server"}).optional();
}

/// A channel's configuration; in a change what is left out stays.
std::vector<Field> config_fields() {
  return {boolean("presence").optional().about("who is there is kept"),
          boolean("presence_list").optional().about("`presence.changed` tells the whole list"),
          boolean("join_leave").optional().about("`channel.joined`, `channel.left`"),
          integer("leave_grace_ms").min(0).in("ms").optional().about("who is back by then never left"),
          boolean("state_events").optional().about("`user.changed`"),
          integer("history_size").min(0).optional().about("messages for readers"),
          integer("history_age_ms").min(0).in("ms").optional(),
          string("recovery").one_of({"stream", "cache", "off"}).optional(),
          integer("recovery_size").min(0).optional().about("publications for who was away"),
          who("subscribe"),
          who("publish"),
          boolean("echo").optional().about("who publishes gets it, too")};
}

Field rule(bool named) {
  std::vector<Field> members;
  if (named) members.push_back(string("pattern").about("a name, or the beginning of names and `*`"));
  members.push_back(boolean("own").about("set at run time"));
  members.push_back(object("config", config_fields()));
  return object(std::move(members));
}

Handler listing(Context& context, std::string what) {
  return [&context, what = std::move(what)](const Call& call, const Responder& answer) {
    context.hub_loop([&context, what, params = call.params(), answer] {
      context.platform->list(what, params, [answer](Result<json::object> rows) {
        rows ? answer.finish(std::move(*rows)) : answer.fail(rows.error());
      });
    });
  };
}

std::vector<Field> listing_params() {
  return {string("search").max(name_characters).optional(),
          integer("limit").range(1, most_rows).otherwise("200")};
}

void add_lists(Table& table, Context& context) {
  table.add({.name = "platform.nodes",
             .summary = "The nodes of this platform: first the one that answers.",
             .result = object({array(
                 "nodes",
                 object({string("node"), string("version"), string("address"), integer("uptime_ms").in("ms"),
                         integer("connections"), integer("channels"), integer("memory_bytes").in("bytes"),
                         string("broker").one_of({"memory", "redis"}), boolean("broker_well"),
                         integer("published").about("publications since the start"),
                         integer("deliveries").about("the same times who got them"), integer("recovered"),
                         integer("unrecovered"), integer("gaps"), integer("resets"), integer("refused")}))}),
             .role = Role::admin,
             .handler = listing(context, "nodes")});
  table.add(
      {.name = "platform.connections",
       .summary = "Who is connected, the newest first. `search` looks into names, users, addresses "
                  "and channels.",
       .params = listing_params(),
       .result = object(
           {array("connections",
                  object({string("node"), integer("connection"), string("user").or_null(), string("name"),
                          string("role").or_null(), string("address").or_null(),
                          string("transport").or_null().about("null: of another dialect"),
                          integer("since_ms").in("ms").or_null().about("wall clock"),
                          integer("queued_bytes").in("bytes").about("waiting to be sent"),
                          array("channels", string()).about("the first 20"), integer("channel_count")})),
            integer("total")}),
       .role = Role::admin,
       .handler = listing(context, "connections")});
  table.add({.name = "platform.channels",
             .summary = "The channels in use, those with most subscribers first.",
             .params = listing_params(),
             .result = object(
                 {array("channels",
                        object({string("channel"), integer("subscribers"), integer("people"),
                                integer("offset").about("of the last publication"),
                                integer("active_ms").in("ms").about("wall clock of the last publication"),
                                string("pattern").about("of the rule in force"),
                                boolean("own").about("the rule was set at run time"),
                                object("config", config_fields()).or_null()})),
                  integer("total")}),
             .role = Role::admin,
             .handler = listing(context, "channels")});
  table.add({.name = "platform.users",
             .summary = "The people who are connected: who logged in or told a name, and how many strangers.",
             .result = object({array("users", object({string("user").or_null(), string("name"),
                                                      integer("connections"), integer("channels")})),
                               integer("strangers"), integer("total")}),
             .role = Role::admin,
             .handler = listing(context, "users")});
}

}  // namespace

void add_platform_methods(Table& table, Context& context) {
  add_lists(table, context);
  table.add({.name = "platform.close",
             .summary = "Closes a connection (3502): its client doesn't come back by itself.",
             .params = {string("node").max(name_characters), integer("connection").min(1)},
             .result = object({}),
             .errors = {not_found},
             .role = Role::admin,
             .handler = [&context](const Call& call, const Responder& answer) {
               context.hub_loop([&context, call, answer] {
                 const auto done = context.platform->close(
                     call.string("node"), static_cast<hub::ClientId>(call.integer("connection")));
                 done ? answer.finish(json::object{}) : answer.fail(done.error());
               });
             }});
  table.add({.name = "platform.rules",
             .summary = "How channels behave, by pattern; the most exact one is in force.",
             .result = object({array("rules", rule(true))}),
             .role = Role::admin,
             .handler = [&context](const Call&, const Responder& answer) {
               context.hub_loop([&context, answer] { answer.finish(context.platform->rules()); });
             }});
  table.add(
      {.name = "platform.configure",
       .summary = "Changes the rule of a channel, or of all whose names begin so (`chat:*`), at once and on "
                  "all nodes; answered when it is on disk. Without `config`: back to how it was configured.",
       .params = {string("pattern").range(1, name_characters),
                  object("config", config_fields()).optional().about("what is left out stays")},
       .result = rule(true),
       .errors = {unavailable},
       .role = Role::admin,
       .handler = [&context](const Call& call, const Responder& answer) {
         context.hub_loop([&context, call, answer] {
           const auto* config = call.has("config") ? call.params().at("config").if_object() : nullptr;
           context.platform->configure(call.string("pattern"), config, [answer](Result<json::object> done) {
             done ? answer.finish(std::move(*done)) : answer.fail(done.error());
           });
         });
       }});
  table.event(
      {.name = "platform.sampled",
       .channel = Platform::channel,
       .summary = "One node's figures, once a second while somebody (admin) has subscribed.",
       .data = object({string("node"), integer("at_ms").in("ms"), integer("connections"), integer("channels"),
                       number("published_per_s"), number("deliveries_per_s"), number("refused_per_s"),
                       integer("resets"), number("cpu").about("cores in use"),
                       integer("memory_bytes").in("bytes"), boolean("broker_well")})});
}

}  // namespace longwave::api
