// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"
#include "library/track.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace longwave::store {
class Session;
}

/// Everything a dialect shows of a track, an album, an artist. Ids are the same numbers everywhere. All of
/// these run inside a job of the store. What was removed from the library isn't there for any of them.
namespace longwave::library {

enum class Favourite { hated = -1, neutral = 0, loved = 1 };
enum class LyricsState { empty = 0, from_file = 1, from_net = 2, from_user = 3, none = 4 };

struct Song {
  Track track;           ///< effective values: a client's before the file's
  std::string path;      ///< relative to the music folder (roots.hpp): bytes as the file system has them
  std::string checksum;  ///< of the audio payload, 16 hex digits: the same after a move and new tags
  std::int64_t size_bytes = 0;
  std::int64_t modified_ms = 0;  ///< of the file, wall clock
  int sample_rate = 0;           ///< Hz
  int channels = 0;
  int bitrate_kbps = 0;
  int likes = 0, dislikes = 0;
  Favourite favourite = Favourite::neutral;
  bool disabled = false, live = false, bad_audio = false;
  LyricsState lyrics = LyricsState::empty;
  int plays = 0;
  std::optional<std::int64_t> last_played_ms;  ///< wall clock
  std::int64_t added_ms = 0;                   ///< wall clock
  std::int64_t album_artist_id = 0;            ///< of its album; 0: none
};
/// In the order of the ids; those that don't exist are left out.
std::vector<Song> songs(store::Session& session, std::span<const TrackId> ids);
Result<Song> song(store::Session& session, TrackId id);  ///< not_found
/// By disc, number and name; playable or not.
std::vector<Song> songs_of_album(store::Session& session, std::int64_t album);
/// Every song of the library by id, `limit` at a time: those after `after`.
std::vector<Song> songs_after(store::Session& session, TrackId after, std::int64_t limit);

struct AlbumRecord {
  std::int64_t id = 0, artist_id = 0;
  std::string name, artist;
  std::string path;  ///< folder of its songs, relative to the music folder; empty: no song
  int songs = 0;     ///< that are there, playable or not
  int discs = 0;     ///< 0: its songs say no disc
  int year = 0;
  std::int64_t duration_ms = 0;
  std::string origin;  ///< where it comes from, in a person's words; "" if nobody said
  std::string art;     ///< hash of its picture, or empty
  /// "#RRGGBB"; of the picture or as a user set them; the defaults are #101010, #F0F0F0, #909090.
  std::string background, foreground, highlight;
  std::int64_t added_ms = 0;  ///< when it was imported, or what a user said instead; wall clock
  bool hidden = false;
};
enum class AlbumOrder { title, release, path };
struct AlbumQuery {
  std::optional<std::int64_t> artist;  ///< whose albums; nobody's: all
  std::optional<bool> hidden;          ///< only hidden ones, or only those that aren't
  AlbumOrder order = AlbumOrder::title;
};
std::vector<AlbumRecord> album_records(store::Session& session, const AlbumQuery& query);
std::vector<AlbumRecord> album_records(store::Session& session, std::span<const std::int64_t> ids);
Result<AlbumRecord> album_record(store::Session& session, std::int64_t id);  ///< not_found

struct ArtistRecord {
  std::int64_t id = 0;
  std::string name;
  std::string path;  ///< the folder above its albums, relative to the music folder; empty: none of its own
  int albums = 0, songs = 0;
};
std::vector<ArtistRecord> artist_records(store::Session& session);  ///< by name, case ignored
std::vector<ArtistRecord> artist_records(store::Session& session, std::span<const std::int64_t> ids);
Result<ArtistRecord> artist_record(store::Session& session, std::int64_t id);  ///< not_found

}  // namespace longwave::library
