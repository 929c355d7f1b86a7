// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/time.hpp"
#include "dialects/socketio/engine_packet.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

namespace longwave::socketio {

/// What an Engine.IO endpoint tells its clients and allows them.
struct EngineLimits {
  Duration ping_interval = std::chrono::seconds{25};
  Duration ping_timeout = std::chrono::seconds{20};     ///< from the ping to the pong
  Duration upgrade_timeout = std::chrono::seconds{10};  ///< from the WebSocket to the upgrade packet
  std::size_t max_payload = 1'000'000;                  ///< bytes of a POST or of a WebSocket message
  std::size_t queue_limit = 1024 * 1024;                ///< bytes that wait for a poll; more: closed as slow
  std::size_t packets_limit = 10'000;                   ///< in one payload
  bool websocket = true;                                ///< offered as an upgrade
};

/// Why a session ended.
enum class EngineEnd : std::uint8_t {
  client,        ///< a close packet
  server,        ///< close()
  ping_timeout,  ///< no pong
  broken,        ///< the connection of the transport broke
  violation,     ///< the client broke the protocol
  slow,          ///< too much waited for it
};
std::string_view to_text(EngineEnd end);

/// What the session wants done. Called from inside the session's functions; only received() may call back,
/// and only send() and close().
class EngineOutlet {
 public:
  /// The GET that waits: 200 with this payload.
  virtual void answer_poll(std::string payload) = 0;
  /// To the WebSocket that is the transport.
  virtual void transmit(const web::SharedFrame& frame) = 0;
  /// To the WebSocket that may become the transport.
  virtual void send_probe(const web::SharedFrame& frame) = 0;
  /// The probing WebSocket is the transport from now on.
  virtual void upgraded() = 0;
  /// Closes the WebSocket that is the transport; `orderly`: nobody did anything wrong.
  virtual void close_socket(bool orderly) = 0;
  virtual void close_probe() = 0;
  virtual void received(std::string_view data, bool is_binary) = 0;
  /// Once. Nothing is received after it; what is queued for a poll may still be fetched.
  virtual void ended(EngineEnd end) = 0;

 protected:
  ~EngineOutlet() = default;
};

/// One Engine.IO session of a server, revision 4, as a machine: requests, messages and the time go in,
/// answers come out. Pure; what arrives late is judged by the time it arrives.
///
/// Transports: a session starts with polling or with a WebSocket. A polling session may be upgraded: a second
/// connection probes ("2probe" → "3probe"), and its upgrade packet ("5") makes it the transport. Until then
/// messages flow over polling, and polls are answered at once with a noop, so that the client can end them.
class EngineSession {
 public:
  enum class Transport : std::uint8_t { polling, websocket };

  EngineSession(const EngineLimits& limits, Transport transport, Instant now, EngineOutlet& outlet);

  /// The first packet: "0{…}".
  std::string open_packet(std::string_view sid) const;

  /// A GET. False: it is to be refused (400); the session may have ended by it.
  bool poll(Instant now);
  /// The connection of the waiting GET broke.
  void poll_lost();
  /// A POST. False: 400.
  bool post(std::string_view body, Instant now);
  /// The shell has seen it break the protocol: two POSTs at a time, a binary body.
  void violated();

  /// A WebSocket with this session's id. False: to be closed, the session goes on without it.
  bool probe(Instant now);
  void probe_message(std::string_view data, bool is_binary, Instant now);
  void probe_lost();

  void socket_message(std::string_view data, bool is_binary, Instant now);
  void socket_lost();

  /// Frames are packets: Frame::text("4…") or Frame::binary(…). Ignored when the session has ended.
  void send(const web::SharedFrame& frame);
  /// We end it.
  void close(Instant now);

  Transport transport() const { return transport_; }
  bool open() const { return state_ == State::open; }
  /// Nothing is left to be done: forget it.
  bool finished() const { return state_ == State::finished; }
  bool polled() const { return polled_; }
  std::size_t queued_bytes() const { return queued_bytes_; }

  /// When on_time() is wanted next.
  Instant due() const;
  void on_time(Instant now);

 private:
  enum class State : std::uint8_t {
    open,
    leaving,  // ended by us over polling: what is queued, then the close packet wait for polls
    finished,
  };
  enum class Probe : std::uint8_t { none, open, answered };

  void packet(const EnginePacket& packet);
  void upgrade();
  void answer(const web::SharedFrame& last);
  void flush();
  void end(EngineEnd why);
  void queue(const web::SharedFrame& frame);

  const EngineLimits& limits_;
  EngineOutlet& outlet_;
  std::deque<web::SharedFrame> queue_;
  std::size_t queued_bytes_ = 0;
  Instant ping_due_;
  Instant pong_due_ = Instant::max();
  Instant upgrade_due_ = Instant::max();
  Instant leaving_due_ = Instant::max();
  Instant now_;
  Transport transport_;
  State state_ = State::open;
  Probe probe_ = Probe::none;
  bool waiting_ = false;  // a GET is
  bool violated_ = false;
  bool polled_ = false;
};

}  // namespace longwave::socketio
