// SPDX-License-Identifier: Apache-2.0
#include "schedule/tables.hpp"

#include "base/log.hpp"
#include "schedule/state_json.hpp"
#include "store/session.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace longwave::schedule {

namespace {

constexpr std::string_view first_tables = R"sql(
CREATE TABLE stations (
  id INTEGER PRIMARY KEY,
  slug TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  epoch_ns BIGINT NOT NULL,            -- wall time of position 0, since 1970
  consume INTEGER NOT NULL,
  version BIGINT NOT NULL,
  queue_cursor INTEGER NOT NULL,       -- -1: none
  next_entry BIGINT NOT NULL,
  next_history BIGINT NOT NULL,
  running_entry BIGINT NOT NULL,       -- 0: nothing is on air
  running_start BIGINT NOT NULL,       -- samples of the stream, as all positions and lengths below
  running_end BIGINT NOT NULL
);
CREATE TABLE queue_entries (
  station INTEGER NOT NULL,
  id BIGINT NOT NULL,
  order_key BIGINT NOT NULL,
  track BIGINT NOT NULL,
  artist BIGINT NOT NULL,              -- 0: not known
  duration BIGINT NOT NULL,            -- 0: not known
  exact INTEGER NOT NULL,
  added_by TEXT NOT NULL,
  reason TEXT NOT NULL,                -- JSON
  PRIMARY KEY (station, id)
);
CREATE TABLE history (
  station INTEGER NOT NULL,
  id BIGINT NOT NULL,
  entry BIGINT NOT NULL,
  track BIGINT NOT NULL,
  artist BIGINT NOT NULL,
  start_at BIGINT NOT NULL,
  end_at BIGINT NOT NULL,
  started_ms BIGINT NOT NULL,
  ended_ms BIGINT NOT NULL,
  reason TEXT NOT NULL,
  added_by TEXT NOT NULL,
  heard_by INTEGER NOT NULL,
  problem TEXT NOT NULL,
  PRIMARY KEY (station, id)
);
)sql";

constexpr std::string_view transport = R"sql(
ALTER TABLE stations ADD COLUMN state INTEGER NOT NULL DEFAULT 1;            -- 0 stopped, 1 playing, 2 paused
ALTER TABLE stations ADD COLUMN marked INTEGER NOT NULL DEFAULT 0;           -- the cursor says what comes next
ALTER TABLE stations ADD COLUMN settings TEXT NOT NULL DEFAULT '';           -- JSON: kind, modes, volume, list, random
ALTER TABLE stations ADD COLUMN blacklists TEXT NOT NULL DEFAULT '';         -- JSON
ALTER TABLE stations ADD COLUMN running_began BIGINT NOT NULL DEFAULT 0;
ALTER TABLE stations ADD COLUMN running_held BIGINT NOT NULL DEFAULT -1;     -- -1: it runs
ALTER TABLE stations ADD COLUMN running_detached TEXT NOT NULL DEFAULT '';   -- JSON of the entry, if it isn't in the queue
)sql";

Reason read_reason(const std::string& json) {
  auto reason = Reason::from_json(json);
  if (reason) return *reason;
  log::warn("schedule: {}", reason.error().message);
  return Reason{std::string(rule::request), "The reason was lost", 0, {}};
}

void read_transport(store::Session& session, StationRow& row) {
  session.each<int, bool, std::string, std::string, std::int64_t, std::int64_t, std::string, std::string>(
      "SELECT state, marked, settings, blacklists, running_began, running_held, running_detached, radio_uuid"
      " FROM stations"
      " WHERE id = :id",
      [&](int state, bool marked, const std::string& settings, const std::string& blacklists,
          std::int64_t began, std::int64_t held, const std::string& detached, const std::string& radio_uuid) {
        row.radio_uuid = radio_uuid;
        row.state = static_cast<Transport>(state);
        row.marked = marked;
        read_settings(row, settings);
        row.blacklists = Blacklists::from_json(blacklists);
        if (!row.running) return;
        if (began != 0) row.running->began_at = Samples{began};
        row.running->held = Samples{held};
        if (!detached.empty()) row.running->detached = entry_from_json(row.running->entry, detached);
      },
      row.id);
}

