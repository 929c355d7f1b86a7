// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/time.hpp"
#include "schedule/rules/zone.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// The programme of one station or radio as values: what may be played, and when. Nothing here acts;
/// choose.hpp chooses by it, preview.hpp plays it in advance. Explained in docs/programme.md; what radios use
/// of it is section 10 of docs/protocols/scheduler.md. An id of 0 is "none" everywhere.
namespace longwave::rules {

/// One song in one playlist. Compact, since a platform keeps millions: artist, title, album and file are keys
/// that the owner of the programme gives; 0: not known, and no rule about it applies.
struct Song {
  std::int64_t id = 0;
  std::uint32_t file = 0;  ///< 0: no file is known, it can't be played
  std::int32_t duration_ms = 0;
  std::uint32_t artist = 0;
  std::uint32_t title = 0;
  std::uint32_t album = 0;
  std::int32_t order = 0;          ///< its place where a playlist is played in order
  std::uint32_t last_play = 0;     ///< seconds since 1970, UTC; 0: never
  std::uint16_t frequency = 5000;  ///< ten-thousandths: 0 .. 10,000. Chance goes by its square
  bool enabled = true;

  bool playable() const { return enabled && file != 0 && duration_ms > 0; }
  Duration duration() const { return std::chrono::milliseconds{duration_ms}; }
};
static_assert(sizeof(Song) == 40);

struct Playlist {
  std::int64_t id = 0;
  std::string name;
  bool enabled = true;
  bool ordered = false;  ///< played in the order of Song::order; a show says that itself
  std::vector<Song> songs;
  /// Changed with every edit of the songs: what was prepared from another edition is prepared anew.
  std::uint32_t edition = 0;
};

/// When something begins by the station's clock: on each of these days at this time of the day.
struct Weekly {
  Days days = every_day;
  Duration time{};
};

/// How something with a set time gets its turn.
enum class Start : std::uint8_t {
  boundary,  ///< when the item running then is over (the original's)
  exact,     ///< on the second: what runs is cut there
  fitted,    ///< on the second, and the songs before it are chosen so that little or nothing is cut
             ///< (back-timing)
};

/// A playlist at set times. Of several on air at once, the one that began latest in the day counts.
struct Show {
  std::int64_t id = 0;
  std::string name;
  std::int64_t playlist = 0;
  Weekly at;
  Duration duration{};  ///< may pass midnight, may be longer than a day
  bool random_play = true;
  bool enabled = true;
  Start start = Start::boundary;
  bool jingles = true;    ///< jingles are played in it too
  bool requests = false;  ///< and requests
};

/// One step of an hour.
struct Slot {
  enum class Kind : std::uint8_t { playlist, jingle, request };
  Kind kind = Kind::playlist;
  std::int64_t playlist = 0;  ///< of a request: what is played when there is none
};

/// The template of an hour: its slots in turn, from the first at every full hour; from the first again when
/// they are through.
struct HourClock {
  std::int64_t id = 0;
  std::string name;
  std::vector<Slot> slots;
};

/// What takes the place of the default playlist in some hours of the week: a clock, or a playlist. Of
/// several, the one that began latest in the day counts.
struct Daypart {
  std::int64_t id = 0;
  std::string name;
  Weekly at;
  Duration until{};  ///< the time of day at which it ends; not later than its beginning: on the next day
  std::int64_t clock = 0;
  std::int64_t playlist = 0;  ///< when there is no clock
  bool enabled = true;
};

/// From the end of the one to the start of the other; 0: no such rule.
struct Separation {
  Duration song{};   ///< the same song, also from another playlist
  Duration title{};  ///< the same title, whoever plays it
  Duration artist{};
  Duration album{};
  bool any() const { return song.count() || title.count() || artist.count() || album.count(); }
  friend bool operator==(const Separation&, const Separation&) = default;
};

/// At most every so long, from start to start.
struct Limit {
  enum class Of : std::uint8_t { playlist, artist, album, title, song };
  std::int64_t id = 0;
  Of of = Of::playlist;
  std::int64_t key = 0;  ///< which one
  Duration every{};
};

struct Jingle {
  std::int64_t id = 0;
  std::string name;
  std::int64_t playlist = 0;      ///< of which one is played
  std::uint32_t every_songs = 0;  ///< after so many songs without a jingle; 0: not by count
  bool on_the_hour = false;       ///< begins at every full hour, to the second
  bool resume = true;             ///< the song that it cut goes on where it stood
  bool enabled = true;
};

/// Something at a set time: news, a time signal, one advertisement.
struct FixedEvent {
  std::int64_t id = 0;
  std::string name;
  Weekly at;
  std::optional<std::chrono::sys_days> date;  ///< only on this day
  bool hourly = false;                        ///< every hour of those days, `at.time` after the full one
  std::int64_t playlist = 0;
  std::int64_t song = 0;  ///< of that playlist; 0: any of it
  Start start = Start::boundary;
  bool resume = false;                          ///< the song that it cut goes on where it stood
  Duration expires = std::chrono::minutes{15};  ///< so long after its time it is given up
  bool enabled = true;
};

/// Somebody's wish. It is played when the rules let it; the owner takes it out when it was.
struct Request {
  std::int64_t id = 0;
  std::int64_t song = 0;
  WallTime asked{};
  std::string by;
};

struct RequestRules {
  bool enabled = true;
  std::uint32_t every_songs = 2;  ///< at least so many songs between two of them
};

struct Programme {
  ZonePtr zone;  ///< null: UTC
  std::int64_t default_playlist = 0;
  std::vector<Playlist> playlists;
  std::vector<Show> shows;
  std::vector<HourClock> clocks;
  std::vector<Daypart> dayparts;
  std::vector<Jingle> jingles;
  std::vector<FixedEvent> events;
  std::vector<Limit> limits;
  std::vector<Request> requests;
  Separation separation;
  RequestRules request_rules;

  const Playlist* playlist(std::int64_t id) const;
  Playlist* playlist(std::int64_t id);
  const Show* show(std::int64_t id) const;
  /// How much of what was heard the rules ask about: what ended less than `time` ago, and the last `items` in
  /// any case. For a radio without separations, limits, jingles and events: {0, 1}.
  struct Memory {
    Duration time{};
    std::size_t items = 1;
  };
  Memory memory() const;
};

}  // namespace longwave::rules
