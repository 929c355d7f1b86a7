// SPDX-License-Identifier: Apache-2.0
#include "schedule/rules/near.hpp"

#include <algorithm>

namespace longwave::rules {

namespace {

constexpr int asked_before_building = 12;

std::array<std::int64_t, 4> keys(const Song& song) {
  return {song.id, song.title, song.artist, song.album};
}
std::array<std::int64_t, 4> keys(const Play& play) {
  return {play.song, play.title, play.artist, play.album};
}

std::int64_t key(Limit::Of of, const std::array<std::int64_t, 4>& keys, std::int64_t playlist) {
  switch (of) {
    case Limit::Of::song:
      return keys[0];
    case Limit::Of::title:
      return keys[1];
    case Limit::Of::artist:
      return keys[2];
    case Limit::Of::album:
      return keys[3];
    case Limit::Of::playlist:
      return playlist;
  }
  return 0;
}

}  // namespace

Near::Near(const Programme& programme, std::span<const Play> heard, WallTime at)
    : heard_(heard), at_(at), separated_(programme.separation.any()) {
  const auto& separation = programme.separation;
  wanted_ = {separation.song, separation.title, separation.artist, separation.album};
  for (const auto& limit : programme.limits) {
    for (auto play = heard.rbegin(); play != heard.rend() && play->start > at - limit.every; ++play) {
      if (key(limit.of, keys(*play), play->playlist) != limit.key || play->rule == Rule::resumed) continue;
      closed_.push_back(limit);
      break;
    }
  }
}

void Near::build() {
  built_ = true;
  for (std::size_t rule = 0; rule < rules; ++rule) {
    auto& last = last_[rule];
    if (wanted_[rule].count() == 0) continue;
    for (auto play = heard_.rbegin(); play != heard_.rend() && at_ - play->end < wanted_[rule]; ++play) {
      const auto key = keys(*play)[rule];
      if (play->is_song() && key != 0) last.push_back({key, play->end});
    }
    // Newest first, so that of each key the newest stays.
    std::stable_sort(last.begin(), last.end(), [](const Last& a, const Last& b) { return a.key < b.key; });
    last.erase(
        std::unique(last.begin(), last.end(), [](const Last& a, const Last& b) { return a.key == b.key; }),
        last.end());
  }
}

/// How long ago it was over, at most what is wanted.
Duration Near::rest(std::size_t rule, std::int64_t key) const {
  const auto wanted = wanted_[rule];
  const auto cut = [&](WallTime end) { return std::clamp(at_ - end, Duration{}, wanted); };
  if (built_) {
    const auto& last = last_[rule];
    const auto found = std::lower_bound(last.begin(), last.end(), key,
                                        [](const Last& l, std::int64_t k) { return l.key < k; });
    return found != last.end() && found->key == key ? cut(found->end) : wanted;
  }
  for (auto play = heard_.rbegin(); play != heard_.rend() && at_ - play->end < wanted; ++play) {
    if (play->is_song() && keys(*play)[rule] == key) return cut(play->end);
  }
  return wanted;
}

Near::Distance Near::distance(const Song& song) {
  Distance distance;
  if (!separated_) return distance;
  if (!built_ && ++asked_ > asked_before_building) build();
  const auto own = keys(song);
  std::uint16_t worst = 256;
  for (std::size_t rule = 0; rule < rules; ++rule) {
    if (wanted_[rule].count() == 0 || own[rule] == 0) continue;
    const auto part = static_cast<std::uint16_t>(rest(rule, own[rule]) * 256 / wanted_[rule]);
    auto& kept = rule < 2 ? distance.own : distance.kin;
    kept = std::min(kept, part);
    if (part >= worst) continue;
    worst = part;
    distance.by = static_cast<Excluded>(static_cast<std::size_t>(Excluded::song) + rule);
  }
  return distance;
}

bool Near::limited(const Song& song, std::int64_t playlist) const {
  return std::any_of(closed_.begin(), closed_.end(),
                     [&](const Limit& limit) { return key(limit.of, keys(song), playlist) == limit.key; });
}

bool Near::playlist_limited(std::int64_t playlist) const {
  return std::any_of(closed_.begin(), closed_.end(), [&](const Limit& limit) {
    return limit.of == Limit::Of::playlist && limit.key == playlist;
  });
}

}  // namespace longwave::rules
