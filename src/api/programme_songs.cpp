// SPDX-License-Identifier: Apache-2.0
#include "api/context.hpp"
#include "api/programme.hpp"
#include "api/rights.hpp"
#include "api/station.hpp"
#include "api/station_feed.hpp"
#include "schedule/keeper.hpp"

#include <fmt/format.h>
#include <boost/json.hpp>

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

namespace longwave::api {

namespace json = boost::json;
using namespace rpc;

namespace {

constexpr std::size_t most_songs = 10'000;  // of one playlist

Result<rules::Playlist*> playlist_of(const Call& call, schedule::StationProgramme& programme) {
  const auto id = call.integer("playlist");
  auto* playlist = programme.rules.playlist(id);
  if (!playlist) return error(Errc::not_found, fmt::format("there is no playlist {}", id));
  if (programme.is_whole_library(id))
    return error(Errc::conflict, "this playlist is the whole library: its songs are those of the library");
  return playlist;
}

void put_in_order(rules::Playlist& playlist) {
  for (std::size_t i = 0; i < playlist.songs.size(); ++i)
    playlist.songs[i].order = static_cast<std::int32_t>(i);
}

Result<std::int64_t> set(const Call& call, schedule::StationProgramme& programme) {
  const auto playlist = playlist_of(call, programme);
  if (!playlist) return playlist.error();
  std::set<std::int64_t> seen;
  std::vector<rules::Song> songs;
  for (const auto& one : call.params().at("songs").get_array()) {
    const auto& given = one.get_object();
    rules::Song song;
    song.id = given.at("track").to_number<std::int64_t>();
    if (const auto* frequency = given.if_contains("frequency"))
      song.frequency = static_cast<std::uint16_t>(std::lround(frequency->to_number<double>() * 10'000));
    if (const auto* enabled = given.if_contains("enabled")) song.enabled = enabled->get_bool();
    if (!seen.insert(song.id).second)
      return error(Errc::invalid, fmt::format("track {} is in it twice", song.id));
    songs.push_back(song);
  }
  (*playlist)->songs = std::move(songs);
  put_in_order(**playlist);
  return 0;
}

Result<std::int64_t> add(const Call& call, schedule::StationProgramme& programme) {
  const auto playlist = playlist_of(call, programme);
  if (!playlist) return playlist.error();
  auto& songs = (*playlist)->songs;
  std::set<std::int64_t> there;
  for (const auto& song : songs) there.insert(song.id);
  for (const auto track : call.integers("tracks")) {
    if (!there.insert(track).second) continue;
    rules::Song song;
    song.id = track;
    songs.push_back(song);
  }
  if (songs.size() > most_songs)
    return error(Errc::full, fmt::format("a playlist holds {} songs", most_songs));
  put_in_order(**playlist);
  return 0;
}

Result<std::int64_t> remove(const Call& call, schedule::StationProgramme& programme) {
  const auto playlist = playlist_of(call, programme);
  if (!playlist) return playlist.error();
  const auto tracks = call.integers("tracks");
  const std::set<std::int64_t> gone(tracks.begin(), tracks.end());
  std::erase_if((*playlist)->songs, [&](const rules::Song& song) { return gone.contains(song.id); });
  put_in_order(**playlist);
  return 0;
}

void list(Context& context, const Call& call, const Responder& answer) {
  const auto station = station_of(context, call, answer);
  if (!station) return;
  const auto programme = programme_of(context, *station);
  // Of the whole library what works at present is shown.
  const auto& live = context.keeper->programmer(*station)->programme().rules();
  const auto id = call.integer("playlist");
  const auto* playlist = programme.is_whole_library(id) ? live.playlist(id) : programme.rules.playlist(id);
  if (!playlist) return answer.fail(error(Errc::not_found, fmt::format("there is no playlist {}", id)));
  const auto begin = std::min(static_cast<std::size_t>(call.integer("offset")), playlist->songs.size());
  const auto end = std::min(begin + static_cast<std::size_t>(call.integer("limit")), playlist->songs.size());
  std::vector<rules::Song> part(playlist->songs.begin() + static_cast<std::ptrdiff_t>(begin),
                                playlist->songs.begin() + static_cast<std::ptrdiff_t>(end));
  std::vector<TrackId> needs;
  for (const auto& song : part) needs.push_back(TrackId{song.id});
  context.feed->feed().add(std::move(needs), [part = std::move(part), total = playlist->songs.size(),
                                              answer](const TrackBook::Tracks& tracks) {
    json::array songs;
    for (const auto& song : part) {
      songs.push_back(json::object{{"track", tracks(TrackId{song.id})},
                                   {"frequency", song.frequency / 10'000.0},
                                   {"enabled", song.enabled}});
    }
    answer.finish(json::object{{"total", total}, {"songs", std::move(songs)}});
  });
}

}  // namespace

void add_programme_song_methods(Table& table, Context& context) {
  const ForRole views(table, context, access::StationRole::viewer);
  const ForRole staff(table, context, access::StationRole::programmer);
  views.add({.name = "programme.songs",
             .summary = "The songs of a playlist of the programme, in order.",
             .params = {station_param(), integer("playlist"), integer("offset").min(0).otherwise("0"),
                        integer("limit").range(1, 500).otherwise("100")},
             .result = object({integer("total"), array("songs", object({ref("track", "Track"),
                                                                        number("frequency").about("0 to 1"),
                                                                        boolean("enabled")}))}),
             .errors = {not_found},
             .handler = on_station_loop(context, [&context](const Call& call, const Responder& answer) {
               list(context, call, answer);
             })});
  const auto method = [&](const char* name, const char* summary, Field songs, auto edit) {
    staff.add({.name = name,
               .summary = summary,
               .params = {station_param(), integer("playlist"), std::move(songs), base_param()},
               .result = edited(),
               .errors = {not_found, conflict, full, unavailable},
               .handler = editing(context, edit)});
  };
  const auto tracks = [] { return array("tracks", integer()).range(1, 1000); };
  method("programme.songs_set", "The playlist has these songs from now on, in this order.",
         array("songs", object({integer("track").min(1), number("frequency").range(0, 1).optional(),
                                boolean("enabled").optional()}))
             .max(most_songs),
         set);
  method("programme.songs_add", "Puts songs at the end of a playlist; one that is in it stays where it is.",
         tracks(), add);
  method("programme.songs_remove", "Takes songs out of a playlist.", tracks(), remove);
}

}  // namespace longwave::api
