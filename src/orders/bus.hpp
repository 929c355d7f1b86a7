// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/task.hpp"
#include "orders/orders.hpp"

#include <memory>

namespace longwave::orders {

/// The in-process Bus: joins one programmer's side and one player's side. Each end hands its messages to a
/// port of the bus and gets the other's on its own loop, later, in the order in which they were sent; never
/// inside its call.
///
///   orders::Bus bus;
///   Keeper keeper(..., bus.player(), ...);          // sends through bus.player()
///   Player player(..., bus.programmer(), ...);      // sends through bus.programmer()
///   bus.attach_programmer(keeper, loop.poster());   // both before the first message
///   bus.attach_player(player, loop.poster());
///   ...
///   bus.detach();                                   // before either end is destroyed
///
/// attach and detach belong to start and stop, when neither end sends. What is sent to an end that isn't
/// attached is dropped, as by a bus between machines. After detach(), what is still on its way is dropped as
/// well; detach() runs on the loop of both ends, or when their loops have stopped.
class Bus {
 public:
  Bus();
  ~Bus();
  Bus(const Bus&) = delete;
  Bus& operator=(const Bus&) = delete;

  PlayerPort& player();          ///< what the programmer sends to
  ProgrammerPort& programmer();  ///< what the player sends to

  void attach_programmer(ProgrammerPort& end, Post post);
  void attach_player(PlayerPort& end, Post post);
  void detach();

 private:
  class ToPlayerEnd;
  class ToProgrammerEnd;
  std::unique_ptr<ToPlayerEnd> player_;
  std::unique_ptr<ToProgrammerEnd> programmer_;
};

}  // namespace longwave::orders
