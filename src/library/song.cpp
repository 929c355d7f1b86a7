// SPDX-License-Identifier: Apache-2.0
#include "library/song.hpp"

#include "library/known.hpp"
#include "library/roots.hpp"
#include "store/session.hpp"

#include <cstdio>

namespace longwave::library {

namespace {

using Int = std::int64_t;

constexpr const char* song_columns =
    "SELECT t.id, t.title, t.artist, t.album, t.artist_id, t.album_id, t.track, t.disc, t.year, t.genre, "
    "t.duration_ms, t.format, t.art, t.state, a.name, a.id, f.path, t.name, t.identity, t.size, t.mtime, "
    "t.sample_rate, t.channels, t.bitrate_kbps, t.likes, t.dislikes, t.favourite, t.disabled, t.live, "
    "t.bad_audio, t.lyrics_state, t.plays, t.last_played_ms, t.added_ms "
    "FROM library_track t JOIN library_folder f ON f.id = t.folder_id "
    "JOIN library_album b ON b.id = t.album_id JOIN library_artist a ON a.id = b.artist_id ";

std::string hex64(Int value) {
  char digits[17];
  std::snprintf(digits, sizeof digits, "%016llx", static_cast<unsigned long long>(value));
  return digits;
}

template <class... Args>
void read_songs(store::Session& session, const Roots& roots, std::vector<Song>& into, const char* where,
                const Args&... args) {
  session.each<TrackId, std::string, std::string, std::string, Int, Int, int, int, int, std::string, Int,
               std::string, std::string, int, std::string, Int, std::string, std::string, Int, Int, Int, int,
               int, int, int, int, int, bool, bool, bool, int, int, std::optional<Int>, Int>(
      std::string(song_columns) + where,
      [&](TrackId id, std::string title, std::string artist, std::string album, Int artist_id, Int album_id,
          int number, int disc, int year, std::string genre, Int duration, std::string format,
          std::string art, int state, std::string album_artist, Int album_artist_id,
          const std::string& folder, const std::string& name, Int identity, Int size, Int mtime, int rate,
          int channels, int bitrate, int likes, int dislikes, int favourite, bool disabled, bool live,
          bool bad, int lyrics, int plays, std::optional<Int> last, Int added) {
        Song s;
        s.track = {id,
                   std::move(title),
                   std::move(artist),
                   std::move(album_artist),
                   std::move(album),
                   artist_id,
                   album_id,
                   number,
                   disc,
                   year,
                   std::move(genre),
                   duration,
                   std::move(format),
                   std::move(art),
                   static_cast<TrackState>(state)};
        s.path = roots.relative(join(folder, name));
        s.checksum = hex64(identity);
        s.size_bytes = size;
        s.modified_ms = mtime / 1'000'000;
        s.sample_rate = rate;
        s.channels = channels;
        s.bitrate_kbps = bitrate;
        s.likes = likes;
        s.dislikes = dislikes;
        s.favourite = static_cast<Favourite>(favourite);
        s.disabled = disabled;
        s.live = live;
        s.bad_audio = bad;
        s.lyrics = static_cast<LyricsState>(lyrics);
        s.plays = plays;
        s.last_played_ms = last;
        s.added_ms = added;
        s.album_artist_id = album_artist_id;
        into.push_back(std::move(s));
      },
      args...);
}

}  // namespace

std::vector<Song> songs(store::Session& session, std::span<const TrackId> ids) {
  const Roots roots = load_roots(session);
  std::vector<Song> found;
  found.reserve(ids.size());
  for (const TrackId id : ids) read_songs(session, roots, found, "WHERE t.id = :id AND t.state <> 3", id);
  return found;
}

Result<Song> song(store::Session& session, TrackId id) {
  auto found = songs(session, {&id, 1});
  if (found.empty()) return error(Errc::not_found, "there is no such track");
  return std::move(found.front());
}

std::vector<Song> songs_of_album(store::Session& session, std::int64_t album) {
  std::vector<Song> found;
  if (album == 0) return found;
  read_songs(session, load_roots(session), found,
             "WHERE t.album_id = :album AND t.state <> 3 ORDER BY t.disc, t.track, t.name, t.id", album);
  return found;
}

std::vector<Song> songs_after(store::Session& session, TrackId after, std::int64_t limit) {
  std::vector<Song> found;
  read_songs(session, load_roots(session), found,
             "WHERE t.id > :after AND t.state <> 3 ORDER BY t.id LIMIT :limit", after, limit);
  return found;
}

}  // namespace longwave::library
