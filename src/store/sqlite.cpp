// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite.hpp"

#include "store/connection.hpp"

#include <fmt/format.h>
#include <soci/sqlite3/soci-sqlite3.h>

namespace longwave::store::sqlite {

namespace {

sqlite_api::sqlite3* handle(Session& session) {
  return static_cast<soci::sqlite3_session_backend*>(session.soci().get_backend())->conn_;
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

}  // namespace

std::unique_ptr<Session> open(const std::filesystem::path& file, Access access, int busy_timeout_ms) {
  auto connection = std::make_unique<Session::Connection>();
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

bool in_transaction(Session& session) {
  return sqlite_api::sqlite3_get_autocommit(handle(session)) == 0;
}

void reset(void* soci_statement_backend) {
  auto* backend = static_cast<soci::sqlite3_statement_backend*>(
      static_cast<soci::details::statement_backend*>(soci_statement_backend));
  if (backend->stmt_) sqlite_api::sqlite3_reset(backend->stmt_);
}

void script(Session& session, std::string_view sql) {
  char* message = nullptr;
  const int code =
      sqlite_api::sqlite3_exec(handle(session), std::string(sql).c_str(), nullptr, nullptr, &message);
  if (code == SQLITE_OK) return;
  const std::string text = message ? message : "unknown error";
  sqlite_api::sqlite3_free(message);
  throw Failure(kind_of(code), text);
}

std::exception_ptr translated(Session& session, std::exception_ptr error, std::string_view sql) {
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

}  // namespace longwave::store::sqlite
