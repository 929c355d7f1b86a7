// SPDX-License-Identifier: Apache-2.0
#include "base/log.hpp"
#include "store/connection.hpp"
#include "store/database.hpp"
#include "store/postgresql_sql.hpp"
#include "store/server.hpp"

#include <fmt/format.h>
#include <soci/postgresql/soci-postgresql.h>

#include <algorithm>
#include <cstring>

namespace longwave::store {

namespace {

constexpr int oldest_version = 130000;  // normalize(), for the search
/// Of pg_advisory_xact_lock: "longwave" in ASCII.
constexpr const char* schema_lock = "SELECT pg_advisory_xact_lock(7813302241413986917)";
/// The session's, until its connection ends; one for each schema. "long" in ASCII.
constexpr const char* sole_lock =
    "SELECT pg_advisory_lock(1819242087, hashtext(coalesce(current_schema(), '')))";

/// SOCI's own factory takes a connection string apart at every space and '='.
struct Factory final : soci::postgresql_backend_factory {
  soci::postgresql_session_backend* make_session(
      const soci::connection_parameters& parameters) const override {
    return new soci::postgresql_session_backend(parameters, false);
  }
};
const Factory factory;

PGconn* handle(Session& session) {
  return static_cast<soci::postgresql_session_backend*>(session.connection().sql.get_backend())->conn_;
}

/// Classes and codes of errors: PostgreSQL's documentation, appendix A.
FailureKind kind_of(std::string_view state) {
  if (state == "53100") return FailureKind::disk_full;
  if (state == "55P03" || state == "40P01" || state == "40001") return FailureKind::busy;
  if (state.starts_with("23")) return FailureKind::constraint;
  if (state.starts_with("XX")) return FailureKind::damaged;
  if (state.starts_with("08") || state.starts_with("53") || state.starts_with("57P") ||
      state.starts_with("58") || state == "25006") {
    return FailureKind::io;
  }
  return FailureKind::other;
}

/// The first line, without "ERROR:"; what follows may hold values. A value that doesn't fit stands in the
/// first.
std::string said(std::string_view message, std::string_view state) {
  if (state.starts_with("22")) return fmt::format("a value does not fit ({})", state);
  const auto begin = message.find("ERROR:");
  if (begin != std::string_view::npos) message.remove_prefix(begin + 6);
  message = message.substr(0, message.find('\n'));
  message.remove_prefix(std::min(message.find_first_not_of(' '), message.size()));
  return fmt::format("{} ({})", message, state);
}

class Postgresql final : public Dialect {
 public:
  DatabaseKind kind() const override { return DatabaseKind::postgresql; }
  const char* begin_write() const override { return "BEGIN"; }
  const char* begin_read() const override { return "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"; }
  void lock_schema(Session& session) const override { raw(session, schema_lock); }

  std::string statement(std::string_view sql,
                        const std::vector<std::optional<ColumnType>>& types) const override {
    return to_postgresql(sql, types);
  }
  bool text_only() const override { return true; }

  void script(Session& session, std::string_view sql) const override { raw(session, to_postgresql(sql)); }
  void migrate(Session& session, const Migration& step) const override {
    script(session, step.sql);
    raw(session, std::string(step.postgresql));
  }
  void reset(soci::details::statement_backend& statement) const override {
    static_cast<soci::postgresql_statement_backend&>(statement).result_.reset();
  }

  bool in_transaction(Session& session) const override {
    const auto status = PQtransactionStatus(handle(session));
    return status == PQTRANS_INTRANS || status == PQTRANS_INERROR;
  }
  bool spoiled(Session& session) const override {
    return PQtransactionStatus(handle(session)) == PQTRANS_INERROR;
  }
  bool alive(Session& session) const override { return !lost_ && PQstatus(handle(session)) == CONNECTION_OK; }

  std::exception_ptr translated(Session& session, std::exception_ptr error,
                                std::string_view sql) const override {
    try {
      std::rethrow_exception(error);
    } catch (const soci::postgresql_soci_error& e) {
      return failure(session, e.get_error_message(), e.sqlstate(), sql);
    } catch (const soci::soci_error& e) {
      return failure(session, e.get_error_message(), "SOCI", sql);
    } catch (...) {
      return error;
    }
  }

 private:
  std::exception_ptr failure(Session& session, const std::string& message, const std::string& state,
                             std::string_view sql) const {
    // What the server didn't say with a code of its own is libpq's: the connection is gone, though libpq may
    // need a second try to see it.
    const bool coded = state.find_first_not_of(' ') != std::string::npos;
    lost_ = lost_ || !coded || state.starts_with("08") || state.starts_with("57P");
    const auto kind = alive(session) ? kind_of(state) : FailureKind::io;
    const std::string in = sql.empty() ? "" : " in: " + std::string(sql.substr(0, 200));
    return std::make_exception_ptr(Failure(kind, said(message, state) + in));
  }

