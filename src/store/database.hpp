// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/session.hpp"

#include <filesystem>
#include <memory>
#include <string>

/// Opening a session, a file per kind of database. Each throws Failure.
namespace longwave::store {

enum class Access { write, read };

/// An empty path is a database in memory.
std::unique_ptr<Session> open_sqlite(const std::filesystem::path& file, Access access, int busy_timeout_ms);

/// `server` as libpq takes it: postgresql://USER@HOST:PORT/DATABASE?sslmode=…; the password, if it isn't
/// empty, comes beside it, so that it stands in no message. At least PostgreSQL 13, and a database in UTF-8.
/// `sole`: as StoreOptions has it.
std::unique_ptr<Session> open_postgresql(const std::string& server, const std::string& password,
                                         Access access, int busy_timeout_ms, bool sole);

}  // namespace longwave::store
