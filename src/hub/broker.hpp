// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"
#include "base/task.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace longwave::hub {

using Payload = std::shared_ptr<const std::string>;

/// A place in a channel: publications are numbered from 1; offset 0 is before the first. Numbers of different
/// epochs can't be compared (the server or its broker was started anew).
struct Position {
  std::uint64_t offset = 0;
  std::string epoch;
  friend bool operator==(const Position&, const Position&) = default;
};

/// One thing that happened on a channel.
struct Publication {
  std::string channel;
  std::string method;        ///< "queue.changed"
  Payload data;              ///< JSON text
  std::uint64_t offset = 0;  ///< 0: a present value, sent to one subscriber, not numbered
  std::string epoch;
};

/// What a broker still knows of a channel after a position.
struct History {
  Position top;
  bool complete = false;  ///< `missed` is everything after the position that was asked for
  std::vector<Publication> missed;
};

/// Orders and carries publications: numbers them, remembers the last ones, delivers them to the hub in offset
/// order. In memory for one process; over Redis between processes. Everything is asynchronous; every call and
/// callback happens on the hub's thread. A callback may run before the call returns.
class Broker {
 public:
  virtual ~Broker() = default;

  /// `done` gets the position of the publication, or unavailable: then it was not published.
  virtual void publish(const std::string& channel, const std::string& method, Payload data,
                       UniqueFunction<void(Result<Position>)> done) = 0;
  /// What came after `since` (an epoch of "": only the top is wanted).
  virtual void history(const std::string& channel, const Position& since,
                       UniqueFunction<void(Result<History>)> done) = 0;
  /// Publications of every channel, in offset order per channel.
  virtual void on_publication(std::function<void(const Publication&)> handler) = 0;
};

}  // namespace longwave::hub
