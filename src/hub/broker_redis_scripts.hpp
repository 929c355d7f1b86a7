// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "redis/scripts.hpp"

#include <vector>

namespace longwave::hub {

/// What the broker does in Redis, each in one step that nothing comes between. docs/adr/0013 tells the keys.
/// `present` and `presence` are about people, the others about one channel's publications; `state` about a
/// user.
struct RedisScripts {
  RedisScripts();
  redis::Script publish, change, history, find, present, presence, state;
  std::vector<const redis::Script*> all() const;
};

}  // namespace longwave::hub
