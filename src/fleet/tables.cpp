// SPDX-License-Identifier: Apache-2.0
#include "fleet/tables.hpp"

#include "store/session.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace longwave::fleet {

store::RoomMigrations migrations() {
  return {"fleet",
          {{.version = 1, .sql = R"sql(
CREATE TABLE fleet_streamers (
  streamer TEXT PRIMARY KEY,
  prepares INTEGER NOT NULL,
  address TEXT NOT NULL
);
CREATE TABLE fleet_listeners (
  session_id TEXT NOT NULL,
  streamer TEXT NOT NULL,
  radio_uuid TEXT NOT NULL,
  user_id INTEGER,
  since_ms INTEGER NOT NULL,
  PRIMARY KEY (session_id, streamer)
);
CREATE TABLE fleet_events (
  id INTEGER PRIMARY KEY,
  type TEXT NOT NULL,
  radio_uuid TEXT NOT NULL,
  playlist_id INTEGER NOT NULL,
  jingle_id INTEGER NOT NULL,
  created_ms INTEGER NOT NULL
);
CREATE TABLE fleet_users (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE
);
)sql"},
           {.version = 2, .sql = R"sql(
CREATE TABLE fleet_departed (
  streamer TEXT NOT NULL,
  radio_uuid TEXT NOT NULL,
  PRIMARY KEY (streamer, radio_uuid)
);
)sql"},
           {.version = 3, .sql = R"sql(
CREATE INDEX fleet_listeners_radio ON fleet_listeners (radio_uuid);
)sql"}}};
}

// As in the original only the latest event of a radio waits; so they don't grow where nobody schedules.
store::RoomMigrations programme_events() {
  return {"fleet_programmes",
          {{.version = 1,
            .sql = "",
            .sqlite = R"sql(
CREATE TRIGGER fleet_programme_made AFTER INSERT ON programmes BEGIN
  DELETE FROM fleet_events WHERE radio_uuid = (SELECT radio_uuid FROM stations WHERE id = new.station);
  INSERT INTO fleet_events (type, radio_uuid, playlist_id, jingle_id, created_ms)
    SELECT 'playlist_updated', radio_uuid, 0, 0, 0 FROM stations WHERE id = new.station AND radio_uuid <> '';
END;
CREATE TRIGGER fleet_programme_edited AFTER UPDATE ON programmes BEGIN
  DELETE FROM fleet_events WHERE radio_uuid = (SELECT radio_uuid FROM stations WHERE id = new.station);
  INSERT INTO fleet_events (type, radio_uuid, playlist_id, jingle_id, created_ms)
    SELECT 'playlist_updated', radio_uuid, 0, 0, 0 FROM stations WHERE id = new.station AND radio_uuid <> '';
END;
)sql",
            .postgresql = R"sql(
CREATE FUNCTION fleet_programme_edited() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM fleet_events WHERE radio_uuid = (SELECT radio_uuid FROM stations WHERE id = new.station);
  INSERT INTO fleet_events (type, radio_uuid, playlist_id, jingle_id, created_ms)
    SELECT 'playlist_updated', radio_uuid, 0, 0, 0 FROM stations WHERE id = new.station AND radio_uuid <> '';
  RETURN NULL;
END $$;
CREATE TRIGGER fleet_programme_edited AFTER INSERT OR UPDATE ON programmes
  FOR EACH ROW EXECUTE FUNCTION fleet_programme_edited();
)sql"},
           // A station that is removed is told to the scheduler that knows its radio.
           {.version = 2,
            .sql = "",
            .sqlite = R"sql(
CREATE TRIGGER fleet_station_removed AFTER DELETE ON stations BEGIN
  DELETE FROM fleet_events WHERE radio_uuid = old.radio_uuid;
  INSERT INTO fleet_events (type, radio_uuid, playlist_id, jingle_id, created_ms)
    SELECT 'radio_deleted', radio, 0, 0, 0 FROM radio_states WHERE radio = old.radio_uuid;
END;
)sql",
            .postgresql = R"sql(
CREATE FUNCTION fleet_station_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM fleet_events WHERE radio_uuid = old.radio_uuid;
  INSERT INTO fleet_events (type, radio_uuid, playlist_id, jingle_id, created_ms)
    SELECT 'radio_deleted', radio, 0, 0, 0 FROM radio_states WHERE radio = old.radio_uuid;
  RETURN NULL;
END $$;
CREATE TRIGGER fleet_station_removed AFTER DELETE ON stations
  FOR EACH ROW EXECUTE FUNCTION fleet_station_removed();
)sql"},
           // A station that is made is a radio from then on, without anybody who asks for it.
           {.version = 3,
            .sql = "",
            .sqlite = R"sql(
CREATE TRIGGER fleet_radio_made AFTER UPDATE OF radio_uuid ON stations
WHEN old.radio_uuid = '' AND new.radio_uuid <> '' BEGIN
  INSERT INTO fleet_events (type, radio_uuid, playlist_id, jingle_id, created_ms)
    VALUES ('radio_added', new.radio_uuid, 0, 0, 0);
END;
)sql",
            .postgresql = R"sql(
CREATE FUNCTION fleet_radio_made() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO fleet_events (type, radio_uuid, playlist_id, jingle_id, created_ms)
    VALUES ('radio_added', new.radio_uuid, 0, 0, 0);
  RETURN NULL;
END $$;
CREATE TRIGGER fleet_radio_made AFTER UPDATE OF radio_uuid ON stations
  FOR EACH ROW WHEN (old.radio_uuid = '' AND new.radio_uuid <> '')
  EXECUTE FUNCTION fleet_radio_made();
)sql"}}};
}

SavedFleet load(store::Session& session) {
  SavedFleet saved;
  session.each<std::string, bool, std::string>(
      "SELECT streamer, prepares, address FROM fleet_streamers ORDER BY streamer",
      [&](std::string streamer, bool prepares, std::string address) {
        saved.streamers.push_back({std::move(streamer), {prepares}, std::move(address)});
      });
  session.each<std::string, std::string, std::string, std::optional<std::int64_t>, std::int64_t>(
      "SELECT session_id, streamer, radio_uuid, user_id, since_ms FROM fleet_listeners "
      "ORDER BY session_id, streamer",
      [&](std::string id, std::string streamer, std::string radio, std::optional<std::int64_t> user,
          std::int64_t since) {
        saved.listeners.push_back(
            {std::move(id), std::move(streamer), std::move(radio), user, from_unix_ms(since)});
      });
  session.each<std::string, std::string>(
      "SELECT streamer, radio_uuid FROM fleet_departed ORDER BY streamer, radio_uuid",
      [&](std::string streamer, std::string radio) {
        if (saved.departed.empty() || saved.departed.back().streamer != streamer)
          saved.departed.push_back({std::move(streamer), {}});
        saved.departed.back().radios.push_back(std::move(radio));
      });
  return saved;
}

int listeners_of(store::Session& session, std::string_view radio) {
  int listeners = 0;
  session.each<int>(
      "SELECT COUNT(*) FROM fleet_listeners WHERE radio_uuid = :radio", [&](int count) { listeners = count; },
      std::string(radio));
  return listeners;
}

void write(store::Session& session, const FleetChanges& changes) {
  for (const auto& name : changes.removed_streamers)
    session.run("DELETE FROM fleet_streamers WHERE streamer = :streamer", name);
  for (const auto& row : changes.put_streamers) {
    session.run(
        "INSERT INTO fleet_streamers (streamer, prepares, address) VALUES (:streamer, :prepares, :address) "
        "ON CONFLICT (streamer) DO UPDATE SET prepares = excluded.prepares, address = excluded.address",
        row.streamer, row.features.prepare, row.address);
  }
  for (const auto& key : changes.removed_listeners) {
    session.run("DELETE FROM fleet_listeners WHERE session_id = :session AND streamer = :streamer",
                key.session_id, key.streamer);
  }
  for (const auto& one : changes.put_listeners) {
    session.run(
        "INSERT INTO fleet_listeners (session_id, streamer, radio_uuid, user_id, since_ms) "
        "VALUES (:session, :streamer, :radio, :user, :since) ON CONFLICT (session_id, streamer) DO UPDATE "
        "SET "
        "radio_uuid = excluded.radio_uuid, user_id = excluded.user_id, since_ms = excluded.since_ms",
        one.session_id, one.streamer, one.radio_uuid, one.user_id, unix_ms(one.since));
  }
  for (const auto& row : changes.departed) {
    session.run("DELETE FROM fleet_departed WHERE streamer = :streamer", row.streamer);
    for (const auto& radio : row.radios) {
      session.run(
          "INSERT INTO fleet_departed (streamer, radio_uuid) VALUES (:streamer, :radio) ON CONFLICT DO "
          "NOTHING",
          row.streamer, radio);
    }
  }
}

std::int64_t user_number(store::Session& session, std::string_view name) {
  session.run("INSERT INTO fleet_users (name) VALUES (:name) ON CONFLICT (name) DO NOTHING", name);
  return session.value<std::int64_t>("SELECT id FROM fleet_users WHERE name = :name", name).value_or(0);
}

bool is_user(store::Session& session, std::int64_t number) {
  return session.value<std::int64_t>("SELECT id FROM fleet_users WHERE id = :number", number).has_value();
}

void add_event(store::Session& session, const AppEvent& event, WallTime now) {
  session.run(
      "INSERT INTO fleet_events (type, radio_uuid, playlist_id, jingle_id, created_ms) "
      "VALUES (:type, :radio, :playlist, :jingle, :now)",
      type_of(event), event.radio_uuid, event.playlist_id, event.jingle_id, unix_ms(now));
}

std::vector<AppEvent> take_events(store::Session& session, std::size_t limit) {
  std::vector<AppEvent> events;
  std::int64_t last = 0;
  session.each<std::int64_t, std::string, std::string, std::int64_t, std::int64_t>(
      "SELECT id, type, radio_uuid, playlist_id, jingle_id FROM fleet_events ORDER BY id LIMIT :limit",
      [&](std::int64_t id, const std::string& type, std::string radio, std::int64_t playlist,
          std::int64_t jingle) {
        last = id;
        if (const auto kind = app_event_kind(type))
          events.push_back({*kind, std::move(radio), playlist, jingle});
      },
      limit);
  if (last) session.run("DELETE FROM fleet_events WHERE id <= :last", last);
  return events;
}

}  // namespace longwave::fleet
