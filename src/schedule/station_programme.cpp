// SPDX-License-Identifier: Apache-2.0
#include "schedule/station_programme.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

namespace longwave::schedule {

namespace {

constexpr std::int64_t most_files = 999'999'999;  // nine digits

std::uint32_t key(std::int64_t id) {
  return id > 0 && id <= 0xffffffff ? static_cast<std::uint32_t>(id) : 0;
}

void fill(rules::Song& song, const Candidate& candidate) {
  song.file = candidate.playable ? file_key(candidate.track) : 0;
  song.duration_ms = candidate.duration_ms;
  song.artist = key(candidate.artist);
  song.album = key(candidate.album);
  song.title = candidate.title;
  song.enabled = song.enabled && !candidate.disabled;
}

/// A limit of a title names a track that has it; one of a title that isn't known any more holds nobody back.
void name_titles(rules::Programme& rules, const Catalogue& catalogue) {
  std::erase_if(rules.limits, [&](rules::Limit& limit) {
    if (limit.of != rules::Limit::Of::title) return false;
    const auto* row = catalogue.find(TrackId{limit.key});
    limit.key = row ? row->title : 0;
    return limit.key == 0;
  });
}

}  // namespace

bool StationProgramme::is_whole_library(std::int64_t playlist) const {
  return std::find(whole_library.begin(), whole_library.end(), playlist) != whole_library.end();
}

rules::Programme filled(const StationProgramme& programme, const Catalogue& catalogue) {
  auto rules = programme.rules;
  if (auto zone = rules::Zone::named(programme.zone)) rules.zone = *zone;
  for (auto& playlist : rules.playlists) {
    if (programme.is_whole_library(playlist.id)) {
      playlist.songs.clear();
      playlist.songs.reserve(catalogue.rows().size());
      for (const auto& row : catalogue.rows()) {
        rules::Song song;
        song.id = row.track.value;
        song.order = static_cast<std::int32_t>(playlist.songs.size());
        song.frequency = static_cast<std::uint16_t>(std::clamp(row.weight * 5000.0F, 0.0F, 10'000.0F));
        song.enabled = row.favourite >= 0;
        fill(song, row);
        playlist.songs.push_back(song);
      }
      continue;
    }
    for (auto& song : playlist.songs) {
      if (const auto* row = catalogue.find(TrackId{song.id})) fill(song, *row);
    }
  }
  name_titles(rules, catalogue);
  return rules;
}

void set_last_plays(rules::Programme& rules, const std::vector<LastPlay>& plays) {
  std::unordered_map<std::int64_t, std::vector<const LastPlay*>> of_track;
  for (const auto& play : plays) of_track[play.track.value].push_back(&play);
  for (auto& playlist : rules.playlists) {
    for (auto& song : playlist.songs) {
      const auto found = of_track.find(song.id);
      if (found == of_track.end()) continue;
      for (const auto* play : found->second) {
        if (play->playlist != 0 && play->playlist != playlist.id) continue;
        const auto seconds = std::clamp<std::int64_t>(play->started_ms / 1000, 0, 0xffffffff);
        song.last_play = std::max(song.last_play, static_cast<std::uint32_t>(seconds));
      }
    }
  }
}

std::uint32_t file_key(TrackId track) {
  return track.value > 0 && track.value <= most_files ? static_cast<std::uint32_t>(track.value) : 0;
}

std::string file_id(std::uint32_t key) {
  return fmt::format("{:09}", key);
}

}  // namespace longwave::schedule
