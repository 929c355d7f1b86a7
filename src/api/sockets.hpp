// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "access/jwt.hpp"
#include "api/connection.hpp"
#include "base/task.hpp"
#include "hub/hub.hpp"
#include "rpc/peer.hpp"
#include "web/context.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace longwave::io {
class LoopGroup;
}

namespace longwave::api {

/// The conversations at /rpc, WebSockets and streams, and what the hub tells them. Each net loop has its own
/// table of connections and of who has joined which channel; nothing of it is shared. What crosses: one post
/// per publication to each loop that has subscribers, a POST to the loop of the session it names, and posts
/// to the hub's thread.
///
/// Made before the loops start, destroyed after they have stopped. Functions marked *loop* are called on the
/// net loop of the connection; the hub calls Delivery on its own thread; post_to() may be called from any
/// thread.
class Sockets final : public hub::Delivery, public ConnectionOwner {
 public:
  /// `hub` is asked for on the hub's thread only, by tasks given to `hub_post`. `rates` hold for everybody
  /// but those who needn't log in; null: for nobody.
  Sockets(io::LoopGroup& loops, Post hub_post, std::function<hub::Hub&()> hub,
          std::function<const rpc::Surroundings&(std::size_t group)> surroundings,
          access::Rates* rates = nullptr);
  ~Sockets();

  /// Makes this a Delivery of the hub. Before the first connection.
  void attach(hub::Hub& hub);

  /// *loop* Turns the request into a WebSocket. `token`: that the caller has shown with it.
  void accept(web::RequestContext&& context, rpc::Caller caller, std::optional<access::Token> token = {});
  /// *loop* Turns it into a WebSocket that is closed at once, for who can be told in no other way.
  void refuse(web::RequestContext&& context, std::uint16_t code, std::string_view reason);
  /// *loop* Answers the request with a stream (docs/protocols/rpc-transports.md): NDJSON if it accepts that,
  /// else server-sent events. `?channels=` are subscribed at once, from the positions of `Last-Event-ID`.
  void open_stream(web::RequestContext&& context, rpc::Caller caller,
                   std::optional<access::Token> token = {});
  /// A message for the session of a stream: 202; 404 when there is no such session (any more); 429 when there
  /// are too many. Any thread.
  void deliver(web::RequestContext&& context, const std::string& session);

  /// What the loops know of these connections, asked for and answered on the hub's thread; who is gone is
  /// left out.
  void details(std::vector<hub::ClientId> clients,
               UniqueFunction<void(const std::vector<ConnectionDetail>&)> done);

  /// Runs `use` on the connection's loop, if it still is there.
  void post_to(hub::ClientId client, UniqueFunction<void(Connection&)> use);

  /// *loop* Who makes the calls of the connection from now on; `token`: how it has shown that. The hub is
  /// told; subscriptions that this caller mayn't have are ended (`channel.ended`).
  void become(hub::ClientId client, rpc::Caller caller, std::optional<access::Token> token = {});
  /// *loop* A token admits the connection to one channel. False: it has too many.
  bool grant(hub::ClientId client, const access::Token& token);
  /// *loop* One of the connection's tokens names the channel.
  bool granted(hub::ClientId client, std::string_view channel) const;

  /// *loop* A subscription to several channels, answered when all of them are joined or refused
  /// (may_subscribe); without an answer a back end does it: then nothing is refused, and the connection is
  /// told.
  void subscribe(hub::ClientId client,
                 std::vector<std::pair<std::string, std::optional<hub::Position>>> channels,
                 std::optional<rpc::Responder> answer);
  /// Closes the connections that logged in with one of these sessions (3005). Any thread.
  void sessions_ended(const std::vector<std::string>& sessions);

  /// *loop* Also ends what is still being joined.
  void unsubscribe(hub::ClientId client, const std::vector<std::string>& channels);

  // hub::Delivery, on the hub's thread
  void joined(std::size_t loop, hub::ClientId client, const std::string& channel, hub::Ticket ticket,
              Result<hub::Joined> joined) override;
  void publish(std::size_t loop, const std::shared_ptr<const hub::Publication>& publication) override;
  void reset(std::size_t loop, const std::string& channel, const hub::Position& position,
             const std::string& reason) override;
  void close(std::size_t loop, hub::ClientId client, std::uint16_t code, const std::string& reason) override;

 private:
  struct Group;
  Group& here();
  access::Rates* rates_for(const rpc::Caller& caller) const { return caller.loopback ? nullptr : rates_; }
  /// The index of a connection's loop; that of no loop if it isn't one of ours.
  std::size_t loop_of(hub::ClientId client) const { return hub::group_of(client) - first_group_; }
  Connection* find(hub::ClientId client);
  void enter(Group& group, std::unique_ptr<Connection> connection);
  void leave(hub::ClientId client) override;
  void hold(Group& group, hub::ClientId client, const access::Token& token);
  void arm(Group& group);
  void recheck(Group& group, Connection& connection);
  void end_subscription(hub::ClientId client, const std::string& channel, const std::string& reason);
  static void part(Group& group, Connection& connection, std::string_view channel);
  void arrived(Connection& connection, const std::string& channel, hub::Ticket ticket,
               Result<hub::Joined> joined);
  static bool is_for(const Group& group, Connection& connection, const hub::Publication& publication);
  static void pass_on(const Group& group, LoopChannel& channel, const hub::Publication& publication);
  static void show(LoopChannel& channel, const hub::Publication& value);

  Post hub_post_;
  std::function<hub::Hub&()> hub_;
  std::function<const rpc::Surroundings&(std::size_t)> surroundings_;
  io::LoopGroup& loops_;
  access::Rates* rates_;
  std::vector<std::unique_ptr<Group>> groups_;
  hub::GroupId first_group_ = 0;
};

}  // namespace longwave::api
