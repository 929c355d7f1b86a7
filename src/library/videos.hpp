// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"
#include "library/events.hpp"
#include "library/song.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace longwave::store {
class Session;
}

/// A catalogue of video files found by the scan: rows, no pictures.
namespace longwave::library {

struct Video {
  std::int64_t id = 0, song_id = 0, album_id = 0, artist_id = 0;  ///< 0: none
  std::string name, artist;
  std::string path;  ///< relative to the music folder
  bool disabled = false;
  std::int64_t duration_ms = 0;  ///< 0: not known
  std::string origin;
  int release = 0;  ///< year, 0 = not known
  std::int64_t added_ms = 0;
  std::string codec;
  int width = 0, height = 0;  ///< pixels, 0 = not known
  int likes = 0, dislikes = 0;
  Favourite favourite = Favourite::neutral;
  bool live = false, bad_audio = false, lyrics_video = false;
  std::string checksum;
  std::optional<std::int64_t> last_played_ms;
  std::string background, foreground, highlight;  ///< "#RRGGBB"
  std::optional<std::int64_t> begin_ms, end_ms;   ///< what part is played
};
std::vector<Video> videos(store::Session& session);  ///< that are there; by artist, release, name
std::vector<Video> videos_of_artist(store::Session& session, std::int64_t artist);
Result<Video> video(store::Session& session, std::int64_t id);  ///< not_found

/// Writes every field a person may change: flags, counts, favourite, last played, origin, colours, time
/// frame.
Result<void> change_video(store::Session& session, const Video& video, Changes& changes);

}  // namespace longwave::library
