// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "access/gate.hpp"
#include "app/config.hpp"
#include "app/listening.hpp"
#include "app/radio_door.hpp"
#include "base/result.hpp"
#include "base/task.hpp"
#include "io/listener.hpp"
#include "web/router.hpp"
#include "web/server.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace longwave::io {
class LoopGroup;
class TlsContext;
}  // namespace longwave::io

namespace longwave::api {
class Metrics;
}

namespace longwave::app {

class Ground;
class People;
class Stations;

/// What a dialect may work on. All of it outlives the dialects; what lives on a loop is reached by posts.
struct DialectRooms {
  const Config& config;  ///< only until the loops start
  Ground& ground;
  Stations& stations;
  People& people;
  io::LoopGroup& net;
  std::shared_ptr<RadioDoor> door = std::make_shared<RadioDoor>();
};

/// A protocol of somebody else, translated to our rooms. It has routes on the main port, or a listener of its
/// own: then either routes of a server of its own (HTTP, WebSocket) or connections as they come (listen()).
///
/// The order of its life: made → add_routes → listen → (the loops start) start → … → ending → close →
/// (the loops stop) destroyed. A new one is a file `app/<name>.cpp` with a maker, a line in makers() of
/// dialects.cpp, and its options in `app/options_<name>.cpp`.
class Dialect {
 public:
  virtual ~Dialect() = default;

  /// For the log and the list of addresses.
  virtual std::string_view name() const = 0;
  /// The address of its own, as `listen` has them (`+tls`, `+plain`, `+proxy`); empty: the main port.
  virtual std::string address() const { return {}; }

  /// Of the main port's table, or of its own. Before the loops start.
  virtual Result<void> add_routes(web::Router&) { return {}; }
  /// Paths that pages of any origin may use: they act on a secret in the request, never on a cookie or on
  /// where a request comes from. With a slash at the end: all below.
  virtual std::vector<std::string> open_paths() const { return {}; }
  /// Figures of its own for /metrics.
  virtual void add_metrics(api::Metrics&) {}

  /// True: its address takes HTTP with the routes above. False: listen() is called instead, and what comes
  /// is the dialect's.
  virtual bool speaks_http() const { return true; }
  /// Opens the listener of a protocol that isn't HTTP. Gives back where it listens.
  virtual Result<io::Endpoint> listen(io::Listener::Options) {
    return error(Errc::unavailable, "this dialect has no listener");
  }
  /// Copies of the listening sockets, for the program that comes after this one. On the first net loop.
  virtual std::vector<int> duplicate_listeners() { return {}; }

  /// When the loops run. Called once, on the main thread; it posts what it begins.
  virtual void start() {}
  /// The server is about to end: last words to clients (a closing packet, the answer to a long poll). Any
  /// thread; its connections are closed after that. What has a server of its own needs no more than this.
  virtual void ending() {}
  /// Closes its own listener and connections, then calls `done`, from any thread.
  virtual void close(Task done) { done(); }
};

/// The dialects that the configuration turns on, each with its listener. Made before the loops start; the
/// last to be made of all rooms, the first to be destroyed.
class Dialects {
 public:
  /// What the program gives to listeners: the same as for its own.
  struct Door {
    const io::TlsContext* tls = nullptr;    ///< null: there is no certificate
    const io::Networks* proxies = nullptr;  ///< for `+proxy`
    web::ServerOptions options = {};        ///< without a gate
  };

  explicit Dialects(DialectRooms rooms);
  ~Dialects();

  /// Makes them, and adds the routes of those that are on the main port.
  Result<void> make(web::Router& main);
  /// Paths of the main port that any origin may use.
  std::vector<std::string> open_paths() const;
  void add_metrics(api::Metrics& metrics);
  /// Opens the addresses of their own; `inherited` sockets that fit are taken out of the list.
  Result<void> listen(const Door& door, std::vector<int>& inherited);
  void start();
  void ending();
  /// The servers of their own are drained and their connections closed, one after the other.
  void close(Duration grace, Task done);
  /// On the first net loop.
  std::vector<int> duplicate_listeners();

  /// The routes of those that have a server of their own, for the list of addresses.
  struct Table {
    std::string_view name;
    const web::Router& routes;
  };
  std::vector<Table> tables() const;

 private:
  struct Place;  // a dialect and what belongs to its address
  Result<void> open(Place& place, const Door& door, std::vector<int>& inherited);
  void close_from(std::size_t place, Duration grace, std::shared_ptr<Task> done);

  DialectRooms rooms_;
  std::vector<std::unique_ptr<Place>> places_;
};

/// A maker gives null when the configuration leaves its dialect off. In a file of the dialect's name.
using MakeDialect = Result<std::unique_ptr<Dialect>> (*)(const DialectRooms& rooms);
Result<std::unique_ptr<Dialect>> make_channelstream(const DialectRooms& rooms);
Result<std::unique_ptr<Dialect>> make_mpd(const DialectRooms& rooms);
Result<std::unique_ptr<Dialect>> make_player(const DialectRooms& rooms);
Result<std::unique_ptr<Dialect>> make_musicdb(const DialectRooms& rooms);
Result<std::unique_ptr<Dialect>> make_radio_mounts(const DialectRooms& rooms);
Result<std::unique_ptr<Dialect>> make_fleet(const DialectRooms& rooms);
Result<std::unique_ptr<Dialect>> make_fleet_files(const DialectRooms& rooms);
Result<std::unique_ptr<Dialect>> make_streamer(const DialectRooms& rooms);

}  // namespace longwave::app
