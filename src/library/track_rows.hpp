// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "library/track.hpp"
#include "store/session.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace longwave::library {

/// The columns of a Track; `t` is library_track. The album's artist comes from its album.
#define LONGWAVE_TRACK_COLUMNS                                                                             \
  "SELECT t.id, t.title, t.artist, t.album, t.artist_id, t.album_id, t.track, t.disc, t.year, t.genre, "   \
  "t.duration_ms, t.format, t.art, t.state, (SELECT aa.name FROM library_album al JOIN library_artist aa " \
  "ON aa.id = al.artist_id WHERE al.id = t.album_id) "

/// `from` is a literal that begins with FROM and names library_track `t`.
template <std::size_t N, class... Args>
std::vector<Track> read_tracks(store::Session& session, const char (&from)[N], const Args&... args) {
  using Int = std::int64_t;
  std::vector<Track> tracks;
  session.each<TrackId, std::string, std::string, std::string, Int, Int, int, int, int, std::string, Int,
               std::string, std::string, int, std::string>(
      std::string(LONGWAVE_TRACK_COLUMNS) + from,
      [&](TrackId id, std::string title, std::string artist, std::string album, Int artist_id, Int album_id,
          int track, int disc, int year, std::string genre, Int duration, std::string format, std::string art,
          int state, std::string album_artist) {
        tracks.push_back({id, std::move(title), std::move(artist), std::move(album_artist), std::move(album),
                          artist_id, album_id, track, disc, year, std::move(genre), duration,
                          std::move(format), std::move(art), static_cast<TrackState>(state)});
      },
      args...);
  return tracks;
}

}  // namespace longwave::library
