// SPDX-License-Identifier: Apache-2.0
#include "api/json.hpp"

#include "base/text.hpp"

#include <boost/json.hpp>

namespace longwave::api {

namespace json = boost::json;

json::string clean(const std::string& text) {
  return json::string(text::valid_utf8(text) ? text : text::to_utf8(text));
}

namespace {

json::value or_null(const std::string& text) {
  return text.empty() ? json::value(nullptr) : json::value(clean(text));
}
json::value or_null(std::int64_t number) {
  return number == 0 ? json::value(nullptr) : json::value(number);
}

}  // namespace

json::object to_json(const library::Track& track) {
  return {
      {"id", track.id.value},
      {"title", clean(track.title)},
      {"artist", clean(track.artist)},
      {"album_artist", clean(track.album_artist)},
      {"album", clean(track.album)},
      {"album_id", or_null(track.album_id)},
      {"track", or_null(track.track)},
      {"disc", or_null(track.disc)},
      {"year", or_null(track.year)},
      {"genre", clean(track.genre)},
      {"duration_ms", track.duration_ms},
      {"format", clean(track.format)},
      {"art", or_null(track.art)},
      {"state", library::to_string(track.state)},
  };
}

json::object to_json(const library::Album& album) {
  return {
      {"id", album.id},
      {"title", clean(album.title)},
      {"year", or_null(album.year)},
      {"artist", clean(album.artist)},
      {"tracks", album.tracks},
      {"duration_ms", album.duration_ms},
      {"art", or_null(album.art)},
  };
}

json::object to_json(const library::Artist& artist) {
  return {{"id", artist.id},
          {"name", clean(artist.name)},
          {"albums", artist.albums},
          {"tracks", artist.tracks},
          {"art", or_null(artist.art)}};
}

json::object to_json(const library::BrowseRow& row) {
  return {{"id", row.id},         {"name", clean(row.name)}, {"parent", or_null(row.parent)},
          {"tracks", row.tracks}, {"albums", row.albums},    {"art", or_null(row.art)}};
}

json::object to_json(const library::Totals& totals) {
  return {{"tracks", totals.tracks},
          {"albums", totals.albums},
          {"artists", totals.artists},
          {"missing", totals.missing},
          {"broken", totals.broken}};
}

json::object to_json(const library::ScanProgress& p) {
  return {{"phase", library::to_string(p.phase)},
          {"done", p.done},
          {"total", p.total},
          {"broken", p.broken},
          {"eta_ms", p.eta_ms ? json::value(*p.eta_ms) : json::value(nullptr)}};
}

json::object to_json(const library::ScanReport& r) {
  return {{"added", r.added},     {"changed", r.changed},    {"moved", r.moved},
          {"missing", r.missing}, {"returned", r.returned},  {"unchanged", r.unchanged},
          {"broken", r.broken},   {"cancelled", r.cancelled}};
}

void add_library_shapes(rpc::Table& table) {
  using namespace rpc;
  table.shape(
      {"Track", "a piece of music",
       object({integer("id").about("stable over rescans and moves"), string("title"), string("artist"),
               string("album_artist"), string("album"), integer("album_id").or_null(),
               integer("track").or_null().about("number on the disc"), integer("disc").or_null(),
               integer("year").or_null(), string("genre"), integer("duration_ms").in("ms"), string("format"),
               string("art").or_null().about("hash of its picture, for /art/HASH?size=96|256|512"),
               string("state").one_of({"ok", "missing", "broken"})})});
  table.shape({"Album", "an album of the library",
               object({integer("id"), string("title"), string("artist"), integer("year").or_null(),
                       integer("tracks"), integer("duration_ms").in("ms"), string("art").or_null()})});
  table.shape({"Artist", "an artist of the library",
               object({integer("id"), string("name"), integer("albums"), integer("tracks"),
                       string("art").or_null().about("picture of one of its tracks")})});
  table.shape({"BrowseRow", "a genre, a mood or a year, and how much music it has",
               object({integer("id").about("of the tag; the year itself"), string("name"),
                       integer("parent").or_null().about("genre of a subgenre"), integer("tracks"),
                       integer("albums"), string("art").or_null()})});
}

}  // namespace longwave::api
