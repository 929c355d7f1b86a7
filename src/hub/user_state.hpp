// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace longwave::hub {

/// What is known of a user beyond the name: free keys and values. Others see the public keys only.
struct UserState {
  std::map<std::string, std::string> values = {};  ///< JSON texts
  std::vector<std::string> public_keys = {};
  std::uint64_t version = 0;  ///< +1 with every change; 0: nothing is known of this user
  bool is_public(const std::string& key) const;
  friend bool operator==(const UserState&, const UserState&) = default;
};

struct StateUpdate {
  std::map<std::string, std::string> values = {};  ///< set; other keys stay
  std::map<std::string, std::string> fresh = {};   ///< set before, if nothing is known of the user yet
  std::optional<std::vector<std::string>> public_keys = {};  ///< in the place of those that were
};

struct StateChange {
  UserState state = {};
  std::vector<std::string> changed = {};  ///< keys whose value is another than before
};

/// What an update does.
StateChange apply(UserState& state, const StateUpdate& update);

/// `{"key":value,…}` of all, or of the public keys.
std::string to_json(const UserState& state, bool only_public);

}  // namespace longwave::hub
