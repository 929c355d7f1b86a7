// SPDX-License-Identifier: Apache-2.0
#include "fleet/changes.hpp"

#include "store/session.hpp"

#include <algorithm>
#include <charconv>

namespace longwave::fleet {
namespace {

template <class T>
void without_doubles(std::vector<T>& list) {
  std::sort(list.begin(), list.end());
  list.erase(std::unique(list.begin(), list.end()), list.end());
}

std::int64_t number(const std::string& text) {
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

}  // namespace

// The triggers are deferred: the row of the last number is locked by who commits, at the end, and nothing
// else is waited for with it. So numbers are those of the commits, and nobody can block anybody for long.
store::RoomMigrations change_events() {
  return {"fleet_changes",
          {{.version = 1,
            .sql = R"sql(
CREATE TABLE fleet_changes (
  id BIGINT PRIMARY KEY,
  kind TEXT NOT NULL,                  -- station, role, user, session, library
  name TEXT NOT NULL                   -- a station's id, a slug, a user, a token's digest, a program
);
CREATE TABLE fleet_last_change (
  id BIGINT NOT NULL
);
INSERT INTO fleet_last_change (id) VALUES (0);
CREATE TABLE fleet_library_changes (
  program TEXT PRIMARY KEY,
  changes BIGINT NOT NULL
);
)sql",
            .sqlite = "",
            .postgresql = R"sql(
CREATE FUNCTION fleet_note_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  changed JSONB;
  number BIGINT;
BEGIN
  IF TG_OP = 'DELETE' THEN changed := to_jsonb(OLD); ELSE changed := to_jsonb(NEW); END IF;
  UPDATE fleet_last_change SET id = id + 1 RETURNING id INTO number;
  INSERT INTO fleet_changes (id, kind, name) VALUES (number, TG_ARGV[0], changed ->> TG_ARGV[1]);
  DELETE FROM fleet_changes WHERE id <= number - 10000;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER fleet_station_came_or_went AFTER INSERT OR DELETE ON stations
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION fleet_note_change('station', 'id');
CREATE CONSTRAINT TRIGGER fleet_station_renamed AFTER UPDATE ON stations
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (OLD.name <> NEW.name)
  EXECUTE FUNCTION fleet_note_change('station', 'id');
CREATE CONSTRAINT TRIGGER fleet_programme_changed AFTER INSERT OR UPDATE ON programmes
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION fleet_note_change('station', 'station');
CREATE CONSTRAINT TRIGGER fleet_role_changed AFTER INSERT OR UPDATE OR DELETE ON access_station_role
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION fleet_note_change('role', 'station');
CREATE CONSTRAINT TRIGGER fleet_user_changed AFTER INSERT OR UPDATE OR DELETE ON access_user
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION fleet_note_change('user', 'name');
CREATE CONSTRAINT TRIGGER fleet_session_changed AFTER INSERT OR UPDATE OR DELETE ON access_session
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION fleet_note_change('session', 'digest');
CREATE CONSTRAINT TRIGGER fleet_library_changed AFTER INSERT OR UPDATE ON fleet_library_changes
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION fleet_note_change('library', 'program');
)sql"}}};
}

std::int64_t last_change(store::Session& session) {
  return session.value<std::int64_t>("SELECT id FROM fleet_last_change").value_or(0);
}

SharedChanges changes_since(store::Session& session, std::int64_t last) {
  SharedChanges changes;
  changes.last = last;
  changes.everything = last_change(session) < last;
  session.each<std::int64_t, std::string, std::string>(
      "SELECT id, kind, name FROM fleet_changes WHERE id > :last ORDER BY id",
      [&](std::int64_t id, const std::string& kind, const std::string& name) {
        changes.everything = changes.everything || id != changes.last + 1;
        changes.last = id;
        if (kind == "station") changes.stations.push_back(StationId{number(name)});
        if (kind == "role") changes.role_slugs.push_back(name);
        if (kind == "user") changes.users.push_back(name);
        if (kind == "session") changes.sessions.push_back(name);
        if (kind == "library") changes.libraries.push_back(name);
      },
      last);
  without_doubles(changes.stations);
  without_doubles(changes.role_slugs);
  without_doubles(changes.users);
  without_doubles(changes.sessions);
  if (!changes.everything) return changes;
  changes = {.last = last_change(session), .everything = true};
  session.each<StationId>("SELECT id FROM stations ORDER BY id",
                          [&](StationId id) { changes.stations.push_back(id); });
  return changes;
}

void note_library(store::Session& session, const std::string& program) {
  session.run(
      "INSERT INTO fleet_library_changes (program, changes) VALUES (:program, 1)"
      " ON CONFLICT (program) DO UPDATE SET changes = fleet_library_changes.changes + 1",
      program);
}

}  // namespace longwave::fleet
