// SPDX-License-Identifier: Apache-2.0
#include "api/channel.hpp"
#include "api/channel_access.hpp"
#include "api/channel_calls.hpp"
#include "api/context.hpp"
#include "hub/hub.hpp"

#include <fmt/format.h>
#include <boost/json.hpp>

#include <algorithm>
#include <iterator>

namespace longwave::api {
namespace {

namespace json = boost::json;
using namespace rpc;

constexpr double id_characters = 64;

void publish(Context& context, const Call& call, const Responder& answer) {
  auto data = data_of(call);
  if (!data) return answer.fail(data.error());
  auto author = author_of(context, call);
  if (!author) return answer.fail(author.error());
  hub::Words words{.user = author->user,
                   .name = author->name,
                   .data = std::move(*data),
                   .owner = author->owner,
                   .key = key_of(call, *author),
                   .from = call.connection()};
  on_channel(context, call, answer, may_publish,
             [answer, words = std::move(words)](hub::Hub& hub, const std::string& channel) {
               hub.say(channel, words, published(answer, true));
             });
}

/// What others have said may be changed by who moderates, one's own by everybody who may still publish.
std::optional<std::string> only_of(const Context& context, const Call& call) {
  if (moderates(call.caller())) return std::nullopt;
  return owner_of(context, call);
}

void edit(Context& context, const Call& call, const Responder& answer) {
  auto data = data_of(call);
  if (!data) return answer.fail(data.error());
  hub::Edit change{.id = call.string("id"), .data = std::move(*data), .owner = only_of(context, call)};
  on_channel(context, call, answer, may_publish,
             [answer, change = std::move(change)](hub::Hub& hub, const std::string& channel) {
               hub.edit(channel, change, published(answer, false));
             });
}

void remove(Context& context, const Call& call, const Responder& answer) {
  on_channel(context, call, answer, may_publish,
             [answer, id = call.string("id"), owner = only_of(context, call)](hub::Hub& hub,
                                                                              const std::string& channel) {
               hub.remove(channel, id, owner, published(answer, false));
             });
}

std::string to_text(const hub::History& found) {
  std::string text = R"({"messages":[)";
  auto out = std::back_inserter(text);
  for (std::size_t i = 0; i < found.publications.size(); ++i) {
    const auto& one = found.publications[i];
    fmt::format_to(out, R"({}{{"offset":{},"method":{},"data":{}}})", i == 0 ? "" : ",", one.offset,
                   json::serialize(json::string(one.method)), *one.data);
  }
  fmt::format_to(out, R"(],"offset":{},"epoch":{},"complete":{}}})", found.top.offset,
                 json::serialize(json::string(found.top.epoch)), found.complete);
  return text;
}

/// What was said for others only isn't shown.
bool for_reader(const hub::Publication& publication, std::string_view user) {
  if (!publication.audience || user.empty()) return true;
  const auto& except = publication.audience->except;
  return std::find(except.begin(), except.end(), user) == except.end();
}

void history(Context& context, const Call& call, const Responder& answer) {
  hub::HistoryQuery query{.of = hub::HistoryQuery::Of::history,
                          .limit = static_cast<std::size_t>(call.integer("limit")),
                          .newest_first = call.boolean("newest_first")};
  if (call.has("since")) {
    const auto& since = call.params().at("since").as_object();
    query.since = hub::Position{static_cast<std::uint64_t>(since.at("offset").to_number<std::int64_t>()),
                                std::string(since.at("epoch").as_string())};
  }
  on_channel(context, call, answer, may_subscribe,
             [answer, query, caller = call.caller()](hub::Hub& hub, const std::string& channel) {
               hub.history(channel, query, [answer, caller](Result<hub::History> found) {
                 if (!found) return answer.fail(found.error());
                 std::erase_if(found->publications, [&](const hub::Publication& one) {
                   return !caller.server && !for_reader(one, caller.user);
                 });
                 answer.finish_text(to_text(*found));
               });
             });
}

}  // namespace

void add_message_methods(Table& table, Context& context) {
  const auto at = [] { return std::vector<Field>{integer("offset"), string("epoch")}; };
  std::vector<Field> saying = {channel_field(), any("data").about("at most 32 KiB as JSON"),
                               string("key").range(1, 128).optional().about(
                                   "of idempotency: the same within 5 minutes is published once")};
  for (auto& field : author_fields()) saying.push_back(std::move(field));
  table.add(
      {.name = "channel.publish",
       .summary = "Says something on a channel: everybody who has subscribed gets `channel.message`.",
       .params = saying,
       .result = object({string("id"), integer("offset"), string("epoch"),
                         boolean("repeated").about("the key was known: nothing new was published")}),
       .errors = {unavailable},
       .handler = [&context](const Call& call, const Responder& answer) { publish(context, call, answer); }});
  table.add(
      {.name = "channel.history",
       .summary = "What was said on a channel, as far as it keeps that; from the oldest, or the newest.",
       .params = {channel_field(), integer("limit").range(1, 500).otherwise("50"),
                  object("since", {integer("offset").min(0), string("epoch").max(64)})
                      .optional()
                      .about("only what came after"),
                  boolean("newest_first").otherwise("false")},
       .result =
           object({array("messages", object({integer("offset"), string("method"), ref("data", "Message")})),
                   integer("offset").about("of the newest publication"), string("epoch"),
                   boolean("complete").about("nothing after `since` was forgotten")}),
       .errors = {unavailable},
       .handler = [&context](const Call& call, const Responder& answer) { history(context, call, answer); }});
  table.add(
      {.name = "channel.edit",
       .summary = "Changes the data of one's own message, or of anybody's (dj, admin): everybody gets "
                  "`channel.edited`.",
       .params = {channel_field(), string("id").range(1, id_characters), any("data")},
       .result = object(at()),
       .errors = {not_found, unavailable},
       .handler = [&context](const Call& call, const Responder& answer) { edit(context, call, answer); }});
  table.add(
      {.name = "channel.delete",
       .summary = "Takes one's own message away, or anybody's (dj, admin): everybody gets `channel.deleted`.",
       .params = {channel_field(), string("id").range(1, id_characters)},
       .result = object(at()),
       .errors = {not_found, unavailable},
       .handler = [&context](const Call& call, const Responder& answer) { remove(context, call, answer); }});
}

}  // namespace longwave::api
