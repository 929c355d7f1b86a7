// SPDX-License-Identifier: Apache-2.0
#include "api/steering.hpp"

#include "api/context.hpp"
#include "api/station.hpp"
#include "library/library.hpp"
#include "schedule/keeper.hpp"

#include <boost/json.hpp>

#include <utility>

namespace longwave::api {

namespace json = boost::json;
using namespace rpc;

namespace {

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

}  // namespace

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

Field where_param() {
  return string("where")
      .one_of({"requests", "next", "last", "random", "after"})
      .otherwise("\"requests\"")
      .about(
          "behind the last request and before the AutoDJ's picks, right behind what is on air, at the very "
          "end, anywhere, or behind the entry `after`");
}

schedule::Where where_of(const Call& call) {
  const auto& where = call.string("where");
  if (where == "next") return schedule::Where::next;
  if (where == "last") return schedule::Where::last;
  if (where == "random") return schedule::Where::random;
  if (where == "after") return schedule::Where::after;
  return schedule::Where::requests;
}

std::size_t size_of(const Call& call, std::string_view name) {
  return static_cast<std::size_t>(call.integer(name));
}

}  // namespace longwave::api