  void raw(Session& session, const std::string& sql) const {
    if (sql.empty()) return;
    PGresult* result = PQexec(handle(session), sql.c_str());
    const auto status = PQresultStatus(result);
    const char* state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const std::string message = PQresultErrorMessage(result), code = state ? state : "";
    PQclear(result);
    if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_EMPTY_QUERY) return;
    std::rethrow_exception(failure(session, message, code, {}));
  }

  mutable bool lost_ = false;
};

/// `name='value'`, as libpq's connection strings want it.
void add(std::string& to, std::string_view name, std::string_view value) {
  to += fmt::format("{}='", name);
  for (const char c : value) {
    if (c == '\'' || c == '\\') to += '\\';
    to += c;
  }
  to += "' ";
}

/// The address taken apart, with the password beside it and what we want where it says nothing.
std::string connection_string(const std::string& server, const std::string& password) {
  char* problem = nullptr;
  PQconninfoOption* options = PQconninfoParse(server.c_str(), &problem);
  if (!options) {
    PQfreemem(problem);  // it repeats the address, which may hold a password
    throw Failure(FailureKind::other,
                  "the address of the database isn't postgresql://USER@HOST:PORT/DATABASE");
  }
  std::string made;
  add(made, "application_name", "longwave");
  add(made, "connect_timeout", "5");
  add(made, "tcp_user_timeout", "15000");
  add(made, "keepalives_idle", "30");
  add(made, "keepalives_interval", "5");
  add(made, "keepalives_count", "3");
  for (const auto* option = options; option->keyword; ++option) {
    if (option->val) add(made, option->keyword, option->val);
  }
  PQconninfoFree(options);
  if (!password.empty()) add(made, "password", password);
  add(made, "client_encoding", "UTF8");
  return made;
}

void notice(void*, const char* message) {
  const std::string_view text(message);
  log::info("postgresql: {}", text.substr(0, text.find('\n')));
}

void be_sole(Session& session) {
  try {
    session.script(sole_lock);
  } catch (const Failure& e) {
    if (e.kind() != FailureKind::busy) throw;
    throw Failure(FailureKind::busy,
                  "another Longwave plays the stations of this database: end it, or give this one a "
                  "database or a --role of its own");
  }
}

}  // namespace

Result<void> check_server(const std::string& server) {
  constexpr const char* expected = "the address of the database isn't postgresql://USER@HOST:PORT/NAME";
  PQconninfoOption* options = PQconninfoParse(server.c_str(), nullptr);
  if (!options) return error(Errc::invalid, expected);
  bool secret = false;
  for (const auto* option = options; option->keyword; ++option) {
    secret = secret || (option->val && std::strcmp(option->keyword, "password") == 0);
  }
  PQconninfoFree(options);
  if (!secret) return {};
  return error(Errc::invalid,
               "the address of the database holds a password; give it in LONGWAVE_DATABASE_PASSWORD or "
               "database-password-file");
}

std::unique_ptr<Session> open_postgresql(const std::string& server, const std::string& password,
                                         Access access, int busy_timeout_ms, bool sole) {
  const std::string string = connection_string(server, password);
  auto connection = std::make_unique<Session::Connection>(std::make_unique<Postgresql>());
  try {
    connection->sql.open(factory, string);
  } catch (const soci::soci_error& e) {
    std::string message = e.get_error_message();  // of several lines
    std::ranges::replace(message, '\n', ' ');
    throw Failure(FailureKind::io, fmt::format("PostgreSQL: {}", message));
  }
  auto session = std::make_unique<Session>(std::move(connection));
  PGconn* raw = handle(*session);
  PQsetNoticeProcessor(raw, notice, nullptr);
  PQsetErrorVerbosity(raw, PQERRORS_TERSE);  // the details hold values
  if (PQserverVersion(raw) < oldest_version) {
    throw Failure(FailureKind::other, "PostgreSQL 13 or newer is needed");
  }
  const char* encoding = PQparameterStatus(raw, "server_encoding");
  if (!encoding || std::strcmp(encoding, "UTF8") != 0) {
    throw Failure(FailureKind::other, "the database's encoding must be UTF8 (createdb --encoding=UTF8)");
  }
  session->script(fmt::format(
      "SET client_min_messages = warning; SET lock_timeout = {}; SET TimeZone = 'UTC'", busy_timeout_ms));
  if (access == Access::write) {
    // What is acknowledged is on disk, whatever the server's own setting; a stricter one stays.
    session->script(
        "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = "
        "'off'");
    if (sole) be_sole(*session);
  } else {
    session->script("SET default_transaction_read_only = on");
  }
  return session;
}

}  // namespace longwave::store
