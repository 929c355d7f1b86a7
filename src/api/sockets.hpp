// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/task.hpp"
#include "hub/hub.hpp"
#include "io/timer.hpp"
#include "rpc/peer.hpp"
#include "web/context.hpp"

#include <boost/json/fwd.hpp>

#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace longwave::io {
class LoopGroup;
}

namespace longwave::api {

/// The WebSockets at /rpc, and what the hub tells them. Each net loop has its own table of connections and of
/// who has joined which channel; nothing of it is shared. What crosses: one post per publication to each loop
/// that has subscribers, and posts to the hub's thread.
///
/// Made before the loops start, destroyed after they have stopped. Functions marked *loop* are called on the
/// net loop of the connection; the hub calls Delivery on its own thread; post_to() may be called from any
/// thread.
class Sockets final : public hub::Delivery {
 public:
  class Connection;

  /// `hub` is asked for on the hub's thread only, by tasks given to `hub_post`.
  Sockets(io::LoopGroup& loops, Post hub_post, std::function<hub::Hub&()> hub,
          std::function<rpc::Surroundings(std::size_t group)> surroundings);
  ~Sockets();

  /// *loop* Turns the request into a connection.
  void accept(web::RequestContext&& context, rpc::Caller caller);

  /// Runs `use` on the connection's loop, if it still is there.
  void post_to(hub::ClientId client, UniqueFunction<void(Connection&)> use);

  /// *loop* A subscription to several channels, answered when all of them are joined or refused.
  void subscribe(hub::ClientId client,
                 std::vector<std::pair<std::string, std::optional<hub::Position>>> channels,
                 rpc::Responder answer);
  /// Connections that logged in with one of these sessions are strangers from now on. Any thread.
  void sessions_ended(const std::vector<std::string>& sessions);

  /// *loop* Also ends what is still being joined.
  void unsubscribe(hub::ClientId client, const std::vector<std::string>& channels);

  // hub::Delivery, on the hub's thread
  void joined(hub::GroupId group, hub::ClientId client, const std::string& channel, hub::Ticket ticket,
              Result<hub::Joined> joined) override;
  void publish(hub::GroupId group, const std::shared_ptr<const hub::Publication>& publication) override;

 private:
  struct Group;
  Connection* find(hub::ClientId client);
  void arrived(Connection& connection, const std::string& channel, hub::Ticket ticket,
               Result<hub::Joined> joined);
  static void answered(Connection& connection, const std::string& channel, boost::json::object said);
  void leave(Connection& connection);

  Post hub_post_;
  std::function<hub::Hub&()> hub_;
  std::function<rpc::Surroundings(std::size_t)> surroundings_;
  io::LoopGroup& loops_;
  std::vector<std::unique_ptr<Group>> groups_;
};

/// One WebSocket: a JSON-RPC peer whose messages leave as frames. Belongs to its loop.
class Sockets::Connection final : public rpc::Outlet {
 public:
  Connection(hub::ClientId id, web::WebSocketSession& session, const rpc::Surroundings& surroundings,
             rpc::Caller caller);

  hub::ClientId id() const { return id_; }
  const rpc::Caller& caller() const { return peer_.caller(); }
  /// For calls from now on; the hub is told who it is now.
  void set_caller(rpc::Caller caller) { peer_.set_caller(std::move(caller)); }
  /// A notification to this connection only.
  void notify(std::string_view method, std::string_view params);

  void send(rpc::Message message) override;
  std::size_t queued_bytes() const override;
  void tell_when_drained() override;

 private:
  friend class Sockets;
  struct Subscribing;  // a call that waits for its channels
  struct Joining {     // a channel that is being joined
    hub::Ticket ticket;
    std::shared_ptr<Subscribing> call;
  };

  hub::ClientId id_;
  web::WebSocketSession& session_;
  rpc::Peer peer_;
  std::unordered_map<std::string, hub::Position> channels_;  // what it has joined, and up to where it knows
  std::unordered_map<std::string, Joining> joining_;
  hub::Ticket last_ticket_ = 0;
  io::Timer look_again_;  // at a queue that was too long
};

/// The person behind a connection, for presence.
hub::Person person_of(hub::ClientId client, const rpc::Caller& caller);

}  // namespace longwave::api
