// SPDX-License-Identifier: Apache-2.0
#include "library/videos.hpp"

#include "library/colours.hpp"
#include "library/known.hpp"
#include "library/names.hpp"
#include "library/roots.hpp"
#include "store/session.hpp"

namespace longwave::library {

namespace {

using Int = std::int64_t;

constexpr const char* video_columns =
    "SELECT v.id, v.song_id, v.album_id, v.artist_id, v.title, a.name, f.path, v.name, v.disabled, "
    "v.duration_ms, "
    "v.origin, v.year, v.added_ms, v.codec, v.width, v.height, v.likes, v.dislikes, v.favourite, v.live, "
    "v.bad_audio, v.lyrics_video, v.size, v.mtime, v.last_played_ms, v.background, v.foreground, "
    "v.highlight, "
    "v.begin_ms, v.end_ms FROM library_video v JOIN library_folder f ON f.id = v.folder_id "
    "JOIN library_artist a ON a.id = v.artist_id ";

std::string or_else(std::string value, const char* otherwise) {
  return value.empty() ? otherwise : std::move(value);
}

template <class... Args>
std::vector<Video> read_videos(store::Session& session, const char* rest, const Args&... args) {
  std::vector<Video> found;
  const Roots roots = load_roots(session);
  using Time = std::optional<Int>;
  session.each<Int, Int, Int, Int, std::string, std::string, std::string, std::string, bool, Int, std::string,
               int, Int, std::string, int, int, int, int, int, bool, bool, bool, Int, Int, Time, std::string,
               std::string, std::string, Time, Time>(
      std::string(video_columns) + rest,
      [&](Int id, Int song, Int album, Int artist_id, std::string title, std::string artist,
          const std::string& folder, const std::string& name, bool disabled, Int duration, std::string origin,
          int year, Int added, std::string codec, int width, int height, int likes, int dislikes,
          int favourite, bool live, bool bad, bool lyrics_video, Int size, Int mtime, Time last,
          std::string background, std::string foreground, std::string highlight, Time begin, Time end) {
        Video v;
        v.id = id;
        v.song_id = song;
        v.album_id = album;
        v.artist_id = artist_id;
        v.name = std::move(title);
        v.artist = std::move(artist);
        v.path = roots.relative(join(folder, name));
        v.disabled = disabled;
        v.duration_ms = duration;
        v.origin = std::move(origin);
        v.release = year;
        v.added_ms = added;
        v.codec = std::move(codec);
        v.width = width;
        v.height = height;
        v.likes = likes;
        v.dislikes = dislikes;
        v.favourite = static_cast<Favourite>(favourite);
        v.live = live;
        v.bad_audio = bad;
        v.lyrics_video = lyrics_video;
        v.checksum = std::to_string(size) + '-' + std::to_string(mtime);
        v.last_played_ms = last;
        v.background = or_else(std::move(background), "#101010");
        v.foreground = or_else(std::move(foreground), "#F0F0F0");
        v.highlight = or_else(std::move(highlight), "#909090");
        v.begin_ms = begin;
        v.end_ms = end;
        found.push_back(std::move(v));
      },
      args...);
  return found;
}

}  // namespace

std::vector<Video> videos(store::Session& session) {
  return read_videos(session, "WHERE v.state = 0 ORDER BY a.sort, v.year, v.title, v.id");
}

std::vector<Video> videos_of_artist(store::Session& session, std::int64_t artist) {
  return read_videos(session, "WHERE v.artist_id = :artist AND v.state = 0 ORDER BY v.year, v.title, v.id",
                     artist);
}

Result<Video> video(store::Session& session, std::int64_t id) {
  auto found = read_videos(session, "WHERE v.id = :id", id);
  if (found.empty()) return error(Errc::not_found, "there is no such video");
  return std::move(found.front());
}

Result<void> change_video(store::Session& session, const Video& v, Changes& changes) {
  for (const auto& colour : {v.background, v.foreground, v.highlight}) {
    if (!colour.empty() && !is_colour(colour)) return error(Errc::invalid, "a colour is written #RRGGBB");
  }
  if (v.begin_ms && v.end_ms && *v.begin_ms >= *v.end_ms)
    return error(Errc::invalid, "a part of a video begins before it ends");
  const auto rows = session.run(
      "UPDATE library_video SET disabled = :disabled, origin = :origin, likes = :likes, dislikes = "
      ":dislikes, "
      "favourite = :favourite, live = :live, bad_audio = :bad, lyrics_video = :lyrics, last_played_ms = "
      ":last, "
      "background = :background, foreground = :foreground, highlight = :highlight, begin_ms = :begin, end_ms "
      "= "
      ":end WHERE id = :id",
      v.disabled, clean(v.origin), v.likes, v.dislikes, v.favourite, v.live, v.bad_audio, v.lyrics_video,
      v.last_played_ms, v.background, v.foreground, v.highlight, v.begin_ms, v.end_ms, v.id);
  if (rows == 0) return error(Errc::not_found, "there is no such video");
  changes.video_changed(v.id);
  return {};
}

}  // namespace longwave::library
