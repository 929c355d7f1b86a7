// SPDX-License-Identifier: Apache-2.0
#include "api/library.hpp"

#include "api/context.hpp"
#include "api/json.hpp"
#include "api/playlist.hpp"
#include "library/library.hpp"
#include "library/queries.hpp"

#include <boost/json.hpp>

namespace longwave::api {
namespace {

namespace json = boost::json;
using namespace rpc;

Field limit() {
  return integer("limit").range(1, 500).otherwise("50").about("most items of the answer");
}
Field offset() {
  return integer("offset").min(0).otherwise("0").about("items to pass over");
}
Field filter() {
  return string("text").max(200).otherwise("\"\"").about("every word must begin a word of it");
}

library::Listing listing(const Call& call) {
  return {.limit = call.integer("limit"), .offset = call.integer("offset")};
}

library::AlbumSort album_sort(const std::string& word) {
  if (word == "artist") return library::AlbumSort::artist;
  if (word == "year") return library::AlbumSort::year;
  if (word == "added") return library::AlbumSort::added;
  return library::AlbumSort::title;
}

void add_browsing(Table& table, Context& context) {
  const auto add = [&](const char* name, const char* what, const char* summary, auto read) {
    table.add({.name = name,
               .summary = summary,
               .result = object({array(what, ref("BrowseRow"))}),
               .run = Run::store,
               .handler = reading(context,
                                  [what, read](store::Session& session, const Call&) -> Result<json::value> {
                                    return json::object{{what, to_json(read(session))}};
                                  })});
  };
  add("library.genres", "genres", "Genres and subgenres by name, with how much music each has.",
      library::genres);
  add("library.moods", "moods", "Moods by name, with how much music each has.", library::moods);
  add("library.years", "years", "Years, the newest first, with how much music each has.", library::years);
}

void add_lists(Table& table, Context& context) {
  table.add(
      {.name = "library.search",
       .summary = "Tracks by words and fields (docs/lists.md): the best match first. Accents and case don't "
                  "matter, a "
                  "word may be a beginning, and from five letters on it may be mistyped in one.",
       .params = {string("text").max(1000).about("empty lists everything"), limit(), offset()},
       .result = object({array("tracks", ref("Track")), integer("total"), problem_field()}),
       .run = Run::store,
       .handler =
           reading(context, [&context](store::Session& session, const Call& call) -> Result<json::value> {
             const auto text = call.string("text");
             const auto now_ms = unix_ms(context.clock->wall());
             const auto page = library::search(session, text, listing(call), now_ms);
             return json::object{{"tracks", to_json(page.items)},
                                 {"total", page.total},
                                 {"problem", problem_json(text, library::parse_query(text, now_ms).problem)}};
           })});
  table.add(
      {.name = "library.artists",
       .summary = "Artists by name.",
       .params = {limit(), offset(), filter()},
       .result = object({array("artists", ref("Artist")), integer("total")}),
       .run = Run::store,
       .handler = reading(context, [](store::Session& session, const Call& call) -> Result<json::value> {
         const auto page = library::artists(session, call.string("text"), listing(call));
         return json::object{{"artists", to_json(page.items)}, {"total", page.total}};
       })});
  table.add(
      {.name = "library.albums",
       .summary = "Albums by title; those of one artist by year.",
       .params = {limit(), offset(), integer("artist").optional().about("only albums of this artist"),
                  filter(),
                  integer("genre").optional().about("id of a genre or subgenre that some of its tracks have"),
                  integer("mood").optional().about("likewise"), integer("year").optional(),
                  string("sort")
                      .one_of({"title", "artist", "year", "added"})
                      .optional()
                      .about("year and added: the newest first")},
       .result = object({array("albums", ref("Album")), integer("total")}),
       .run = Run::store,
       .handler = reading(context, [](store::Session& session, const Call& call) -> Result<json::value> {
         library::AlbumFilter only{.text = call.string("text")};
         if (call.has("artist")) only.artist = call.integer("artist");
         if (call.has("genre")) only.genre = call.integer("genre");
         if (call.has("mood")) only.mood = call.integer("mood");
         if (call.has("year")) only.year = static_cast<int>(call.integer("year"));
         if (call.has("sort")) only.sort = album_sort(call.string("sort"));
         const auto page = library::albums(session, only, listing(call));
         return json::object{{"albums", to_json(page.items)}, {"total", page.total}};
       })});
  table.add(
      {.name = "library.problems",
       .summary = "Files that could not be taken in, and why.",
       .params = {limit(), offset()},
       .result = object({array("problems", object({string("path"), string("reason")})), integer("total")}),
       .role = Role::admin,
       .run = Run::store,
       .handler = reading(context, [](store::Session& session, const Call& call) -> Result<json::value> {
         const auto page = library::problems(session, listing(call));
         json::array problems;
         for (const auto& p : page.items) {
           problems.push_back(json::object{{"path", clean(p.path)}, {"reason", clean(p.reason)}});
         }
         return json::object{{"problems", std::move(problems)}, {"total", page.total}};
       })});
}

void add_single(Table& table, Context& context) {
  table.add(
      {.name = "library.album",
       .summary = "An album and its tracks in order.",
       .params = {integer("id")},
       .result = object({ref("album", "Album"), array("tracks", ref("Track"))}),
       .errors = {not_found},
       .run = Run::store,
       .handler = reading(context, [](store::Session& session, const Call& call) -> Result<json::value> {
         const auto found = library::album(session, call.integer("id"));
         if (!found) return found.error();
         return json::object{{"album", to_json(found->album)}, {"tracks", to_json(found->tracks)}};
       })});
  table.add(
      {.name = "library.track",
       .summary = "A track with all that is known of it.",
       .params = {integer("id")},
       .result = object({ref("track", "Track"), integer("size_bytes").in("bytes"),
                         integer("sample_rate").in("Hz"), integer("channels"),
                         integer("bitrate_kbps").in("kbit/s"), string("problem").or_null(), integer("plays"),
                         integer("last_played_ms").in("ms").or_null(), integer("added_ms").in("ms")}),
       .errors = {not_found},
       .run = Run::store,
       .handler = reading(context, [](store::Session& session, const Call& call) -> Result<json::value> {
         const auto found = library::track_details(session, TrackId{call.integer("id")});
         if (!found) return found.error();
         return json::object{
             {"track", to_json(found->track)},
             {"size_bytes", found->size_bytes},
             {"sample_rate", found->sample_rate},
             {"channels", found->channels},
             {"bitrate_kbps", found->bitrate_kbps},
             {"problem", found->problem.empty() ? json::value(nullptr) : json::value(clean(found->problem))},
             {"plays", found->plays},
             {"last_played_ms",
              found->last_played_ms ? json::value(*found->last_played_ms) : json::value(nullptr)},
             {"added_ms", found->added_ms}};
       })});
}

/// A library.scan that waits for its end; ends itself with the scan or with its caller. On the station loop.
struct Watch {
  Subscription progress, finished;
};

void answer_with(const library::ScanFinished& end, const Responder& answer) {
  if (end.failure.empty()) {
    answer.finish(to_json(end.report));
  } else {
    answer.fail(error(Errc::unavailable, end.failure));
  }
}

void scan(Context& context, const Call& call, const Responder& answer) {
  auto watch = std::make_shared<Watch>();
  auto& library = *context.library;
  bool ours = false;
  if (call.boolean("again")) {
    const auto begun = library.rescan(call.string("path"), [answer, watch](const library::ScanFinished& end) {
      answer_with(end, answer);
      watch->progress = {};
    });
    if (!begun) return answer.fail(begun.error());
    ours = *begun;
  } else {
    ours = library.scan();  // a scan that already runs serves us too
    watch->finished =
        library.scan_finished.connect([answer, watch](const library::ScanFinished& end) mutable {
          answer_with(end, answer);
          const auto last = std::move(watch);  // ends both subscriptions after this call
        });
  }
  watch->progress =
      library.scan_progress.connect([answer](const library::ScanProgress& p) { answer.gauge(to_json(p)); });
  answer.on_cancel([&context, ours, watch]() mutable {
    context.station_loop([&context, ours, watch = std::move(watch)] {
      watch->progress = {};
      watch->finished = {};
      if (ours) context.library->cancel_scan();
    });
  });
}

void add_scan(Table& table, Context& context) {
  const auto count = [](const char* name) { return integer(name); };
  table.add(
      {.name = "library.scan",
       .summary =
           "Looks for new, changed, moved and missing files. Answers with gauges while it runs; cancelling "
           "the call, or losing the connection, stops the scan it started. What was found is kept.",
       .params = {boolean("again").otherwise("false").about(
                      "reads the tags of known files again, although nothing about the files changed"),
                  string("path").max(4096).otherwise("\"\"").about(
                      "with again: only what is at or below it; a folder or a file as tracks name it")},
       .result = object({count("added"), count("changed"), count("moved"), count("missing"),
                         count("returned"), count("unchanged"), count("broken"), boolean("cancelled")}),
       .errors = {invalid_params, unavailable},
       .role = Role::admin,
       .item = object({string("phase").one_of({"listing", "reading", "finishing"}), count("done"),
                       count("total"), count("broken"), integer("eta_ms").in("ms").or_null()}),
       .many = true,
       .handler = on_station_loop(
           context, [&context](const Call& call, Responder answer) { scan(context, call, answer); })});
  table.event({.name = "library.progress",
               .channel = "library",
               .summary = "How far a scan is.",
               .data = object({string("phase"), count("done"), count("total"), count("broken"),
                               integer("eta_ms").in("ms").or_null()})});
  table.event({.name = "library.changed",
               .channel = "library",
               .summary = "There is more, less or other music.",
               .data = object(
                   {count("tracks"), count("albums"), count("artists"), count("missing"), count("broken")})});
}

}  // namespace

void add_library_methods(Table& table, Context& context) {
  add_library_shapes(table);
  add_lists(table, context);
  add_browsing(table, context);
  add_single(table, context);
  add_scan(table, context);
}

}  // namespace longwave::api
