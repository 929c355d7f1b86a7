// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/task.hpp"
#include "dialects/musicdb/core.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace longwave::io {
class LoopGroup;
}
namespace longwave::web {
class RequestContext;
}

namespace longwave::musicdb {

/// The WebSockets of this dialect, on the net loops: packets are read and keys checked here, so that nothing
/// of a stranger reaches the station loop. Made before the loops start, destroyed when they have stopped.
class Sockets final : public Outlet {
 public:
  Sockets(io::LoopGroup& loops, std::string key, Post station_loop);
  ~Sockets();

  /// Who runs the functions; set before the first connection.
  void attach(Core& core) { core_ = &core; }

  /// An upgrade, on the connection's loop.
  void accept(web::RequestContext&& context);

  // on the station loop
  void send(ClientId client, Text packet) override;
  void send_all(Text packet) override;
  void close(ClientId client, std::uint16_t code, std::string_view reason) override;

  /// CloseConnections: every client gets 1000 "Server shutdown". Any thread.
  void close_connections();

 private:
  struct Lane;
  class Socket;
  Lane& here();

  std::string key_;
  Post station_loop_;
  Core* core_ = nullptr;
  std::vector<std::unique_ptr<Lane>> lanes_;
};

}  // namespace longwave::musicdb
