// SPDX-License-Identifier: Apache-2.0
#include "api/station.hpp"

#include "api/context.hpp"
#include "api/json.hpp"
#include "api/rights.hpp"
#include "api/station_feed.hpp"

#include <fmt/core.h>
#include <boost/json.hpp>

namespace longwave::api {

namespace json = boost::json;
using namespace rpc;

Field station_param() {
  return string("station").range(1, 64).about("slug of the station; the first is `main`");
}

std::optional<StationId> station_of(Context& context, const Call& call, const Responder& answer) {
  const auto found = context.keeper->find(call.string("station"));
  if (!found)
    answer.fail(error(Errc::not_found, fmt::format("there is no station '{}'", call.string("station"))));
  return found;
}

namespace {

/// With more stations a list of them says of a fleet's only what is on those that somebody looks at.
constexpr std::size_t most_looked_at = 1000;

void list_what_plays(Context& context, const Call& call, const Responder& answer) {
  std::vector<TrackId> needs;
  for (const auto id : context.keeper->stations()) {
    if (const auto now = context.feed->on_air(id); now.current) needs.push_back(now.current->entry->track);
  }
  context.feed->feed().add(std::move(needs), [&context, call, answer](const TrackBook::Tracks& tracks) {
    json::array stations;
    for (const auto id : context.keeper->stations()) {
      const auto& programmer = *context.keeper->programmer(id);
      const auto now = context.feed->on_air(id);
      const auto role = role_on(context, call.caller(), programmer.station().slug);
      stations.push_back(json::object{
          {"station", programmer.station().slug},
          {"role", role == access::StationRole::none ? json::value(nullptr) : json::value(to_string(role))},
          {"name", clean(programmer.station().name)},
          {"radio_uuid", programmer.station().radio_uuid},
          {"now", now.current ? json::value(tracks(now.current->entry->track)) : json::value(nullptr)},
          {"listeners", context.feed->listeners(id)}});
    }
    answer.finish(json::object{{"stations", std::move(stations)}});
  });
}

void list(Context& context, const Call& call, const Responder& answer) {
  auto stations = context.keeper->stations();
  if (stations.size() > most_looked_at) stations.clear();
  context.feed->look(stations, [&context, call, answer] { list_what_plays(context, call, answer); });
}

void now(Context& context, const Call& call, const Responder& answer) {
  const auto found = station_of(context, call, answer);
  if (!found) return;
  const auto gone = [answer] { answer.fail(error(Errc::not_found, "the station was removed")); };
  context.feed->look({*found}, [&context, station = *found, answer, gone] {
    if (!context.keeper->programmer(station)) return gone();
    context.feed->feed().add(tracks_of(context.feed->on_air(station)),
                             [&context, station, answer, gone](const TrackBook::Tracks& tracks) {
                               if (!context.keeper->programmer(station)) return gone();
                               answer.finish(context.feed->now(station, tracks));
                             });
  });
}

void history(Context& context, const Call& call, const Responder& answer) {
  const auto station = station_of(context, call, answer);
  if (!station) return;
  std::optional<std::int64_t> before;
  if (call.has("before")) before = call.integer("before");
  context.keeper->history(*station, static_cast<std::size_t>(call.integer("limit")), before,
                          [&context, answer](Result<std::vector<schedule::HistoryRow>> rows) {
                            if (!rows) return answer.fail(rows.error());
                            std::vector<TrackId> needs;
                            for (const auto& row : *rows) needs.push_back(row.track);
                            context.feed->feed().add(std::move(needs), [rows = std::move(*rows), answer](
                                                                           const TrackBook::Tracks& tracks) {
                              json::array items;
                              for (const auto& row : rows) items.push_back(history_json(row, tracks));
                              answer.finish(json::object{{"items", std::move(items)}});
                            });
                          });
}

}  // namespace

void add_station_methods(Table& table, Context& context) {
  add_station_shapes(table);
  table.add(
      {.name = "station.list",
       .summary = "All stations and what they play.",
       .result = object({array("stations", object({string("station"), string("name"), string("radio_uuid"),
                                                   string("role").or_null().about("what you are there"),
                                                   ref("now", "Track").or_null(), integer("listeners")}))}),
       .handler = on_station_loop(
           context, [&context](const Call& call, const Responder& answer) { list(context, call, answer); })});
  table.add({.name = "station.now",
             .summary = "What a station plays, and what comes next when that is certain.",
             .params = {station_param()},
             .result = ref("Now"),
             .errors = {not_found},
             .handler = on_station_loop(context, [&context](const Call& call, const Responder& answer) {
               now(context, call, answer);
             })});
  table.add({.name = "station.history",
             .summary = "What was played, the newest first, each with why.",
             .params = {station_param(), integer("limit").range(1, 500).otherwise("50"),
                        integer("before").optional().about("only items with a smaller id: the next page")},
             .result = object({array("items", ref("HistoryItem"))}),
             .errors = {not_found, unavailable},
             .run = Run::store,
             .handler = on_station_loop(context, [&context](const Call& call, const Responder& answer) {
               history(context, call, answer);
             })});
  const char* channel = "station:<slug>";
  table.event({.name = "station.now",
               .channel = channel,
               .summary = "Another item is on air, or next.",
               .data = ref("Now")});
  table.event({.name = "history.added",
               .channel = channel,
               .summary = "An item is over.",
               .data = object({ref("item", "HistoryItem")})});
  table.event({.name = "listeners.changed",
               .channel = channel,
               .summary = "Who listens, at most once a second.",
               .data = object({integer("total"), object("mounts", {integer("mp3"), integer("opus")})})});
}

}  // namespace longwave::api
