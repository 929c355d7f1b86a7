// SPDX-License-Identifier: Apache-2.0
#include "api/queue.hpp"

#include "api/context.hpp"
#include "api/station.hpp"
#include "api/station_feed.hpp"
#include "library/library.hpp"

#include <fmt/core.h>
#include <boost/json.hpp>

#include <algorithm>

namespace longwave::api {
namespace {

namespace json = boost::json;
using namespace rpc;

constexpr Duration ask_again = std::chrono::milliseconds{250};
constexpr int most_tries = 12;

/// Gives a command to the programmer; its answer comes when it is on disk. A track that a search has just
/// found may be too new for the programmer, who hears of new ones once a second: then it is asked again a
/// moment later.
void steer(Context& context, StationId station, const schedule::Command& command, const Responder& answer,
           int tries) {
  context.keeper->run(
      station, command, [&context, station, command, answer, tries](Result<schedule::Answer> outcome) {
        if (outcome) {
          json::array entries;
          for (const EntryId id : outcome->entries) entries.push_back(id.value);
          return answer.finish(json::object{{"entries", std::move(entries)}, {"version", outcome->version}});
        }
        const bool too_new = outcome.error().code == Errc::not_found &&
                             std::holds_alternative<schedule::Add>(command) && context.library->scanning();
        if (!too_new || tries <= 0) return answer.fail(outcome.error());
        context.later(ask_again, [&context, station, command, answer, tries] {
          steer(context, station, command, answer, tries - 1);
        });
      });
}

/// A method that steers a queue.
Handler steering(Context& context, std::function<schedule::Command(const Call&)> command) {
  return on_station_loop(context,
                         [&context, command = std::move(command)](const Call& call, const Responder& answer) {
                           if (const auto station = station_of(context, call, answer))
                             steer(context, *station, command(call), answer, most_tries);
                         });
}

std::string name_of(const Call& call) {
  const auto& caller = call.caller();
  return caller.name.empty() ? caller.user : caller.name;
}

Field steered() {
  return object({array("entries", integer()).about("ids of what was added"), integer("version")});
}

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
    json::object result = about;
    json::array entries;
    for (const auto& entry : part) {
      entries.push_back(entry_json(*context.keeper->programmer(station), *entry, tracks));
    }
    result["entries"] = std::move(entries);
    answer.finish(std::move(result));
  });
}

void add_editing(Table& table, Context& context) {
  table.add({.name = "queue.add",
             .summary =
                 "Adds tracks to the queue: at an index, or behind what others asked for and before what the "
                 "AutoDJ chose. Answered when it is on disk.",
             .params = {station_param(), array("tracks", integer()).range(1, 1000).about("ids of tracks"),
                        integer("at").min(0).optional().about("index in the whole queue")},
             .result = steered(),
             .errors = {not_found, conflict, full, unavailable},
             .role = Role::dj,
             .handler = steering(context, [](const Call& call) -> schedule::Command {
               schedule::Add add{.tracks = {}, .at = {}, .by = name_of(call)};
               for (const auto id : call.integers("tracks")) add.tracks.push_back(TrackId{id});
               if (call.has("at")) add.at = static_cast<std::size_t>(call.integer("at"));
               return add;
             })});
  table.add({.name = "queue.remove",
             .summary = "Removes an entry; of the item on air, that is a skip.",
             .params = {station_param(), integer("entry")},
             .result = steered(),
             .errors = {not_found, unavailable},
             .role = Role::dj,
             .handler = steering(context, [](const Call& call) -> schedule::Command {
               return schedule::Remove{EntryId{call.integer("entry")}, name_of(call)};
             })});
  table.add(
      {.name = "queue.move",
       .summary = "Moves an entry to another index.",
       .params = {station_param(), integer("entry"), integer("to").min(0).about("its index afterwards")},
       .result = steered(),
       .errors = {not_found, conflict, unavailable},
       .role = Role::dj,
       .handler = steering(context, [](const Call& call) -> schedule::Command {
         return schedule::Move{EntryId{call.integer("entry")}, static_cast<std::size_t>(call.integer("to")),
                               name_of(call)};
       })});
  table.add({.name = "queue.clear",
             .summary = "Removes everything but the item on air; the AutoDJ chooses what follows.",
             .params = {station_param()},
             .result = steered(),
             .errors = {not_found, unavailable},
             .role = Role::dj,
             .handler = steering(context, [](const Call& call) -> schedule::Command {
               return schedule::Clear{name_of(call)};
             })});
  table.add({.name = "playback.skip",
             .summary = "Ends the item on air as soon as the next is ready to be heard.",
             .params = {station_param()},
             .result = steered(),
             .errors = {not_found, conflict, unavailable},
             .role = Role::dj,
             .handler = steering(context, [](const Call& call) -> schedule::Command {
               return schedule::Skip{name_of(call)};
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
