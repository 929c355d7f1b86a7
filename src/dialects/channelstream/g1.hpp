// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/task.hpp"
#include "dialects/channelstream/rest.hpp"

#include <memory>
#include <string>
#include <vector>

namespace longwave::io {
class LoopGroup;
}
namespace longwave::web {
class Router;
}

namespace longwave::channelstream {
class Core;
struct Settings;
}  // namespace longwave::channelstream

namespace longwave::channelstream::g1 {

/// Everything of the first generation: its REST calls, the namespace /stream for both kinds of socket.io
/// clients, the demo, the admin page, the policy server. Made before the loops start, destroyed after they
/// and the hub's have stopped, before what it was made with.
class Generation {
 public:
  struct Around {
    Core& core;
    Rest& rest;
    io::LoopGroup& loops;
    Post hub_post;
    const Clock& clock;
  };
  /// Adds the calls to `rest`. Fails if the policy server can't listen.
  static Result<std::unique_ptr<Generation>> make(const Around& around);
  ~Generation();

  /// Of socket.io, both kinds; the calls are routes of `rest`.
  Result<void> add_routes(web::Router& router);
  /// Below these, pages of any origin are judged by the dialect itself (`allow_cors`).
  std::vector<std::string> open_paths() const;
  /// For GET /admin with HTTP Basic.
  Handle admin_page();
  /// About once a second, on the hub's thread.
  void tick();

 private:
  struct Parts;
  explicit Generation(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace longwave::channelstream::g1
