// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace longwave::hub {

using Payload = std::shared_ptr<const std::string>;

using ClientId = std::uint64_t;  ///< one connection of this process; its low bits are its group
using GroupId = std::uint32_t;   ///< the connections of one Delivery on one net loop

/// The group is written in the low bits of a connection's number, so that any thread knows where it lives.
constexpr unsigned group_bits = 10;
constexpr GroupId group_of(ClientId client) {
  return static_cast<GroupId>(client & ((ClientId{1} << group_bits) - 1));
}
constexpr ClientId client_id(std::uint64_t serial, GroupId group) {
  return serial << group_bits | group;
}

/// A place in a channel: publications are numbered from 1; offset 0 is before the first. Numbers of different
/// epochs can't be compared (the channel's state was lost in between).
struct Position {
  std::uint64_t offset = 0;
  std::string epoch = {};
  friend bool operator==(const Position&, const Position&) = default;
};

/// Who of a channel's subscribers gets a publication; judged where it is delivered, for each connection.
/// A connection that is passed over misses its number: known to nobody but to the server.
struct Audience {
  std::vector<std::string> except = {};  ///< users
  ClientId from = 0;                     ///< a connection; means something on the node that published only
  std::string within = {};               ///< only connections that have joined this other channel, too
  friend bool operator==(const Audience&, const Audience&) = default;
};

/// What users say, and what may be edited and taken out again.
inline constexpr const char* message_method = "channel.message";

/// One thing that happened on a channel.
struct Publication {
  std::string channel = {};
  std::string method = {};   ///< "queue.changed"
  Payload data = {};         ///< JSON text
  std::uint64_t offset = 0;  ///< 0: a present value; not numbered, in no history, of the newest position
  std::string epoch = {};
  std::string id = {};                            ///< of a message: what edits and deletes name it by
  std::string user = {};                          ///< its author's login name
  std::string owner = {};                         ///< who may edit it as their own; opaque
  std::shared_ptr<const Audience> audience = {};  ///< null: everybody
  std::uint64_t after = 0;  ///< set by the hub, live: who doesn't know this number has lost something
};

}  // namespace longwave::hub
