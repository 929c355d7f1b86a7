// SPDX-License-Identifier: Apache-2.0
#include "api/album.hpp"

#include "api/json.hpp"
#include "api/library_edit.hpp"
#include "api/tag.hpp"
#include "base/text.hpp"
#include "library/album_edit.hpp"
#include "library/song.hpp"
#include "library/tagging.hpp"
#include "store/session.hpp"

#include <boost/json.hpp>

namespace longwave::api {
namespace {

namespace json = boost::json;
using namespace rpc;

json::object record_json(const library::AlbumRecord& album) {
  return {{"id", album.id},
          {"title", clean(album.name)},
          {"artist", clean(album.artist)},
          {"artist_id", album.artist_id},
          {"path", clean(text::to_utf8(album.path))},
          {"tracks", album.songs},
          {"discs", album.discs},
          {"year", album.year == 0 ? json::value(nullptr) : json::value(album.year)},
          {"duration_ms", album.duration_ms},
          {"origin", clean(album.origin)},
          {"art", album.art.empty() ? json::value(nullptr) : json::value(album.art)},
          {"background", album.background},
          {"foreground", album.foreground},
          {"highlight", album.highlight},
          {"added_ms", album.added_ms},
          {"hidden", album.hidden}};
}

void add_reading(Table& table, Context& context) {
  table.shape({.name = "AlbumRecord",
               .summary = "An album with what is said of it.",
               .field = object({integer("id"), string("title"), string("artist"), integer("artist_id"),
                                string("path").about("below the music folder"), integer("tracks"),
                                integer("discs").about("0: its songs say none"), integer("year").or_null(),
                                integer("duration_ms").in("ms"), string("origin"), string("art").or_null(),
                                string("background").about("#RRGGBB, of its picture or as somebody set it"),
                                string("foreground"), string("highlight"), integer("added_ms").in("ms"),
                                boolean("hidden")})});
  table.add(
      {.name = "album.get",
       .summary = "An album with its colours, where it comes from and its tags.",
       .params = {integer("id")},
       .result = object({ref("album", "AlbumRecord"), array("tags", ref("AssignedTag"))}),
       .errors = {not_found},
       .run = Run::store,
       .handler = reading(context, [](store::Session& session, const Call& call) -> Result<json::value> {
         const auto album = library::album_record(session, call.integer("id"));
         if (!album) return album.error();
         json::array tags;
         for (const auto& one : library::assigned(session, library::Tagged::album, album->id))
           tags.push_back(assigned_json(one));
         return json::object{{"album", record_json(*album)}, {"tags", std::move(tags)}};
       })});
  table.add({.name = "album.hidden",
             .summary = "Albums that were hidden.",
             .result = object({array("albums", ref("AlbumRecord"))}),
             .run = Run::store,
             .handler = reading(context, [](store::Session& session, const Call&) -> Result<json::value> {
               json::array albums;
               for (const auto& album : library::album_records(
                        session, {.artist = {}, .hidden = true, .order = library::AlbumOrder::path}))
                 albums.push_back(record_json(album));
               return json::object{{"albums", std::move(albums)}};
             })});
  table.add(
      {.name = "artist.get",
       .summary = "An artist and its albums by year.",
       .params = {integer("id")},
       .result =
           object({object("artist", {integer("id"), string("name"), integer("albums"), integer("tracks")}),
                   array("albums", ref("AlbumRecord"))}),
       .errors = {not_found},
       .run = Run::store,
       .handler = reading(context, [](store::Session& session, const Call& call) -> Result<json::value> {
         const auto artist = library::artist_record(session, call.integer("id"));
         if (!artist) return artist.error();
         json::array albums;
         for (const auto& album : library::album_records(
                  session, {.artist = artist->id, .hidden = false, .order = library::AlbumOrder::release}))
           albums.push_back(record_json(album));
         return json::object{{"artist",
                              {{"id", artist->id},
                               {"name", clean(artist->name)},
                               {"albums", artist->albums},
                               {"tracks", artist->songs}}},
                             {"albums", std::move(albums)}};
       })});
}

Result<void> change(store::Session& session, library::Changes& changes, const Call& call) {
  using library::AlbumColour;
  const auto id = call.integer("id");
  if (const auto found = library::album_record(session, id); !found) return found.error();
  Result<void> kept;
  if (call.has("hidden")) kept = library::hide_album(session, id, call.boolean("hidden"), changes);
  if (kept && call.has("origin"))
    kept = library::set_album_origin(session, id, call.string("origin"), changes);
  if (kept && call.has("added_ms"))
    kept = library::set_album_added(session, id, call.integer("added_ms"), changes);
  static constexpr std::pair<const char*, AlbumColour> colours[] = {{"background", AlbumColour::background},
                                                                    {"foreground", AlbumColour::foreground},
                                                                    {"highlight", AlbumColour::highlight}};
  for (const auto& [name, which] : colours) {
    if (kept && call.has(name))
      kept = library::set_album_colour(session, id, which, call.string(name), changes);
  }
  return kept;
}

}  // namespace

void add_album_methods(Table& table, Context& context) {
  add_reading(table, context);
  table.add(
      {.name = "album.change",
       .summary =
           "Hides an album, says where it comes from, since when it is here, and its colours; what isn't "
           "given stays.",
       .params = {integer("id"), boolean("hidden").optional(), string("origin").max(200).optional(),
                  integer("added_ms").in("ms").min(0).optional(),
                  string("background").max(7).optional().about("#RRGGBB; empty: its picture's"),
                  string("foreground").max(7).optional(), string("highlight").max(7).optional()},
       .result = object(std::vector<Field>{}),
       .errors = {not_found, unavailable},
       .role = Role::dj,
       .handler =
           changing(context, [](auto& session, auto& changes, const Call& call) -> Result<json::value> {
             const auto kept = change(session, changes, call);
             if (!kept) return kept.error();
             return json::value(json::object{});
           })});
}

}  // namespace longwave::api
