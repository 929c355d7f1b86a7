// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "base/task.hpp"
#include "io/timer.hpp"
#include "web/address_counts.hpp"
#include "web/deflate.hpp"
#include "web/server.hpp"

#include <boost/intrusive/list.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace longwave::web {

class Connections;

/// One accepted stream in whatever it has become (HTTP, WebSocket). Owned by the Connections of its loop;
/// ends by retire(), which destroys it at the end of the loop's turn, never under its own feet.
class Connection : public boost::intrusive::list_base_hook<> {
 public:
  explicit Connection(Connections& owner) : owner_(owner) {}
  virtual ~Connection() = default;
  /// The server ends: finish what is under way, take nothing new.
  virtual void shut_down() = 0;
  /// The time to finish is over.
  virtual void cut() = 0;
  /// Stays open without a request: a WebSocket, a body stream. A drain ends these one after the other.
  virtual bool lasting() const { return false; }

 protected:
  friend class Connections;
  Connections& owner_;
  AddressCounts::Place place_;  // handed on when the connection becomes something else
};

struct ServerCounters {
  std::atomic<std::size_t> connections{0};
  std::atomic<std::size_t> web_sockets{0};
  std::atomic<std::size_t> streams{0};
  std::atomic<std::size_t> body_bytes{0};
  std::atomic<std::uint64_t> requests{0};
  std::atomic<bool> draining{false};
  AddressCounts addresses;
};

/// What the connections of one loop share. Belongs to that loop's thread.
class Connections {
 public:
  Connections(io::Loop& loop, const Clock& clock, const Router& router, const ServerOptions& options,
              ServerCounters& counters);
  ~Connections();

  void accept(io::Stream stream);
  /// `place`: of the connection that it takes over.
  void add(std::unique_ptr<Connection> connection, AddressCounts::Place place = {});
  void retire(Connection& connection);

  /// Ends lasting connections, evenly over the window.
  void drain(Duration window);
  bool draining() const { return counters_.draining; }
  void shut_down(Task all_gone);
  void cut();
  bool shutting_down() const { return shutting_down_; }

  /// The value of Date, made once a second.
  const std::string& date();

  io::Loop& loop() { return loop_; }
  const std::shared_ptr<const Post>& post() { return post_; }
  const Router& router() const { return router_; }
  const ServerOptions& options() const { return options_; }
  ServerCounters& counters() { return counters_; }
  Deflater& deflater() { return deflater_; }

 private:
  io::Loop& loop_;
  const Clock& clock_;
  const Router& router_;
  const ServerOptions& options_;
  ServerCounters& counters_;
  std::shared_ptr<const Post> post_;
  Deflater deflater_;
  boost::intrusive::list<Connection> open_;
  std::string date_;
  std::int64_t date_second_ = -1;
  bool shutting_down_ = false;
  Task all_gone_;

  void end_some();
  bool admits(const io::PeerAddress& peer, AddressCounts::Place& place);
  std::optional<io::Timer> drain_timer_;
  Instant drain_began_{};
  Duration drain_window_{};
  std::size_t drain_total_ = 0;
  std::size_t drain_looked_at_ = 0;
};

}  // namespace longwave::web
