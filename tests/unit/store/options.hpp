// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "unit/store/real_postgresql.hpp"

#include <cstdlib>

namespace longwave::store {

/// The database of a room's tests: in memory, or with LONGWAVE_TEST_POSTGRESQL set a fresh one in PostgreSQL.
inline StoreOptions test_options() {
  if (!std::getenv("LONGWAVE_TEST_POSTGRESQL")) return {};
  return {.file = {}, .server = postgresql().fresh()};
}

}  // namespace longwave::store
