// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"
#include "base/task.hpp"
#include "base/time.hpp"
#include "dialects/socketio/engine.hpp"
#include "dialects/socketio/packet.hpp"
#include "dialects/socketio/recovery.hpp"

#include <boost/json/array.hpp>

#include <any>
#include <string>
#include <string_view>

namespace longwave::socketio {

/// Answers an event that asked for it: arguments and their attachments. Empty if none was asked for. On the
/// socket's loop, at any time; ignored the second time, and when the socket is gone.
using Ack = UniqueFunction<void(const boost::json::array& args, Attachments attachments)>;

/// A client's answer to our event; fails with `cancelled` when the socket went, `unavailable` when the time
/// was over.
struct AckedWith {
  boost::json::array args;
  Attachments attachments;
};
using OnAck = UniqueFunction<void(Result<AckedWith>)>;

/// What a client emitted. The handler may take args and attachments away.
struct Event {
  std::string name;
  boost::json::array args;
  Attachments attachments;
  Ack ack;
};

/// An event encoded once, for any number of sockets of its namespace and any loop.
struct Prepared {
  std::vector<web::SharedFrame> frames;
  SharedMark mark;  ///< null: not recoverable
};
/// With a mark, its text becomes the last argument.
Prepared prepare(std::string_view nsp, std::string_view event, const boost::json::array& args,
                 const Attachments& attachments = {}, SharedMark mark = nullptr);

/// Names a socket from any thread, also after its end.
struct SocketRef {
  EngineRef connection;
  std::uint64_t serial = 0;
  friend auto operator<=>(const SocketRef&, const SocketRef&) = default;
};

/// A client in one namespace. Belongs to the loop of its connection; every call and callback is there. It
/// lives until its on_disconnect has returned.
class Socket {
 public:
  virtual const std::string& id() const = 0;
  virtual const std::string& nsp() const = 0;
  virtual SocketRef ref() const = 0;
  /// The request that opened the connection.
  virtual const Handshake& handshake() const = 0;
  virtual io::Loop& loop() const = 0;
  virtual bool connected() const = 0;

  virtual void emit(std::string_view event, const boost::json::array& args,
                    const Attachments& attachments = {}) = 0;
  /// Asks for an answer. Fails at once (`full`) when too many are awaited.
  virtual void emit(std::string_view event, const boost::json::array& args, const Attachments& attachments,
                    Duration within, OnAck on_ack) = 0;
  virtual void emit(const Prepared& event) = 0;

  virtual void on_event(UniqueFunction<void(Event)> handler) = 0;
  /// Once: a short word as socket.io has them ("client namespace disconnect", "transport close", "ping
  /// timeout", …).
  virtual void on_disconnect(UniqueFunction<void(std::string_view why)> handler) = 0;

  /// Leaves the namespace; `connection` too: closes the whole connection. on_disconnect follows later, never
  /// from inside.
  virtual void disconnect(bool connection = false) = 0;

  /// Whatever the owner of the namespace wants to keep here; kept over a recovery.
  virtual std::any& data() = 0;

  /// This socket is a returning client's: id and data are the old ones; send what came after seen() in each
  /// channel.
  virtual bool recovered() const = 0;
  virtual const Seen& seen() const = 0;
  /// The marks of this socket: begin() and forget() are for the owner, emit() notes by itself.
  virtual Trail& trail() = 0;

 protected:
  ~Socket() = default;
};

}  // namespace longwave::socketio
