// SPDX-License-Identifier: Apache-2.0
#include "schedule/rules/programme.hpp"

#include <algorithm>

namespace longwave::rules {

const Playlist* Programme::playlist(std::int64_t id) const {
  const auto found =
      std::find_if(playlists.begin(), playlists.end(), [&](const Playlist& p) { return p.id == id; });
  return found == playlists.end() ? nullptr : &*found;
}

Playlist* Programme::playlist(std::int64_t id) {
  const auto found =
      std::find_if(playlists.begin(), playlists.end(), [&](const Playlist& p) { return p.id == id; });
  return found == playlists.end() ? nullptr : &*found;
}

const Show* Programme::show(std::int64_t id) const {
  const auto found = std::find_if(shows.begin(), shows.end(), [&](const Show& s) { return s.id == id; });
  return found == shows.end() ? nullptr : &*found;
}

Programme::Memory Programme::memory() const {
  Memory memory;
  memory.time = std::max({separation.song, separation.title, separation.artist, separation.album});
  for (const auto& limit : limits) memory.time = std::max(memory.time, limit.every);
  for (const auto& event : events) {
    memory.time = std::max(memory.time, event.expires);
    memory.items = std::max<std::size_t>(memory.items, 4);
  }
  if (!dayparts.empty())
    memory.time = std::max<Duration>(memory.time, std::chrono::hours{1});  // slots of the hour
  for (const auto& jingle : jingles) {
    // The items between two of them may be other jingles, events and what goes on behind them.
    memory.items = std::max<std::size_t>(memory.items, 3 * jingle.every_songs + 4);
  }
  if (!requests.empty())
    memory.items = std::max<std::size_t>(memory.items, 3 * request_rules.every_songs + 4);
  return memory;
}

}  // namespace longwave::rules
