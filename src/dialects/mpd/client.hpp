// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.hpp"
#include "dialects/mpd/lines.hpp"
#include "dialects/mpd/tags.hpp"

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace longwave::mpd {

/// What somebody may do: bits, as the commands ask for them.
enum Permission : unsigned {
  may_nothing = 0,
  may_read = 1,
  may_add = 2,
  may_play = 4,
  may_control = 8,
  may_admin = 16,
  may_everything = 31,
};

/// What `idle` tells of. The order is that in which they are told.
enum class Subsystem {
  database,
  stored_playlist,
  playlist,
  player,
  mixer,
  output,
  options,
  sticker,
  update,
  subscription,
  message,
  neighbor,
  mount,
  partition,
};
inline constexpr std::array<std::string_view, 14> subsystem_names{
    "database", "stored_playlist", "playlist",     "player",  "mixer",    "output", "options",
    "sticker",  "update",          "subscription", "message", "neighbor", "mount",  "partition"};
using SubsystemMask = unsigned;
constexpr SubsystemMask bit(Subsystem subsystem) {
  return 1u << static_cast<unsigned>(subsystem);
}
constexpr SubsystemMask all_subsystems = (1u << subsystem_names.size()) - 1;

/// What goes back to the connection of a client.
struct Reply {
  std::string text = {};
  unsigned handled = 0;  ///< inputs that are done with
  bool waiting = false;  ///< it idles: may be silent for ever
  bool close = false;
};

/// One connection as the protocol knows it. Belongs to the station loop.
struct Client {
  StationId partition;
  unsigned permissions = may_nothing;
  std::string user;     ///< who logged in; empty: nobody
  std::string address;  ///< numeric
  TagMask tags = known_tags();
  std::size_t binary_limit = 8192;

  SubsystemMask pending = 0;  ///< changes it hasn't been told
  SubsystemMask idle = 0;     ///< what it waits for; 0: it doesn't
  std::set<std::string> channels;
  std::deque<std::pair<std::string, std::string>> messages;  ///< channel, text

  std::function<void(Reply)> send;  ///< to the connection, from the station loop
  bool gone = false;

  // what it asked for
  std::deque<Input> inputs;
  bool running = false;  ///< a request is under way
  Request request;
  std::size_t next_line = 0;
  std::string answer;
};

}  // namespace longwave::mpd
