// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "access/jwt.hpp"
#include "access/rates.hpp"
#include "api/art.hpp"
#include "api/context.hpp"
#include "api/hooks.hpp"
#include "api/listener.hpp"
#include "api/metrics.hpp"
#include "api/platform.hpp"
#include "api/sockets.hpp"
#include "api/station_feed.hpp"
#include "api/track_book.hpp"
#include "app/followed_air.hpp"
#include "app/messages.hpp"
#include "hub/hub.hpp"
#include "io/loop.hpp"
#include "io/timer.hpp"
#include "rpc/table.hpp"
#include "web/server.hpp"

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace longwave::app {

struct Config;
class Ground;
class Stations;

/// The API and the hub: what people and programs see of the stations. The hub has a loop of its own; with one
/// core it shares the net loop.
class People {
 public:
  People(const Config& config, Ground& ground, Stations& stations, io::LoopGroup& net);
  /// When the loops have stopped.
  ~People();

  void start();
  void stop();

  const rpc::Table& table() const { return table_; }
  api::Context& context() { return context_; }
  api::Sockets& sockets() { return sockets_; }
  api::Art& art() { return art_; }
  access::Rates& rates() { return rates_; }
  hub::Hub& hub() { return hub_; }  ///< on its loop, once the loops run
  io::Loop& hub_loop() { return hub_loop_; }
  const access::Tokens& tokens() const { return tokens_; }
  const rpc::Surroundings& surroundings(io::Loop& loop) const;
  std::vector<api::Check> checks();
  void add_metrics(api::Metrics& metrics, std::function<web::ServerCounts()> server);

 private:
  void surround_loops();
  void connect_library();
  void connect_hub();
  void follow_air();
  void set_rules(const Config& config);
  void tell_hooks(const Config& config);
  void connect_platform(const Config& config);
  void publish(std::string channel, std::string method, hub::Payload data);
  void beat();

  Ground& ground_;
  Stations& stations_;
  io::LoopGroup& net_;
  std::optional<io::LoopGroup> own_loop_;
  io::Loop& hub_loop_;
  const std::string node_;  // tells this process from the others, and from itself before the last start
  Messages messages_;
  access::Tokens tokens_;
  std::unique_ptr<api::Hooks> hooks_;  // null: none
  std::uint64_t hook_number_ = 0;
  rpc::Table table_;
  api::Context context_;
  std::vector<rpc::Surroundings> around_;  // one for each net loop
  api::Art art_;
  access::Rates rates_;
  api::Sockets sockets_;
  hub::Hub hub_;
  io::Timer presence_timer_, tick_timer_;
  api::TrackBook book_;
  api::StationFeed feed_;
  std::optional<FollowedAir> air_;  // where nothing is played
  api::Announcements announcements_;
  std::optional<api::Platform> platform_;  // made when the configured rules are set
  io::Timer heartbeat_;
  io::Timer expiry_;
  std::atomic<Instant::rep> last_beat_{0};
  hub::Payload library_totals_, scan_progress_;
  Subscription on_progress_, on_changed_, on_happened_, on_listeners_;
};

}  // namespace longwave::app
