// SPDX-License-Identifier: Apache-2.0
#include "schedule/rules/choose.hpp"

#include "schedule/rules/choosing.hpp"
#include "schedule/rules/occurrences.hpp"

#include <algorithm>

namespace longwave::rules {

namespace {

constexpr Duration hour_jingle_expires = std::chrono::minutes{1};
/// What is left of a song that was cut: less than this isn't worth going on with.
constexpr Duration worth_resuming = std::chrono::seconds{10};
constexpr Duration slack = std::chrono::seconds{1};
/// So long a request waits for a place where nothing cuts it.
constexpr Duration waits_to_be_whole = std::chrono::hours{1};

struct Found {
  const Playlist* playlist = nullptr;
  const Song* song = nullptr;
};

Found find(const Playlist& playlist, std::int64_t song) {
  const auto found = std::find_if(playlist.songs.begin(), playlist.songs.end(),
                                  [&](const Song& s) { return s.id == song && s.playable(); });
  return found == playlist.songs.end() ? Found{} : Found{&playlist, &*found};
}

}  // namespace

Choosing::Choosing(const Programme& programme, Prepared& prepared, std::span<const Play> heard, WallTime at,
                   Random& random)
    : programme_(programme),
      prepared_(prepared),
      heard_(heard),
      at_(at),
      due_(at + early),
      random_(random),
      show_(show_at(programme, due_)),
      exact_(next_exact(programme, due_)),
      near_(programme, heard, at) {}

std::optional<Chosen> Choosing::run() {
  auto chosen = timed();
  if (!chosen && !begins_show()) chosen = request();
  if (!chosen) chosen = show();
  if (!chosen) chosen = daypart();
  if (!chosen) chosen = from(programme_.default_playlist, {Rule::rotation});
  if (!chosen) chosen = fallback();
  return chosen;
}

std::optional<Chosen> Choosing::timed() {
  auto chosen = event(true);
  if (!chosen) chosen = hour_jingle();
  if (!chosen) chosen = event(false);
  if (!chosen && !begins_show()) chosen = resumed();
  if (!chosen && !begins_show()) chosen = jingle();
  return chosen;
}

/// A show that begins on the second does so with its own first item.
bool Choosing::begins_show() const {
  return show_.show && show_.show->start != Start::boundary &&
         !played_since(Rule::show, show_.show->id, show_.begin);
}

bool Choosing::played_since(Rule rule, std::int64_t subject, WallTime since) const {
  for (auto play = heard_.rbegin(); play != heard_.rend() && play->start >= since - slack; ++play) {
    if (play->rule == rule && play->subject == subject) return true;
  }
  return false;
}

std::uint32_t Choosing::songs_since(Rule rule, std::int64_t subject) const {
  std::uint32_t songs = 0;
  for (auto play = heard_.rbegin(); play != heard_.rend(); ++play) {
    if (play->rule == rule && (subject == 0 || play->subject == subject)) break;
    if (play->is_song() && play->rule != Rule::resumed) ++songs;
  }
  return songs;
}

std::optional<Chosen> Choosing::event(bool exact) {
  for (const auto& event : programme_.events) {
    if (!event.enabled || (event.start != Start::boundary) != exact) continue;
    const auto due = latest(zone_of(programme_), event, due_, at_ - event.expires);
    if (!due || played_since(Rule::event, event.id, *due)) continue;
    const Turn turn{Rule::event, event.id, false, true, false};
    if (event.song == 0) {
      if (auto chosen = from(event.playlist, turn)) return chosen;
    } else if (const auto* playlist = programme_.playlist(event.playlist)) {
      if (const auto found = find(*playlist, event.song); found.song)
        return make(*playlist, *found.song, why(*playlist, turn));
    }
  }
  return std::nullopt;
}

std::optional<Chosen> Choosing::hour_jingle() {
  if (show_.show && !show_.show->jingles) return std::nullopt;
  for (const auto& jingle : programme_.jingles) {
    if (!jingle.enabled || !jingle.on_the_hour) continue;
    const auto hour = zone_of(programme_).hour_of(due_);
    if (at_ - hour >= hour_jingle_expires || played_since(Rule::hour_jingle, jingle.id, hour)) continue;
    if (auto chosen = from(jingle.playlist, {Rule::hour_jingle, jingle.id, false, true, false}))
      return chosen;
  }
  return std::nullopt;
}

bool Choosing::resumes(const Play& cutter) const {
  if (cutter.rule == Rule::hour_jingle) {
    return std::any_of(programme_.jingles.begin(), programme_.jingles.end(),
                       [&](const Jingle& jingle) { return jingle.id == cutter.subject && jingle.resume; });
  }
  return std::any_of(programme_.events.begin(), programme_.events.end(), [&](const FixedEvent& event) {
    return event.id == cutter.subject && event.resume && cutter.rule == Rule::event;
  });
}

std::optional<Chosen> Choosing::resumed() {
  auto cutter = heard_.rbegin();
  if (cutter == heard_.rend() || cutter->is_song()) return std::nullopt;
  auto song = cutter;
  for (; song != heard_.rend() && !song->is_song(); ++song) cutter = song;
  if (song == heard_.rend() || !song->cut() || cutter->start > song->end + slack || !resumes(*cutter))
    return std::nullopt;
  const auto offset = song->offset + (song->end - song->start);
  const auto* playlist = programme_.playlist(song->playlist);
  const auto found = playlist ? find(*playlist, song->song) : Found{};
  if (!found.song || found.song->duration() - offset < worth_resuming) return std::nullopt;
  auto chosen = make(*playlist, *found.song, why(*playlist, {Rule::resumed, cutter->subject}), offset);
  chosen.play.slot = 0;
  return chosen;
}

std::optional<Chosen> Choosing::jingle() {
  if (show_.show && !show_.show->jingles) return std::nullopt;
  for (const auto& jingle : programme_.jingles) {
    if (!jingle.enabled || jingle.every_songs == 0) continue;
    if (songs_since(Rule::jingle, jingle.id) < jingle.every_songs) continue;
    if (auto chosen = from(jingle.playlist, {Rule::jingle, jingle.id, false, true, false})) return chosen;
  }
  return std::nullopt;
}

std::optional<Chosen> Choosing::request() {
  if (!programme_.request_rules.enabled || programme_.requests.empty()) return std::nullopt;
  if (show_.show && !show_.show->requests) return std::nullopt;
  const bool any =
      std::any_of(heard_.begin(), heard_.end(), [](const Play& p) { return p.rule == Rule::request; });
  if (any && songs_since(Rule::request, 0) < programme_.request_rules.every_songs) return std::nullopt;
  for (const auto& request : programme_.requests) {
    if (played_since(Rule::request, request.id, WallTime{})) continue;
    for (const auto& playlist : programme_.playlists) {
      const auto found = playlist.enabled ? find(playlist, request.song) : Found{};
      if (!found.song) continue;
      if (near_.limited(*found.song, playlist.id) || !near_.distance(*found.song).kept()) break;
      const bool is_cut = exact_ && at_ + found.song->duration() > exact_->at + early;
      if (is_cut && at_ - request.asked < waits_to_be_whole) break;
      auto reason = why(playlist, {Rule::request, request.id});
      reason.candidates = static_cast<std::uint32_t>(programme_.requests.size());
      return make(playlist, *found.song, reason);
    }
  }
  return std::nullopt;
}

std::optional<Chosen> Choosing::show() {
  if (!show_.show) return std::nullopt;
  return from(show_.show->playlist, {Rule::show, show_.show->id, !show_.show->random_play});
}

/// The slot behind the last one of this hour that had its turn; one with nothing to play is passed over.
std::optional<Chosen> Choosing::clock(std::int64_t id, WallTime since) {
  const auto clock = std::find_if(programme_.clocks.begin(), programme_.clocks.end(),
                                  [&](const HourClock& c) { return c.id == id; });
  if (clock == programme_.clocks.end() || clock->slots.empty()) return std::nullopt;
  since = std::max(since, zone_of(programme_).hour_of(due_)) - early;
  std::size_t first = 0;
  for (auto play = heard_.rbegin(); play != heard_.rend() && play->start >= since; ++play) {
    if (play->slot == 0) continue;
    first = play->slot;
    break;
  }
  const auto n = std::min<std::size_t>(clock->slots.size(), 255);
  for (std::size_t step = 0; step < n; ++step) {
    const auto place = (first + step) % n;
    const auto& slot = clock->slots[place];
    auto chosen = slot.kind == Slot::Kind::request ? request() : std::nullopt;
    if (!chosen && slot.kind == Slot::Kind::jingle)
      chosen = from(slot.playlist, {Rule::jingle, 0, false, true, false});
    if (!chosen && slot.kind != Slot::Kind::jingle) chosen = from(slot.playlist, {Rule::clock, id});
    if (!chosen) continue;
    chosen->play.slot = static_cast<std::uint8_t>(place + 1);
    return chosen;
  }
  return std::nullopt;
}

std::optional<Chosen> Choosing::daypart() {
  const auto on_air = daypart_at(programme_, due_);
  if (!on_air.daypart) return std::nullopt;
  if (on_air.daypart->clock != 0) return clock(on_air.daypart->clock, on_air.begin);
  return from(on_air.daypart->playlist, {Rule::daypart, on_air.daypart->id});
}

/// Rather any music than silence: other playlists, then what the limits forbid, at last jingles.
std::optional<Chosen> Choosing::fallback() {
  const auto is_music = [&](const Playlist& playlist) {
    const auto named = [&](const auto& thing) { return thing.playlist == playlist.id; };
    return std::none_of(programme_.jingles.begin(), programme_.jingles.end(), named) &&
           std::none_of(programme_.events.begin(), programme_.events.end(), named);
  };
  for (const bool forced : {false, true}) {
    for (const bool music : {true, false}) {
      if (!music && !forced) continue;
      for (const auto& playlist : programme_.playlists) {
        if (is_music(playlist) != music) continue;
        if (auto chosen = from(playlist.id, {Rule::fallback, 0, false, false, forced})) return chosen;
      }
    }
  }
  return std::nullopt;
}

std::optional<Chosen> choose(const Programme& programme, Prepared& prepared, std::span<const Play> heard,
                             WallTime at, Random& random) {
  return Choosing(programme, prepared, heard, at, random).run();
}

std::optional<Chosen> choose_timed(const Programme& programme, Prepared& prepared,
                                   std::span<const Play> heard, WallTime at, Random& random) {
  return Choosing(programme, prepared, heard, at, random).timed();
}

bool keeps(const Programme& programme, std::span<const Play> heard, const Play& play, WallTime at) {
  Song song;
  song.id = play.song;
  song.artist = play.artist;
  song.title = play.title;
  song.album = play.album;
  Near near(programme, heard, at);
  return near.distance(song).kept() && !near.limited(song, play.playlist);
}

void note_started(Programme& programme, const Play& play) {
  auto* playlist = programme.playlist(play.playlist);
  if (!playlist) return;
  const auto seconds = std::chrono::floor<std::chrono::seconds>(play.start.time_since_epoch()).count();
  for (auto& song : playlist->songs) {
    if (song.id == play.song) song.last_play = static_cast<std::uint32_t>(std::max<std::int64_t>(seconds, 0));
  }
}

}  // namespace longwave::rules
