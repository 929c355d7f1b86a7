// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/task.hpp"
#include "dialects/player/backend.hpp"
#include "rpc/table.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace longwave::player {

/// What the methods work on. Everything here lives on `home`, the player's loop.
struct Desk {
  Backend& backend;
  Post home;
  /// To every socket (and long poll), from the loop: a value of the application itself. `payload` is JSON.
  std::function<void(std::string_view method, const std::string& payload)> tell;
  /// To long polls alone.
  std::function<void(std::string_view key, const std::string& payload)> tell_polls;
};

/// The 24 methods of the protocol and `package_playlist`. `desk` outlives the table. A method that tells
/// something itself tells it before it is answered; what the player tells comes after that.
void add_methods(rpc::Table& table, Desk& desk);

}  // namespace longwave::player
