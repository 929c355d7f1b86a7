// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/migration.hpp"
#include "store/session.hpp"

#include <soci/soci.h>

#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace longwave::store {

/// What is said to one kind of database rather than to SQL in general. One object a session; its thread.
class Dialect {
 public:
  virtual ~Dialect() = default;

  virtual DatabaseKind kind() const = 0;
  /// Begins a transaction in which no later statement finds that another writer was quicker.
  virtual const char* begin_write() const = 0;
  /// Begins one that sees a single state of the database.
  virtual const char* begin_read() const = 0;
  /// Makes other programs wait that would bring the tables up to date at the same time.
  virtual void lock_schema(Session&) const {}

  /// The statement as this database reads it; `types` are those of the values, nullopt where NULL is bound.
  virtual std::string statement(std::string_view sql,
                                const std::vector<std::optional<ColumnType>>& types) const = 0;
  /// Whether every value travels as text (to_text(), from_text()); else SOCI binds each as what it is.
  virtual bool text_only() const { return false; }
  /// Runs several statements without parameters.
  virtual void script(Session& session, std::string_view sql) const = 0;
  /// A step of a schema, all of it.
  virtual void migrate(Session& session, const Migration& step) const = 0;
  /// Ends a statement that was left before its last row, so that it holds no lock.
  virtual void reset(soci::details::statement_backend& statement) const = 0;

  /// False when the whole transaction has been rolled back without being asked (disk full, connection lost).
  virtual bool in_transaction(Session& session) const = 0;
  /// Whether a statement failed and the database refuses all others until the savepoint is rolled back to.
  virtual bool spoiled(Session&) const { return false; }
  /// False when the session is of no use any more.
  virtual bool alive(Session&) const { return true; }

  /// The exception that is being handled as a Failure if it came from the database, else unchanged.
  virtual std::exception_ptr translated(Session& session, std::exception_ptr error,
                                        std::string_view sql) const = 0;
};

/// A value at a fixed address that SOCI reads from or writes to.
struct Cell {
  ColumnType type = ColumnType::text;
  bool typed = false;  ///< false while only NULL was bound: the type isn't known yet
  soci::indicator indicator = soci::i_ok;
  long long integer = 0;
  double real = 0;
  std::string text;
  std::unique_ptr<soci::blob> blob;
};

/// A statement that stays prepared, with the cells it is bound to.
struct Prepared {
  explicit Prepared(soci::session& sql) : statement(sql) {}
  std::vector<Cell> in, out;
  soci::statement statement;
  bool busy = false;    ///< its rows are being read right now
  bool failed = false;  ///< not to be used again: SOCI would lose the values that it still holds
};

struct Session::Connection {
  explicit Connection(std::unique_ptr<Dialect> spoken) : dialect(std::move(spoken)) {}

  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view s) const { return std::hash<std::string_view>{}(s); }
  };
  std::unique_ptr<Dialect> dialect;
  soci::session sql;
  std::unordered_map<std::string, std::unique_ptr<Prepared>, Hash, std::equal_to<>> prepared;
};

}  // namespace longwave::store
