// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

namespace longwave {

/// What a caller may do. Each role may do everything that the one before it may.
enum class Role {
  anyone,  ///< read and listen, without login
  dj,      ///< steer queues and playback
  admin,   ///< everything: scan, users, settings
};

constexpr std::string_view to_string(Role role) {
  switch (role) {
    case Role::dj:
      return "dj";
    case Role::admin:
      return "admin";
    case Role::anyone:
      break;
  }
  return "anyone";
}

constexpr std::optional<Role> parse_role(std::string_view name) {
  for (const Role role : {Role::anyone, Role::dj, Role::admin})
    if (to_string(role) == name) return role;
  return std::nullopt;
}

}  // namespace longwave
