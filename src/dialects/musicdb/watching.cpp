// SPDX-License-Identifier: Apache-2.0
// Sections "Reading", "State" and "Queue and stream" of the function table: videos.
#include "dialects/musicdb/core.hpp"
#include "dialects/musicdb/filter.hpp"
#include "dialects/musicdb/records.hpp"
#include "dialects/musicdb/statistic.hpp"
#include "dialects/musicdb/videos.hpp"
#include "library/relations.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <cmath>
#include <map>

namespace longwave::musicdb {
namespace {

namespace json = boost::json;
using library::Changes;
using library::Tagged;
using library::Video;

constexpr double longest_video = 1e6;  // seconds

json::object tags_of(store::Session& session, std::int64_t video) {
  return tag_set(Tagged::video, video, library::assigned(session, Tagged::video, video));
}

Value videos_of_artist(store::Session& session, const Scene&, const Arguments& arguments) {
  json::array out;
  for (const auto& video : library::videos_of_artist(session, arguments.integer("artistid")))
    out.push_back({{"video", record(video)}, {"tags", tags_of(session, video.id)}});
  return out;
}

Value filtered_artists(store::Session& session, const Scene& scene, const Arguments&) {
  std::map<std::int64_t, json::array> by_artist;
  for (const auto& video : library::videos(session)) {
    const auto tags = library::assigned(session, Tagged::video, video.id);
    if (!shown(tags, scene.random.genres)) continue;
    by_artist[video.artist_id].push_back(
        {{"video", record(video)}, {"tags", tag_set(Tagged::video, video.id, tags)}});
  }
  json::array out;
  for (const auto& artist : library::artist_records(session)) {
    const auto found = by_artist.find(artist.id);
    if (found != by_artist.end())
      out.push_back({{"artist", record(artist)}, {"videos", std::move(found->second)}});
  }
  return out;
}

json::value song_or_null(store::Session& session, std::int64_t id) {
  if (id == 0) return nullptr;
  const auto song = library::song(session, TrackId{id});
  if (!song) return nullptr;
  return record(*song);
}

json::value album_or_null(store::Session& session, std::int64_t id) {
  if (id == 0) return nullptr;
  const auto album = library::album_record(session, id);
  if (!album) return nullptr;
  return record(*album);
}

json::object artist_record(store::Session& session, std::int64_t id) {
  const auto artist = library::artist_record(session, id);
  return record(artist ? *artist : library::ArtistRecord{});
}

Value video(store::Session& session, const Scene&, const Arguments& arguments) {
  const auto found = library::video(session, arguments.integer("videoid"));
  if (!found) return found.error();
  return json::object{{"artist", artist_record(session, found->artist_id)},
                      {"album", album_or_null(session, found->album_id)},
                      {"song", song_or_null(session, found->song_id)},
                      {"video", record(*found)},
                      {"tags", tags_of(session, found->id)}};
}

Value video_tags(store::Session& session, const Scene&, const Arguments& arguments) {
  const auto found = library::video(session, arguments.integer("videoid"));
  if (!found) return found.error();
  return tags_of(session, found->id);
}

Value video_queue(store::Session& session, const Scene& scene, const Arguments&) {
  json::array out;
  for (const auto& entry : scene.kept->videos) {
    const auto found = library::video(session, entry.video);
    if (!found) continue;
    out.push_back({{"entryid", std::to_string(entry.id)},
                   {"israndom", entry.random},
                   {"video", record(*found)},
                   {"album", album_or_null(session, found->album_id)},
                   {"artist", artist_record(session, found->artist_id)}});
  }
  return out;
}

Value stream_state(store::Session& session, const Scene& scene, const Arguments&) {
  const auto& kept = *scene.kept;
  json::object out{{"isstreaming", kept.video_streaming}, {"isplaying", kept.video_streaming}};
  const auto found = kept.videos.empty() ? Result<Video>(error(Errc::not_found, "the queue is empty"))
                                         : library::video(session, kept.videos.front().video);
  out["currententry"] =
      kept.videos.empty() ? json::value(nullptr) : json::value(std::to_string(kept.videos.front().id));
  out["hasqueue"] = found.has_value();
  if (!found) return out;
  out["video"] = record(*found);
  out["artist"] = artist_record(session, found->artist_id);
  out["videotags"] = tags_of(session, found->id);
  return out;
}

void filled_stream_state(Core& core, ClientId, const Arguments& arguments, Answer answer) {
  core.videos().fill([&core, arguments, answer = std::move(answer)](Value) mutable {
    core.read([scene = core.scene(),
               arguments](store::Session& session) { return stream_state(session, scene, arguments); },
              std::move(answer));
  });
}

Value relationship(store::Session& session, const Scene&, const Arguments& arguments) {
  const auto id = arguments.integer("videoid");
  if (const auto found = library::video(session, id); !found) return found.error();
  json::array out;
  for (const auto& each : library::related_videos(session, id)) {
    const auto other = library::video(session, each.id);
    if (!other || other->disabled || other->favourite == library::Favourite::hated) continue;
    out.push_back({{"video", record(*other)},
                   {"tags", tags_of(session, other->id)},
                   {"weight", each.weight},
                   {"artist", artist_record(session, other->artist_id)}});
  }
  return json::object{{"videoid", id}, {"videos", std::move(out)}};
}

Value cut_relationship(store::Session& session, Changes&, const Scene&, const Arguments& arguments) {
  const auto cut =
      library::cut_videos(session, arguments.integer("videoid"), arguments.integer("relatedvideoid"));
  if (!cut) return cut.error();
  return nullptr;
}

Value changed(store::Session& session, const Video& video, Changes& changes, json::value value) {
  const auto done = library::change_video(session, video, changes);
  if (!done) return done.error();
  return value;
}

void count(int& number, std::optional<int> add) {
  number = add ? std::max(0, number + *add) : 0;
}

Value update_statistic(store::Session& session, Changes& changes, const Scene&, const Arguments& arguments) {
  const auto statistic = read_statistic(arguments.text("statistic"), arguments.value("modifier"));
  if (!statistic) return statistic.error();
  auto video = library::video(session, arguments.integer("videoid"));
  if (!video) return video.error();
  using What = Statistic::What;
  switch (statistic->what) {
    case What::likes:
      count(video->likes, statistic->add);
      break;
    case What::dislikes:
      count(video->dislikes, statistic->add);
      break;
    case What::favourite:
      video->favourite = statistic->favourite;
      break;
    case What::disabled:
      video->disabled = statistic->yes;
      break;
    case What::live:
      video->live = statistic->yes;
      break;
    case What::bad_audio:
      video->bad_audio = statistic->yes;
      break;
    case What::lyrics_video:
      video->lyrics_video = statistic->yes;
      break;
    case What::last_played:
      video->last_played_ms = statistic->time * 1000;
      break;
  }
  return changed(session, *video, changes, nullptr);
}

Value set_colour(store::Session& session, Changes& changes, const Scene&, const Arguments& arguments) {
  auto video = library::video(session, arguments.integer("videoid"));
  const auto name = arguments.text("colorname"), colour = arguments.text("color");
  if (!video || !is_colour(colour)) return false;
  if (name == "bgcolor")
    video->background = colour;
  else if (name == "fgcolor")
    video->foreground = colour;
  else if (name == "hlcolor")
    video->highlight = colour;
  else
    return false;
  return changed(session, *video, changes, true);
}

Value set_time_frame(store::Session& session, Changes& changes, const Scene&, const Arguments& arguments) {
  auto video = library::video(session, arguments.integer("videoid"));
  const auto begin = arguments.optional_number("begin"), end = arguments.optional_number("end");
  const auto sane = [](const std::optional<double>& at) { return !at || (*at >= 0 && *at < longest_video); };
  if (!video || !sane(begin) || !sane(end) || (begin && end && *end <= *begin)) return false;
  const auto ms = [](const std::optional<double>& at) {
    return at ? std::optional<std::int64_t>(std::llround(*at * 1000)) : std::nullopt;
  };
  video->begin_ms = ms(begin);
  video->end_ms = ms(end);
  return changed(session, *video, changes, true);
}

/// There are no pictures of videos yet: the call is taken when it makes sense, and changes nothing.
Value set_thumbnail(store::Session& session, const Scene&, const Arguments& arguments) {
  const auto video = library::video(session, arguments.integer("videoid"));
  if (!video) return video.error();
  if (arguments.number("timestamp") < 0) return error(Errc::invalid, "the time is before the beginning");
  return nullptr;
}

void add(Core& core, ClientId, const Arguments& arguments, Answer answer) {
  core.videos().add(arguments.integer("videoid"), arguments.text_or_digits("position"), std::move(answer));
}

void add_random(Core& core, ClientId, const Arguments& arguments, Answer answer) {
  const auto word = arguments.text("position");
  if (word != "next" && word != "last") return answer(error(Errc::invalid, "the position is next or last"));
  core.videos().add_random(word, std::move(answer));
}

void remove(Core& core, ClientId, const Arguments& arguments, Answer answer) {
  core.videos().remove(id_of(arguments.value("entryid")).value_or(0), std::move(answer));
}

void move(Core& core, ClientId, const Arguments& arguments, Answer answer) {
  core.videos().move(id_of(arguments.value("entryid")).value_or(0),
                     id_of(arguments.value("afterid")).value_or(0), std::move(answer));
}

void next(Core& core, ClientId, const Arguments&, Answer answer) {
  core.videos().next(std::move(answer));
}

void ended(Core& core, ClientId, const Arguments& arguments, Answer answer) {
  core.videos().ended(id_of(arguments.value("entryid")).value_or(0), std::move(answer));
}

void set_state(Core& core, ClientId, const Arguments& arguments, Answer answer) {
  const auto word = arguments.text("state");
  if (word != "play" && word != "pause" && word != "playpause")
    return answer(error(Errc::invalid, "the state is play, pause or playpause"));
  const bool on = word == "playpause" ? !core.kept().video_streaming : word == "play";
  core.videos().set_streaming(on, std::move(answer));
}

const Function table[] = {
    {"GetFilteredArtistsWithVideos", {}, filtered_artists},
    {"GetVideos", {{"artistid", Kind::integer}}, videos_of_artist},
    {"GetVideo", {{"videoid", Kind::integer}}, video},
    {"GetVideoTags", {{"videoid", Kind::integer}}, video_tags},
    {"GetVideoStreamState", {}, filled_stream_state},
    {"GetVideoQueue", {}, video_queue},
    {"GetVideoRelationship", {{"videoid", Kind::integer}}, relationship},
    {"CutVideoRelationship",
     {{"videoid", Kind::integer}, {"relatedvideoid", Kind::integer}},
     cut_relationship,
     {.getter = "GetVideoRelationship"}},
    {"UpdateVideoStatistic",
     {{"videoid", Kind::integer}, {"statistic", Kind::text}, {"modifier", Kind::text_or_number}},
     update_statistic,
     {"GetVideo", true}},
    {"SetVideoColor",
     {{"videoid", Kind::integer}, {"colorname", Kind::text}, {"color", Kind::text}},
     set_colour},
    {"SetVideoTimeFrame",
     {{"videoid", Kind::integer}, {"begin", Kind::number_or_null}, {"end", Kind::number_or_null}},
     set_time_frame},
    {"SetVideoThumbnail", {{"videoid", Kind::integer}, {"timestamp", Kind::number}}, set_thumbnail},
    {"AddVideoToQueue", {{"videoid", Kind::integer}, {"position", Kind::text_or_number}}, add},
    {"AddRandomVideoToQueue", {{"position", Kind::text}}, add_random},
    {"RemoveVideoFromQueue", {{"entryid", Kind::text_or_number}}, remove},
    {"MoveVideoInQueue", {{"entryid", Kind::text_or_number}, {"afterid", Kind::text_or_number}}, move},
    {"PlayNextVideo", {}, next},
    {"SetVideoStreamState", {{"state", Kind::text}}, set_state},
    {"VideoEnded", {{"entryid", Kind::text_or_number}}, ended},
};

}  // namespace

std::span<const Function> video_functions() {
  return table;
}

}  // namespace longwave::musicdb
