// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/connection_detail.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/task.hpp"
#include "hub/hub.hpp"
#include "store/migration.hpp"

#include <boost/json/object.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace longwave::rpc {
class Table;
}

namespace longwave::api {

struct Context;

/// What the process itself costs.
struct ProcessFigures {
  double cpu_s = 0;                ///< used since it began, all threads
  std::uint64_t memory_bytes = 0;  ///< resident
};

struct PlatformOptions {
  std::string node = "node";      ///< differs between the nodes of one broker
  std::string broker = "memory";  ///< or "redis": then there may be other nodes
  std::string address = {};       ///< where this node is reached
  std::function<ProcessFigures()> process = [] { return ProcessFigures{}; };
  Duration patience = std::chrono::milliseconds{400};  ///< for the answers of other nodes
  std::size_t most_clients = 20'000;                   ///< looked at for one answer
};

/// What operators see of the hub, and do with it: nodes, connections, channels, users, rates. Asks the other
/// nodes and puts their answers together. Samples once a second, and only while somebody has subscribed to
/// the channel `platform`, here or on another node. Belongs to the hub's thread, except the constructor,
/// which runs before it.
///
/// Rules of channels that are set at run time, here or on another node, are kept in the store and are in
/// force again after a start.
class Platform {
 public:
  static constexpr const char* channel = "platform";

  /// Reads the kept rules (blocks): the rules of the configuration must be set by then.
  Platform(Context& context, PlatformOptions options);
  ~Platform();
  Platform(const Platform&) = delete;
  Platform& operator=(const Platform&) = delete;

  /// About once a second.
  void tick();

  using Answer = UniqueFunction<void(Result<boost::json::object>)>;
  /// One of "nodes", "connections", "channels", "users" over all nodes.
  void list(const std::string& what, const boost::json::object& params, Answer done);
  /// Done when the order is on its way; not_found if this node should have the connection and has not.
  Result<void> close(const std::string& node, hub::ClientId connection);
  /// Null: what was set at run time is forgotten. Answered when it is on disk, with the rule in force.
  void configure(const std::string& pattern, const boost::json::object* config, Answer done);
  boost::json::object rules() const;

 private:
  struct Question;

  void here(const std::string& what, const boost::json::object& params,
            UniqueFunction<void(boost::json::object)> done);
  void connections(const boost::json::object& params, UniqueFunction<void(boost::json::object)> done);
  boost::json::object node() const;
  boost::json::object channels(const boost::json::object& params) const;
  boost::json::object users() const;
  bool alone() const { return options_.broker == "memory"; }

  void asked(const std::string& text);
  void answered(const std::string& text);
  void finish(std::uint64_t question);

  void sample();
  void show(std::string text);

  void load();
  void configured(const std::string& pattern, const hub::ChannelConfig* config);

  Context& context_;
  PlatformOptions options_;
  std::map<std::uint64_t, Question> questions_;
  std::uint64_t last_question_ = 0;
  std::map<std::string, Instant> others_;  ///< nodes that have answered, and when

  Instant watched_until_{};  ///< by another node
  Instant sampled_at_{};
  Instant watch_told_{};
  bool has_sample_ = false;
  hub::HubCounts counts_before_{};
  double cpu_before_ = 0;

  std::map<std::string, hub::ChannelConfig> base_;  ///< the rules of program and configuration file
  std::set<std::string> own_;                       ///< patterns that were set at run time
  UniqueFunction<void(Result<void>)> on_kept_;      ///< for the change that is being made
};

/// The table of kept rules.
store::RoomMigrations platform_migrations();

void add_platform_methods(rpc::Table& table, Context& context);
void add_fleet_methods(rpc::Table& table, Context& context);

}  // namespace longwave::api
