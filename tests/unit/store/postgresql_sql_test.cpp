// SPDX-License-Identifier: Apache-2.0
#include "store/postgresql_sql.hpp"
#include "contract.hpp"

namespace longwave::store {
namespace {

TEST(PostgresqlSql, what_both_understand_stays_as_it_is) {
  for (const char* sql : {"SELECT a, 'it''s LIKE x' FROM b -- LIKE\nWHERE c = 1", "UPDATE t SET a = -a",
                          "SELECT \"LIKE\" FROM (SELECT 1) y", "SELECT 1;  ", ""}) {
    EXPECT_EQ(to_postgresql(sql), sql);
  }
}

TEST(PostgresqlSql, what_differs_is_translated) {
  using T = ColumnType;
  EXPECT_EQ(
      to_postgresql("SELECT :a, :b, :c, :d, :e", {T::integer, T::real, T::text, T::blob, std::nullopt}),
      "SELECT CAST(:a AS bigint), CAST(:b AS double precision), CAST(:c AS text), CAST(:d AS bytea), :e");
  EXPECT_EQ(
      to_postgresql(
          "SELECT a FROM t WHERE b LIKE ':no' ORDER BY t.name COLLATE NOCASE DESC, name COLLATE NOCASE"),
      "SELECT a FROM t WHERE b ILIKE ':no' ORDER BY lower(t.name) DESC, lower(name)");
  EXPECT_EQ(to_postgresql("SELECT 1 FROM a CROSS JOIN b ON a.x = (b.y) CROSS JOIN c WHERE 1 = 1"),
            "SELECT 1 FROM a JOIN b ON a.x = (b.y) CROSS JOIN c WHERE 1 = 1");
  EXPECT_EQ(to_postgresql("SELECT COUNT(*) FROM (SELECT 1 FROM (SELECT 2) LIMIT 3)"),
            "SELECT COUNT(*) FROM (SELECT 1 FROM (SELECT 2) AS unnamed1 LIMIT 3) AS unnamed2");
  EXPECT_EQ(to_postgresql("INSERT INTO a VALUES (0, char(1114109))"),
            "INSERT INTO a VALUES (0, chr(1114109))");
}

TEST(PostgresqlSql, tables_and_triggers) {
  EXPECT_EQ(
      to_postgresql(
          "CREATE TABLE t (\n  text TEXT NOT NULL, -- REAL\n  n INTEGER, r REAL, b BLOB\n) WITHOUT ROWID;"
          "SELECT CAST(n AS TEXT) FROM t"),
      "CREATE TABLE t (\n  text TEXT COLLATE \"C\" NOT NULL, -- REAL\n  n BIGINT, r DOUBLE PRECISION, b "
      "BYTEA\n) ;"
      "SELECT CAST(n AS TEXT) FROM t");
  EXPECT_EQ(to_postgresql("ALTER TABLE t ADD COLUMN text TEXT DEFAULT ''"),
            "ALTER TABLE t ADD COLUMN text TEXT COLLATE \"C\" DEFAULT ''");
  EXPECT_EQ(to_postgresql("CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT)"),
            "CREATE SEQUENCE t_id_seq;CREATE TABLE t (id BIGINT PRIMARY KEY DEFAULT store_next_id('t', 'id'))"
            "; ALTER SEQUENCE t_id_seq OWNED BY t.id");
  EXPECT_EQ(
      to_postgresql(
          "CREATE TRIGGER x AFTER UPDATE OF a ON t WHEN old.a <> new.a BEGIN UPDATE u SET b = CASE WHEN "
          "new.a = 1 THEN 1 ELSE 2 END; DELETE FROM v; END;"),
      "CREATE FUNCTION x_does() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN UPDATE u SET b = CASE WHEN "
      "new.a = 1 "
      "THEN 1 ELSE 2 END; DELETE FROM v; RETURN NULL; END $$;CREATE TRIGGER x AFTER UPDATE OF a ON t FOR "
      "EACH ROW "
      "WHEN ( old.a <> new.a) EXECUTE FUNCTION x_does();");
}

/// What SQLite does and PostgreSQL must do too.
class Alike : public testing::TestWithParam<Database> {
 protected:
  Store open(const char* tables) { return Store(GetParam().options(scratch_), {{"alike", {{1, tables}}}}); }
  Scratch scratch_;
};
INSTANTIATE_TEST_SUITE_P(Databases, Alike, testing::ValuesIn(databases()),
                         [](const auto& database) { return database.param.name; });

TEST_P(Alike, functions_and_order) {
  auto store = open("CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT NOT NULL, n INTEGER NOT NULL);");
  store.write_now([](Session& s) {
    EXPECT_EQ(s.value<int>("SELECT SUM(n = 1) FROM t"), 0) << "NULL of no rows";
    for (const char* name : {"b", "a", "Z", "Ä", "_", "B"})
      s.run("INSERT INTO t(name, n) VALUES (:name, 1)", name);
    const auto names = [&](std::string_view sql) {
      std::string joined;
      s.each<std::string>(sql, [&](const std::string& name) { joined += name; });
      return joined;
    };
    EXPECT_EQ(names("SELECT name FROM t ORDER BY name"), "BZ_abÄ") << "by bytes, whatever the locale";
    EXPECT_EQ(names("SELECT name FROM t ORDER BY name COLLATE NOCASE, name"), "_aBbZÄ");
    EXPECT_EQ(names("SELECT name FROM t WHERE name LIKE 'B%' ORDER BY name"), "Bb");
    EXPECT_EQ(names("SELECT name FROM t WHERE name LIKE '\\_' ESCAPE '\\'"), "_");
    EXPECT_EQ(s.value<int>("SELECT MAX(0, n - :by) FROM t WHERE name = 'a'", 5), 0);
    EXPECT_EQ(s.value<int>("SELECT MIN(:a, n) FROM t WHERE name = 'a'", 1ll << 40), 1);
    EXPECT_EQ(s.value<int>("SELECT SUM(name = 'a') FROM t"), 1);
    EXPECT_EQ(s.value<std::string>("SELECT substr('Größe', 1, :n)", 3), "Grö");
    EXPECT_EQ(s.value<bool>("SELECT EXISTS (SELECT 1 FROM t WHERE n = :n)", 1), true);
    EXPECT_EQ(s.value<int>("SELECT COUNT(*) FROM (SELECT 1 FROM t CROSS JOIN t AS u ON u.id = t.id LIMIT 3)"),
              3);
    EXPECT_EQ(s.value<double>("SELECT AVG(n) FROM t"), 1.0);
  });
}

TEST_P(Alike, ids_go_on_from_the_greatest) {
  auto store = open(
      "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO t(id, name) VALUES (0, 'none'), (1, "
      "'other');");
  store.write_now([](Session& s) {
    const auto add = [&] { return s.value<std::int64_t>("INSERT INTO t(name) VALUES ('x') RETURNING id"); };
    EXPECT_EQ(add(), 2);
    s.run("INSERT INTO t(id, name) VALUES (:id, 'brought')", 100);
    EXPECT_EQ(add(), 101);
    EXPECT_EQ(add(), 102);
  });
}

TEST_P(Alike, triggers_run_for_each_row) {
  auto store = open(
      "CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER NOT NULL); CREATE TABLE log (what TEXT NOT NULL, id "
      "INTEGER);"
      "CREATE TRIGGER a AFTER INSERT ON t BEGIN INSERT INTO log(what, id) VALUES ('new', new.id); END;"
      "CREATE TRIGGER b AFTER UPDATE OF n ON t WHEN old.n <> new.n BEGIN INSERT INTO log(what, id) VALUES "
      "('n', new.n);"
      " DELETE FROM t WHERE id = new.id AND new.n = 0; END;"
      "CREATE TRIGGER c AFTER DELETE ON t BEGIN INSERT INTO log(what, id) VALUES ('gone', old.id); END;");
  store.write_now([](Session& s) {
    s.run("INSERT INTO t(n) VALUES (7), (8)");
    s.run("UPDATE t SET n = CASE WHEN id = 1 THEN 7 ELSE 0 END");
    std::string log;
    s.each<std::string, int>(
        "SELECT what, id FROM log ORDER BY what, id",
        [&](const std::string& what, int id) { log += what + std::to_string(id) + ' '; });
    EXPECT_EQ(log, "gone2 n0 new1 new2 ");
  });
}

TEST_P(Alike, paths_keep_their_bytes) {
  auto store = open("CREATE TABLE t (path TEXT NOT NULL UNIQUE);");
  const std::string path = "/music/caf\xe9/\xf4\x8f\xb8\x80.mp3";
  store.write_now([&](Session& s) {
    s.run("INSERT INTO t(path) VALUES (:path)", path);
    EXPECT_EQ(s.value<std::string>("SELECT path FROM t WHERE path = :path", path), path);
    EXPECT_EQ(s.value<int>("SELECT COUNT(*) FROM t WHERE path = :path", "/music/caf"), 0);
  });
}

TEST_P(Alike, a_job_that_goes_on_after_a_failed_statement_keeps_nothing_false) {
  auto store = open("CREATE TABLE t (id INTEGER PRIMARY KEY);");
  const auto error = write_and_wait(store, [](Session& s) {
    s.run("INSERT INTO t(id) VALUES (:id)", 1);
    try {
      s.run("INSERT INTO t(id) VALUES (:id)", 1);
    } catch (const Failure& failure) {
      EXPECT_EQ(failure.kind(), FailureKind::constraint);
    }
  });
  // SQLite forgives a failed statement; PostgreSQL doesn't, and then the whole job says so.
  const auto kept = store.read_now([](Session& s) { return s.value<int>("SELECT COUNT(*) FROM t"); });
  EXPECT_EQ(kept, error ? 0 : 1);
}

}  // namespace
}  // namespace longwave::store
