// SPDX-License-Identifier: Apache-2.0
#include "api/programme.hpp"

#include "api/context.hpp"
#include "api/json.hpp"
#include "api/rights.hpp"
#include "api/station.hpp"
#include "api/steering.hpp"
#include "schedule/keeper.hpp"

#include <fmt/format.h>
#include <boost/json.hpp>

#include <algorithm>
#include <memory>
#include <utility>

namespace longwave::api {

namespace json = boost::json;
using namespace rpc;

namespace {

constexpr std::size_t most_pending = 1000;
constexpr int attempts = 3;
constexpr const char* parts[] = {"playlists", "shows", "clocks", "dayparts", "jingles", "events", "limits"};

Field part_param() {
  return string("part").one_of({std::begin(parts), std::end(parts)});
}

/// As programme.get tells it.
json::object shown(const schedule::StationProgramme& programme) {
  auto out = schedule::programme_json(programme);
  out.erase("next_id");
  for (auto& one : out["playlists"].get_array()) {
    auto& playlist = one.get_object();
    playlist["songs"] = programme.rules.playlist(playlist["id"].get_int64())->songs.size();
  }
  return out;
}

/// The document with a change in it, read and checked as a whole; the songs stay.
Result<void> read_again(schedule::StationProgramme& programme, const json::object& document) {
  auto changed = schedule::programme_from_json(document);
  if (!changed) return changed.error();
  for (auto& playlist : changed->rules.playlists) {
    if (auto* old = programme.rules.playlist(playlist.id)) playlist.songs = std::move(old->songs);
  }
  programme = std::move(*changed);
  return {};
}

Result<std::int64_t> set(const Call& call, schedule::StationProgramme& programme) {
  auto document = schedule::programme_json(programme);
  for (const auto* name : {"enabled", "zone", "default_playlist"}) {
    if (call.has(name)) document[name] = call.params().at(name);
  }
  for (const auto* name : {"separation", "requests"}) {
    if (!call.has(name)) continue;
    for (const auto& [key, value] : call.params().at(name).get_object())
      document[name].get_object()[key] = value;
  }
  const auto done = read_again(programme, document);
  if (!done) return done.error();
  return 0;
}

Result<std::int64_t> put(const Call& call, schedule::StationProgramme& programme) {
  auto document = schedule::programme_json(programme);
  auto item = call.params().at("item").get_object();
  auto& list = document[call.string("part")].get_array();
  const auto* given = item.if_contains("id");
  auto id = given && given->is_int64() ? given->get_int64() : 0;
  const auto same = [&](const json::value& one) { return one.get_object().at("id").get_int64() == id; };
  const auto place = std::find_if(list.begin(), list.end(), same);
  if (id != 0 && place == list.end())
    return error(Errc::not_found, fmt::format("there is no {} {}", call.string("part"), id));
  if (id == 0) {
    id = programme.next_id;
    document["next_id"] = id + 1;
    item["id"] = id;
    list.push_back(std::move(item));
  } else {
    // What isn't given stays.
    for (const auto& [key, value] : item) place->get_object()[key] = value;
  }
  const auto done = read_again(programme, document);
  if (!done) return done.error();
  return id;
}

Result<std::int64_t> remove(const Call& call, schedule::StationProgramme& programme) {
  auto document = schedule::programme_json(programme);
  auto& list = document[call.string("part")].get_array();
  const auto id = call.integer("id");
  const auto same = [&](const json::value& one) { return one.get_object().at("id").get_int64() == id; };
  const auto place = std::find_if(list.begin(), list.end(), same);
  if (place == list.end())
    return error(Errc::not_found, fmt::format("there is no {} {}", call.string("part"), id));
  list.erase(place);
  if (call.string("part") == "playlists" && document["default_playlist"] == id)
    document["default_playlist"] = 0;
  const auto done = read_again(programme, document);
  // What names it says so.
  if (!done) return error(Errc::conflict, done.error().message);
  return 0;
}

Result<std::int64_t> request(Context& context, const Call& call, schedule::StationProgramme& programme) {
  auto& requests = programme.rules.requests;
  const auto track = call.integer("track");
  if (!programme.enabled || !programme.rules.request_rules.enabled)
    return error(Errc::conflict, "this station takes no requests");
  if (requests.size() >= most_pending) return error(Errc::full, "there are too many requests already");
  if (std::any_of(requests.begin(), requests.end(), [&](const auto& r) { return r.song == track; }))
    return error(Errc::conflict, "it is wished for already");
  const auto has = [&](const rules::Playlist& playlist) {
    return playlist.enabled &&
           (programme.is_whole_library(playlist.id) ||
            std::any_of(playlist.songs.begin(), playlist.songs.end(),
                        [&](const rules::Song& song) { return song.id == track && song.enabled; }));
  };
  if (std::none_of(programme.rules.playlists.begin(), programme.rules.playlists.end(), has))
    return error(Errc::not_found, "the station doesn't play this track");
  const auto id = programme.next_id++;
  requests.push_back({id, track, context.clock->wall(), name_of(call)});
  return id;
}

Result<std::int64_t> withdraw(const Call& call, schedule::StationProgramme& programme) {
  const auto id = call.integer("id");
  if (std::erase_if(programme.rules.requests, [&](const auto& r) { return r.id == id; }) == 0)
    return error(Errc::not_found, fmt::format("there is no request {}: perhaps it was played", id));
  return 0;
}

/// A call that edits a programme.
struct Editing {
  Context& context;
  std::function<Result<std::int64_t>(const Call&, schedule::StationProgramme&)> edit;
  Call call;
  Responder answer;
};

/// What was edited at another process meanwhile is no reason to fail, unless the caller says what he has
/// read: the edit is made anew, from what is there now.
void attempt(const std::shared_ptr<const Editing>& one, int again) {
  const auto& [context, edit, call, answer] = *one;
  const auto station = station_of(context, call, answer);
  if (!station) return;
  auto programme = programme_of(context, *station);
  // Two edits of the same moment: the second was made from what the first left.
  auto base = programme.version;
  if (call.has("base")) base = static_cast<std::uint64_t>(call.integer("base"));
  const auto made = edit(call, programme);
  if (!made) return answer.fail(made.error());
  schedule::SetProgramme set{std::make_shared<const schedule::StationProgramme>(std::move(programme)), base};
  context.keeper->run(
      *station, std::move(set),
      [one, again, station = *station, made = *made](const Result<schedule::Answer>& done) {
        if (!done && done.error().code == Errc::conflict && again > 0 && !one->call.has("base"))
          return attempt(one, again - 1);
        if (!done) return one->answer.fail(done.error());
        json::object result{{"version", programme_of(one->context, station).version}};
        if (made != 0) result["id"] = made;
        one->answer.finish(result);
      });
}

std::vector<Field> weekly() {
  return {array("days", string().one_of({"MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"})),
          string("time").about("of the station's clock, HH:MM:SS")};
}

Field with_weekly(std::vector<Field> fields) {
  for (auto& field : weekly()) fields.insert(fields.begin() + 2, std::move(field));
  return object(std::move(fields));
}

Field start_field() {
  return string("start").one_of({"boundary", "exact", "fitted"});
}

void add_shapes(Table& table) {
  const auto id = [] { return integer("id"); };
  const auto playlist = [] { return integer("playlist").about("0: none"); };
  table.shape(
      {"ProgrammeShow", "a playlist at set times",
       with_weekly({id(), string("name"), playlist(), integer("duration_s").in("s"), boolean("random_play"),
                    boolean("enabled"), start_field(), boolean("jingles"), boolean("requests")})});
  table.shape(
      {"ProgrammeEvent", "something at a set time",
       with_weekly({id(), string("name"), string("date").optional().about("only on this day, YYYY-MM-DD"),
                    boolean("hourly").about("every hour, `time` after the full one"), playlist(),
                    integer("song").about("0: any of the playlist"), start_field(), boolean("resume"),
                    integer("expires_s").in("s"), boolean("enabled")})});
  table.shape({"ProgrammeDaypart", "what takes the place of the default playlist in some hours of the week",
               with_weekly({id(), string("name"), string("until").about("HH:MM:SS"),
                            integer("clock").about("0: none"), playlist(), boolean("enabled")})});
  table.shape(
      {"Programme", "what a station plays, and when",
       object(
           {boolean("enabled"), string("zone").about("of the IANA data base"), integer("default_playlist"),
            integer("version"),
            object("separation", {integer("song_s").in("s"), integer("title_s").in("s"),
                                  integer("artist_s").in("s"), integer("album_s").in("s")}),
            object("requests", {boolean("enabled"), integer("every_songs")}),
            array("playlists", object({id(), string("name"), boolean("enabled"), boolean("ordered"),
                                       boolean("library").about("everything that may be drawn"),
                                       integer("songs").about("how many")})),
            array("shows", ref("ProgrammeShow")),
            array("clocks",
                  object({id(), string("name"),
                          array("slots", object({string("kind").one_of({"playlist", "jingle", "request"}),
                                                 playlist()}))})),
            array("dayparts", ref("ProgrammeDaypart")),
            array("jingles", object({id(), string("name"), playlist(), integer("every_songs"),
                                     boolean("on_the_hour"), boolean("resume"), boolean("enabled")})),
            array("events", ref("ProgrammeEvent")),
            array("limits",
                  object({id(), string("of").one_of({"playlist", "artist", "album", "title", "song"}),
                          integer("key").about("which one"), integer("every_s").in("s")})),
            array("pending", object({id(), integer("song"), integer("asked_ms").in("ms"), string("by")}))})});
}

}  // namespace

schedule::StationProgramme programme_of(Context& context, StationId station) {
  const auto* programmer = context.keeper->programmer(station);
  const auto& programme = programmer->station().programme;
  return programme ? *programme : schedule::StationProgramme{};
}

Field base_param() {
  return integer("base").min(0).optional().about(
      "the version that was read: refused if it is another by now");
}

Field edited() {
  return object({integer("version"), integer("id").optional().about("of what was made")});
}

Handler editing(Context& context,
                std::function<Result<std::int64_t>(const Call&, schedule::StationProgramme&)> edit) {
  return on_station_loop(
      context, [&context, edit = std::move(edit)](const Call& call, const Responder& answer) {
        attempt(std::make_shared<const Editing>(Editing{context, edit, call, answer}), attempts);
      });
}

void add_programme_methods(Table& table, Context& context) {
  const ForRole views(table, context, access::StationRole::viewer);
  const ForRole staff(table, context, access::StationRole::programmer);
  const ForRole hosts(table, context, access::StationRole::dj);
  add_shapes(table);
  views.add({.name = "programme.get",
             .summary = "The programme of a station; without one: an empty one that isn't enabled.",
             .params = {station_param()},
             .result = ref("Programme"),
             .errors = {not_found},
             .handler = on_station_loop(context, [&context](const Call& call, const Responder& answer) {
               if (const auto station = station_of(context, call, answer))
                 answer.finish(shown(programme_of(context, *station)));
             })});
  const auto seconds = [](const char* name) { return integer(name).min(0).in("s").optional(); };
  staff.add({.name = "programme.set",
             .summary = "Changes what holds for the whole programme; what isn't given stays.",
             .params = {station_param(), boolean("enabled").optional(), string("zone").max(64).optional(),
                        integer("default_playlist").min(0).optional(),
                        object("separation", {seconds("song_s"), seconds("title_s"), seconds("artist_s"),
                                              seconds("album_s")})
                            .optional()
                            .about("from the end of the one to the start of the other, 0 is off"),
                        object("requests",
                               {boolean("enabled").optional(), integer("every_songs").min(0).optional()})
                            .optional(),
                        base_param()},
             .result = edited(),
             .errors = {not_found, conflict, unavailable},
             .handler = editing(context, set)});
  staff.add(
      {.name = "programme.put",
       .summary =
           "Makes a playlist, show, clock, daypart, jingle, event or limit, or changes one: what isn't "
           "given stays.",
       .params = {station_param(), part_param(),
                  map("item", any()).about("as in programme.get; without an id: a new one"), base_param()},
       .result = edited(),
       .errors = {not_found, conflict, unavailable},
       .handler = editing(context, put)});
  staff.add({.name = "programme.remove",
             .summary = "Takes one out. A playlist or clock that something names can't be.",
             .params = {station_param(), part_param(), integer("id"), base_param()},
             .result = edited(),
             .errors = {not_found, conflict, unavailable},
             .handler = editing(context, remove)});
  hosts.add({.name = "programme.request",
             .summary = "Wishes for a track; it is played when the rules let it.",
             .params = {station_param(), integer("track")},
             .result = edited(),
             .errors = {not_found, conflict, full, unavailable},
             .handler = editing(context, [&context](const Call& call, schedule::StationProgramme& programme) {
               return request(context, call, programme);
             })});
  hosts.add({.name = "programme.withdraw",
             .summary = "Takes a request back that wasn't played yet.",
             .params = {station_param(), integer("id").about("as programme.get has it in `pending`")},
             .result = edited(),
             .errors = {not_found, conflict, unavailable},
             .handler = editing(context, withdraw)});
  table.event({.name = "programme.changed",
               .channel = "station:<slug>",
               .summary = "The programme is another one now: it is asked for with programme.get.",
               .data = object({integer("version")})});
}

}  // namespace longwave::api
