// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/session.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Statements are written once, in what SQLite and PostgreSQL have in common; the little that differs is
/// translated here, when a statement is prepared:
///
///   INTEGER, REAL, TEXT, BLOB          BIGINT, DOUBLE PRECISION, TEXT COLLATE "C", BYTEA (in CREATE and
///   ALTER TABLE) INTEGER PRIMARY KEY AUTOINCREMENT  BIGINT PRIMARY KEY with the table's next id as its
///   default WITHOUT ROWID                      nothing :name                              CAST(:name AS the
///   type of the value) a LIKE b                           a ILIKE b (SQLite's ignores the case of ASCII
///   letters) a COLLATE NOCASE                   lower(a), for a column a CROSS JOIN b ON c                a
///   JOIN b ON c (SQLite's way to say which table leads) FROM (SELECT …)                    FROM (SELECT …)
///   AS unnamed1 char(n)                            chr(n)
///
/// MAX and MIN of two numbers, SUM of a condition and substr with 64-bit numbers are functions that the store
/// makes in the database. Not translated, so not to be written: an alias of a column in WHERE, INSERT OR …, a
/// column that is neither grouped nor aggregated, a column in ON CONFLICT DO UPDATE without its table, a
/// condition where a number is wanted, an order of NULLs that isn't said.
namespace longwave::store {

/// `types` are those of the placeholders in their order, nullopt where NULL is bound.
std::string to_postgresql(std::string_view sql, const std::vector<std::optional<ColumnType>>& types = {});

/// What the store makes in a database before anything else.
extern const std::string_view postgresql_functions;

}  // namespace longwave::store
