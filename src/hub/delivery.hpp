// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"
#include "hub/publication.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace longwave::hub {

using Ticket = std::uint64_t;  ///< the client's number for one subscribe(), given back with its answer

/// How a subscription begins.
struct Joined {
  Position position = {};               ///< everything up to here is in `first`, or was known to the client
  bool recovered = false;               ///< `first` is exactly what was missed since the given position
  std::string reason = {};              ///< why not, if a position was given
  std::vector<Publication> first = {};  ///< present values (offset 0), then numbered ones
};

/// Where deliveries go. Called on the hub's thread; implementations post to net loops, in order. `loop` is
/// the index of a group among those of this Delivery (Hub::add_groups). What is published from inside of
/// publish() overtakes this publication on the way to other groups: post it.
class Delivery {
 public:
  /// Comes before any publish() that the client is to see; the loop notes the client under the channel at
  /// `joined.position`, and passes over publications up to there. Audiences are the loop's to judge, those
  /// of `joined.first`, too.
  virtual void joined(std::size_t loop, ClientId client, const std::string& channel, Ticket ticket,
                      Result<Joined> joined) = 0;
  /// One publication for every client of the loop that has joined the channel and belongs to its audience.
  /// Numbers grow; one that is left out was deleted (`after` says so). Offset 0: a present value that leaves
  /// positions as they are.
  virtual void publish(std::size_t loop, const std::shared_ptr<const Publication>& publication) = 0;
  /// Publications of the channel were lost: everybody who has joined is told so (`channel.reset`), and goes
  /// on from `position`. Who needs the present values subscribes anew.
  virtual void reset(std::size_t loop, const std::string& channel, const Position& position,
                     const std::string& reason) = 0;
  /// Hub::close(): end the connection with this code.
  virtual void close(std::size_t loop, ClientId client, std::uint16_t code, const std::string& reason) = 0;

 protected:
  ~Delivery() = default;
};

}  // namespace longwave::hub
