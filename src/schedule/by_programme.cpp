// SPDX-License-Identifier: Apache-2.0
#include "schedule/by_programme.hpp"

#include "schedule/candidate.hpp"

#include <algorithm>
#include <string>
#include <tuple>

namespace longwave::schedule {

namespace {

/// A request of people at the queue is to the rules a song like another.
rules::Rule rule_of(const Reason& reason) {
  if (!reason.programmed || !reason.rule.starts_with(rule::programme)) return rules::Rule::rotation;
  const auto name = std::string_view{reason.rule}.substr(rule::programme.size());
  return rules::rule_named(name).value_or(rules::Rule::rotation);
}

bool is_timed(const Reason& reason) {
  const auto rule = rule_of(reason);
  return rule == rules::Rule::event || rule == rules::Rule::hour_jingle || rule == rules::Rule::resumed ||
         (rule == rules::Rule::jingle && reason.programmed->subject != 0);
}

std::uint32_t seconds(WallTime at) {
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(unix_ms(at) / 1000, 0, 0xffffffff));
}

rules::Play play_of(const Reason& reason, TrackId track, std::int64_t artist) {
  rules::Play play;
  play.song = track.value;
  play.artist = artist > 0 && artist <= 0xffffffff ? static_cast<std::uint32_t>(artist) : 0;
  play.rule = rule_of(reason);
  if (!reason.programmed) return play;
  play.subject = reason.programmed->subject;
  play.playlist = reason.programmed->playlist;
  play.slot = static_cast<std::uint8_t>(reason.programmed->slot);
  play.offset = to_duration(reason.programmed->offset);
  return play;
}

}  // namespace

void ByProgramme::restore(const std::vector<LastPlay>& last_plays, const std::vector<HistoryRow>& history) {
  for (const auto& play : last_plays) note_last(play.playlist, play.track, from_unix_ms(play.started_ms));
  for (const auto& row : history) note(row);
}

void ByProgramme::set(const StationProgramme* programme, const Catalogue* catalogue) {
  works_ = programme && programme->enabled && catalogue;
  avoided_.clear();
  // Also of one that is switched off: it is previewed before it goes on the air.
  if (!programme || !catalogue) {
    rules_ = {};
    return;
  }
  rules_ = filled(*programme, *catalogue);
  keys_of_.clear();
  ++edition_;
  for (auto& playlist : rules_.playlists) {
    playlist.edition = edition_;
    for (auto& song : playlist.songs) {
      keys_of_[song.id] = {song.title, song.album};
      const auto here = last_.find({playlist.id, song.id}), anywhere = last_.find({0, song.id});
      if (here != last_.end()) song.last_play = here->second;
      // Where the order says what comes next, only what was played of this playlist counts.
      if (anywhere != last_.end() && !playlist.ordered)
        song.last_play = std::max(song.last_play, anywhere->second);
    }
  }
  name_heard();
}

/// What was heard before it was known what it is.
void ByProgramme::name_heard() {
  for (auto& play : heard_) {
    if (const auto keys = keys_of_.find(play.song); keys != keys_of_.end())
      std::tie(play.title, play.album) = keys->second;
  }
}

void ByProgramme::note_last(std::int64_t playlist, TrackId track, WallTime at) {
  auto& last = last_[{playlist, track.value}];
  last = std::max(last, seconds(at));
}

void ByProgramme::note(const HistoryRow& row) {
  if (row.end_at <= row.start_at || row.id < noted_) return;
  auto play = play_of(row.reason, row.track, row.artist);
  play.start = row.started;
  play.end = row.ended;
  if (const auto keys = keys_of_.find(play.song); keys != keys_of_.end())
    std::tie(play.title, play.album) = keys->second;
  if (const auto* playlist = rules_.playlist(play.playlist)) {
    const auto song = std::find_if(playlist->songs.begin(), playlist->songs.end(),
                                   [&](const rules::Song& s) { return s.id == play.song; });
    if (song != playlist->songs.end()) play.length = song->duration();
  }
  if (row.id == noted_ && !heard_.empty()) {
    heard_.back() = play;
    return;
  }
  noted_ = row.id;
  heard_.push_back(play);
  note_last(play.playlist, row.track, row.started);
  rules::note_started(rules_, play);
  if (heard_.size() > 2048) heard_.erase(heard_.begin(), heard_.begin() + 1024);
}

