// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"
#include "io/listener.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace longwave::io {
class Loop;
}

namespace longwave::channelstream::g1 {

/// What a peer of the Flash policy port gets for its first bytes: the policy and a NUL byte, or nothing.
/// nullopt: more bytes are needed. Pure.
std::optional<std::string_view> policy_answer(std::string_view received);

/// Serves the policy file that Flash sockets asked for before they connected. Belongs to one loop; made
/// before it runs, destroyed after it has stopped.
class PolicyServer {
 public:
  static Result<std::unique_ptr<PolicyServer>> open(io::Loop& loop, const std::string& host, int port);
  ~PolicyServer();
  const io::Endpoint& endpoint() const;

  struct State;

 private:
  explicit PolicyServer(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace longwave::channelstream::g1
