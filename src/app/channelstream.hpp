// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/task.hpp"
#include "dialects/channelstream/settings.hpp"
#include "web/router.hpp"

#include <memory>
#include <string>
#include <vector>

namespace longwave::hub {
class Hub;
}
namespace longwave::io {
class Loop;
class LoopGroup;
}  // namespace longwave::io

namespace longwave::app {

/// The channelstream dialect, both generations, wired to the hub and the net loops. Made before the loops
/// start, destroyed after they have stopped and before the hub.
class Channelstream {
 public:
  struct Surroundings {
    hub::Hub& hub;
    io::Loop& hub_loop;
    io::LoopGroup& net;
    const Clock& clock;
    bool several_nodes = false;  ///< others share the hub's broker
  };
  static Result<std::unique_ptr<Channelstream>> make(channelstream::Settings settings, Surroundings around);
  ~Channelstream();

  Result<void> add_routes(web::Router& router);
  /// Paths that pages of any origin may use: they act on a signature or on a connection's secret id, never on
  /// a cookie or on where a request comes from. With a slash at the end: all below.
  std::vector<std::string> open_paths() const;
  /// When the loops run.
  void start();

 private:
  struct Parts;
  explicit Channelstream(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace longwave::app
