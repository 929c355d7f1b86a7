// SPDX-License-Identifier: Apache-2.0
#include "simulate/database.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <utility>

namespace longwave::simulate {

using namespace std::chrono_literals;

namespace {

/// Of a radio's programme; the rest of a hundred is plain.
enum class Kind { plain, ordered, shows, hourly, jingles, rules, short_tracks, empty };

constexpr std::int64_t jingle_list = 9;

std::uint64_t mixed(std::uint64_t x) {  // splitmix64
  x += 0x9e3779b97f4a7c15U;
  x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9U;
  x = (x ^ (x >> 27U)) * 0x94d049bb133111ebU;
  return x ^ (x >> 31U);
}

Kind kind_of(std::uint64_t part) {
  if (part < 10) return Kind::ordered;
  if (part < 20) return Kind::shows;
  if (part < 30) return Kind::hourly;
  if (part < 35) return Kind::jingles;
  if (part < 40) return Kind::rules;
  if (part < 41) return Kind::short_tracks;
  if (part < 43) return Kind::empty;
  return Kind::plain;
}

}  // namespace

Database::Database(std::size_t radios, std::uint64_t seed)
    : seed_(seed), editions_(radios), last_plays_(radios * songs_kept) {
  for (const auto* zone :
       {"Europe/Berlin", "UTC", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"}) {
    auto found = rules::Zone::named(zone);
    zones_.push_back(found ? *found : rules::Zone::utc());
  }
}

std::string Database::name(std::size_t radio) {
  auto digits = std::to_string(radio);
  return "r" + std::string(9 - std::min<std::size_t>(9, digits.size()), '0') + digits;
}

std::size_t Database::number(std::string_view name) {
  std::size_t radio = ~std::size_t{};
  if (name.size() == 10 && name[0] == 'r') std::from_chars(name.data() + 1, name.data() + 10, radio);
  return radio;
}

std::uint64_t Database::chance(std::size_t radio, std::uint64_t what) const {
  return mixed(mixed(seed_ * 1'000'003 + radio) + what);
}

bool Database::playable(std::size_t radio) const {
  return kind_of(chance(radio, editions_[radio] * 7919) % 100) != Kind::empty;
}

bool Database::steady(std::size_t radio) const {
  const auto kind = kind_of(chance(radio, editions_[radio] * 7919) % 100);
  return kind != Kind::hourly && kind != Kind::rules && kind != Kind::jingles;
}

Duration Database::length(std::size_t radio, std::int64_t song) const {
  const auto list = song / 1000 % 100;
  const auto any = chance(radio, static_cast<std::uint64_t>(song));
  if (list == jingle_list) return 5s + std::chrono::milliseconds{any % 10'000};
  if (song / 100'000 == 1) return 1s + std::chrono::milliseconds{any % 8'000};
  return 120s + std::chrono::milliseconds{any % 240'000};
}

/// Songs are numbered by what they are: 100,000 for short ones, 1,000 for each playlist.
rules::Playlist Database::playlist(std::size_t radio, std::int64_t id, std::size_t songs) const {
  const auto kind = kind_of(chance(radio, editions_[radio] * 7919) % 100);
  rules::Playlist made;
  made.id = id;
  made.name = id == 1 ? "default" : "other";
  made.edition = editions_[radio];
  made.ordered = id == 1 && kind == Kind::ordered;
  made.songs.reserve(songs);
  for (std::size_t i = 0; i < songs; ++i) {
    rules::Song song;
    song.id = (kind == Kind::short_tracks ? 100'000 : 0) + id * 1000 + static_cast<std::int64_t>(i);
    song.file = static_cast<std::uint32_t>(radio % 1'000'000 * 1000 + static_cast<std::size_t>(id) * 100 +
                                           i % 100 + 1);
    song.duration_ms = static_cast<std::int32_t>(to_ms(length(radio, song.id)));
    song.artist = static_cast<std::uint32_t>(chance(radio, i) % 30 + 1);
    song.order = static_cast<std::int32_t>(i);
    song.last_play = id == 1 ? last_plays_[radio * songs_kept + i % songs_kept] : 0;
    made.songs.push_back(song);
  }
  return made;
}

std::shared_ptr<const rules::Programme> Database::programme(std::size_t radio) const {
  auto made = std::make_shared<rules::Programme>();
  const auto any = chance(radio, 1);
  const auto kind = kind_of(chance(radio, editions_[radio] * 7919) % 100);
  made->zone = zones_[any % zones_.size()];
  made->default_playlist = 1;
  made->playlists.push_back(playlist(radio, 1, kind == Kind::empty ? 0 : 40 + any / 8 % 80));
  if (kind == Kind::shows || kind == Kind::rules) {
    for (std::int64_t i = 0; i < 2; ++i) {
      made->playlists.push_back(playlist(radio, 2 + i, 40));
      rules::Show show;
      show.id = 10 + i;
      show.playlist = 2 + i;
      show.at.time = std::chrono::hours{any / 64 % 24} + i * 90min;
      show.duration = 2h;
      show.random_play = i == 0;
      show.start = kind == Kind::rules ? rules::Start::exact : rules::Start::boundary;
      made->shows.push_back(show);
    }
  }
  if (kind == Kind::rules) {
    made->separation.artist = 30min;
    rules::Daypart night;
    night.id = 1;
    night.playlist = 2;
    night.at.time = 23h;
    night.until = 4h;
    made->dayparts.push_back(night);
  }
  if (kind == Kind::hourly || kind == Kind::jingles || kind == Kind::rules) {
    made->playlists.push_back(playlist(radio, jingle_list, 3));
    rules::Jingle jingle;
    jingle.id = 1;
    jingle.playlist = jingle_list;
    jingle.on_the_hour = kind != Kind::jingles;
    jingle.every_songs = kind == Kind::hourly ? 0 : 4;
    made->jingles.push_back(jingle);
  }
  return made;
}

void Database::played(std::size_t radio, std::int64_t song, WallTime at) {
  if (song / 1000 % 100 != 1) return;
  last_plays_[radio * songs_kept + static_cast<std::size_t>(song % 1000) % songs_kept] =
      static_cast<std::uint32_t>(std::chrono::floor<std::chrono::seconds>(at.time_since_epoch()).count());
}

std::string Database::file(std::uint32_t key) {
  auto digits = std::to_string(key);
  return std::string(9 - std::min<std::size_t>(9, digits.size()), '0') + digits + ".mp3";
}

void Database::write(const radios::Changes& changes) {
  for (const auto& radio : changes.removed) states_.erase(radio);
  for (const auto& radio : changes.put) states_[radio.radio] = radio;
}

void Database::write(const fleet::FleetChanges& changes) {
  for (const auto& streamer : changes.removed_streamers) streamers_.erase(streamer);
  for (const auto& row : changes.put_streamers) streamers_[row.streamer] = row;
  for (const auto& key : changes.removed_listeners) listeners_.erase(key);
  for (const auto& row : changes.put_listeners) listeners_[{row.session_id, row.streamer}] = row;
  for (const auto& row : changes.departed) departed_[row.streamer] = row.radios;
}

std::vector<radios::Saved> Database::states() const {
  std::vector<radios::Saved> all;
  all.reserve(states_.size());
  for (const auto& [name, state] : states_) all.push_back(state);
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.radio < b.radio; });
  return all;
}

fleet::SavedFleet Database::people() const {
  fleet::SavedFleet saved;
  for (const auto& [name, row] : streamers_) saved.streamers.push_back(row);
  for (const auto& [key, row] : listeners_) saved.listeners.push_back(row);
  for (const auto& [streamer, radios] : departed_) saved.departed.push_back({streamer, radios});
  return saved;
}

}  // namespace longwave::simulate
