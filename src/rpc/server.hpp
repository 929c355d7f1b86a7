// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"
#include "io/listener.hpp"
#include "rpc/methods.hpp"
#include "rpc/origin.hpp"
#include "rpc/peer.hpp"
#include "rpc/service.hpp"
#include "web/response.hpp"
#include "web/websocket.hpp"

#include <functional>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

namespace longwave::web {
class Router;
}

namespace longwave::rpc {

/// What holds for the connections of one path. To be changed between Server::serve() and Server::start().
struct ServiceOptions {
  Limits limits = {};
  web::WebSocketOptions socket = {.shutdown_code = web::close_code::going_away};
  OriginRules origins = {};
  /// automatic: 2.0, or 1.0 with those who speak that. v1: only 1.0, and a connection that breaks the
  /// protocol is ended (close codes 1002 and 1007).
  Dialect dialect = Dialect::automatic;
  /// Answers a plain HTTP request (GET) to the same path, with a page for example; empty: 426. Called on any
  /// loop.
  std::function<web::Response(const web::Request&)> page = {};
};

struct ServerOptions {
  /// "localhost:8888" (127.0.0.1, and ::1 where there is one), "[::1]:0" (a free port), ":8888" (all
  /// addresses), "unix:/run/my.sock".
  std::vector<std::string> listen = {"localhost:8888"};
  std::string certificate_path = {};  ///< PEM; with key_path: wss:// instead of ws://
  std::string key_path = {};
  std::size_t loops = 1;         ///< threads for connections; with one, all instances live on the same thread
  std::size_t pool_threads = 2;  ///< for pool_method()
  Duration drain = std::chrono::seconds{5};  ///< how long stop() lets connections say goodbye
};

/// JSON-RPC services over WebSocket, each on its path, with threads of its own.
///
///   rpc::Server server({.listen = {"127.0.0.1:8888"}});
///   server.serve<Hello>("/hello");
///   server.serve<Chat>("*", std::ref(room)).origins.any = true;    // "*": every path that has no other
///   service return server.run() ? 0 : 1;                                   // until SIGINT or SIGTERM
///
/// serve() and router() before start(). start(), stop() and the destructor on one thread, which is none of
/// the server's; the rest from any thread.
class Server {
 public:
  explicit Server(ServerOptions options = {});
  /// As stop().
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Gives a class, not an object: each connection to `path` gets an S of its own, made with copies of
  /// `arguments` (use std::ref for what they share). A path may have parameters ("/rooms/:name"), which
  /// upgrade_request().parameter() tells.
  template <class S, class... Arguments>
  ServiceOptions& serve(const std::string& path, Arguments... arguments) {
    static_assert(std::is_base_of_v<Service, S>);
    auto table = std::make_unique<Table>();
    Methods<S> methods(*table);
    S::methods(methods);
    return add(path, std::move(table),
               [arguments...]() -> std::unique_ptr<Service> { return std::make_unique<S>(arguments...); });
  }

  /// For HTTP routes beside the services.
  web::Router& router();

  /// Listens and begins. Fails with a sentence about the address, the certificate or two services on one
  /// path. Returns where it listens, with the ports that the system chose.
  Result<std::vector<io::Endpoint>> start();
  /// start(), then waits for SIGINT, SIGTERM or stop().
  Result<void> run();
  /// No new connections; those that are get 1001 and have `drain` to leave; when this returns every on_close
  /// has returned. While run() waits, or on a thread of the server, it only asks: run() then ends so.
  void stop();

  /// Calls `use` for every open instance of S, each on its own loop; returns at once. Instances may close
  /// inside.
  template <class S>
  void each(std::function<void(S&)> use) {
    for_each_service([use = std::move(use)](Service& service) {
      if (auto* wanted = dynamic_cast<S*>(&service)) use(*wanted);
    });
  }

  /// Open connections of all services.
  std::size_t connections() const;

 private:
  ServiceOptions& add(std::string path, std::unique_ptr<Table> table,
                      std::function<std::unique_ptr<Service>()> make);
  void for_each_service(const std::function<void(Service&)>& use);

  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace longwave::rpc
