// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/failure.hpp"
#include "store/session.hpp"

#include <exception>
#include <filesystem>
#include <memory>

/// All that is said to SQLite itself rather than through SOCI. A second database gets a second file like this
/// one.
namespace longwave::store::sqlite {

enum class Access { write, read };

/// Opens a session; an empty path is a database in memory. Throws Failure.
std::unique_ptr<Session> open(const std::filesystem::path& file, Access access, int busy_timeout_ms);

/// Takes the write lock now, so that a later statement can't find the database busy.
inline constexpr const char* begin_write = "BEGIN IMMEDIATE";
inline constexpr const char* begin_read = "BEGIN";

/// False when SQLite has rolled the whole transaction back by itself (disk full, I/O error).
bool in_transaction(Session& session);

/// Ends a statement that was left before its last row, so that it holds no lock.
void reset(void* soci_statement_backend);

/// Runs several statements.
void script(Session& session, std::string_view sql);

/// The exception that is being handled as a Failure if it came from the database, else unchanged.
std::exception_ptr translated(Session& session, std::exception_ptr error, std::string_view sql = {});

}  // namespace longwave::store::sqlite
