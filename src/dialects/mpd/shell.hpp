// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "dialects/mpd/desk.hpp"
#include "io/listener.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace longwave::io {
class LoopGroup;
}

namespace longwave::mpd {

struct ShellLimits {
  std::size_t connections = 100;
  std::size_t queued_bytes = 64u << 20;         ///< that a client hasn't taken; past it the connection goes
  unsigned requests = 256;                      ///< under way; then no more is read
  Duration silence = std::chrono::seconds{60};  ///< of a client that doesn't idle
};

/// The connections of this protocol: bytes between the net loops and the desk. Each connection belongs to its
/// loop; made before the loops run, destroyed when they have stopped, before the desk.
class Shell {
 public:
  using Admit = std::function<bool(const std::string& ip)>;  ///< any thread

  Shell(io::LoopGroup& net, Desk& desk, Post station_loop, Admit admit, ShellLimits limits = {});
  ~Shell();
  Shell(const Shell&) = delete;
  Shell& operator=(const Shell&) = delete;

  /// Gives back where it listens. Before the loops run.
  Result<io::Endpoint> listen(io::Listener::Options options);
  /// On the first net loop.
  std::vector<int> duplicate_listeners();
  /// Takes no more connections and closes those there are; `done` on a net loop.
  void close(Task done);

 private:
  class Connection;
  struct Place;
  void accept(io::Loop& loop, io::Stream stream);

  io::LoopGroup& net_;
  Desk& desk_;
  Post station_loop_;
  Admit admit_;
  const ShellLimits limits_;
  bool loopback_ = false;                       ///< the listener takes connections from this machine only
  std::vector<std::unique_ptr<Place>> places_;  ///< one for each loop
  std::unique_ptr<io::Listener> listener_;
};

}  // namespace longwave::mpd
