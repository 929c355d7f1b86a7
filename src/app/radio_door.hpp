// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/task.hpp"
#include "fleet/ports.hpp"

#include <cstdint>
#include <functional>
#include <map>

namespace longwave::app {

/// Between the addresses of radios in this process (radio_mounts.cpp) and its scheduler, if there is one.
struct RadioDoor {
  using FoundUser = UniqueFunction<void(fleet::User)>;
  /// Whose credentials are these? Any thread asks, the answer comes on any. Empty: there is no scheduler
  /// here.
  std::function<void(const fleet::Credentials&, FoundUser)> find_user = {};
  /// Who is known, by session. Of the station loop; what is there is taken out when the session ends.
  std::map<std::uint64_t, std::int64_t> users = {};
};

}  // namespace longwave::app
