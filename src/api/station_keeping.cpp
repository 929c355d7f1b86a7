// SPDX-License-Identifier: Apache-2.0
// Stations that are made, renamed and removed, and the people who may do something there.
#include "access/users.hpp"
#include "api/context.hpp"
#include "api/json.hpp"
#include "api/rights.hpp"
#include "api/station.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "schedule/keeper.hpp"

#include <fmt/format.h>
#include <boost/json.hpp>

#include <exception>
#include <limits>
#include <string>
#include <utility>

namespace longwave::api {
namespace {

namespace json = boost::json;
using namespace rpc;
using access::StationRole;
using access::StationRoles;

std::string trimmed(const Call& call) {
  return std::string(text::trim(call.string("name")));
}

void create(Context& context, const Call& call, const Responder& answer) {
  const auto& caller = call.caller();
  const bool admin = caller.role == Role::admin;
  auto& roles = context.users->station_roles();
  if (!admin && (caller.session.empty() || roles.most_owned() == 0)) {
    return answer.fail({refused,
                        "station.create needs the role admin: here only administrators make stations",
                        R"({"kind":"refused","role":"admin"})"});
  }
  const auto slug = call.string("station");
  const auto owner = caller.session.empty() ? std::string() : caller.user;
  const auto most = admin ? std::numeric_limits<std::size_t>::max() / 2 : roles.most_owned();
  const auto kind = call.string("kind") == "player" ? schedule::Kind::player : schedule::Kind::radio;
  context.keeper->create(
      {slug, trimmed(call), kind},
      [slug, owner, most](store::Session& session) { return StationRoles::make(session, slug, owner, most); },
      [&context, slug, owner, answer](Result<StationId> made) {
        if (!made) return answer.fail(made.error());
        context.users->station_roles().made(slug, owner);
        const auto& row = context.keeper->programmer(*made)->station();
        answer.finish(
            json::object{{"station", row.slug}, {"name", clean(row.name)}, {"radio_uuid", row.radio_uuid}});
      });
}

void rename(Context& context, const Call& call, const Responder& answer) {
  const auto station = station_of(context, call, answer);
  if (!station) return;
  context.keeper->rename(*station, trimmed(call), [answer](const Result<schedule::Answer>& done) {
    done ? answer.finish(json::object{}) : answer.fail(done.error());
  });
}

void remove(Context& context, const Call& call, const Responder& answer) {
  const auto station = station_of(context, call, answer);
  if (!station) return;
  const auto slug = call.string("station");
  context.keeper->remove(
      *station,
      [slug](store::Session& session) {
        StationRoles::remove(session, slug);
        return Result<void>();
      },
      [&context, slug, answer](const Result<void>& done) {
        if (!done) return answer.fail(done.error());
        context.users->station_roles().removed(slug);
        answer.finish(json::object{});
      });
}

void people(Context& context, const Call& call, const Responder& answer) {
  if (!station_of(context, call, answer)) return;
  json::array people;
  for (const auto& one : context.users->station_roles().people(call.string("station")))
    people.push_back(json::object{{"user", one.user}, {"role", to_string(one.role)}});
  answer.finish(json::object{{"people", std::move(people)}});
}

void grant(Context& context, const Call& call, const Responder& answer) {
  if (!station_of(context, call, answer)) return;
  const auto user = call.string("user");
  const auto role = *access::parse_station_role(call.string("role"));
  if (role != StationRole::none && !context.users->knows(user))
    return answer.fail(error(Errc::not_found, fmt::format("there is no user '{}'", clean(user))));
  const auto by = call.caller().role == Role::admin ? std::string() : call.caller().user;
  context.blocking([&context, station = call.string("station"), by, user, role, answer] {
    try {
      const auto done = context.users->station_roles().grant(station, by, user, role);
      done ? answer.finish(json::object{}) : answer.fail(done.error());
    } catch (const std::exception& e) {
      log::error("station.grant: {}", e.what());
      answer.fail(
          error(Errc::unavailable, "the change couldn't be written to the disk; nothing was changed"));
    }
  });
}

Field name_param() {
  return string("name").range(1, 320).about("for people; 1 to 80 characters");
}

}  // namespace

void add_station_keeping_methods(Table& table, Context& context) {
  const auto here = [&context](void (*act)(Context&, const Call&, const Responder&)) {
    return on_station_loop(
        context, [&context, act](const Call& call, const Responder& answer) { act(context, call, answer); });
  };
  table.add({.name = "station.create",
             .summary = "A new station, on the air at once. For administrators; where `stations-per-user` "
                        "says so, for everybody who has logged in. Who makes it is its owner.",
             .params = {string("station").range(1, 32).about("its slug: a-z, 0-9 and hyphens; it stays"),
                        name_param(), string("kind").one_of({"radio", "player"}).otherwise("\"radio\"")},
             .result = object({string("station"), string("name"), string("radio_uuid")}),
             .errors = {refused, conflict, full, unavailable},
             .handler = here(create)});
  const ForRole owners(table, context, StationRole::owner);
  owners.add({.name = "station.rename",
              .summary = "Another name for people; the address stays.",
              .params = {station_param(), name_param()},
              .result = object({}),
              .errors = {not_found, refused, conflict, unavailable},
              .handler = here(rename)});
  owners.add({.name = "station.remove",
              .summary = "Takes a station off the air for good, with its queue, its history and its "
                         "programme; the music stays. `main` can't be removed.",
              .params = {station_param()},
              .result = object({}),
              .errors = {not_found, refused, conflict, unavailable},
              .handler = here(remove)});
  ForRole(table, context, StationRole::viewer)
      .add({.name = "station.people",
            .summary = "Who has a role on a station; who has one for the whole server isn't among them.",
            .params = {station_param()},
            .result = object({array("people", object({string("user"), string("role")}))}),
            .errors = {not_found, refused},
            .handler = here(people)});
  owners.add({.name = "station.grant",
              .summary = "Gives somebody a role on a station, in place of the one before; `none` takes it "
                         "away. Only an administrator can leave a station without an owner.",
              .params = {station_param(), string("user").range(1, 64),
                         string("role").one_of({"owner", "programmer", "dj", "viewer", "none"})},
              .result = object({}),
              .errors = {not_found, refused, conflict, full, unavailable},
              .handler = here(grant)});
  table.event({.name = "stations.changed",
               .channel = "server",
               .summary = "A station was made, renamed or removed: station.list has what there is.",
               .data = object({string("station"), string("what").one_of({"made", "renamed", "removed"})})});
  table.event({.name = "station.removed",
               .channel = "station:<slug>",
               .summary = "The station is gone; nothing more comes on this channel.",
               .data = object({string("station")})});
}

}  // namespace longwave::api
