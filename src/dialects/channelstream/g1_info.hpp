// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/object.hpp>

#include <cstdint>
#include <set>
#include <string>

namespace longwave::channelstream {
class Core;
struct Channel;
struct ChannelSettings;
struct User;
}  // namespace longwave::channelstream

namespace longwave::channelstream::g1 {

/// What the first generation tells about the server, for /info and the admin page. On the hub's thread.
struct Totals {
  std::size_t users = 0;   ///< remembered
  std::size_t unique = 0;  ///< with a connection
  std::size_t connections = 0;
};
Totals totals(const Core& core);
/// Connections that were only announced by /connect don't count.
std::size_t connections_of(const User& user);
/// `only` empty: all channels. Names that aren't there are left out.
boost::json::object info(Core& core, const std::set<std::string>& only);
boost::json::object settings_json(const ChannelSettings& settings);

}  // namespace longwave::channelstream::g1
