// SPDX-License-Identifier: Apache-2.0
#include "api/queue.hpp"

#include "api/context.hpp"
#include "api/rights.hpp"
#include "api/station.hpp"
#include "api/station_feed.hpp"
#include "api/steering.hpp"

#include <fmt/core.h>
#include <boost/json.hpp>

#include <algorithm>

namespace longwave::api {
namespace {

namespace json = boost::json;
using namespace rpc;

void list(Context& context, const Call& call, const Responder& answer) {
  const auto station = station_of(context, call, answer);
  if (!station) return;
  const auto& queue = context.keeper->programmer(*station)->queue();
  const auto begin = std::min(static_cast<std::size_t>(call.integer("offset")), queue.size());
  const auto end = std::min(begin + static_cast<std::size_t>(call.integer("limit")), queue.size());
  const auto& all = queue.entries();
  std::vector<schedule::EntryPtr> part(all.begin() + static_cast<std::ptrdiff_t>(begin),
                                       all.begin() + static_cast<std::ptrdiff_t>(end));
  const json::object about{{"cursor", queue.cursor()}, {"version", queue.version()}, {"total", queue.size()}};
  auto needs = tracks_of(part);
  context.feed->feed().add(std::move(needs), [&context, station = *station, part = std::move(part), about,
                                              answer](const TrackBook::Tracks& tracks) {
    const auto* programmer = context.keeper->programmer(station);
    if (!programmer) return answer.fail(error(Errc::not_found, "the station was removed"));
    json::object result = about;
    json::array entries;
    for (const auto& entry : part) {
      entries.push_back(entry_json(*programmer, *entry, tracks));
    }
    result["entries"] = std::move(entries);
    answer.finish(std::move(result));
  });
}

void add_editing(Table& table, Context& context) {
  const ForRole hosts(table, context, access::StationRole::dj);
  hosts.add({.name = "queue.add",
             .summary =
                 "Adds tracks to the queue: at an index, or behind what others asked for and before what the "
                 "AutoDJ chose. Answered when it is on disk.",
             .params = {station_param(), array("tracks", integer()).range(1, 1000).about("ids of tracks"),
                        integer("at").min(0).optional().about("index in the whole queue"), where_param(),
                        integer("after").optional().about("an entry's id, for where: after"),
                        boolean("replace").otherwise("false").about(
                            "everything else leaves the list first; what is heard is heard to its end")},
             .result = steered(),
             .errors = {not_found, conflict, full, unavailable},
             .handler = steering(context, [](const Call& call) -> schedule::Command {
               schedule::Add add{.tracks = {}, .at = {}, .by = name_of(call)};
               add.where = where_of(call);
               if (call.has("after")) add.entry = EntryId{call.integer("after")};
               add.replace = call.boolean("replace");
               for (const auto id : call.integers("tracks")) add.tracks.push_back(TrackId{id});
               if (call.has("at")) add.at = static_cast<std::size_t>(call.integer("at"));
               return add;
             })});
  hosts.add(
      {.name = "queue.remove",
       .summary = "Removes an entry; of the item on air, that is a skip.",
       .params = {station_param(), integer("entry").optional(),
                  array("entries", integer()).range(1, 10'000).optional().about("several, all or none"),
                  boolean("keep_playing").otherwise("false").about("the item on air leaves the list only")},
       .result = steered(),
       .errors = {not_found, unavailable},
       .handler = steering(context, [](const Call& call) -> schedule::Command {
         const bool detach = call.boolean("keep_playing");
         if (call.has("entry"))
           return schedule::Remove{EntryId{call.integer("entry")}, name_of(call), detach};
         schedule::RemoveEntries several{{}, detach, name_of(call)};
         if (call.has("entries")) {
           for (const auto id : call.integers("entries")) several.entries.push_back(EntryId{id});
         }
         return several;
       })});
  hosts.add(
      {.name = "queue.move",
       .summary = "Moves an entry to another index.",
       .params = {station_param(), integer("entry"), integer("to").min(0).about("its index afterwards")},
       .result = steered(),
       .errors = {not_found, conflict, unavailable},
       .handler = steering(context, [](const Call& call) -> schedule::Command {
         return schedule::Move{EntryId{call.integer("entry")}, static_cast<std::size_t>(call.integer("to")),
                               name_of(call)};
       })});
  hosts.add(
      {.name = "queue.clear",
       .summary = "Removes everything but the item on air; the AutoDJ, if it is on, chooses what follows.",
       .params = {station_param(), boolean("everything")
                                       .otherwise("false")
                                       .about("the item on air leaves the list too; it is heard to its end")},
       .result = steered(),
       .errors = {not_found, unavailable},
       .handler = steering(context, [](const Call& call) -> schedule::Command {
         return schedule::Clear{name_of(call), call.boolean("everything")};
       })});
}

void add_ranges(Table& table, Context& context) {
  const ForRole hosts(table, context, access::StationRole::dj);
  const auto index = [](const char* name) { return integer(name).min(0); };
  hosts.add({.name = "queue.remove_range",
             .summary = "Takes a part out of the list; the item on air among it is heard to its end.",
             .params = {station_param(), index("begin"), index("end").about("exclusive")},
             .result = steered(),
             .errors = {not_found, unavailable},
             .handler = steering(context, [](const Call& call) -> schedule::Command {
               return schedule::RemoveRange{size_of(call, "begin"), size_of(call, "end"), name_of(call)};
             })});
  hosts.add({.name = "queue.move_range",
             .summary = "Moves a part of the list.",
             .params = {station_param(), index("begin"), index("end").about("exclusive"),
                        index("to").about("index of its first entry afterwards")},
             .result = steered(),
             .errors = {not_found, conflict, unavailable},
             .handler = steering(context, [](const Call& call) -> schedule::Command {
               return schedule::MoveRange{size_of(call, "begin"), size_of(call, "end"), size_of(call, "to"),
                                          name_of(call)};
             })});
  hosts.add({.name = "queue.swap",
             .summary = "Two entries change places.",
             .params = {station_param(), index("a"), index("b")},
             .result = steered(),
             .errors = {not_found, conflict, unavailable},
             .handler = steering(context, [](const Call& call) -> schedule::Command {
               return schedule::Swap{size_of(call, "a"), size_of(call, "b"), name_of(call)};
             })});
  hosts.add(
      {.name = "queue.shuffle",
       .summary = "Puts the list, or a part of it, into an order by chance; the item on air stays.",
       .params = {station_param(), index("begin").optional(), index("end").optional().about("exclusive")},
       .result = steered(),
       .errors = {not_found, unavailable},
       .handler = steering(context, [](const Call& call) -> schedule::Command {
         schedule::Shuffle shuffle;
         if (call.has("begin")) shuffle.begin = size_of(call, "begin");
         if (call.has("end")) shuffle.end = size_of(call, "end");
         return shuffle;
       })});
  hosts.add({.name = "queue.add_random",
             .summary = "Adds a song by the station's random rules.",
             .params = {station_param(), where_param(), integer("album").optional().about("of this album"),
                        integer("after").optional().about("an entry's id, for where: after")},
             .result = steered(),
             .errors = {not_found, unavailable},
             .handler = steering(context, [](const Call& call) -> schedule::Command {
               schedule::AddRandom add{where_of(call), {}, {}, name_of(call)};
               if (call.has("album")) add.album = call.integer("album");
               if (call.has("after")) add.entry = EntryId{call.integer("after")};
               return add;
             })});
}

}  // namespace

void add_queue_methods(Table& table, Context& context) {
  table.add(
      {.name = "queue.list",
       .summary = "The queue of a station, the item on air included (at `cursor`; -1 when there is none).",
       .params = {station_param(), integer("offset").min(0).otherwise("0"),
                  integer("limit").range(1, most_told).otherwise("500")},
       .result = object({array("entries", ref("Entry")), integer("cursor"),
                         integer("version").about("grows by one with every change"), integer("total")}),
       .errors = {not_found},
       .handler = on_station_loop(
           context, [&context](const Call& call, const Responder& answer) { list(context, call, answer); })});
  add_editing(table, context);
  add_ranges(table, context);
  table.event(
      {.name = "queue.changed",
       .channel = "station:<slug>",
       .summary =
           "The queue has a new version. `ops` turn the version before into it, in order; a client that "
           "has another version asks queue.list.",
       .data =
           object({integer("version"), integer("cursor"), integer("total"),
                   array("ops", object({string("op").one_of({"reset", "insert", "remove", "move", "update"}),
                                        integer("at").optional(), integer("to").optional(),
                                        any("entry").optional().about("an Entry, or the id of one"),
                                        array("entries", ref("Entry")).optional()}))})});
}

}  // namespace longwave::api
