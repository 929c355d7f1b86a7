// SPDX-License-Identifier: Apache-2.0
#include "schedule/programmes.hpp"

#include "base/log.hpp"
#include "schedule/reason.hpp"
#include "store/session.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <map>

namespace longwave::schedule {

namespace {

constexpr std::int64_t looked_back = 20'000;  // rows of the history: two weeks of songs and jingles

/// Rows of a radio in the history: a day of songs. Older ones go a hundred at a time.
constexpr std::int64_t radio_rows = 500;
constexpr std::int64_t go_together = 100;

constexpr std::string_view tables = R"sql(
ALTER TABLE stations ADD COLUMN radio_uuid TEXT NOT NULL DEFAULT '';
CREATE TABLE programmes (
  station INTEGER PRIMARY KEY,
  document TEXT NOT NULL               -- JSON, docs/programme.md: everything but the songs
);
CREATE TABLE programme_songs (
  station INTEGER NOT NULL,
  playlist BIGINT NOT NULL,
  track BIGINT NOT NULL,
  place BIGINT NOT NULL,
  frequency INTEGER NOT NULL,          -- 0 to 10000
  enabled INTEGER NOT NULL,
  PRIMARY KEY (station, playlist, track)
);
)sql";

constexpr std::string_view radio_plays = R"sql(
CREATE INDEX stations_by_radio ON stations (radio_uuid);
CREATE TABLE radio_plays (
  station INTEGER NOT NULL,
  track BIGINT NOT NULL,
  started_ms BIGINT NOT NULL,
  PRIMARY KEY (station, track)
);
)sql";

bool same_song(const rules::Song& a, const rules::Song& b) {
  return a.id == b.id && a.order == b.order && a.frequency == b.frequency && a.enabled == b.enabled;
}

void write_songs(store::Session& session, StationId station, const rules::Playlist& playlist) {
  session.run("DELETE FROM programme_songs WHERE station = :station AND playlist = :playlist", station,
              playlist.id);
  for (const auto& song : playlist.songs) {
    session.run(
        "INSERT INTO programme_songs (station, playlist, track, place, frequency, enabled)"
        " VALUES (:station, :playlist, :track, :place, :frequency, :enabled)",
        station, playlist.id, song.id, static_cast<std::int64_t>(song.order),
        static_cast<int>(song.frequency), song.enabled);
  }
}

}  // namespace

store::Migration programme_tables() {
  return {3, tables};
}

store::Migration radio_tables() {
  return {4, radio_plays};
}

void write_radio_plays(store::Session& session, const std::vector<RadioPlay>& plays) {
  for (const auto& play : plays) {
    session.run(
        "INSERT INTO radio_plays (station, track, started_ms)"
        " SELECT id, :track, :started FROM stations WHERE radio_uuid = :radio"
        " ON CONFLICT (station, track) DO UPDATE SET started_ms = excluded.started_ms"
        " WHERE excluded.started_ms > radio_plays.started_ms",
        play.track, play.started_ms, play.radio_uuid);
  }
}

// The number of the row is taken with it; a row's place in stream time is that of its station's clock.
void write_radio_history(store::Session& session, const std::vector<RadioItem>& items) {
  for (const auto& item : items) {
    const auto added = session.run(
        "INSERT INTO history (station, id, entry, track, artist, start_at, end_at, started_ms, ended_ms,"
        " reason, added_by, heard_by, problem) SELECT id, next_history, 0, :track, :artist,"
        " (:start - epoch_ns / 1000000) * 441 / 10, (:end - epoch_ns / 1000000) * 441 / 10, :started, :ended,"
        " :reason, '', :heard_by, '' FROM stations WHERE radio_uuid = :radio",
        item.track, item.artist, unix_ms(item.started), unix_ms(item.ended), unix_ms(item.started),
        unix_ms(item.ended), item.reason.to_json(), item.heard_by, item.radio_uuid);
    if (added == 0) continue;
    session.run("UPDATE stations SET next_history = next_history + 1 WHERE radio_uuid = :radio",
                item.radio_uuid);
    const auto [station, next] =
        session
            .row<std::int64_t, std::int64_t>(
                "SELECT id, next_history FROM stations WHERE radio_uuid = :radio", item.radio_uuid)
            .value();
    if (next % go_together == 0)
      session.run("DELETE FROM history WHERE station = :station AND id < :before AND entry = 0", station,
                  next - radio_rows);
  }
}

