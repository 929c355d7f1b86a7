// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "base/signal.hpp"
#include "hub/hub.hpp"
#include "rpc/table.hpp"
#include "station/broadcaster.hpp"

#include <string>
#include <unordered_map>

namespace longwave::api {

struct Context;
class Sockets;

/// Joins a page's sound to its socket: the page announces a token of its own, opens /listen/…?listener=TOKEN,
/// and is told at which stream time its first byte lies, so that it can show a title when it is heard. The
/// two may come in either order. Belongs to the station loop.
class Announcements {
 public:
  Announcements(station::Broadcaster& broadcaster, Sockets& sockets, const Clock& clock);

  void announce(const std::string& token, hub::ClientId client);

 private:
  struct Row {
    hub::ClientId client = 0;  // 0: not announced yet
    std::string params;        // of listener.started; empty: not started yet
    Instant since{};
  };
  void started(const station::ListenerStarted& event);
  void tell(const std::string& token, Row& row);
  void forget_old();

  Sockets& sockets_;
  const Clock& clock_;
  std::unordered_map<std::string, Row> rows_;
  Subscription on_started_;
};

/// listener.announce, and the event listener.started.
void add_listener_methods(rpc::Table& table, Context& context);

}  // namespace longwave::api