std::vector<StationRow> read_stations(store::Session& session, StationId from, StationId to) {
  std::vector<StationRow> stations;
  session.each<StationId, std::string, std::string, std::int64_t, std::int64_t, int, std::int64_t,
               std::int64_t, std::int64_t, std::int64_t, std::int64_t>(
      "SELECT id, slug, name, epoch_ns, version, queue_cursor, next_entry, next_history,"
      " running_entry, running_start, running_end FROM stations WHERE id BETWEEN :from AND :to ORDER BY id",
      [&](StationId id, std::string slug, std::string name, std::int64_t epoch, std::int64_t version,
          int cursor, std::int64_t next_entry, std::int64_t next_history, std::int64_t running,
          std::int64_t start, std::int64_t end) {
        StationRow row;
        row.id = id;
        row.slug = std::move(slug);
        row.name = std::move(name);
        row.epoch = WallTime{Duration{epoch}};
        row.version = static_cast<std::uint64_t>(version);
        row.cursor = cursor;
        row.next_entry = next_entry;
        row.next_history = next_history;
        if (running != 0)
          row.running =
              Running{EntryId{running}, Samples{start}, Samples{end}, Samples{start}, Samples{-1}, {}};
        stations.push_back(std::move(row));
      },
      from, to);
  for (auto& row : stations) read_transport(session, row);
  return stations;
}

std::vector<Entry> read_entries(store::Session& session, StationId station) {
  std::vector<Entry> entries;
  session.each<EntryId, std::int64_t, TrackId, std::int64_t, std::int64_t, bool, std::string, std::string>(
      "SELECT id, order_key, track, artist, duration, exact, added_by, reason FROM queue_entries"
      " WHERE station = :station ORDER BY order_key, id",
      [&](EntryId id, std::int64_t key, TrackId track, std::int64_t artist, std::int64_t duration, bool exact,
          std::string added_by, const std::string& reason) {
        entries.push_back(Entry{id, track, artist, key, Samples{duration}, exact, std::move(added_by),
                                read_reason(reason)});
      },
      station);
  return entries;
}

Saved load_rest(store::Session& session, StationRow row, std::size_t history_rows) {
  Saved saved;
  saved.entries = read_entries(session, row.id);
  saved.history = read_history(session, row.id, history_rows, std::nullopt);
  std::reverse(saved.history.begin(), saved.history.end());
  row.programme = read_programme(session, row.id);
  if (row.programme) saved.last_plays = read_last_plays(session, row.id);
  saved.station = std::move(row);
  return saved;
}

void write_station(store::Session& session, const StationRow& row) {
  const auto running = row.running.value_or(Running{});
  session.run(
      "UPDATE stations SET slug = :slug, name = :name, epoch_ns = :epoch, consume = :consume, version = "
      ":version, queue_cursor = :cursor, next_entry = :next_entry, next_history = :next_history,"
      " running_entry = :running, running_start = :start, running_end = :end, state = :state,"
      " marked = :marked, settings = :settings, blacklists = :blacklists, running_began = :began,"
      " running_held = :held, running_detached = :detached, radio_uuid = :radio_uuid WHERE id = :id",
      row.slug, row.name, row.epoch.time_since_epoch().count(), row.modes.consume != Switch::off,
      static_cast<std::int64_t>(row.version), row.cursor, row.next_entry, row.next_history, running.entry,
      running.start_at.count(), running.end_at.count(), static_cast<int>(row.state), row.marked,
      settings_json(row), row.blacklists.to_json(), running.began_at.count(), running.held.count(),
      running.detached ? entry_json(*running.detached) : std::string{}, row.radio_uuid, row.id);
}

void write_entry(store::Session& session, StationId station, const Entry& entry) {
  session.run(
      "INSERT INTO queue_entries (station, id, order_key, track, artist, duration, exact, added_by, reason)"
      " VALUES (:station, :id, :order_key, :track, :artist, :duration, :exact, :added_by, :reason)"
      " ON CONFLICT (station, id) DO UPDATE SET order_key = excluded.order_key, artist = excluded.artist,"
      " duration = excluded.duration, exact = excluded.exact, added_by = excluded.added_by,"
      " reason = excluded.reason",
      station, entry.id, entry.key, entry.track, entry.artist, entry.duration.count(), entry.exact,
      entry.added_by, entry.reason.to_json());
}

void write_history(store::Session& session, StationId station, const HistoryRow& row) {
  session.run(
      "INSERT INTO history (station, id, entry, track, artist, start_at, end_at, started_ms, ended_ms, "
      "reason,"
      " added_by, heard_by, problem) VALUES (:station, :id, :entry, :track, :artist, :start_at, :end_at,"
      " :started_ms, :ended_ms, :reason, :added_by, :heard_by, :problem)"
      " ON CONFLICT (station, id) DO UPDATE SET start_at = excluded.start_at, end_at = excluded.end_at,"
      " started_ms = excluded.started_ms, ended_ms = excluded.ended_ms, heard_by = excluded.heard_by,"
      " problem = excluded.problem",
      station, row.id, row.entry, row.track, row.artist, row.start_at.count(), row.end_at.count(),
      unix_ms(row.started), unix_ms(row.ended), row.reason.to_json(), row.added_by, row.heard_by,
      row.problem);
}

}  // namespace

std::vector<store::Migration> migrations() {
  return {{1, first_tables}, {2, transport}, programme_tables(), radio_tables()};
}

