// SPDX-License-Identifier: Apache-2.0
#include "store/connection.hpp"
#include "store/database.hpp"

#include <fmt/format.h>
#include <soci/sqlite3/soci-sqlite3.h>

namespace longwave::store {

namespace {

sqlite_api::sqlite3* handle(Session& session) {
  return static_cast<soci::sqlite3_session_backend*>(session.connection().sql.get_backend())->conn_;
}

FailureKind kind_of(int code) {
  switch (code & 0xff) {
    case SQLITE_FULL:
      return FailureKind::disk_full;
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
      return FailureKind::io;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return FailureKind::busy;
    case SQLITE_CONSTRAINT:
      return FailureKind::constraint;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return FailureKind::damaged;
    default:
      return FailureKind::other;
  }
}

/// What failed and in which statement, without the values: e.what() would put them, secrets too, into the
/// log.
std::string described(const soci::soci_error& e, std::string_view sql) {
  return e.get_error_message() + (sql.empty() ? "" : " in: ") + std::string(sql.substr(0, 200));
}

class Sqlite final : public Dialect {
 public:
  DatabaseKind kind() const override { return DatabaseKind::sqlite; }
  const char* begin_write() const override { return "BEGIN IMMEDIATE"; }
  const char* begin_read() const override { return "BEGIN"; }

  std::string statement(std::string_view sql, const std::vector<std::optional<ColumnType>>&) const override {
    return std::string(sql);
  }

  void script(Session& session, std::string_view sql) const override {
    char* message = nullptr;
    const int code =
        sqlite_api::sqlite3_exec(handle(session), std::string(sql).c_str(), nullptr, nullptr, &message);
    if (code == SQLITE_OK) return;
    const std::string text = message ? message : "unknown error";
    sqlite_api::sqlite3_free(message);
    throw Failure(kind_of(code), text);
  }

  void migrate(Session& session, const Migration& step) const override {
    script(session, step.sql);
    script(session, step.sqlite);
  }

  void reset(soci::details::statement_backend& statement) const override {
    auto& backend = static_cast<soci::sqlite3_statement_backend&>(statement);
    if (backend.stmt_) sqlite_api::sqlite3_reset(backend.stmt_);
  }

  bool in_transaction(Session& session) const override {
    return sqlite_api::sqlite3_get_autocommit(handle(session)) == 0;
  }

  std::exception_ptr translated(Session& session, std::exception_ptr error,
                                std::string_view sql) const override {
    try {
      std::rethrow_exception(error);
    } catch (const soci::sqlite3_soci_error& e) {
      return std::make_exception_ptr(Failure(kind_of(e.result()), described(e, sql)));
    } catch (const soci::soci_error& e) {
      // SOCI drops the code of some errors; the connection still knows it.
      return std::make_exception_ptr(
          Failure(kind_of(sqlite_api::sqlite3_errcode(handle(session))), described(e, sql)));
    } catch (...) {
      return error;
    }
  }
};

}  // namespace

std::unique_ptr<Session> open_sqlite(const std::filesystem::path& file, Access access, int busy_timeout_ms) {
  auto connection = std::make_unique<Session::Connection>(std::make_unique<Sqlite>());
  const std::string name = file.empty() ? ":memory:" : file.string();
  try {
    connection->sql.open(soci::sqlite3, fmt::format("dbname=\"{}\" timeout=1", name));
  } catch (const soci::soci_error& e) {
    throw Failure(FailureKind::io, fmt::format("{}: {}", name, e.get_error_message()));
  }
  auto session = std::make_unique<Session>(std::move(connection));
  sqlite_api::sqlite3_busy_timeout(handle(*session), busy_timeout_ms);
  // SQLite does its own hashing of page cache and WAL; a store of a few hundred MB is served from 16 MiB a
  // session.
  session->script("PRAGMA foreign_keys=ON; PRAGMA cache_size=-16384; PRAGMA temp_store=MEMORY;");
  if (access == Access::write) {
    session->script("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA journal_size_limit=67108864;");
  } else {
    session->script("PRAGMA query_only=ON;");
  }
  return session;
}

}  // namespace longwave::store
