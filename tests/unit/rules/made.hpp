// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "schedule/rules/choose.hpp"

#include <chrono>
#include <string_view>
#include <vector>

/// Programmes for the tests of this room.
namespace longwave::rules::made {

using namespace std::chrono_literals;

inline WallTime at(int year, unsigned month, unsigned day, Duration time = {}) {
  return WallTime{std::chrono::sys_days{std::chrono::year{year} / month / day}.time_since_epoch()} + time;
}

/// 2026-11-23 is a Monday.
inline WallTime monday(Duration time = {}) {
  return at(2026, 11, 23, time);
}

/// `count` songs of `seconds`, ids from `first` on, each of an artist and album of its own.
inline Playlist playlist(std::int64_t id, std::int64_t first, int count, int seconds = 180) {
  Playlist made;
  made.id = id;
  made.name = "list " + std::to_string(id);
  for (int i = 0; i < count; ++i) {
    Song song;
    song.id = first + i;
    song.file = static_cast<std::uint32_t>(first + i);
    song.duration_ms = seconds * 1000;
    song.artist = song.title = song.album = static_cast<std::uint32_t>(first + i);
    song.order = i;
    made.songs.push_back(song);
  }
  return made;
}

inline Programme programme(int songs, int seconds = 180) {
  Programme made;
  made.default_playlist = 1;
  made.playlists.push_back(playlist(1, 100, songs, seconds));
  return made;
}

/// Plays a programme by itself, as a radio does.
struct Radio {
  Programme programme;
  WallTime now = monday();
  std::vector<Play> heard;
  Prepared prepared;
  Random random{7};

  std::optional<Chosen> step() {
    auto chosen = choose(programme, prepared, heard, now, random);
    if (!chosen) return chosen;
    heard.push_back(chosen->play);
    note_started(programme, chosen->play);
    now = chosen->until;
    return chosen;
  }
  std::vector<Chosen> until(WallTime end) {
    std::vector<Chosen> items;
    while (now < end) {
      auto chosen = step();
      if (!chosen) break;
      items.push_back(*chosen);
    }
    return items;
  }
};

}  // namespace longwave::rules::made
