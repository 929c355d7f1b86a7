// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"
#include "base/task.hpp"
#include "dialects/channelstream/session.hpp"
#include "web/context.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace longwave::io {
class Loop;
class LoopGroup;
}  // namespace longwave::io

namespace longwave::web {
class Router;
}

namespace longwave::channelstream {
class Core;
class Rest;
}  // namespace longwave::channelstream

namespace longwave::channelstream::g2 {

/// `/ws?conn_id=`: a WebSocket belongs to its net loop; what the core has for it comes by one post per event
/// and loop. Frames are JSON arrays; `[]` is a heartbeat. Made before the loops start, destroyed after they
/// have stopped.
class Sockets final : public Exit {
 public:
  Sockets(io::LoopGroup& loops, Core& core, const Rest& rest, Post hub_post);
  ~Sockets();

  Result<void> add_route(web::Router& router);

  // Exit, on the hub's thread
  void deliver(std::span<const Target> targets, const EventPtr& event) override;
  void catch_up(Target target, std::span<const EventPtr> events) override;
  void close(Target target, std::string_view why) override;

 private:
  class Socket;
  struct Lane;
  Lane& here();
  void accept(web::RequestContext&& context);  // on a net loop

  Core& core_;
  const Rest& rest_;
  Post hub_post_;
  std::vector<std::unique_ptr<Lane>> lanes_;
};

/// `/listen?conn_id=[&callback=]`: one answer for what came. Everything is on the hub's thread; answers cross
/// by themselves. Destroyed after the hub's loop has stopped.
class Polls final : public Exit {
 public:
  Polls(io::Loop& hub_loop, Core& core, const Rest& rest);
  ~Polls();

  Result<void> add_route(web::Router& router);

  void deliver(std::span<const Target> targets, const EventPtr& event) override;
  void catch_up(Target target, std::span<const EventPtr> events) override;
  void close(Target target, std::string_view why) override;

 private:
  struct Poll;
  void accept(web::RequestContext&& context);  // on a net loop
  void begin(web::RequestContext&& context, const std::string& conn_id, const std::string& callback);
  void add(Poll& poll, std::span<const EventPtr> events, bool catchup);
  void finish(std::uint64_t number, bool gone, bool detached = false);

  io::Loop& loop_;
  Core& core_;
  const Rest& rest_;
  std::uint64_t next_ = 1;
  std::map<std::uint64_t, std::unique_ptr<Poll>> polls_;
};

}  // namespace longwave::channelstream::g2