void take_request(store::Session& session, const std::string& radio_uuid, std::int64_t request) {
  // Whoever else changes the programme waits here, and sees what this leaves.
  session.run("UPDATE stations SET name = name WHERE radio_uuid = :radio", radio_uuid);
  const auto id = session.value<StationId>("SELECT id FROM stations WHERE radio_uuid = :radio", radio_uuid);
  const auto stored = id ? read_programme(session, *id) : nullptr;
  if (!stored) return;
  auto next = *stored;
  if (std::erase_if(next.rules.requests, [&](const auto& one) { return one.id == request; }) == 0) return;
  ++next.version;
  write_programme(session, *id, next, stored.get());
}

StationProgrammePtr read_programme(store::Session& session, StationId station) {
  const auto document =
      session.value<std::string>("SELECT document FROM programmes WHERE station = :station", station);
  if (!document) return nullptr;
  boost::system::error_code failed;
  const auto json = boost::json::parse(*document, failed);
  auto programme = failed || !json.is_object()
                       ? Result<StationProgramme>(error(Errc::broken, "it isn't JSON"))
                       : programme_from_json(json.get_object());
  if (!programme) {
    log::error("schedule: the programme of station {} can't be read: {}", station.value,
               programme.error().message);
    return nullptr;
  }
  session.each<std::int64_t, std::int64_t, std::int64_t, int, bool>(
      "SELECT playlist, track, place, frequency, enabled FROM programme_songs WHERE station = :station"
      " ORDER BY playlist, place, track",
      [&](std::int64_t id, std::int64_t track, std::int64_t place, int frequency, bool enabled) {
        auto* playlist = programme->rules.playlist(id);
        if (!playlist) return;
        rules::Song song;
        song.id = track;
        song.order = static_cast<std::int32_t>(place);
        song.frequency = static_cast<std::uint16_t>(std::clamp(frequency, 0, 10'000));
        song.enabled = enabled;
        playlist->songs.push_back(song);
      },
      station);
  return std::make_shared<const StationProgramme>(std::move(*programme));
}

void write_programme(store::Session& session, StationId station, const StationProgramme& programme,
                     const StationProgramme* before) {
  session.run(
      "INSERT INTO programmes (station, document) VALUES (:station, :document)"
      " ON CONFLICT (station) DO UPDATE SET document = excluded.document",
      station, boost::json::serialize(programme_json(programme)));
  if (!before) session.run("DELETE FROM programme_songs WHERE station = :station", station);
  for (const auto& playlist : programme.rules.playlists) {
    const auto* old = before ? before->rules.playlist(playlist.id) : nullptr;
    if (old && std::equal(old->songs.begin(), old->songs.end(), playlist.songs.begin(), playlist.songs.end(),
                          same_song))
      continue;
    write_songs(session, station, playlist);
  }
  if (!before) return;
  for (const auto& old : before->rules.playlists) {
    if (!programme.rules.playlist(old.id))
      session.run("DELETE FROM programme_songs WHERE station = :station AND playlist = :playlist", station,
                  old.id);
  }
}

std::vector<LastPlay> read_last_plays(store::Session& session, StationId station) {
  const auto newest =
      session
          .value<std::int64_t>("SELECT coalesce(max(id), 0) FROM history WHERE station = :station", station)
          .value_or(0);
  std::map<std::pair<std::int64_t, std::int64_t>, std::int64_t> last;
  session.each<std::int64_t, std::int64_t, std::string>(
      "SELECT track, started_ms, reason FROM history WHERE station = :station AND id > :since AND end_at > "
      "start_at AND entry <> 0"  // those of a scheduler stand in radio_plays
      " ORDER BY id",
      [&](std::int64_t track, std::int64_t started, const std::string& reason) {
        const auto why = Reason::from_json(reason);
        last[{why && why->programmed ? why->programmed->playlist : 0, track}] = started;
      },
      station, newest - looked_back);
  session.each<std::int64_t, std::int64_t>(
      "SELECT track, started_ms FROM radio_plays WHERE station = :station",
      [&](std::int64_t track, std::int64_t started) {
        auto& at = last[{0, track}];
        at = std::max(at, started);
      },
      station);
  std::vector<LastPlay> plays;
  plays.reserve(last.size());
  for (const auto& [which, started] : last) plays.push_back({TrackId{which.second}, which.first, started});
  return plays;
}

std::vector<std::pair<StationId, std::string>> read_radio_uuids(store::Session& session) {
  std::vector<std::pair<StationId, std::string>> uuids;
  session.each<StationId, std::string>(
      "SELECT id, radio_uuid FROM stations ORDER BY id",
      [&](StationId id, std::string uuid) { uuids.emplace_back(id, std::move(uuid)); });
  return uuids;
}

}  // namespace longwave::schedule
