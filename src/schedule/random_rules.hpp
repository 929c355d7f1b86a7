// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.hpp"
#include "base/time.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace longwave::schedule {

struct Candidate;

/// How a station's AutoDJ, and AddRandom, choose songs.
enum class Selection {
  rotation,  ///< our own: by weight among all tracks, kept apart by time (autodj.hpp)
  albums,    ///< every album has the same chance, then a song of it (docs/schedule.md, "By album")
};

/// A genre that is switched on, with those of its subgenres that are; ids of tags. No subgenre: all of them.
struct GenreFilter {
  std::int64_t genre = 0;
  std::vector<std::int64_t> subgenres;
  friend bool operator==(const GenreFilter&, const GenreFilter&) = default;
};

/// What `albums` goes by; docs/protocols/musicdb.md has the same names in another spelling.
struct RandomRules {
  Selection selection = Selection::rotation;
  bool no_disabled = true;
  bool no_hated = true;
  bool no_bad_audio = true;
  bool no_live = false;
  int min_song_s = 120;  ///< seconds
  int max_song_s = 600;
  int song_list = 5;  ///< lengths of the blacklists; 0: off
  int album_list = 2;
  int artist_list = 1;
  int video_list = 3;
  int max_age_hours = 24;  ///< what is older on a blacklist doesn't count
  int max_tries = 10;
  std::vector<GenreFilter> genres;  ///< none: the whole collection

  friend bool operator==(const RandomRules&, const RandomRules&) = default;
  std::string to_json() const;
  /// What is missing or of another kind keeps its default.
  static RandomRules from_json(std::string_view json);
};

/// What was added lately, newest last. Kept with the station.
struct Blacklists {
  struct Listed {
    std::int64_t id = 0;
    WallTime at{};
    friend bool operator==(const Listed&, const Listed&) = default;
  };
  std::vector<Listed> songs, albums, artists;

  /// Notes a song that was added, and keeps the lists as long as the rules say.
  void add(const RandomRules& rules, const Candidate& song, WallTime now);

  friend bool operator==(const Blacklists&, const Blacklists&) = default;
  std::string to_json() const;
  static Blacklists from_json(std::string_view json);
};

}  // namespace longwave::schedule
