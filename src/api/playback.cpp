// SPDX-License-Identifier: Apache-2.0
#include "api/playback.hpp"

#include "api/context.hpp"
#include "api/json.hpp"
#include "api/rights.hpp"
#include "api/station.hpp"
#include "api/steering.hpp"
#include "schedule/keeper.hpp"

#include <boost/json.hpp>

#include <utility>
#include <vector>

namespace longwave::api {

namespace json = boost::json;
using namespace rpc;

namespace {

Samples position_of(const Call& call, const char* name) {
  return to_samples(std::chrono::milliseconds{call.integer(name)});
}

schedule::Switch switch_of(const Call& call, const char* name) {
  const auto value = call.string(name);
  return value == "on"        ? schedule::Switch::on
         : value == "oneshot" ? schedule::Switch::oneshot
                              : schedule::Switch::off;
}

Field switch_param(const char* name) {
  return string(name).one_of({"off", "on", "oneshot"}).optional();
}

template <class What>
Handler plain(Context& context) {
  return steering(context, [](const Call& call) -> schedule::Command { return What{name_of(call)}; });
}

void add_transport(Table& table, Context& context) {
  const ForRole hosts(table, context, access::StationRole::dj);
  const auto add = [&](const char* name, const char* summary, Handler handler) {
    hosts.add({.name = name,
               .summary = summary,
               .params = {station_param()},
               .result = steered(),
               .errors = {not_found, conflict, unavailable},
               .handler = std::move(handler)});
  };
  hosts.add({.name = "playback.play",
             .summary =
                 "Starts: a paused station goes on, a stopped one begins at its cursor; with an entry or an "
                 "index, that one begins as soon as it is ready.",
             .params = {station_param(), integer("entry").optional(),
                        integer("index").min(0).optional().about("in the whole queue"),
                        integer("offset_ms").min(0).in("ms").otherwise("0").about("into that entry")},
             .result = steered(),
             .errors = {not_found, conflict, unavailable},
             .handler = steering(context, [](const Call& call) -> schedule::Command {
               schedule::Play play;
               if (call.has("index")) play.index = size_of(call, "index");
               if (call.has("entry")) play.entry = EntryId{call.integer("entry")};
               play.offset = position_of(call, "offset_ms");
               play.by = name_of(call);
               return play;
             })});
  add("playback.pause", "Holds the item on air where it is; listeners hear silence, or the hold track.",
      plain<schedule::Pause>(context));
  add("playback.stop", "Ends the item on air; playback.play begins it anew.", plain<schedule::Stop>(context));
  add("playback.next", "To the entry that follows; paused, the station stays so at its beginning.",
      plain<schedule::Next>(context));
  add("playback.previous", "To the entry before the cursor.", plain<schedule::Previous>(context));
  add("playback.skip", "Ends the item on air as soon as the next is ready to be heard.",
      plain<schedule::Skip>(context));
  hosts.add({.name = "playback.seek",
             .summary = "Goes to a position of the item on air.",
             .params = {station_param(), integer("position_ms").min(0).in("ms")},
             .result = steered(),
             .errors = {not_found, conflict, unavailable},
             .handler = steering(context, [](const Call& call) -> schedule::Command {
               return schedule::Seek{position_of(call, "position_ms"), name_of(call)};
             })});
  hosts.add({.name = "playback.mark",
             .summary = "Says what comes next, without a cut.",
             .params = {station_param(), integer("index").min(0)},
             .result = steered(),
             .errors = {not_found, unavailable},
             .handler = steering(context, [](const Call& call) -> schedule::Command {
               return schedule::Mark{size_of(call, "index"), name_of(call)};
             })});
}

Field flag(const char* name) {
  return boolean(name).optional();
}
Field number_of(const char* name, const char* about) {
  return integer(name).min(0).optional().about(about);
}

std::vector<Field> rules_fields() {
  return {string("selection").one_of({"rotation", "albums"}).optional().about("the AutoDJ's way"),
          flag("no_disabled"),
          flag("no_hated"),
          flag("no_bad_audio"),
          flag("no_live"),
          number_of("min_song_s", "seconds"),
          number_of("max_song_s", "seconds"),
          number_of("song_list", "songs on the blacklist, 0 is off"),
          number_of("album_list", "albums on it"),
          number_of("artist_list", "artists on it"),
          number_of("video_list", "videos on it"),
          number_of("max_age_hours", "older entries of the blacklists don't count"),
          number_of("max_tries", "before it gives up"),
          array("genres", object({integer("genre").about("id of a tag"), array("subgenres", integer())}))
              .optional()
              .about("none: the whole collection")};
}

void add_settings(Table& table, Context& context) {
  const ForRole hosts(table, context, access::StationRole::dj);
  table.add({.name = "station.state",
             .summary = "How a station is set: started or not, its modes, volume, list and random rules.",
             .params = {station_param()},
             .result = ref("StationState"),
             .errors = {not_found},
             .handler = on_station_loop(context, [&context](const Call& call, const Responder& answer) {
               if (const auto station = station_of(context, call, answer))
                 answer.finish(state_json(*context.keeper->view(*station)));
             })});
  hosts.add(
      {.name = "station.modes",
       .summary = "Changes modes; what isn't given stays.",
       .params =
           {station_param(), boolean("repeat").optional(), boolean("random").optional(),
            switch_param("single"), switch_param("consume"), boolean("autodj").optional(),
            integer("crossfade_s").range(0, 60).in("s").optional().about("kept and told, not heard yet")},
       .result = steered(),
       .errors = {not_found, unavailable},
       .handler = steering(context, [](const Call& call) -> schedule::Command {
         schedule::SetModes set;
         if (call.has("repeat")) set.repeat = call.boolean("repeat");
         if (call.has("random")) set.random = call.boolean("random");
         if (call.has("single")) set.single = switch_of(call, "single");
         if (call.has("consume")) set.consume = switch_of(call, "consume");
         if (call.has("autodj")) set.autodj = call.boolean("autodj");
         if (call.has("crossfade_s")) set.crossfade_s = static_cast<int>(call.integer("crossfade_s"));
         return set;
       })});
  hosts.add({.name = "station.volume",
             .summary = "Sets the volume that players and pages apply; the stream itself stays as it is.",
             .params = {station_param(), integer("volume").range(0, 100),
                        string("channel").range(1, 64).otherwise("\"master\"")},
             .result = steered(),
             .errors = {not_found, unavailable},
             .handler = steering(context, [](const Call& call) -> schedule::Command {
               return schedule::SetVolume{call.string("channel"), static_cast<int>(call.integer("volume"))};
             })});
  hosts.add({.name = "station.random",
             .summary = "Sets the rules by which songs are chosen; what isn't given gets its default.",
             .params = {station_param(), object("rules", rules_fields())},
             .result = steered(),
             .errors = {not_found, unavailable},
             .handler = steering(context, [](const Call& call) -> schedule::Command {
               return schedule::SetRandom{
                   schedule::RandomRules::from_json(json::serialize(call.params().at("rules")))};
             })});
}

void add_shapes(Table& table) {
  table.shape({"RandomRules", "how songs are chosen", object(rules_fields())});
  table.shape(
      {"StationState", "how a station is set",
       object({string("station"), string("kind").one_of({"radio", "player"}),
               string("state").one_of({"stopped", "playing", "paused"}),
               object("modes", {boolean("repeat"), boolean("random"), string("single"), string("consume"),
                                boolean("autodj"), integer("crossfade_s").in("s")}),
               map("volume", integer()).about("channel to 0..100"),
               string("list").about("name of the list the queue is"), integer("cursor"),
               boolean("cutting").about("the item on air gives way in a moment"),
               ref("random", "RandomRules")})});
}

}  // namespace

json::object state_json(const schedule::View& view) {
  json::object volume;
  for (const auto& [channel, value] : view.volume) volume[channel] = value;
  const auto& modes = view.modes;
  return {{"station", view.slug},
          {"kind", schedule::to_text(view.kind)},
          {"state", schedule::to_text(view.state)},
          {"modes",
           {{"repeat", modes.repeat},
            {"random", modes.random},
            {"single", schedule::to_text(modes.single)},
            {"consume", schedule::to_text(modes.consume)},
            {"autodj", modes.autodj},
            {"crossfade_s", modes.crossfade_s}}},
          {"volume", std::move(volume)},
          {"list", clean(view.list)},
          {"cursor", view.cursor},
          {"cutting", view.cutting},
          {"random", json::parse(view.random.to_json())}};
}

void add_playback_methods(Table& table, Context& context) {
  add_shapes(table);
  add_transport(table, context);
  add_settings(table, context);
  table.event({.name = "station.state",
               .channel = "station:<slug>",
               .summary = "The station was started, paused or stopped, or is set in another way.",
               .data = ref("StationState")});
}

}  // namespace longwave::api
