// SPDX-License-Identifier: Apache-2.0
#include "api/library_edit.hpp"

#include "rpc/table.hpp"

#include <boost/json.hpp>

namespace longwave::api {

namespace json = boost::json;
using namespace rpc;

rpc::Handler changing(Context& context, LibraryJob job) {
  return on_station_loop(
      context, [&context, job = std::move(job)](const Call& call, const Responder& answer) {
        context.library->edit([job, call](store::Session& session,
                                          library::Changes& changes) { return job(session, changes, call); },
                              [answer](const Result<json::value>& outcome) { answer.answer(outcome); });
      });
}

namespace {

json::array ids(const std::vector<TrackId>& tracks) {
  json::array all;
  for (const TrackId id : tracks) all.push_back(id.value);
  return all;
}

json::array aspects(unsigned what) {
  static constexpr std::pair<unsigned, const char*> names[] = {
      {library::aspect_properties, "properties"}, {library::aspect_tags, "tags"},
      {library::aspect_marks, "marks"},           {library::aspect_counts, "counts"},
      {library::aspect_lyrics, "lyrics"},         {library::aspect_file, "file"}};
  json::array all;
  for (const auto& [bit, name] : names) {
    if (what & bit) all.push_back(name);
  }
  return all;
}

}  // namespace

std::optional<std::pair<std::string, json::object>> library_event(const library::Event& event) {
  using Told = std::optional<std::pair<std::string, json::object>>;
  struct Teller {
    Told operator()(const library::TracksAdded& e) const {
      return {{"track.added", {{"tracks", ids(e.tracks)}}}};
    }
    Told operator()(const library::TracksChanged& e) const {
      return {{"track.changed", {{"tracks", ids(e.tracks)}, {"what", aspects(e.what)}}}};
    }
    Told operator()(const library::TracksRemoved& e) const {
      return {{"track.removed", {{"tracks", ids(e.tracks)}}}};
    }
    Told operator()(const library::AlbumsChanged& e) const {
      return {{"album.changed", {{"albums", json::array(e.albums.begin(), e.albums.end())}}}};
    }
    Told operator()(const library::TagsChanged&) const { return {{"tags.changed", {}}}; }
    Told operator()(const library::VideosChanged&) const { return {}; }
    Told operator()(const library::PlaylistChanged&) const { return {}; }
    Told operator()(const library::CollectionChanged&) const { return {}; }
    Told operator()(const library::ContentImported&) const { return {}; }
  };
  return std::visit(Teller{}, event);
}

void add_library_events(Table& table) {
  const auto tracks = [] { return array("tracks", integer()).about("ids"); };
  table.event({.name = "track.added",
               .channel = "library",
               .summary = "Tracks are in the library now.",
               .data = object({tracks()})});
  table.event({.name = "track.changed",
               .channel = "library",
               .summary = "Something of these tracks is different.",
               .data = object({tracks(), array("what", string())
                                             .about("properties, tags, marks, counts, lyrics, "
                                                    "file")})});
  table.event({.name = "track.removed",
               .channel = "library",
               .summary = "Tracks were taken out of the library; their files are where they were.",
               .data = object({tracks()})});
  table.event({.name = "album.changed",
               .channel = "library",
               .summary = "Albums have other songs, tags, colours or marks.",
               .data = object({array("albums", integer()).about("ids")})});
  table.event({.name = "tags.changed",
               .channel = "library",
               .summary = "There are other genres, subgenres or moods.",
               .data = object(std::vector<Field>{})});
}

}  // namespace longwave::api
