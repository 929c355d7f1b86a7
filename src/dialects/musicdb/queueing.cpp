// SPDX-License-Identifier: Apache-2.0
// Section "Queue and stream" of the function table: songs.
#include "dialects/musicdb/core.hpp"
#include "dialects/musicdb/filter.hpp"
#include "dialects/musicdb/records.hpp"

#include <fmt/format.h>
#include <boost/json.hpp>

namespace longwave::musicdb {
namespace {

namespace json = boost::json;

Steering::Done then(Answer answer) {
  return [answer = std::move(answer)](Result<void> result) mutable {
    if (!result) return answer(result.error());
    answer(nullptr);
  };
}

Value song_queue(store::Session& session, const Scene& scene, const Arguments&) {
  std::vector<TrackId> ids;
  for (const auto& entry : scene.stage.songs) ids.push_back(entry.song);
  std::map<TrackId, library::Song> songs;
  const auto known = library::songs(session, ids);
  for (const auto& song : known) songs.emplace(song.track.id, song);
  Shelf shelf(session);
  shelf.add(known);
  json::array out;
  for (const auto& entry : scene.stage.songs) {
    const auto found = songs.find(entry.song);
    if (found == songs.end()) continue;
    out.push_back({{"entryid", std::to_string(entry.id)},
                   {"israndom", entry.random},
                   {"song", record(found->second)},
                   {"album", shelf.album(found->second.track.album_id)},
                   {"artist", shelf.artist(Shelf::artist_of(found->second))}});
  }
  return out;
}

Value stream_state(store::Session& session, const Scene& scene, const Arguments&) {
  json::object out{{"isconnected", scene.stage.connected}, {"isplaying", scene.stage.playing}};
  const auto song = scene.stage.songs.empty()
                        ? Result<library::Song>(error(Errc::not_found, "the queue is empty"))
                        : library::song(session, scene.stage.songs.front().song);
  out["hasqueue"] = song.has_value();
  if (!song) return out;
  Shelf shelf(session);
  shelf.add(std::span(&*song, 1), true);
  out["song"] = record(*song);
  out["album"] = shelf.album(song->track.album_id);
  out["artist"] = shelf.artist(Shelf::artist_of(*song));
  out["songtags"] = shelf.song_tags(song->track.id.value);
  out["albumtags"] = shelf.album_tags(song->track.album_id);
  return out;
}

Value server_state(store::Session& session, const Scene& scene, const Arguments&) {
  auto out = filter_json(library::tags(session), scene.random.genres, *scene.kept);
  out["MusicDB"] = {{"uimode", scene.kept->ui_mode}};
  json::value song = nullptr, video = nullptr;
  if (!scene.stage.songs.empty()) {
    if (const auto found = library::song(session, scene.stage.songs.front().song)) song = record(*found);
  }
  if (!scene.kept->videos.empty()) {
    if (const auto found = library::video(session, scene.kept->videos.front().video)) video = record(*found);
  }
  out["audiostream"] = {{"isconnected", scene.stage.connected},
                        {"isplaying", scene.stage.playing},
                        {"currentsong", std::move(song)}};
  out["videostream"] = {{"isstreaming", scene.kept->video_streaming},
                        {"isplaying", scene.kept->video_streaming},
                        {"currentvideo", std::move(video)}};
  return out;
}

/// An empty queue gets a song first: whoever asks what is current wants to hear something.
template <Read read>
void filled(Core& core, ClientId, const Arguments& arguments, Answer answer) {
  core.steering().fill([&core, arguments, answer = std::move(answer)]() mutable {
    core.read([scene = core.scene(),
               arguments](store::Session& session) { return read(session, scene, arguments); },
              std::move(answer));
  });
}

void set_stream_state(Core& core, ClientId, const Arguments& arguments, Answer answer) {
  const auto word = arguments.text("state");
  using State = Steering::State;
  if (word == "play") return core.steering().set_state(State::play, then(std::move(answer)));
  if (word == "pause") return core.steering().set_state(State::pause, then(std::move(answer)));
  if (word == "playpause") return core.steering().set_state(State::toggle, then(std::move(answer)));
  answer(error(Errc::invalid, "the state is play, pause or playpause"));
}

void play_next(Core& core, ClientId, const Arguments&, Answer answer) {
  core.steering().next(then(std::move(answer)));
}

void add_song(Core& core, ClientId, const Arguments& arguments, Answer answer) {
  const auto position = core.steering().position(arguments.text_or_digits("position"));
  if (!position) return answer(position.error());
  core.steering().add({TrackId{arguments.integer("songid")}}, *position, then(std::move(answer)));
}

/// Songs of an album as they are queued: in order, without those that nobody wants.
std::vector<TrackId> album_songs(store::Session& session, std::int64_t album,
                                 std::optional<std::int64_t> cd) {
  std::map<int, std::vector<TrackId>> discs;
  for (const auto& song : library::songs_of_album(session, album)) {
    const bool wanted = !song.disabled && song.favourite != library::Favourite::hated &&
                        song.track.state == library::TrackState::ok;
    auto& disc = discs[std::max(song.track.disc, 1)];
    if (wanted) disc.push_back(song.track.id);
  }
  std::vector<TrackId> out;
  std::int64_t index = 0;
  for (const auto& [number, songs] : discs) {
    if (!cd || *cd == index) out.insert(out.end(), songs.begin(), songs.end());
    ++index;
  }
  return out;
}

void add_album(Core& core, ClientId, const Arguments& arguments, Answer answer) {
  auto songs = std::make_shared<std::vector<TrackId>>();
  const auto cd = arguments.has("cd") ? std::optional(arguments.integer("cd")) : std::nullopt;
  core.read(
      [songs, cd, album = arguments.integer("albumid")](store::Session& session) -> Value {
        *songs = album_songs(session, album, cd);
        if (songs->empty()) return error(Errc::not_found, "the album has no songs to play");
        return nullptr;
      },
      [&core, songs, place = arguments.text_or_digits("position"),
       answer = std::move(answer)](Value read) mutable {
        if (!read) return answer(read.error());
        const auto position = core.steering().position(place);
        if (!position) return answer(position.error());
        core.steering().add(std::move(*songs), *position, then(std::move(answer)));
      });
}

void add_random(Core& core, ClientId, const Arguments& arguments, Answer answer) {
  const auto word = arguments.text("position");
  if (word != "next" && word != "last") return answer(error(Errc::invalid, "the position is next or last"));
  const auto album = arguments.has("albumid") ? std::optional(arguments.integer("albumid")) : std::nullopt;
  core.steering().add_random(*core.steering().position(word), album, then(std::move(answer)));
}

void remove(Core& core, ClientId, const Arguments& arguments, Answer answer) {
  const auto id = id_of(arguments.value("entryid"));
  if (!id) return answer(error(Errc::not_found, "the queue has no such entry"));
  core.steering().remove(EntryId{*id}, then(std::move(answer)));
}

void move(Core& core, ClientId, const Arguments& arguments, Answer answer) {
  const auto entry = id_of(arguments.value("entryid"));
  const auto after = id_of(arguments.value("afterid"));
  if (!entry || !after) return answer(error(Errc::not_found, "the queue has no such entry"));
  core.steering().move(EntryId{*entry}, EntryId{*after}, then(std::move(answer)));
}

const Function table[] = {
    {"GetMDBState", {}, filled<server_state>},
    {"GetAudioStreamState", {}, filled<stream_state>},
    {"GetStreamState", {}, filled<stream_state>},
    {"GetSongQueue", {}, song_queue},
    {"AddSongToQueue", {{"songid", Kind::integer}, {"position", Kind::text_or_number}}, add_song},
    {"AddAlbumToQueue",
     {{"albumid", Kind::integer}, {"position", Kind::text_or_number}, {"cd", Kind::integer, true}},
     add_album},
    {"AddRandomSongToQueue", {{"position", Kind::text}, {"albumid", Kind::integer, true}}, add_random},
    {"RemoveSongFromQueue", {{"entryid", Kind::text_or_number}}, remove},
    {"MoveSongInQueue", {{"entryid", Kind::text_or_number}, {"afterid", Kind::text_or_number}}, move},
    {"PlayNextSong", {}, play_next},
    {"SetAudioStreamState", {{"state", Kind::text}}, set_stream_state},
    {"SetStreamState", {{"state", Kind::text}}, set_stream_state},
};

}  // namespace

std::span<const Function> queue_functions() {
  return table;
}

}  // namespace longwave::musicdb
