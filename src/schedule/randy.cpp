// SPDX-License-Identifier: Apache-2.0
#include "schedule/candidate.hpp"
#include "schedule/random_rules.hpp"

#include <algorithm>
#include <utility>

namespace longwave::schedule {

namespace {

void put(std::vector<Blacklists::Listed>& list, std::int64_t id, int length, WallTime now) {
  if (id != 0 && length > 0) list.push_back({id, now});
  const auto most = static_cast<std::size_t>(std::max(length, 0));
  if (list.size() > most) list.erase(list.begin(), list.end() - static_cast<std::ptrdiff_t>(most));
}

}  // namespace

void Blacklists::add(const RandomRules& rules, const Candidate& song, WallTime now) {
  put(songs, song.track.value, rules.song_list, now);
  put(albums, song.album, rules.album_list, now);
  put(artists, song.artist, rules.artist_list, now);
}

}  // namespace longwave::schedule
