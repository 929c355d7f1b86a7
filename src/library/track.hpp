// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// What the library tells others about music: plain values.
namespace longwave::library {

enum class TrackState {
  ok = 0,
  missing = 1,  ///< the file isn't there now (a vanished mount, a deleted file); the row stays and comes back
                ///< with it
  broken = 2,   ///< the file is there and can't be played; `problem` says why
  removed = 3,  ///< somebody took it out of the library; the file may be there
};
const char* to_string(TrackState state);

struct Track {
  TrackId id;
  std::string title;         ///< the file's name when it has no title
  std::string artist;        ///< several are joined by "; "
  std::string album_artist;  ///< of the album: its tag, or the one artist it has, or "Various Artists"
  std::string album;
  std::int64_t artist_id = 0;  ///< 0: none
  std::int64_t album_id = 0;   ///< 0: none
  int track = 0;               ///< number on the disc, 0 = not known
  int disc = 0;                ///< 0 = not known
  int year = 0;                ///< 0 = not known
  std::string genre;
  std::int64_t duration_ms = 0;  ///< as the file's headers say; the analysis knows it exactly
  std::string format;            ///< "mp3", "flac", "vorbis", "opus", "aac", "alac", "wav", "aiff"
  std::string art;               ///< hash of its picture, or empty
  TrackState state = TrackState::ok;
};

/// Gains in dB towards -18 LUFS (R128_* tags are converted), peaks linear (1 = full scale).
struct ReplayGain {
  std::optional<double> track_gain_db, track_peak, album_gain_db, album_peak;
};

struct TrackDetails {
  Track track;
  std::string path;  ///< bytes as the file system has them; never sent to clients
  std::int64_t size_bytes = 0;
  int sample_rate = 0;  ///< Hz
  int channels = 0;
  int bitrate_kbps = 0;
  ReplayGain gain;
  std::int64_t identity = 0;  ///< of the audio payload: the same after a move and after new tags
  std::string problem;        ///< why it is broken
  int plays = 0;
  std::optional<std::int64_t> last_played_ms;  ///< wall clock
  std::int64_t added_ms = 0;                   ///< wall clock
};

struct Artist {
  std::int64_t id = 0;
  std::string name;
  int albums = 0;  ///< of which it is the album artist
  int tracks = 0;
  std::string art;  ///< of one of its tracks, or empty
};

struct Album {
  std::int64_t id = 0;
  std::string title;
  std::string artist;
  std::int64_t artist_id = 0;
  int year = 0;
  int tracks = 0;
  std::int64_t duration_ms = 0;
  std::string art;
};

/// A file that could not be taken in.
struct Problem {
  std::string path;  ///< valid UTF-8; what isn't is shown as U+FFFD
  std::string reason;
};

/// A part of a list, and how long the whole list is.
template <class T>
struct Page {
  std::vector<T> items;
  std::int64_t total = 0;
};

}  // namespace longwave::library
