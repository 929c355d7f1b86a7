// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/role.hpp"
#include "base/time.hpp"
#include "hub/publication.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace longwave::api {

/// What a net loop knows of one of its connections, and the hub doesn't.
struct ConnectionDetail {
  hub::ClientId client = 0;
  std::string address = {};
  std::string_view transport = {};  ///< "websocket", "sse", "ndjson"
  Role role = Role::anyone;
  Instant since{};
  std::size_t queued_bytes = 0;
};

}  // namespace longwave::api
