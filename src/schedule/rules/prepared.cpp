// SPDX-License-Identifier: Apache-2.0
#include "schedule/rules/prepared.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <optional>
#include <unordered_map>
#include <utility>

namespace longwave::rules {

namespace {

/// A song that can be drawn, and when it was heard last (seconds since 1970).
struct Candidate {
  std::uint32_t last = 0;
  std::uint32_t index = 0;
  friend auto operator<=>(const Candidate&, const Candidate&) = default;
};

std::uint32_t seconds(WallTime at) {
  const auto since = std::chrono::floor<std::chrono::seconds>(at.time_since_epoch()).count();
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(since, 0, 0xffffffff));
}

PreparedList begin_list(const Playlist& playlist, bool ordered) {
  PreparedList list;
  list.playlist = playlist.id;
  list.ordered = ordered;
  list.edition = playlist.edition;
  return list;
}

constexpr std::size_t index(Excluded rule) {
  return static_cast<std::size_t>(rule);
}

/// Counts what keeps the song out; true: nothing.
bool note(PreparedList& list, const Song& song) {
  if (!song.enabled) ++list.excluded[index(Excluded::disabled)];
  if (song.enabled && !song.playable()) ++list.excluded[index(Excluded::no_file)];
  return song.playable();
}

/// Draws without replacement in proportion to the weights: the greatest of u^(1/weight) first (Efraimidis and
/// Spirakis), the same as drawing one by one. A weight of nothing is drawn only if all are nothing.
std::vector<std::uint32_t> draw(const Playlist& playlist, std::span<const Candidate> oldest_first,
                                Random& random) {
  const auto n = oldest_first.size();
  std::vector<std::pair<double, std::uint32_t>> keys;
  keys.reserve(n);
  for (int pass = 0; pass < 2 && keys.empty(); ++pass) {
    for (std::size_t i = 0; i < n; ++i) {
      const double frequency = pass == 1 ? 1.0 : playlist.songs[oldest_first[i].index].frequency / 10'000.0;
      const double age = n == 1 ? 1.0 : 1.0 - 0.85 * static_cast<double>(i) / static_cast<double>(n - 1);
      const double weight = frequency * frequency * age;
      if (weight > 0) keys.emplace_back(std::log(1.0 - random.unit()) / weight, oldest_first[i].index);
    }
  }
  const auto count = std::min(prepared_songs, keys.size());
  std::partial_sort(keys.begin(), keys.begin() + static_cast<std::ptrdiff_t>(count), keys.end(),
                    std::greater{});
  std::vector<std::uint32_t> songs(count);
  for (std::size_t i = 0; i < count; ++i) songs[i] = keys[i].second;
  return songs;
}

/// From behind the song at `after`, which itself may not be playable any more.
PreparedList ordered_from(const Playlist& playlist, std::optional<std::uint32_t> after) {
  auto list = begin_list(playlist, true);
  const auto place = [&](std::uint32_t i) { return std::pair(playlist.songs[i].order, i); };
  for (std::uint32_t i = 0; i < playlist.songs.size(); ++i) {
    if (note(list, playlist.songs[i])) list.songs.push_back(i);
  }
  list.candidates = static_cast<std::uint32_t>(list.songs.size());
  std::sort(list.songs.begin(), list.songs.end(), [&](auto a, auto b) { return place(a) < place(b); });
  if (after) {
    const auto first = std::upper_bound(list.songs.begin(), list.songs.end(), *after,
                                        [&](auto a, auto b) { return place(a) < place(b); });
    std::rotate(list.songs.begin(), first, list.songs.end());
  }
  if (list.songs.size() > prepared_songs) list.songs.resize(prepared_songs);
  return list;
}

}  // namespace

