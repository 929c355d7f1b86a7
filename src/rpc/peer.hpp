// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/task.hpp"
#include "rpc/method.hpp"
#include "rpc/table.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace longwave::rpc {

struct Limits {
  int depth = 64;                       ///< nesting of arrays and objects in a message
  std::size_t batch = 100;              ///< calls in one batch
  std::size_t in_flight = 64;           ///< calls of one peer that aren't answered yet
  std::size_t soft_bytes = 256 * 1024;  ///< unsent bytes above which items pause and gauges coalesce
};

/// One message that leaves a peer.
struct Message {
  std::string text;                                          ///< JSON, one message
  bool final = true;                                         ///< false: more answers to the same call follow
  std::vector<std::pair<std::string, std::string>> headers;  ///< for an HTTP answer
};

/// Where a peer's messages go: a WebSocket, the body of an HTTP answer, a test. Called on the peer's loop.
class Outlet {
 public:
  virtual void send(Message message) = 0;
  /// Bytes given to send() that haven't left the process.
  virtual std::size_t queued_bytes() const { return 0; }
  /// queued_bytes() is above the soft limit, or something waits: call Peer::drained() later, from the loop,
  /// when it has become shorter (or now and then). Asked again each time; never answered from inside the
  /// call.
  virtual void tell_when_drained() {}

 protected:
  ~Outlet() = default;
};

/// What a peer needs from its surroundings. `post` reaches the peer's loop from any thread; `run` takes a
/// task to the store or the pool (never called for Run::inline_) and may throw when it can't.
struct Surroundings {
  const Table& table;
  Post post;
  std::function<void(Run, Task)> run;
  Limits limits = {};
  bool many_answers = true;  ///< false: only final answers leave (plain HTTP)
};

/// The server's end of a JSON-RPC conversation: messages in, messages out; no socket, no clock. JSON-RPC 2.0
/// with batches, many answers and cancel; 1.0 messages are answered in 1.0 (docs/protocols/jsonrpc.md).
///
/// Belongs to one loop: made, used and destroyed there. Destroying it cancels the calls in flight;
/// notifications are carried out.
class Peer {
 public:
  Peer(const Surroundings& surroundings, Outlet& outlet, Caller caller);
  ~Peer();
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  /// Takes one message. Returns true if a final message was sent or will be; false if there is nothing to
  /// answer. What is no valid JSON-RPC is answered, never thrown.
  bool receive(std::string_view text);

  /// The outlet's queue has become shorter: pending gauges leave and paused producers go on.
  void drained();

  /// The caller has logged in or out, or changed the name it shows: for calls from now on.
  void set_caller(Caller caller);
  const Caller& caller() const;

  std::size_t in_flight() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

/// A notification of ours: `{"jsonrpc":"2.0","method":…,"params":…}`; `params` is JSON text.
std::string notification(std::string_view method, std::string_view params);

}  // namespace longwave::rpc
