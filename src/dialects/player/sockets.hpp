// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/task.hpp"
#include "dialects/player/backend.hpp"
#include "io/timer.hpp"
#include "rpc/peer.hpp"
#include "web/context.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace longwave::io {
class Loop;
class LoopGroup;
}  // namespace longwave::io
namespace longwave::access {
class Rates;
}
namespace longwave::web {
class Router;
}

namespace longwave::player {

/// `/socket`: the protocol over WebSocket. A socket belongs to its net loop; what is for all of them, how
/// many there are and what a new one is told are decided on `home`, the player's loop, so that every socket
/// sees one order. Made before the loops start, destroyed after they have stopped.
class Sockets {
 public:
  struct Ports {
    io::LoopGroup& loops;
    io::Loop& home;
    const std::vector<rpc::Surroundings>& around;  ///< one for each net loop
    access::Rates* rates;                          ///< null: nothing is counted
    std::function<std::optional<State>()> state;   ///< on `home`
  };
  explicit Sockets(Ports ports);
  ~Sockets();

  Result<void> add_route(web::Router& router);

  /// A frame to every socket. On `home`.
  void tell(std::string_view method, const std::string& payload);

  /// A gauge to the call `id` (JSON text) of the socket that gave itself this name (`/socket?name=`); the
  /// newest matters, a slow reader misses some. `last`: the final answer. From any thread.
  void progress(const std::string& name, const std::string& method, const std::string& id,
                const std::string& value, bool last);

 private:
  class Socket;
  struct Lane;
  struct Newcomer {  // waits for what it is told first
    Instant due;
    std::size_t lane;
    std::uint64_t number;
  };
  Lane& here();
  void accept(web::RequestContext&& context);  // on a net loop
  void opened(std::size_t lane, std::uint64_t number);
  void closed();
  void greet();
  void send_all(std::string_view text);

  Ports ports_;
  std::vector<std::unique_ptr<Lane>> lanes_;
  std::size_t count_ = 0;  // on `home`, as what follows
  std::deque<Newcomer> newcomers_;
  io::Timer greeting_;
};

}  // namespace longwave::player
