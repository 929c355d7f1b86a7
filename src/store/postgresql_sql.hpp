// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/session.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

// clang-format off
/// Statements are written once, in what SQLite and PostgreSQL have in common; the little that differs is
/// translated here, when a statement is prepared:
///
///   INTEGER, REAL, BLOB in a table     BIGINT, DOUBLE PRECISION, BYTEA
///   TEXT in a table                    TEXT COLLATE "C", which orders by bytes
///   INTEGER PRIMARY KEY AUTOINCREMENT  BIGINT PRIMARY KEY with the table's next id as its default
///   WITHOUT ROWID                      nothing
///   CREATE TRIGGER … BEGIN … END       a function and its trigger, for each row
///   :name                              CAST(:name AS the type of the value)
///   a LIKE b                           a ILIKE b (SQLite's ignores the case of ASCII letters)
///   a COLLATE NOCASE                   lower(a), for a column
///   a CROSS JOIN b ON c                a JOIN b ON c (SQLite's way to say which table leads)
///   FROM (SELECT …)                    FROM (SELECT …) AS unnamed1
///   char(n)                            chr(n)
///
/// MAX and MIN of two numbers, SUM of a condition and substr with 64-bit numbers are functions that the store
/// makes in the database. Not translated, so not to be written: an alias of a column in WHERE; INSERT OR …; a
/// column that is neither grouped nor aggregated; the old value in ON CONFLICT DO UPDATE without its table; a
/// condition where a number is wanted, or a number where a condition is; an order of NULLs that isn't said.
// clang-format on
namespace longwave::store {

/// `types` are those of the placeholders in their order, nullopt where NULL is bound.
std::string to_postgresql(std::string_view sql, const std::vector<std::optional<ColumnType>>& types = {});

/// What the store makes in a database before anything else.
extern const std::string_view postgresql_functions;

}  // namespace longwave::store
