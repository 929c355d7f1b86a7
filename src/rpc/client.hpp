// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"
#include "rpc/methods.hpp"
#include "rpc/peer.hpp"
#include "rpc/service.hpp"
#include "web/websocket_client.hpp"

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>

namespace longwave::rpc {

struct ClientOptions {
  /// Time-outs, headers, Origin, certificates, message limits.
  web::WebSocketClientOptions socket = {};
  Limits limits = {};
  Dialect dialect = Dialect::automatic;
};

/// The calling end of a connection, with a thread of its own. The same model as at the server: derive a class
/// from Service when the other end is to call something here; without one, call:
///
///   rpc::Client client;
///   if (auto done = client.connect("ws://127.0.0.1:8888/hello"); !done) …done.error().message…
///   rpc::Reply reply = client.call("hello", {"Ada"});
///
/// From any thread; what waits (connect, call, close) not from a callback, which comes on the client's
/// thread.
class Client {
 public:
  explicit Client(ClientOptions options = {});
  /// As close().
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// Connects and waits until on_open has returned, or fails: `unavailable`, `refused` (a status other than
  /// 101), `invalid` (the address). An earlier connection is closed first. wss:// checks the certificate, by
  /// ClientOptions::socket.tls.
  template <class S = Service, class... Arguments>
  Result<void> connect(std::string_view url, Arguments... arguments) {
    static_assert(std::is_base_of_v<Service, S>);
    auto table = std::make_unique<Table>();
    if constexpr (!std::is_same_v<S, Service>) {
      Methods<S> methods(*table);
      S::methods(methods);
    }
    return open(url, std::move(table),
                [arguments...]() -> std::unique_ptr<Service> { return std::make_unique<S>(arguments...); });
  }

  /// As Service::notify, request and cancel. Callbacks come on the client's thread.
  void notify(std::string_view method, Params params = {});
  void request(std::string_view method, Params params = {}, RequestOptions options = {});
  void cancel(Json id);
  /// Calls and waits for the final answer.
  Reply call(std::string_view method, Params params = {}, Duration timeout = std::chrono::seconds{30});

  /// Runs `use` on the client's thread with the instance, if the connection is open and it is an S.
  template <class S = Service>
  void with(std::function<void(S&)> use) {
    with_service([use = std::move(use)](Service& service) {
      if (auto* wanted = dynamic_cast<S*>(&service)) use(*wanted);
    });
  }

  /// Closes and waits until on_close has returned.
  void close(std::uint16_t code = 1000, std::string_view reason = {});
  bool is_open() const;

 private:
  Result<void> open(std::string_view url, std::unique_ptr<Table> table,
                    std::function<std::unique_ptr<Service>()> make);
  void with_service(std::function<void(Service&)> use);

  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace longwave::rpc
