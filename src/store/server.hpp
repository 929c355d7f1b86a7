// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"

#include <string>

namespace longwave::store {

/// Whether `server` can be the address of a PostgreSQL (StoreOptions::server). One that holds a password is
/// refused: an address is shown by `longwave config` and by ps.
Result<void> check_server(const std::string& server);

}  // namespace longwave::store
