// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"
#include "io/timer.hpp"
#include "rpc/peer.hpp"
#include "web/context.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace longwave::io {
class Loop;
}
namespace longwave::access {
class Rates;
}
namespace longwave::web {
class Router;
}

namespace longwave::player {

/// `/api`: one message or a batch, by POST; by GET only what changes nothing. `around` gives what belongs to
/// a connection's loop. `rates`: null for none.
Result<void> add_api_route(web::Router& router, std::function<const rpc::Surroundings&(io::Loop&)> around,
                           access::Rates* rates);

/// `/wait` and `/notify`: long polls, each answered with one event. They wait on `home`, the player's loop;
/// made before the loops start, destroyed after they have stopped.
class Polls {
 public:
  explicit Polls(io::Loop& home);
  ~Polls();

  Result<void> add_routes(web::Router& router);

  /// Every poll that waits is answered `{"<key>":payload}`. On `home`.
  void tell(std::string_view key, std::string_view payload);
  /// The server ends: they are answered `null`. Any thread.
  void end();

 private:
  struct Poll;
  void wait(std::uint64_t number, std::unique_ptr<Poll> poll);
  std::size_t answer_all(const std::string& body);

  io::Loop& home_;
  std::atomic<std::uint64_t> next_{1};
  bool ended_ = false;
  std::map<std::uint64_t, std::unique_ptr<Poll>> polls_;
};

}  // namespace longwave::player
