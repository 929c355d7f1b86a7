// SPDX-License-Identifier: Apache-2.0
#include "schedule/rules/choosing.hpp"
#include "schedule/rules/fit.hpp"

#include <algorithm>
#include <bit>
#include <vector>

/// Which song of a playlist: the next prepared one that the rules let, one by its length, or whatever keeps
/// the most of the rules.
namespace longwave::rules {

namespace {

/// A song that would end this shortly before something exact leaves a rest that nothing fits into.
constexpr Duration scrap = std::chrono::seconds{30};

std::uint32_t& count(Why& why, Excluded rule) {
  return why.excluded[static_cast<std::size_t>(rule)];
}

/// Full, or halved so many times, or nothing.
std::uint16_t level(std::uint16_t part) {
  return part >= 256 ? 256 : std::bit_floor(part);
}

/// It was chosen, though not because it was prepared.
void forget(PreparedList& list, std::uint32_t song) {
  const auto place = std::find(list.songs.begin() + list.next, list.songs.end(), song);
  if (place != list.songs.end()) list.songs.erase(place);
}

}  // namespace

std::optional<Chosen> Choosing::from(std::int64_t id, Turn turn) {
  const auto* playlist = programme_.playlist(id);
  if (!playlist || !playlist->enabled || (!turn.forced && near_.playlist_limited(id))) return std::nullopt;
  if (turn.rule != Rule::show) turn.ordered = playlist->ordered;
  auto& list = prepared_.of(*playlist, turn.ordered, heard_, at_, random_);
  if (list.left() == 0) return std::nullopt;
  if (turn.ordered) return take(*playlist, list, list.next, turn);
  if (!turn.free && exact_ && exact_->fitted && exact_->at - at_ <= fit_window) {
    if (auto chosen = fitted(*playlist, list, turn)) return chosen;
  }
  if (auto chosen = walked(*playlist, list, turn)) return chosen;
  return searched(*playlist, list, turn);
}

bool Choosing::leaves_scrap(const Song& song) const {
  if (!exact_) return false;
  const auto end = at_ + song.duration();
  return end < exact_->at && end > exact_->at - scrap;
}

/// The first prepared song that may be played; what is passed over keeps its place.
std::optional<Chosen> Choosing::walked(const Playlist& playlist, PreparedList& list, const Turn& turn) {
  const bool any = turn.free || (!near_.asks() && !exact_);
  if (any) return take(playlist, list, list.next, turn);
  auto passed = why(playlist, turn);
  std::optional<std::size_t> with_scrap;
  for (std::size_t i = list.next; i < list.songs.size(); ++i) {
    const auto& song = playlist.songs[list.songs[i]];
    if (!turn.forced && near_.limited(song, playlist.id)) {
      ++count(passed, Excluded::limit);
    } else if (const auto distance = near_.distance(song); !distance.kept()) {
      ++count(passed, distance.by);
    } else if (leaves_scrap(song)) {
      ++count(passed, Excluded::length);
      if (!with_scrap) with_scrap = i;
    } else {
      with_scrap = i;
      break;
    }
  }
  if (!with_scrap) return std::nullopt;
  auto chosen = take(playlist, list, *with_scrap, turn);
  for (std::size_t i = 0; i < exclusions; ++i) chosen.why.excluded[i] += passed.excluded[i];
  return chosen;
}

Chosen Choosing::take(const Playlist& playlist, PreparedList& list, std::size_t place, const Turn& turn) {
  const auto song = list.songs[place];
  auto reason = why(playlist, turn);
  reason.candidates = list.candidates;
  reason.excluded = list.excluded;
  const auto front = list.songs.begin() + list.next;
  std::rotate(front, list.songs.begin() + static_cast<std::ptrdiff_t>(place),
              list.songs.begin() + static_cast<std::ptrdiff_t>(place) + 1);
  ++list.next;
  return make(playlist, playlist.songs[song], reason);
}

/// Nothing that is prepared may be played: of the whole playlist those that keep the most of the rules; the
/// distances of artist and album give way before those of song and title. Among equals by chance.
std::optional<Chosen> Choosing::searched(const Playlist& playlist, PreparedList& list, const Turn& turn) {
  auto reason = why(playlist, turn);
  std::vector<std::uint32_t> best;
  unsigned best_level = 0;
  std::uint16_t kept = 0, nearest = 0;
  for (std::uint32_t i = 0; i < playlist.songs.size(); ++i) {
    const auto& song = playlist.songs[i];
    if (!song.playable()) {
      ++count(reason, song.enabled ? Excluded::no_file : Excluded::disabled);
      continue;
    }
    if (!turn.forced && near_.limited(song, playlist.id)) {
      ++count(reason, Excluded::limit);
      continue;
    }
    const auto distance = near_.distance(song);
    if (!distance.kept()) ++count(reason, distance.by);
    const auto own = level(distance.own), kin = level(distance.kin);
    // With nothing kept at all, the one that was heard longest ago.
    const unsigned now = own * 1024U + kin + 1;
    if (now > best_level || (own == 0 && now == best_level && distance.own > nearest)) best.clear();
    if (now < best_level || (own == 0 && now == best_level && distance.own < nearest)) continue;
    best_level = now;
    nearest = distance.own;
    kept = std::min(own, kin);
    best.push_back(i);
  }
  if (best.empty()) return std::nullopt;
  // An immediate repeat only of the only one.
  if (best.size() > 1 && !heard_.empty())
    std::erase_if(best, [&](auto i) { return playlist.songs[i].id == heard_.back().song; });
  const auto& song = playlist.songs[best[random_.below(best.size())]];
  reason.candidates = static_cast<std::uint32_t>(best.size());
  reason.kept = kept;
  forget(list, static_cast<std::uint32_t>(&song - playlist.songs.data()));
  return make(playlist, song, reason);
}

/// Back-timing: something exact is near, and what is played before it should be over right then.
std::optional<Chosen> Choosing::fitted(const Playlist& playlist, PreparedList& list, const Turn& turn) {
  auto reason = why(playlist, turn);
  std::vector<std::uint32_t> songs;
  std::vector<std::int32_t> lengths;
  for (std::uint32_t i = 0; i < playlist.songs.size(); ++i) {
    const auto& song = playlist.songs[i];
    if (!song.playable()) {
      ++count(reason, song.enabled ? Excluded::no_file : Excluded::disabled);
    } else if (near_.limited(song, playlist.id)) {
      ++count(reason, Excluded::limit);
    } else if (const auto distance = near_.distance(song); !distance.kept()) {
      ++count(reason, distance.by);
    } else {
      songs.push_back(i);
      lengths.push_back(song.duration_ms);
    }
  }
  const auto first = fit(lengths, exact_->at - at_, random_);
  if (!first) return std::nullopt;
  reason.candidates = static_cast<std::uint32_t>(songs.size());
  reason.fitted = true;
  forget(list, songs[*first]);
  return make(playlist, playlist.songs[songs[*first]], reason);
}

Why Choosing::why(const Playlist& playlist, const Turn& turn) const {
  Why reason;
  reason.rule = turn.rule;
  reason.subject = turn.subject;
  reason.playlist = playlist.id;
  reason.candidates = 1;
  return reason;
}

Chosen Choosing::make(const Playlist& playlist, const Song& song, Why reason, Duration offset) const {
  Chosen chosen;
  chosen.song = song;
  chosen.show = show_.show ? show_.show->id : 0;
  chosen.offset = offset;
  chosen.until = at_ + song.duration() - offset;
  if (exact_ && exact_->at < chosen.until) chosen.until = exact_->at;
  chosen.play = Play{song.id,    at_,        chosen.until, offset, song.duration(), song.artist,
                     song.title, song.album, reason.rule,  0,      reason.subject,  playlist.id};
  chosen.why = reason;
  return chosen;
}

}  // namespace longwave::rules
