// SPDX-License-Identifier: Apache-2.0
#include "api/track.hpp"

#include "api/json.hpp"
#include "api/library_edit.hpp"
#include "api/tag.hpp"
#include "base/text.hpp"
#include "library/lyrics.hpp"
#include "library/marks.hpp"
#include "library/properties.hpp"
#include "library/relations.hpp"
#include "library/tagging.hpp"
#include "library/write_back.hpp"
#include "store/session.hpp"
#include "store/store.hpp"

#include <boost/json.hpp>

namespace longwave::api {
namespace {

namespace json = boost::json;
using namespace rpc;

/// The source under which the API's own callers set values.
constexpr const char* own_client = "longwave";

Field id() {
  return integer("id").about("of the track");
}
TrackId id_of(const Call& call) {
  return TrackId{call.integer("id")};
}
Result<json::value> done(const Result<void>& outcome) {
  if (!outcome) return outcome.error();
  return json::value(json::object{});
}
Field nothing() {
  return object(std::vector<Field>{});
}

/// By key: what counts, what the file says, whether a client says it.
json::object values_of(const std::vector<library::Property>& properties) {
  json::object values;
  for (const auto key : library::known_keys) values[key] = {{"value", ""}, {"file", ""}, {"own", false}};
  for (const auto& property : properties) {
    const auto found = values.find(property.key);
    if (found == values.end() || property.source == "server") continue;
    auto& entry = found->value().as_object();
    if (property.source == "file") {
      entry["file"] = clean(property.value);
      if (!entry["own"].as_bool()) entry["value"] = clean(property.value);
    } else if (!entry["own"].as_bool()) {
      entry["own"] = true;
      entry["value"] = clean(property.value);
    }
  }
  return values;
}

json::array properties_json(const std::vector<library::Property>& properties) {
  json::array all;
  for (const auto& p : properties) {
    all.push_back({{"key", clean(p.key)}, {"source", clean(p.source)}, {"value", clean(p.value)}});
  }
  return all;
}

const char* lyrics_word(library::LyricsState state) {
  static constexpr const char* words[] = {"empty", "file", "net", "user", "none"};
  return words[static_cast<int>(state)];
}

Result<json::value> get(store::Session& session, const Call& call) {
  const auto song = library::song(session, id_of(call));
  if (!song) return song.error();
  const auto properties = library::properties(session, id_of(call));
  if (!properties) return properties.error();
  json::array tags;
  for (const auto& tag : library::assigned(session, library::Tagged::song, song->track.id.value)) {
    tags.push_back(assigned_json(tag));
  }
  return json::object{
      {"track", to_json(song->track)},
      {"marks",
       {{"favourite", static_cast<int>(song->favourite)},
        {"live", song->live},
        {"bad_audio", song->bad_audio},
        {"disabled", song->disabled}}},
      {"values", values_of(*properties)},
      {"properties", properties_json(*properties)},
      {"tags", std::move(tags)},
      {"likes", song->likes},
      {"dislikes", song->dislikes},
      {"plays", song->plays},
      {"last_played_ms", song->last_played_ms ? json::value(*song->last_played_ms) : json::value(nullptr)},
      {"added_ms", song->added_ms},
      {"lyrics", lyrics_word(song->lyrics)},
      {"path", clean(text::to_utf8(song->path))},
      {"format", clean(song->track.format)}};
}

Field known() {
  return object(
      {ref("track", "Track"),
       object("marks", {integer("favourite").about("-1 hated, 0, 1 loved"), boolean("live"),
                        boolean("bad_audio"), boolean("disabled")}),
       map("values", object({string("value").about("what counts"), string("file").about("what the file says"),
                             boolean("own").about("somebody said something else than the file")}))
           .about("title, artist, album, album_artist, genre, track, disc, year"),
       array("properties", object({string("key"), string("source"), string("value")}))
           .about("everything that is said, by source: file, client/NAME, server; the preferred one of a "
                  "key first"),
       array("tags", ref("AssignedTag")), integer("likes"), integer("dislikes"), integer("plays"),
       integer("last_played_ms").in("ms").or_null(), integer("added_ms").in("ms"),
       string("lyrics").one_of({"empty", "file", "net", "user", "none"}),
       string("path").about("below the music folder"), string("format")});
}

void add_properties(Table& table, Context& context) {
  table.add({.name = "track.get",
             .summary = "A song with what is said of it, by whom, its tags and its marks.",
             .params = {id()},
             .result = known(),
             .errors = {not_found},
             .run = Run::store,
             .handler = reading(context, get)});
  table.add(
      {.name = "track.set",
       .summary = "Says something else of a song than its file does. The file is not touched.",
       .params = {id(), map("values", string().max(4096))
                            .about("by key: title, artist, album, album_artist, genre (several by \"; \"), "
                                   "track, disc, year, or a key of your own")},
       .result = nothing(),
       .errors = {not_found, unavailable},
       .role = Role::dj,
       .handler = changing(context, [](auto& session, auto& changes, const Call& call) {
         library::Values values;
         for (const auto& [key, value] : call.params().at("values").as_object()) {
           values.emplace_back(std::string(key), std::string(value.as_string()));
         }
         return done(library::set_properties(session, id_of(call), own_client, values, changes));
       })});
  table.add({.name = "track.unset",
             .summary = "Takes back what was set, of every client: the file's values count again.",
             .params = {id(), array("keys", string().max(64)).range(1, 64)},
             .result = nothing(),
             .errors = {not_found, unavailable},
             .role = Role::dj,
             .handler = changing(context, [](auto& session, auto& changes, const Call& call) {
               return done(
                   library::unset_properties(session, id_of(call), "", call.strings("keys"), changes));
             })});
}

void add_marks(Table& table, Context& context) {
  table.add({.name = "track.mark",
             .summary = "Favourite or hated, live recording, bad audio, disabled; what isn't given stays.",
             .params = {id(), integer("favourite").range(-1, 1).optional().about("-1 hated, 0, 1 loved"),
                        boolean("live").optional(), boolean("bad_audio").optional(),
                        boolean("disabled").optional()},
             .result = nothing(),
             .errors = {not_found, unavailable},
             .role = Role::dj,
             .handler = changing(context, [](auto& session, auto& changes, const Call& call) {
               library::Marks marks;
               if (call.has("favourite"))
                 marks.favourite = static_cast<library::Favourite>(call.integer("favourite"));
               if (call.has("live")) marks.live = call.boolean("live");
               if (call.has("bad_audio")) marks.bad_audio = call.boolean("bad_audio");
               if (call.has("disabled")) marks.disabled = call.boolean("disabled");
               return done(library::set_marks(session, id_of(call), marks, changes));
             })});
  table.add({.name = "track.rate",
             .summary = "Counts likes and dislikes up and down; never below 0.",
             .params = {id(), integer("likes").range(-1, 1).otherwise("0"),
                        integer("dislikes").range(-1, 1).otherwise("0")},
             .result = nothing(),
             .errors = {not_found, unavailable},
             .role = Role::dj,
             .handler = changing(context, [](auto& session, auto& changes, const Call& call) {
               auto kept = library::count_likes(session, id_of(call), static_cast<int>(call.integer("likes")),
                                                changes);
               if (!kept) return done(kept);
               return done(library::count_dislikes(session, id_of(call),
                                                   static_cast<int>(call.integer("dislikes")), changes));
             })});
  table.add({.name = "track.remove",
             .summary =
                 "Takes a song out of the library and its lists. The file stays; a scan brings it back only "
                 "when the file changes.",
             .params = {id()},
             .result = nothing(),
             .errors = {not_found, unavailable},
             .role = Role::admin,
             .handler = changing(context, [](auto& session, auto& changes, const Call& call) {
               return done(library::remove_track(session, id_of(call), changes));
             })});
  table.add({.name = "track.restore",
             .summary = "Brings back a song that was removed, with everything that was known of it.",
             .params = {id()},
             .result = nothing(),
             .errors = {not_found, unavailable},
             .role = Role::admin,
             .handler = changing(context, [](auto& session, auto& changes, const Call& call) {
               return done(library::restore_track(session, id_of(call), changes));
             })});
}

json::object lyrics_json(const library::Lyrics& lyrics) {
  json::array lines;
  const auto text = library::parse_lyrics(lyrics.text);
  for (const auto& line : text.lines) lines.push_back({{"at_ms", line.at_ms}, {"text", clean(line.text)}});
  return {{"state", lyrics_word(lyrics.state)},
          {"source", lyrics.source},
          {"own", lyrics.source == "client"},
          {"text", clean(lyrics.text)},
          {"lines", std::move(lines)}};
}

void add_lyrics(Table& table, Context& context) {
  table.add(
      {.name = "track.lyrics",
       .summary = "The words of a song: a person's, those of the .lrc file beside it, or its tags'.",
       .params = {id()},
       .result = object({string("state").one_of({"empty", "file", "net", "user", "none"}),
                         string("source").about("file, lrc, client or empty"), boolean("own"),
                         string("text").about("as written, with its times"),
                         array("lines", object({integer("at_ms").in("ms"), string("text")}))
                             .about("empty if the text has no times")}),
       .errors = {not_found},
       .run = Run::store,
       .handler = reading(context, [](store::Session& session, const Call& call) -> Result<json::value> {
         const auto found = library::lyrics(session, id_of(call));
         if (!found) return found.error();
         return lyrics_json(*found);
       })});
  table.add({.name = "track.set_lyrics",
             .summary = "Sets the words of a song; null shows the file's again.",
             .params = {id(), string("text").max(60000).or_null(),
                        string("state").one_of({"user", "net", "none"}).otherwise("\"user\"")},
             .result = nothing(),
             .errors = {not_found, unavailable},
             .role = Role::dj,
             .handler = changing(context, [](auto& session, auto& changes, const Call& call) {
               using library::LyricsState;
               const std::string word = call.string("state");
               LyricsState state = LyricsState::empty;
               if (call.has("text"))
                 state = word == "net"    ? LyricsState::from_net
                         : word == "none" ? LyricsState::none
                                          : LyricsState::from_user;
               const std::string text = call.has("text") ? call.string("text") : std::string{};
               return done(library::set_lyrics(session, id_of(call), state, text, changes));
             })});
  table.add(
      {.name = "track.related",
       .summary = "Songs that are played around this one; the strongest first.",
       .params = {id()},
       .result = object({array("tracks", object({ref("track", "Track"), integer("weight")}))}),
       .errors = {not_found},
       .run = Run::store,
       .handler = reading(context, [](store::Session& session, const Call& call) -> Result<json::value> {
         json::array related;
         for (const auto& other : library::related_songs(session, id_of(call))) {
           if (const auto track = library::track(session, TrackId{other.id}))
             related.push_back({{"track", to_json(*track)}, {"weight", other.weight}});
         }
         return json::object{{"tracks", std::move(related)}};
       })});
}

/// Plan on a reading thread, write on the blocking pool, keep on the writing one.
void write_tags(Context& context, TrackId track, const Responder& answer) {
  auto plan =
      std::make_shared<Result<library::WritePlan>>(error(Errc::unavailable, "the database can't be read"));
  context.store->read([plan, track](store::Session& session) { *plan = library::plan_write(session, track); },
                      [&context, plan, answer](std::exception_ptr) {
                        if (!*plan) return answer.fail(plan->error());
                        context.blocking([&context, plan, answer] {
                          auto written = library::write_tags(**plan);
                          if (!written) return answer.fail(written.error());
                          context.station_loop([&context, plan, answer, written = *written] {
                            context.library->edit(
                                [plan, written](store::Session& session, library::Changes& changes) {
                                  return library::keep_written(session, **plan, written, changes);
                                },
                                [answer](const Result<void>& kept) { answer.answer(done(kept)); });
                          });
                        });
                      });
}

void add_writing(Table& table, Context& context) {
  table.add(
      {.name = "track.write_tags",
       .summary =
           "Writes what was set into the tags of the file itself: in a copy that takes the file's place "
           "when it is whole. The sound stays the same.",
       .params = {id()},
       .result = nothing(),
       .errors = {not_found, conflict, unavailable},
       .role = Role::admin,
       .handler = [&context](const Call& call, const Responder& answer) {
         write_tags(context, id_of(call), answer);
       }});
}

}  // namespace

void add_track_methods(Table& table, Context& context) {
  add_properties(table, context);
  add_marks(table, context);
  add_lyrics(table, context);
  add_writing(table, context);
}

}  // namespace longwave::api