std::vector<Saved> load_all(store::Session& session, std::size_t history_rows) {
  std::vector<Saved> result;
  for (auto& row : read_stations(session, StationId{0}, StationId{std::numeric_limits<std::int64_t>::max()}))
    result.push_back(load_rest(session, std::move(row), history_rows));
  return result;
}

std::optional<Saved> load(store::Session& session, StationId station, std::size_t history_rows) {
  auto found = read_stations(session, station, station);
  if (found.empty()) return std::nullopt;
  return load_rest(session, std::move(found.front()), history_rows);
}

StationRow create(store::Session& session, StationRow station) {
  const auto free = session.value<std::int64_t>("SELECT coalesce(max(id), 0) + 1 FROM stations").value_or(1);
  station.id = StationId{std::max(station.id.value, free)};
  session.run(
      "INSERT INTO stations (id, slug, name, epoch_ns, consume, version, queue_cursor, next_entry, "
      "next_history,"
      " running_entry, running_start, running_end)"
      " VALUES (:id, :slug, :name, 0, 0, 0, -1, 1, 1, 0, 0, 0)",
      station.id, station.slug, station.name);
  write_station(session, station);
  return station;
}

void write(store::Session& session, const Delta& delta) {
  const auto station = delta.station.id;
  write_station(session, delta.station);
  if (delta.whole) session.run("DELETE FROM queue_entries WHERE station = :station", station);
  for (const auto& entry : delta.put) write_entry(session, station, *entry);
  for (const auto entry : delta.removed) {
    session.run("DELETE FROM queue_entries WHERE station = :station AND id = :id", station, entry);
  }
  for (const auto& row : delta.history) write_history(session, station, row);
  if (delta.programme) write_programme(session, station, *delta.programme, delta.programme_before.get());
}

void remove(store::Session& session, StationId station) {
  for (const auto* from :
       {"DELETE FROM queue_entries WHERE station = :station", "DELETE FROM history WHERE station = :station",
        "DELETE FROM programme_songs WHERE station = :station",
        "DELETE FROM programmes WHERE station = :station", "DELETE FROM radio_plays WHERE station = :station",
        "DELETE FROM stations WHERE id = :station"})
    session.run(from, station);
}

std::vector<HistoryRow> read_history(store::Session& session, StationId station, std::size_t limit,
                                     std::optional<std::int64_t> before) {
  std::vector<HistoryRow> rows;
  session.each<std::int64_t, EntryId, TrackId, std::int64_t, std::int64_t, std::int64_t, std::int64_t,
               std::int64_t, std::string, std::string, int, std::string>(
      "SELECT id, entry, track, artist, start_at, end_at, started_ms, ended_ms, reason, added_by, heard_by, "
      "problem"
      " FROM history WHERE station = :station AND id < :before ORDER BY id DESC LIMIT :limit",
      [&](std::int64_t id, EntryId entry, TrackId track, std::int64_t artist, std::int64_t start,
          std::int64_t end, std::int64_t started, std::int64_t ended, const std::string& reason,
          std::string added_by, int heard_by, std::string problem) {
        HistoryRow row;
        row.id = id;
        row.entry = entry;
        row.track = track;
        row.artist = artist;
        row.start_at = Samples{start};
        row.end_at = Samples{end};
        row.started = from_unix_ms(started);
        row.ended = from_unix_ms(ended);
        row.reason = read_reason(reason);
        row.added_by = std::move(added_by);
        row.heard_by = heard_by;
        row.problem = std::move(problem);
        rows.push_back(std::move(row));
      },
      station, before.value_or(std::numeric_limits<std::int64_t>::max()), static_cast<std::int64_t>(limit));
  return rows;
}

std::vector<ItemHeard> read_heard(store::Session& session, StationId station, WallTime from, WallTime to) {
  // Ids go up with time, so this reads from the newest on and needs no index of times.
  constexpr std::int64_t page = 2000;
  std::vector<ItemHeard> items;
  auto before = std::numeric_limits<std::int64_t>::max();
  for (bool more = true; more;) {
    std::int64_t rows = 0;
    session.each<std::int64_t, std::int64_t, std::int64_t, int>(
        "SELECT id, started_ms, ended_ms, heard_by FROM history"
        " WHERE station = :station AND id < :before ORDER BY id DESC LIMIT :page",
        [&](std::int64_t id, std::int64_t started, std::int64_t ended, int heard_by) {
          ++rows;
          before = id;
          const ItemHeard item{from_unix_ms(started), from_unix_ms(ended), heard_by};
          more = item.to > from;
          if (more && item.from < to) items.push_back(item);
        },
        station, before, page);
    more = more && rows == page;
  }
  return items;
}

}  // namespace longwave::schedule
