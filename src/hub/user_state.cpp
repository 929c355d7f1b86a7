// SPDX-License-Identifier: Apache-2.0
#include "hub/user_state.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>

#include <algorithm>

namespace longwave::hub {

std::string to_json(const UserState& state, bool only_public) {
  std::string text = "{";
  for (const auto& [key, value] : state.values) {
    if (only_public && !state.is_public(key)) continue;
    if (text.size() > 1) text += ',';
    text += boost::json::serialize(boost::json::string(key)) + ':' + value;
  }
  return text + '}';
}

bool UserState::is_public(const std::string& key) const {
  return std::find(public_keys.begin(), public_keys.end(), key) != public_keys.end();
}

StateChange apply(UserState& state, const StateUpdate& update) {
  StateChange change;
  const auto before = state.values;
  if (state.version == 0)
    for (const auto& [key, value] : update.fresh) state.values[key] = value;
  for (const auto& [key, value] : update.values) state.values[key] = value;
  for (const auto& [key, value] : state.values) {
    const auto old = before.find(key);
    if (old == before.end() || old->second != value) change.changed.push_back(key);
  }
  if (update.public_keys) state.public_keys = *update.public_keys;
  ++state.version;
  change.state = state;
  return change;
}

}  // namespace longwave::hub
