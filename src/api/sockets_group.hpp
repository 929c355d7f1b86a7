// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/connection.hpp"
#include "api/sockets.hpp"
#include "api/token_table.hpp"
#include "io/timer.hpp"

#include <array>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>

namespace longwave::api {

/// What one net loop knows. Inside api/ only.
struct Sockets::Group {
  std::size_t index;
  io::Loop* loop;
  hub::GroupId group = 0;  // of the hub
  std::uint64_t last = 0;
  std::unordered_map<hub::ClientId, std::unique_ptr<Connection>> connections = {};
  std::unordered_map<std::string, LoopChannel> channels = {};
  TokenTable tokens = {};
  std::unique_ptr<io::Timer> token_timer = {};  // made with the first token that ends

  // Callers that were seen last: many connections have equal ones, and one of them is enough.
  std::array<std::shared_ptr<const rpc::Caller>, 16> callers = {};
  std::size_t next_caller = 0;

  std::shared_ptr<const rpc::Caller> share(rpc::Caller caller) {
    for (const auto& known : callers)
      if (known && *known == caller) return known;
    auto& place = callers[next_caller++ % callers.size()];
    place = std::make_shared<const rpc::Caller>(std::move(caller));
    return place;
  }
  hub::ClientId new_id() { return hub::client_id(++last, group); }
};

}  // namespace longwave::api
