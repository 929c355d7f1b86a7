// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dialects/channelstream/event.hpp"
#include "hub/publication.hpp"

#include <boost/json/object.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// What the dialect's core knows: plain values on the hub's thread, owned by Core.
namespace longwave::channelstream {

/// A transport of a session: `number` is the exit's own name for it on that net loop.
struct Target {
  std::size_t loop = 0;
  std::uint64_t number = 0;
  friend bool operator==(const Target&, const Target&) = default;
};

/// One kind of transport (WebSocket of the second generation, long poll, socket.io …) and the words it uses.
/// Called on the hub's thread; implementations build their wire form once per call and post to the loops.
class Exit {
 public:
  /// A live event for all these transports.
  virtual void deliver(std::span<const Target> targets, const EventPtr& event) = 0;
  /// What came while there was no transport, in order. Comes once, from inside attach(); may be empty.
  virtual void catch_up(Target target, std::span<const EventPtr> events) = 0;
  /// The session is over, or another transport took its place. No detach() is expected.
  virtual void close(Target target, std::string_view why) = 0;

 protected:
  ~Exit() = default;
};

/// One connection: a browser tab.
struct Session {
  hub::ClientId client = 0;
  std::string conn_id = {};
  std::string user = {};
  std::set<std::string, std::less<>> channels = {};
  Exit* exit = nullptr;
  Target target = {};
  Instant last_active{};               ///< sign of life of the client
  Instant leave_at{};                  ///< while there is no transport: when it is collected
  std::vector<EventPtr> waiting = {};  ///< came while there was no transport
  std::map<std::string, std::size_t, std::less<>> waiting_of = {};  ///< how many of each channel
  std::vector<EventPtr> unconfirmed = {};                           ///< sent since the last sign of life
};

struct User {
  std::string name = {};
  std::string uuid = {};
  std::int64_t status = 1;  ///< of the first generation: 0 offline, 1 online, 2 away, 3 hidden, 4 busy
  std::set<std::string, std::less<>> granted = {};  ///< channels that its socket.io connections may join
  boost::json::object state = {};
  std::vector<std::string> public_keys = {};
  std::set<Session*> sessions = {};
  Instant last_active{};

  boost::json::object public_state() const;
};

/// What a web application sets for a channel; the second generation's names, `salvagable` is the first's.
struct ChannelSettings {
  bool notify_presence = false;
  bool broadcast_presence_with_user_lists = false;
  bool notify_state = false;
  bool store_history = false;
  std::size_t history_size = 10;
  bool store_frames = true;
  bool salvagable = false;
  friend bool operator==(const ChannelSettings&, const ChannelSettings&) = default;
};

struct Channel {
  std::string name = {};
  std::string uuid = {};
  ChannelSettings settings = {};
  bool configured = false;  ///< the hub has a rule of its own for it
  WallTime last_active{};
  Instant last_used{};
  std::set<Session*> members = {};

  /// User -> how many of its connections are here.
  std::map<std::string, std::size_t> users() const;
};

}  // namespace longwave::channelstream