void ByProgramme::avoid(TrackId track) {
  avoided_.insert(track);
  ++edition_;
  for (auto& playlist : rules_.playlists) {
    playlist.edition = edition_;
    for (auto& song : playlist.songs) {
      if (song.id == track.value) song.file = 0;
    }
  }
}

rules::Play ByProgramme::play(const Entry& entry, WallTime start, WallTime end, Duration offset) const {
  auto play = play_of(entry.reason, entry.track, entry.artist);
  if (const auto keys = keys_of_.find(play.song); keys != keys_of_.end())
    std::tie(play.title, play.album) = keys->second;
  play.start = start;
  play.end = end;
  play.offset = offset;
  play.length = to_duration(entry.duration);
  return play;
}

std::optional<rules::Chosen> ByProgramme::choose(const Plays& before, WallTime at, Random& random) {
  return rules::choose(rules_, prepared_, before, at, random);
}

std::optional<rules::Chosen> ByProgramme::timed(const Plays& before, WallTime at, const Random& random) {
  auto prepared = prepared_;
  auto chance = random;
  return rules::choose_timed(rules_, prepared, before, at, chance);
}

void ByProgramme::take(const Plays& before, WallTime at, Random& random) {
  rules::choose_timed(rules_, prepared_, before, at, random);
}

bool ByProgramme::fits(const Entry& entry, const Plays& before, WallTime at, bool strictly) const {
  if (!entry.reason.programmed) return true;
  if (is_timed(entry.reason)) return false;  // it isn't due
  const auto* show = rules::show_at(rules_, at + rules::early).show;
  const auto& programmed = *entry.reason.programmed;
  if (programmed.show != (show ? show->id : 0)) return false;
  if (!rules_.playlist(programmed.playlist)) return false;
  if (!strictly || programmed.relaxed || rule_of(entry.reason) == rules::Rule::jingle) return true;
  const auto* playlist = rules_.playlist(programmed.playlist);
  const bool ordered = playlist->ordered || (show && !show->random_play);
  return ordered || rules::keeps(rules_, before, play(entry, at, at, {}), at);
}

std::optional<WallTime> ByProgramme::exact_after(WallTime at) const {
  const auto exact = rules::next_exact(rules_, at + rules::early);
  return exact ? std::optional(exact->at) : std::nullopt;
}

bool ByProgramme::on_the_second(const rules::Chosen& chosen) const {
  if (chosen.why.rule == rules::Rule::hour_jingle) return true;
  return chosen.why.rule == rules::Rule::event &&
         std::any_of(rules_.events.begin(), rules_.events.end(), [&](const rules::FixedEvent& event) {
           return event.id == chosen.why.subject && event.start != rules::Start::boundary;
         });
}

bool ByProgramme::has_its_time(const Entry& entry) {
  const auto rule = rule_of(entry.reason);
  return rule == rules::Rule::event || rule == rules::Rule::hour_jingle;
}

Reason ByProgramme::reason(const rules::Chosen& chosen) const {
  return reason_of(chosen.why, chosen.why.text(rules_), chosen.show, chosen.play.slot, chosen.offset);
}

Reason reason_of(const rules::Why& why, std::string text, std::int64_t show, int slot, Duration offset) {
  Reason reason;
  reason.rule = std::string(rule::programme) + std::string(name(why.rule));
  reason.text = std::move(text);
  reason.candidates = why.candidates;
  for (std::size_t i = 0; i < rules::exclusions; ++i) {
    if (why.excluded[i] != 0)
      reason.excluded.emplace_back(std::string(name(static_cast<rules::Excluded>(i))), why.excluded[i]);
  }
  reason.programmed = Programmed{why.subject, why.playlist, show, slot, to_samples(offset), why.relaxed()};
  return reason;
}

}  // namespace longwave::schedule
