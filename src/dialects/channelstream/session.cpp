// SPDX-License-Identifier: Apache-2.0
#include "dialects/channelstream/session.hpp"

#include <boost/json/value.hpp>

namespace longwave::channelstream {

boost::json::object User::public_state() const {
  boost::json::object shown;
  for (const auto& key : public_keys) {
    if (const auto* value = state.if_contains(key)) shown[key] = *value;
  }
  return shown;
}

std::map<std::string, std::size_t> Channel::users() const {
  std::map<std::string, std::size_t> counts;
  for (const auto* session : members) ++counts[session->user];
  return counts;
}

}  // namespace longwave::channelstream
