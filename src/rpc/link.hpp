// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/task.hpp"
#include "io/deadline.hpp"
#include "rpc/peer.hpp"
#include "rpc/service.hpp"
#include "web/websocket.hpp"

#include <functional>
#include <memory>

/// How a Service is joined to a connection. Inside rpc/ only.
namespace longwave::rpc {

/// One connection of a Server or a Client: a WebSocket session, the JSON-RPC engine over it, and the service
/// instance. Owns the instance; is owned by a Server's or Client's loop and lives there.
///
/// The end, in this order and once: the engine goes (calls of ours complete with a fault, calls to us are
/// cancelled), on_close, the instance is destroyed, `gone` lets the owner destroy the link.
class Link final : private Outlet, private io::Deadline {
 public:
  Link(web::WebSocketSession& session, const Surroundings& surroundings, Dialect dialect,
       web::Request request);
  /// Ends as with a broken connection if it hasn't ended.
  ~Link() override;

  /// Makes the instance and begins: on_open, then messages. `gone` destroys the link. If making the instance
  /// throws, the connection is closed with 1011 and there are no hooks.
  void open(const std::function<std::unique_ptr<Service>()>& make, UniqueFunction<void(Link&)> gone);
  /// The session is gone or must be left alone from now on. Does nothing the second time.
  void end(const CloseReason& reason);

  Service& service() { return *service_; }  ///< while is_open()
  web::WebSocketSession& session() { return session_; }
  const web::Request& request() const { return request_; }
  io::Loop& loop() const { return loop_; }

  void notify(std::string_view method, const Params& params);
  Json call(std::string_view method, const Params& params, RequestOptions options);
  void cancel(const Json& id);
  bool is_open() const;

 private:
  // Outlet
  void send(Message message) override;
  std::size_t queued_bytes() const override;
  void tell_when_drained() override;
  void tell_when_due() override;
  void close(std::uint16_t code, std::string_view reason) override;
  // Deadline
  void on_deadline(Instant now) override;
  void keep_time();

  web::WebSocketSession& session_;  // not to be touched any more in end()
  io::Loop& loop_;
  const Surroundings& surroundings_;
  Dialect dialect_;
  web::Request request_;
  std::unique_ptr<Service> service_;
  std::unique_ptr<Peer> peer_;
  UniqueFunction<void(Link&)> gone_;
  Instant look_again_ = Instant::max();  // at a queue that was too long
  bool ended_ = false;
};

}  // namespace longwave::rpc
