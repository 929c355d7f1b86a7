// SPDX-License-Identifier: Apache-2.0
#include "api/playlist.hpp"

#include "api/context.hpp"
#include "api/json.hpp"
#include "api/lists.hpp"
#include "api/rights.hpp"
#include "api/station.hpp"
#include "api/station_feed.hpp"
#include "library/playlists.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace longwave::api {
namespace {

namespace json = boost::json;
using namespace rpc;

constexpr std::size_t most_missing_told = 200;

Field name_param() {
  return string("name").max(200).about("of the list; \"\" is the one the station plays");
}

std::string by(const Call& call) {
  const auto& caller = call.caller();
  return caller.name.empty() ? caller.user : caller.name;
}

/// A method on the lists of a station.
Handler on_lists(Context& context, std::function<void(StationId, const Call&, const Responder&)> act) {
  return on_station_loop(context,
                         [&context, act = std::move(act)](const Call& call, const Responder& answer) {
                           if (const auto station = station_of(context, call, answer))
                             act(*station, call, answer);
                         });
}

Field changed_field() {
  return object({string("name"), boolean("active").about("the station plays it"), integer("entries")});
}

json::object to_json(const Lists::Changed& changed) {
  return {{"name", clean(changed.name)}, {"active", changed.active}, {"entries", changed.entries}};
}

Lists::Reply<Lists::Changed> told(const Responder& answer) {
  return [answer](Result<Lists::Changed> done) {
    if (!done) return answer.fail(done.error());
    answer.finish(to_json(*done));
  };
}

json::object to_json(const Lists::Info& list) {
  return {{"name", clean(list.name)},
          {"active", list.active},
          {"stored", list.stored},
          {"query", list.query.empty() ? json::value(nullptr) : json::value(clean(list.query))},
          {"entries", list.entries},
          {"duration_ms", list.duration_ms},
          {"position", list.position},
          {"changed_ms", list.changed_ms == 0 ? json::value(nullptr) : json::value(list.changed_ms)}};
}

std::vector<TrackId> tracks_param(const Call& call) {
  std::vector<TrackId> tracks;
  for (const auto id : call.integers("tracks")) tracks.push_back(TrackId{id});
  return tracks;
}

void get(Context& context, StationId station, const Call& call, const Responder& answer) {
  context.lists->entries(
      station, call.string("name"),
      [&context, answer, offset = static_cast<std::size_t>(call.integer("offset")),
       limit = static_cast<std::size_t>(call.integer("limit"))](Result<Lists::Entries> found) {
        if (!found) return answer.fail(found.error());
        const auto begin = std::min(offset, found->tracks.size());
        const auto end = std::min(begin + limit, found->tracks.size());
        const auto from = static_cast<std::ptrdiff_t>(begin), to = static_cast<std::ptrdiff_t>(end);
        std::vector<TrackId> part(found->tracks.begin() + from, found->tracks.begin() + to);
        std::vector<std::int64_t> ids(found->ids.begin() + from, found->ids.begin() + to);
        json::object about{{"name", clean(found->name)},
                           {"active", found->active},
                           {"position", found->position},
                           {"total", found->tracks.size()}};
        auto needs = part;
        context.feed->feed().add(
            std::move(needs), [part = std::move(part), ids = std::move(ids), about = std::move(about),
                               answer](const TrackBook::Tracks& tracks) {
              json::array entries;
              for (std::size_t i = 0; i < part.size(); ++i) {
                entries.push_back(json::object{{"id", ids[i]}, {"track", tracks(part[i])}});
              }
              json::object result = about;
              result["entries"] = std::move(entries);
              answer.finish(result);
            });
      });
}

void add_reading(Table& table, Context& context) {
  table.add(
      {.name = "playlist.list",
       .summary = "The playlists: those of the library, and the one that the station plays.",
       .params = {station_param()},
       .result = object({array("playlists", ref("Playlist"))}),
       .errors = {not_found, unavailable},
       .handler = on_lists(context, [&context](StationId station, const Call&, const Responder& answer) {
         context.lists->names(station, [answer](Result<std::vector<Lists::Info>> found) {
           if (!found) return answer.fail(found.error());
           json::array lists;
           for (const auto& list : *found) lists.push_back(to_json(list));
           answer.finish(json::object{{"playlists", std::move(lists)}});
         });
       })});
  table.add(
      {.name = "playlist.get",
       .summary = "The entries of a playlist, in order.",
       .params = {station_param(), name_param(), integer("offset").min(0).otherwise("0"),
                  integer("limit").range(1, 500).otherwise("100")},
       .result =
           object({string("name"), boolean("active"),
                   integer("position").about("where its station is in it, -1: nowhere"),
                   array("entries", object({integer("id").about("of the entry"), ref("track", "Track")})),
                   integer("total")}),
       .errors = {not_found, unavailable},
       .handler = on_lists(context, [&context](StationId station, const Call& call, const Responder& answer) {
         get(context, station, call, answer);
       })});
}

void add_whole(Table& table, Context& context) {
  const ForRole hosts(table, context, access::StationRole::dj);
  table.add(
      {.name = "playlist.create",
       .summary = "A new playlist of these tracks, or a smart one: of what a query finds, now and whenever "
                  "the library changes.",
       .params = {station_param(), string("name").max(200),
                  array("tracks", integer()).max(10'000).otherwise("[]").about("ids of tracks"),
                  string("query").max(1000).otherwise("\"\"").about("makes it smart")},
       .result = changed_field(),
       .errors = {invalid_params, not_found, conflict, full, unavailable},
       .role = Role::dj,
       .handler = on_lists(context, [&context](StationId station, const Call& call, const Responder& answer) {
         context.lists->create(station, {call.string("name"), tracks_param(call), call.string("query")},
                               told(answer));
       })});
  hosts.add(
      {.name = "playlist.load",
       .summary = "The station plays this list from now on, behind the item on air. What it played until "
                  "now is put away under its own name first.",
       .params = {station_param(), string("name").max(200)},
       .result = changed_field(),
       .errors = {not_found, full, unavailable},
       .handler = on_lists(context, [&context](StationId station, const Call& call, const Responder& answer) {
         context.lists->load(station, call.string("name"), by(call), told(answer));
       })});
  table.add(
      {.name = "playlist.save",
       .summary = "Keeps what the station plays under another name.",
       .params = {station_param(), string("name").max(200),
                  string("how").one_of({"create", "append", "replace"}).otherwise("\"create\"")},
       .result = changed_field(),
       .errors = {invalid_params, not_found, conflict, full, unavailable},
       .role = Role::dj,
       .handler = on_lists(context, [&context](StationId station, const Call& call, const Responder& answer) {
         const auto how = call.string("how");
         context.lists->save(station, call.string("name"),
                             how == "append"    ? Lists::Save::append
                             : how == "replace" ? Lists::Save::replace
                                                : Lists::Save::create,
                             told(answer));
       })});
}

void add_renaming(Table& table, Context& context) {
  table.add(
      {.name = "playlist.rename",
       .summary = "Another name; not of a list that a station plays.",
       .params = {station_param(), string("name").max(200), string("to").max(200)},
       .result = changed_field(),
       .errors = {invalid_params, not_found, conflict, unavailable},
       .role = Role::dj,
       .handler = on_lists(context, [&context](StationId station, const Call& call, const Responder& answer) {
         context.lists->rename(station, call.string("name"), call.string("to"), told(answer));
       })});
  table.add(
      {.name = "playlist.delete",
       .summary = "Removes a list; not one that a station plays. The answer has what was in it, to make it "
                  "again with playlist.create.",
       .params = {station_param(), string("name").max(200)},
       .result = object({string("name"), array("tracks", integer()), string("query").or_null()}),
       .errors = {not_found, conflict, unavailable},
       .role = Role::dj,
       .handler = on_lists(context, [&context](StationId station, const Call& call, const Responder& answer) {
         context.lists->erase(station, call.string("name"), [answer](Result<Lists::Erased> gone) {
           if (!gone) return answer.fail(gone.error());
           json::array tracks;
           for (const TrackId track : gone->tracks) tracks.push_back(track.value);
           answer.finish(json::object{
               {"name", clean(gone->name)},
               {"tracks", std::move(tracks)},
               {"query", gone->query.empty() ? json::value(nullptr) : json::value(clean(gone->query))}});
         });
       })});
}

void add_entries(Table& table, Context& context) {
  table.add(
      {.name = "playlist.add",
       .summary = "Adds tracks at a place, or at the end.",
       .params = {station_param(), name_param(),
                  array("tracks", integer()).range(1, 1000).about("ids of tracks"),
                  integer("at").min(0).optional()},
       .result = changed_field(),
       .errors = {invalid_params, not_found, conflict, full, unavailable},
       .role = Role::dj,
       .handler = on_lists(context, [&context](StationId station, const Call& call, const Responder& answer) {
         std::optional<std::size_t> at;
         if (call.has("at")) at = static_cast<std::size_t>(call.integer("at"));
         context.lists->add(station, call.string("name"), tracks_param(call), at, by(call), told(answer));
       })});
  table.add(
      {.name = "playlist.remove",
       .summary = "Removes entries by their place.",
       .params = {station_param(), name_param(), integer("position").min(0),
                  integer("count").range(1, 100'000).otherwise("1")},
       .result = changed_field(),
       .errors = {invalid_params, not_found, conflict, unavailable},
       .role = Role::dj,
       .handler = on_lists(context, [&context](StationId station, const Call& call, const Responder& answer) {
         context.lists->remove(station, call.string("name"),
                               static_cast<std::size_t>(call.integer("position")),
                               static_cast<std::size_t>(call.integer("count")), by(call), told(answer));
       })});
  table.add(
      {.name = "playlist.move",
       .summary = "Moves an entry; it stands at `to` afterwards.",
       .params = {station_param(), name_param(), integer("from").min(0), integer("to").min(0)},
       .result = changed_field(),
       .errors = {invalid_params, not_found, conflict, unavailable},
       .role = Role::dj,
       .handler = on_lists(context, [&context](StationId station, const Call& call, const Responder& answer) {
         context.lists->move(station, call.string("name"), static_cast<std::size_t>(call.integer("from")),
                             static_cast<std::size_t>(call.integer("to")), by(call), told(answer));
       })});
  table.add(
      {.name = "playlist.clear",
       .summary = "Removes all entries. What is on air is heard to its end.",
       .params = {station_param(), name_param()},
       .result = changed_field(),
       .errors = {not_found, conflict, unavailable},
       .role = Role::dj,
       .handler = on_lists(context, [&context](StationId station, const Call& call, const Responder& answer) {
         context.lists->clear(station, call.string("name"), by(call), told(answer));
       })});
}

std::optional<library::ListFormat> format_of(const std::string& name) {
  if (name == "m3u8") return library::ListFormat::m3u8;
  if (name == "pls") return library::ListFormat::pls;
  if (name == "xspf") return library::ListFormat::xspf;
  return std::nullopt;
}

void add_files(Table& table, Context& context) {
  table.add(
      {.name = "playlist.import",
       .summary = "A playlist from the text of an M3U8, PLS or XSPF file. Its items are found by path, else "
                  "by artist "
                  "and title.",
       .params = {station_param(), string("name").max(200), string("text").max(8.0 * 1024 * 1024),
                  boolean("replace").otherwise("false").about("an existing list gets this content")},
       .result = object({string("name"), boolean("active"), integer("entries"), integer("found"),
                         array("missing", string()).about("what isn't in the library; the first 200"),
                         integer("missing_total")}),
       .errors = {invalid_params, not_found, conflict, full, unavailable},
       .role = Role::dj,
       .handler = on_lists(context, [&context](StationId station, const Call& call, const Responder& answer) {
         context.lists->import_list(station, call.string("name"), call.string("text"), std::nullopt,
                                    call.boolean("replace"), [answer](Result<Lists::Imported> done) {
                                      if (!done) return answer.fail(done.error());
                                      auto result = to_json(done->list);
                                      json::array missing;
                                      for (const auto& item : done->missing) {
                                        if (missing.size() == most_missing_told) break;
                                        missing.push_back(clean(item));
                                      }
                                      result["found"] = done->found;
                                      result["missing"] = std::move(missing);
                                      result["missing_total"] = done->missing.size();
                                      answer.finish(result);
                                    });
       })});
  table.add(
      {.name = "playlist.export",
       .summary = "A playlist as the text of a file. Paths are relative to the music folder.",
       .params = {station_param(), name_param(),
                  string("format").one_of({"m3u8", "pls", "xspf"}).otherwise("\"m3u8\"")},
       .result = object({string("file_name"), string("media_type"), string("text")}),
       .errors = {not_found, unavailable},
       .handler = on_lists(context, [&context](StationId station, const Call& call, const Responder& answer) {
         context.lists->export_list(
             station, call.string("name"), *format_of(call.string("format")),
             [answer](Result<Lists::Exported> done) {
               if (!done) return answer.fail(done.error());
               answer.finish(
                   json::object{{"file_name", clean(done->name + library::file_ending(done->format))},
                                {"media_type", library::media_type(done->format)},
                                {"text", clean(done->bytes)}});
             });
       })});
}

}  // namespace

void add_playlist_methods(Table& table, Context& context) {
  table.shape({"Playlist", "a named list of tracks",
               object({string("name"), boolean("active").about("the station plays it: it is the queue"),
                       boolean("stored").about("false: the active one was never put away"),
                       string("query").or_null().about("of a smart list, which refreshes itself"),
                       integer("entries"), integer("duration_ms").in("ms"), integer("position"),
                       integer("changed_ms").in("ms").or_null()})});
  add_reading(table, context);
  add_whole(table, context);
  add_renaming(table, context);
  add_entries(table, context);
  add_files(table, context);
  table.event({.name = "playlist.changed",
               .channel = "library",
               .summary =
                   "A playlist of the library was made, got other entries or another name, or went. What a "
                   "station plays is told by its queue.changed.",
               .data = object({string("name"),
                               string("action").one_of({"create", "delete", "rename", "add", "insert",
                                                        "remove", "clear", "move", "replace", "update"}),
                               string("new_name").optional(), integer("track").optional(),
                               integer("position").optional(), integer("new_position").optional()})});
}

}  // namespace longwave::api