PreparedList build_random(const Playlist& playlist, std::span<const Play> heard, WallTime at,
                          Random& random) {
  std::unordered_map<std::int64_t, std::uint32_t> heard_at;
  for (const auto& play : heard) heard_at[play.song] = seconds(play.start);
  auto list = begin_list(playlist, false);
  std::vector<Candidate> all;
  all.reserve(playlist.songs.size());
  const auto now = seconds(at);
  const auto since = now - std::min<std::uint32_t>(now, seconds(WallTime{lately}));
  for (std::uint32_t i = 0; i < playlist.songs.size(); ++i) {
    const auto& song = playlist.songs[i];
    if (!note(list, song)) continue;
    auto last = song.last_play;
    if (const auto found = heard_at.find(song.id); found != heard_at.end())
      last = std::max(last, found->second);
    all.push_back({last, i});
  }
  std::sort(all.begin(), all.end());
  const auto recent =
      std::partition_point(all.begin(), all.end(), [&](const Candidate& c) { return c.last <= since; });
  const std::span<const Candidate> drawable(all.begin(), recent == all.begin() ? all.end() : recent);
  list.excluded[index(Excluded::song)] = static_cast<std::uint32_t>(all.size() - drawable.size());
  list.candidates = static_cast<std::uint32_t>(drawable.size());
  list.songs = draw(playlist, drawable, random);
  // Of a list that is heard in less than three hours the last one may be the first again.
  if (list.songs.size() > 1 && !heard.empty() && playlist.songs[list.songs[0]].id == heard.back().song)
    std::rotate(list.songs.begin(), list.songs.begin() + 1, list.songs.end());
  return list;
}

PreparedList build_ordered(const Playlist& playlist, std::span<const Play> heard) {
  for (auto play = heard.rbegin(); play != heard.rend(); ++play) {
    if (play->playlist != playlist.id) continue;
    const auto song = std::find_if(playlist.songs.begin(), playlist.songs.end(),
                                   [&](const Song& s) { return s.id == play->song; });
    if (song != playlist.songs.end())
      return ordered_from(playlist, static_cast<std::uint32_t>(song - playlist.songs.begin()));
  }
  const Song* last = nullptr;
  for (const auto& song : playlist.songs) {
    if (song.last_play != 0 && (!last || song.last_play > last->last_play)) last = &song;
  }
  if (!last) return ordered_from(playlist, std::nullopt);
  return ordered_from(playlist, static_cast<std::uint32_t>(last - playlist.songs.data()));
}

PreparedList& Prepared::of(const Playlist& playlist, bool ordered, std::span<const Play> heard, WallTime at,
                           Random& random) {
  auto found = std::find_if(lists.begin(), lists.end(), [&](const PreparedList& list) {
    return list.playlist == playlist.id && list.ordered == ordered;
  });
  if (found == lists.end()) found = lists.insert(lists.end(), PreparedList{});
  if (found->left() == 0 || found->playlist != playlist.id || found->edition != playlist.edition)
    *found = ordered ? build_ordered(playlist, heard) : build_random(playlist, heard, at, random);
  return *found;
}

bool Prepared::wants_refill(const Programme& programme) const {
  return std::any_of(lists.begin(), lists.end(), [&](const PreparedList& list) {
    const auto* playlist = programme.playlist(list.playlist);
    return !playlist || list.edition != playlist->edition ||
           (list.left() < refill_below && list.left() < list.candidates);
  });
}

void Prepared::refill(const Programme& programme, std::span<const Play> heard, WallTime at, Random& random) {
  std::erase_if(lists, [&](const PreparedList& list) { return !programme.playlist(list.playlist); });
  for (auto& list : lists) {
    const auto& playlist = *programme.playlist(list.playlist);
    const bool same = list.edition == playlist.edition;
    if (same && list.left() >= refill_below) continue;
    const std::vector<std::uint32_t> front(list.songs.begin() + list.next, list.songs.end());
    if (!list.ordered) {
      list = build_random(playlist, heard, at, random);
    } else if (same && !front.empty()) {
      list = ordered_from(playlist, front.back());
    } else {
      list = build_ordered(playlist, heard);
    }
    if (!same || front.empty()) continue;
    if (!list.ordered)
      std::erase_if(list.songs,
                    [&](auto i) { return std::find(front.begin(), front.end(), i) != front.end(); });
    list.songs.insert(list.songs.begin(), front.begin(), front.end());
    if (list.songs.size() > prepared_songs) list.songs.resize(prepared_songs);
  }
}

}  // namespace longwave::rules
