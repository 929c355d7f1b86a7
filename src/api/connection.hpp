// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "access/rates.hpp"
#include "api/connection_detail.hpp"
#include "api/wording.hpp"
#include "hub/hub.hpp"
#include "io/timer.hpp"
#include "rpc/peer.hpp"
#include "web/response.hpp"

#include <boost/json/fwd.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace longwave::io {
class Loop;
}

namespace longwave::api {

class Connection;

/// A channel on one loop, and those of the loop who have joined it. All of them know the same epoch.
struct LoopChannel {
  std::string name;
  std::string epoch;
  std::vector<Connection*> members;
};

/// Who owns connections.
class ConnectionOwner {
 public:
  /// The connection's carrier has ended: destroys the connection. On its loop, not from inside one of its
  /// calls.
  virtual void leave(hub::ClientId client) = 0;

 protected:
  ~ConnectionOwner() = default;
};

/// One conversation at /rpc: a JSON-RPC peer with its subscriptions, whatever carries it. What differs
/// between a WebSocket and a stream is how a message leaves; that is in the derived classes. Belongs to its
/// loop; owned by Sockets.
class Connection : public rpc::Outlet {
 public:
  /// `rates` is null for whom nothing is counted.
  Connection(hub::ClientId id, const rpc::Surroundings& surroundings,
             std::shared_ptr<const rpc::Caller> caller, access::Rates* rates);
  virtual ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  hub::ClientId id() const { return id_; }
  rpc::Peer& peer() { return peer_; }
  /// A message of the client. What is over its rates is answered with a fault for each call; when that goes
  /// on for too long, or nothing but garbage comes, the connection is closed.
  void receive(std::string_view message);
  /// The same for a message that has an answer of its own, a POST: nullopt when it was taken; else it wasn't
  /// looked at, and is welcome after that time.
  std::optional<Duration> receive_posted(std::string_view message);
  const rpc::Caller& caller() const { return peer_.caller(); }
  /// For calls from now on; Sockets::become() tells the hub, too.
  void use_caller(std::shared_ptr<const rpc::Caller> caller) { peer_.set_caller(std::move(caller)); }
  /// A notification to this connection only.
  void notify(std::string_view method, std::string_view params);

  /// Ends it with one of the codes of docs/close-codes.md. It is gone some turns later, never from inside.
  void close(std::uint16_t code, std::string_view reason) override = 0;
  /// What an operator is told of it.
  ConnectionDetail detail() const;
  /// "websocket", "sse", "ndjson"
  virtual std::string_view transport() const = 0;
  /// True for the secret that was told on the stream.
  virtual bool answers_to(std::string_view) const { return false; }

  void send(rpc::Message message) override { transmit(message.text); }
  void tell_when_drained() override;
  void tell_when_due() override;
  std::optional<rpc::Fault> admit() override;
  void on_garbage() override;

 protected:
  /// A message of its own.
  virtual void transmit(std::string_view text) = 0;
  /// A message that others get too. `marked`: it completes what the client knows up to positions().
  virtual void transmit(Wording& wording, bool marked) = 0;
  virtual io::Loop& loop() const = 0;

  /// `channel=offset.epoch;…` of everything it has joined: what resumes a stream.
  std::string positions() const;

 private:
  friend class Sockets;
  struct Subscribing;  // a call that waits for its channels
  struct Joining {     // a channel that is being joined
    std::string channel;
    hub::Ticket ticket;
    std::shared_ptr<Subscribing> call;
  };
  struct Joined {
    LoopChannel* channel;
    std::uint64_t offset;      // up to where it knows
    std::uint32_t place;       // in the channel's members
    std::uint32_t passed = 0;  // of the last numbers, how many weren't for it
  };
  void bear();
  Joining* joining(std::string_view channel);
  Joined* joined(const LoopChannel& channel);
  void answered(std::string_view channel, boost::json::object said);

  hub::ClientId id_;
  Instant began_;
  rpc::Peer peer_;
  std::vector<Joined> joined_;
  std::unique_ptr<std::vector<Joining>> joining_;  // made when there are any
  hub::Ticket last_ticket_ = 0;
  access::Rates* rates_;
  access::ConnectionBuckets buckets_;
  std::uint32_t refuse_ms_ = 0;  // the message that is being taken is over the rate in bytes
  bool prepaid_ = false;         // its first call is counted already
  std::uint8_t garbage_ = 0;     // messages in a row
  struct Timers {
    io::Timer look_again;  // at a queue that was too long
    io::Timer due;         // for the time-outs of our own calls
  };
  Timers& timers();
  std::unique_ptr<Timers> timers_;  // made when there is something to wait for
};

/// The answer to a call that is over a rate.
rpc::Fault too_many_calls(Duration wait);
/// The same for a whole HTTP request: 429 with Retry-After.
web::Response too_many_requests(Duration wait);

/// Positions as they stand in `Last-Event-ID`; what can't be read is left out.
std::vector<std::pair<std::string, hub::Position>> parse_positions(std::string_view text);

/// The person behind a connection, for presence.
hub::Person person_of(const rpc::Caller& caller);

}  // namespace longwave::api
