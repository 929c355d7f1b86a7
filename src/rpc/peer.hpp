// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/task.hpp"
#include "base/time.hpp"
#include "rpc/dialect.hpp"
#include "rpc/method.hpp"
#include "rpc/table.hpp"

#include <boost/json/value.hpp>  // complete: clang looks at it where CallOptions is moved

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace longwave::rpc {

struct Limits {
  int depth = 64;                ///< nesting of arrays and objects in a message
  std::size_t batch = 100;       ///< calls in one batch
  std::size_t in_flight = 64;    ///< calls of the other side that aren't answered yet
  std::size_t outstanding = 32;  ///< calls of ours that aren't answered yet; one more gives up the oldest
  std::size_t soft_bytes = 256 * 1024;  ///< unsent bytes above which items pause and gauges coalesce
};

/// One message that leaves a peer.
struct Message {
  std::string text;                                          ///< JSON, one message
  bool final = true;                                         ///< false: more answers to the same call follow
  std::vector<std::pair<std::string, std::string>> headers;  ///< for an HTTP answer
};

/// Where a peer's messages go: a WebSocket, the body of an HTTP answer, a test. Called on the peer's loop.
/// None of these may destroy the peer from inside the call.
class Outlet {
 public:
  virtual void send(Message message) = 0;
  /// Bytes given to send() that haven't left the process.
  virtual std::size_t queued_bytes() const { return 0; }
  /// queued_bytes() is above the soft limit, or something waits: call Peer::drained() later, from the loop,
  /// when it has become shorter (or now and then). Asked again each time; never answered from inside the
  /// call.
  virtual void tell_when_drained() {}
  /// Peer::due() has become earlier, or there is one at last: call Peer::on_time() then.
  virtual void tell_when_due() {}
  /// Asked before each call and notification is carried out (rates): a fault refuses it.
  virtual std::optional<Fault> admit() { return std::nullopt; }
  /// A message as a whole was no JSON-RPC. It is answered all the same.
  virtual void on_garbage() {}
  /// Version 1 only: the message was a protocol error, which ends the connection (WebSocket codes: 1002 no
  /// valid message, 1007 no JSON). The peer takes and says nothing more.
  virtual void close(std::uint16_t code, std::string_view reason) {
    static_cast<void>(code), static_cast<void>(reason);
  }

 protected:
  ~Outlet() = default;
};

/// What the peers of one loop need from their surroundings. Held by reference: outlives them (responders on
/// other threads take what they need along). `post` reaches the loop from any thread; `run` takes a task to
/// the store or the pool (never called for Run::inline_) and may throw when it can't.
struct Surroundings {
  const Table& table;
  Post post;
  std::function<void(Run, Task)> run;
  Limits limits = {};
  const Clock* clock = nullptr;  ///< for the time-outs of our own calls; without one there are none
};

/// What is particular to one conversation.
struct Terms {
  Dialect dialect = Dialect::automatic;
  bool many_answers = true;      ///< false: only final answers leave (plain HTTP)
  std::uint64_t connection = 0;  ///< Call::connection()
  void* owner = nullptr;         ///< Call::owner()
  bool tells_method = false;     ///< answers repeat the method, id null wants none (docs/protocols/player.md)
  bool bare_faults = false;      ///< an error is a code and a message, without data
};

/// How a call of ours ended: its result, or the error as it came. Ours are: −32000 cancel(), −32001 the
/// connection is over, −32002 given up for a newer call, −32009 no answer in time. An error of version 1 that
/// is no object with code and message: −32603 with the JSON it was as `data`.
using Reply = boost::system::result<boost::json::value, Fault>;

struct CallOptions {
  /// JSON text of a string or a number; empty: the next number, from 1.
  std::string id = {};
  /// To the answer, and between two of many answers. Zero: as long as the connection lives.
  Duration timeout = std::chrono::seconds{30};
  /// Each answer before the last (items, or gauges). Without it they are dropped.
  UniqueFunction<void(boost::json::value value, bool gauge)> on_more = {};
};

/// One end of a JSON-RPC conversation in which either side may call: messages in, messages out; no socket.
/// JSON-RPC 2.0 with batches, many answers and cancel; 1.0 (docs/protocols/jsonrpc.md).
///
/// Belongs to one loop: made, used and destroyed there; not destroyed from inside receive(). An idle one is
/// small: what calls need is made with the first and goes with the last.
class Peer {
 public:
  Peer(const Surroundings& surroundings, Outlet& outlet, std::shared_ptr<const Caller> caller,
       Terms terms = {});
  ~Peer();  ///< end()
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  /// Takes one message. Returns true if a final message was sent or will be; false if there is nothing to
  /// answer. What is no valid JSON-RPC is answered (version 1: closes), never thrown.
  bool receive(std::string_view text);

  /// Calls the other side; `params` is an array or an object (version 1: an array). Returns the id, and then
  /// `done` (if there is one) is called exactly once, never from inside call(): with the last answer, or when
  /// the call ends without. Fails, and `done` is dropped, for an id that is open or no id, for other params,
  /// and after the end.
  Result<std::string> call(std::string_view method, const boost::json::value& params,
                           CallOptions options = {}, UniqueFunction<void(Reply)> done = {});
  /// A message that wants no answer. After the end: nothing.
  void notify(std::string_view method, const boost::json::value& params);
  /// Gives up a call of ours: the other side is told (rpc.cancel), `done` runs with −32000. False: no such
  /// call.
  bool cancel(std::string_view id);

  /// When the first call of ours runs out of time; null if none can.
  std::optional<Instant> due() const;
  /// Ends the calls of ours whose time is up.
  void on_time(Instant now);

  /// The outlet's queue has become shorter: pending gauges leave and paused producers go on.
  void drained();

  /// The connection is over: calls of ours complete with −32001, those of the other side are cancelled
  /// (notifications are carried out), and nothing is taken or sent any more.
  void end();

  /// The caller has logged in or out, or changed the name it shows: for calls from now on.
  void set_caller(std::shared_ptr<const Caller> caller);
  const Caller& caller() const;

  std::size_t in_flight() const;    ///< calls of the other side that we haven't answered
  std::size_t outstanding() const;  ///< calls of ours without answer

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

/// A notification of ours, as text; `params` is JSON text.
std::string notification(std::string_view method, std::string_view params, Dialect dialect = Dialect::v2);

}  // namespace longwave::rpc
